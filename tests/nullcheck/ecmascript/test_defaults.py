"""Which default stands in for a null, and where none does."""

from __future__ import annotations
