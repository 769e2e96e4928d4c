"""Recipes that come with the shelf."""
