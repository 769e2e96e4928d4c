"""What a recipe knows of the request, as `$input.NAME`. A step's port of the same name and type takes it by itself."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.steps.ports import PortType
from breadknife.text.document import Document, Span

INPUT = "input"
INPUTS = {
    "document": PortType("document"),
    "span": PortType("span"),
    "selection": PortType("text"),
    "offset": PortType("number"),
    "line": PortType("text"),
    "message": PortType("text"),
}


@dataclass(frozen=True)
class Input:
    """Where a recipe is asked."""

    document: Document
    span: Span
    """The selection, or where the cursor is."""
    message: str = ""
    """Of the diagnostic at that place, if the editor shows one."""

    @property
    def selection(self) -> str:
        """The selected text, or nothing."""
        return self.document.slice(self.span)

    @property
    def offset(self) -> int:
        """The cursor's, in code points."""
        return self.span.end

    @property
    def line(self) -> str:
        """The text of the line that the cursor is in."""
        return self.document.line_text(self.document.line_at(self.span.end))

    def values(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in INPUTS}
