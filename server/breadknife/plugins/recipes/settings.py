"""The section `[recipes]` of the settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RecipesSettings:
    on: tuple[str, ...] = ()
    """Recipes that are offered although they are off by default, by their names."""
    off: tuple[str, ...] = ()
    """Recipes that aren't offered."""
