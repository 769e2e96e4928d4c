"""Keeps what recipes have found in a document: single edits for the next menus, and hints at what was refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from breadknife.lru import LruCache
from breadknife.task.moving import moved_span
from breadknife.task.values import Action, Finding, Origin, Severity
from breadknife.text.document import Document, Span, TextEdit, edit_title
from breadknife.text.syntax import difference

if TYPE_CHECKING:
    from breadknife.recipes.running import RecipeOutput

SOURCE = "recipes"
REFUSED, FOUND = "refused", "found"
"""The rules of hints: at a part of the text that was left as it is, and at an edit that the menu has."""
_MOST = 40
"""The most documents whose newest result is kept."""


@dataclass(frozen=True)
class _Result:
    document: Document
    """The text that the spans are in."""
    edits: tuple[TextEdit, ...]
    refused: tuple[tuple[Span, str], ...]
    """Spans that were left as they are, each with the reason."""
    origin: Origin
    is_late: bool
    """True if it came after the edits that the user had asked for, so that nobody has seen its edits yet."""

    def moved(self, document: Document) -> _Result:
        """Return the result for a later text of the document: without the spans in which the text was changed, and with
        those after the change moved."""
        change = difference(self.document.text, document.text)
        edits = ((moved_span(edit.span, change), edit.new_text) for edit in self.edits)
        refused = ((moved_span(span, change), why) for span, why in self.refused)
        return _Result(
            document,
            tuple(TextEdit(span, text) for span, text in edits if span is not None),
            tuple((span, why) for span, why in refused if span is not None),
            self.origin,
            self.is_late,
        )


class Results:
    """The newest result of each document. Safe to use from several threads."""

    def __init__(self) -> None:
        self._results = LruCache[str, _Result](_MOST)
        self._moving = threading.Lock()

    def keep(self, document: Document, output: RecipeOutput, *, is_late: bool = False) -> None:
        """Keep the output of a recipe as the newest result of a document."""
        edits = tuple(TextEdit(span, text) for span, text in output.places)
        with self._moving:
            self._results[document.uri] = _Result(document, edits, output.refused_places, output.origin, is_late)

    def actions(self, document: Document, span: Span) -> Iterator[Action]:
        """Yield an action for each edit that touches a span."""
        result = self._of(document)
        if result is None:
            return
        for edit in result.edits:
            if edit.span.touches(span):
                yield Action(edit_title(document, edit), edits=(edit,), origin=result.origin, within=edit.span)

    def hints(self, document: Document) -> tuple[Finding, ...]:
        """Return hints at late edits, which the menu has, and at parts of the text that were refused."""
        result = self._of(document)
        if result is None:
            return ()
        late_edits = result.edits if result.is_late else ()
        edits = (Finding(edit.span, SOURCE, FOUND, edit_title(document, edit), Severity.HINT) for edit in late_edits)
        refused = (Finding(span, SOURCE, REFUSED, why, Severity.HINT) for span, why in result.refused)
        return (*edits, *refused)

    def _of(self, document: Document) -> _Result | None:
        """Return the newest result, moved to the document's text; None if there is none."""
        with self._moving:
            result = self._results.get(document.uri)
            if result is not None and result.document.text != document.text:
                result = self._results[document.uri] = result.moved(document)
            return result
