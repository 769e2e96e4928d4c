"""What a recipe knows of the request, as `$input.NAME`. A step's port of the same name and type takes it by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.steps.ports import PortType
from breadknife.text.document import Document, Span, TextEdit

INPUT = "input"
RULES_ONLY = "rules_only"
INPUTS = {
    "document": PortType("document"),
    "span": PortType("span"),
    "selection": PortType("text"),
    "offset": PortType("number"),
    "line": PortType("text"),
    "message": PortType("text"),
    RULES_ONLY: PortType("boolean"),
}


@dataclass(frozen=True)
class RecipeInput:
    """Where a recipe is asked."""

    document: Document
    span: Span
    """The selection, or where the cursor is."""
    message: str = ""
    """The message of the diagnostic at that place, if the editor shows one."""
    rules_only: bool = False
    """True if only steps without a model may run, because the user waits. The recipe is asked again for the rest."""

    @property
    def selection(self) -> str:
        """The selected text, or nothing."""
        return self.document.slice(self.span)

    @property
    def offset(self) -> int:
        """The cursor's offset in code points."""
        return self.span.end

    @property
    def line(self) -> str:
        """The text of the line that the cursor is in."""
        return self.document.line_text(self.document.line_at(self.span.end))

    def after(self, edits: Sequence[TextEdit]) -> RecipeInput:
        """Return what is asked at the same place once these edits of the document are made. Raises ValueError where two
        of them overlap."""

        def moved(offset: int) -> int:
            inside = next((edit for edit in edits if edit.span.start < offset < edit.span.end), None)
            grown = sum(len(edit.new_text) - len(edit.span) for edit in edits if edit.span.end <= offset)
            if inside is None:
                return offset + grown
            return inside.span.start + min(offset - inside.span.start, len(inside.new_text)) + grown

        return replace(
            self, document=self.document.edited(edits), span=Span(moved(self.span.start), moved(self.span.end))
        )

    def values(self) -> dict[str, object]:
        """Return the values of `$input` by name."""
        return {name: getattr(self, name) for name in INPUTS}
