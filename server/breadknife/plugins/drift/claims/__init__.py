"""Joins what a change did to code with what documentation claims: pure functions of two texts."""
