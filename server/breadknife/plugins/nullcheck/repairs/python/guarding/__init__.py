"""Repairs at the place where a value is used."""
