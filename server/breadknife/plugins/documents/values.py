"""What the document actions give: edits of several places, with the text around them for the guard."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.text.document import Span


@dataclass(frozen=True)
class ChangeOutput:
    texts: tuple[str, ...]
    places: tuple[Span, ...]
    """What each text replaces in the document."""
    effect: str
    """What they do, in a few words: for the menu's title."""
    before: str
    """The source of the paragraphs that are changed."""
    after: str
