"""A kind of request of our own: run a recipe by its name. Any plugin, and other programs through the host, may ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from breadknife.task.values import Origin, OwnAnswer, OwnRequest
from breadknife.text.document import Document, Span

Watcher = Callable[[str, Any, float, bool], None]
"""Called after each step with its name, what it gave (None of one that was left out, or a Silence), the milliseconds
that it took, and whether it was remembered."""


@dataclass(frozen=True)
class RecipeRequest(OwnRequest):
    recipe: str
    """Its name."""
    document: Document
    span: Span
    """The selection, or where the cursor is, in code points."""
    message: str = ""
    """The message of the diagnostic at that place, if there is one."""
    file: Path | None = None
    """Run this file instead, whatever it is called: for the command line alone."""
    watcher: Watcher | None = None
    """Called after each step."""


@dataclass(frozen=True)
class RecipeResult(OwnAnswer):
    text: str
    span: Span
    """What the text is about, or replaces."""
    origin: Origin = field(default_factory=Origin)
    refused: tuple[str, ...] = ()
    """A sentence for each part that a step refused."""
