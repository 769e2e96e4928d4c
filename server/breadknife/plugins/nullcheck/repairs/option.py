"""A way to repair a place before it is verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from breadknife.plugins.nullcheck.values import Content, Strategy
from breadknife.text.document import TextEdit

Edits = tuple[TextEdit, ...]


@dataclass(frozen=True)
class Option:
    """A strategy that can be carried out at a site."""

    strategy: Strategy
    title: str
    weight: int
    """Evidence for it; the highest comes first."""
    reason: str
    edits: Callable[[Content], Edits | None]
    content: Content | None = None
    """What is written when no model says better."""
