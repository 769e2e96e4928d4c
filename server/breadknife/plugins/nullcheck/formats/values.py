"""What a checker printed of one finding, before the file that it is about has been read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from breadknife.task.values import Finding, Severity
from breadknife.text.document import Document, Span


class Columns(StrEnum):
    """What a checker counts in a line."""

    CODE_POINTS = "code_points"
    UTF16 = "utf16"
    """UTF-16 code units."""
    UNSURE = "unsure"
    """Code points, wrongly where the line has more than ASCII: mypy 2.4.1 moves what stands after an é to the left."""


@dataclass(frozen=True)
class PrintedFinding:
    source: str
    path: str
    """As it was printed; of SpotBugs the part below a source folder."""
    line: int
    """1-based, as the columns; the end is after the last character. 0: not said."""
    message: str
    code: str = ""
    severity: Severity = Severity.ERROR
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    columns: Columns = Columns.CODE_POINTS

    def finding(self, document: Document) -> Finding | None:
        """Return the finding in its document: its span is empty where no end was said, and the line's text where no
        column was. None when the document has no such line."""
        if not 1 <= self.line <= document.line_count:
            return None
        line = document.line_span(self.line - 1)
        text = document.slice(line)
        if not self.sure_in(text):
            indent = len(text) - len(text.lstrip())
            span = Span(line.start + indent, line.start + len(text.rstrip()) if text.strip() else line.end)
        else:
            start = self._offset(document, self.line, self.column)
            end = self._offset(document, self.end_line or self.line, self.end_column) if self.end_column else start
            span = Span(start, max(start, end))
        return Finding(span, self.source, self.code, self.message, self.severity)

    def at(self, path: str) -> PrintedFinding:
        return replace(self, path=path)

    def sure_in(self, line: str) -> bool:
        """Tell whether the column can be relied on."""
        return self.column > 0 and (self.columns is not Columns.UNSURE or line.isascii())

    def _offset(self, document: Document, line: int, column: int) -> int:
        span = document.line_span(min(line, document.line_count) - 1)
        if self.columns is not Columns.UTF16:
            return min(span.start + column - 1, span.end)
        units = 0
        for at in range(span.start, span.end):
            if units >= column - 1:
                return at
            units += 2 if document.text[at] > "\uffff" else 1
        return span.end
