"""What recipes with a preview have found: its single edits for the next menus, and hints at what was refused."""

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
"""The rules of hints."""
_MOST = 40
"""Documents whose newest result is kept."""


@dataclass(frozen=True)
class _Result:
    document: Document
    """As it was when the result was found, or moved since."""
    edits: tuple[TextEdit, ...]
    refused: tuple[tuple[Span, str], ...]
    origin: Origin
    is_late: bool
    """Whether it came after the edits that the user asked for, so that nobody has seen its edits."""

    def moved(self, document: Document) -> _Result:
        """Return the same for a later text: what was changed is left out, and what stands after it has moved."""
        edit = difference(self.document.text, document.text)
        edits = ((moved_span(own.span, edit), own.new_text) for own in self.edits)
        refused = ((moved_span(span, edit), why) for span, why in self.refused)
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
        edits = tuple(TextEdit(span, text) for span, text in output.places)
        with self._moving:
            self._results[document.uri] = _Result(document, edits, output.refused_places, output.origin, is_late)

    def actions(self, document: Document, span: Span) -> Iterator[Action]:
        """Yield the single edits at a place."""
        result = self._of(document)
        if result is None:
            return
        for edit in result.edits:
            if edit.span.touches(span):
                yield Action(edit_title(document, edit), edits=(edit,), origin=result.origin, within=edit.span)

    def hints(self, document: Document) -> tuple[Finding, ...]:
        """Return where the menu has edits that came late, and why parts of the text were left as they are."""
        result = self._of(document)
        if result is None:
            return ()
        late_edits = result.edits if result.is_late else ()
        edits = (Finding(edit.span, SOURCE, FOUND, edit_title(document, edit), Severity.HINT) for edit in late_edits)
        refused = (Finding(span, SOURCE, REFUSED, why, Severity.HINT) for span, why in result.refused)
        return (*edits, *refused)

    def _of(self, document: Document) -> _Result | None:
        with self._moving:
            result = self._results.get(document.uri)
            if result is not None and result.document.text != document.text:
                result = self._results[document.uri] = result.moved(document)
            return result
