"""Next edit (experimental): after a rename or a changed signature, the places that should follow.

A rule finds the places and what they should become (`changes`); shown is only what the model finds likelier there than
what stands there, and what parses no worse.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.engine.api import Prompt
from breadknife.errors import EngineError
from breadknife.plugins.completion.changes import Change, stale_places
from breadknife.plugins.completion.prompt import fim_prompt
from breadknife.project.edits import RecentEdits
from breadknife.project.values import Project
from breadknife.task.plugin import Context
from breadknife.task.values import CompletionItem, CompletionRequest, NextEditRequest, Origin
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import SyntaxTree, changed_tree

RULE = "next-edit"
SECONDS = 600.0
"""What was changed longer ago is done."""
ASKED = 4
"""Places that the model is asked about for one answer."""
REST = 40
"""Characters after a place that are weighed with it: whether what follows fits."""
DOCUMENTS = 16


@dataclass(frozen=True)
class _Stale:
    """A document with the places that should follow."""

    document: Document
    tree: SyntaxTree | None
    places: tuple[TextEdit, ...]

    def may_be(self, place: TextEdit) -> bool:
        after = changed_tree(self.tree, place) if self.tree else None
        return self.tree is not None and after is not None and parses_no_worse(self.tree, after)

    def prompt(self, place: TextEdit) -> tuple[Prompt, str]:
        """Asks for what stands at a place and the text after it on its line, which is told too.

        The lines of the other places are left out: they still tell what was before.
        """
        document, span = self.document, place.span
        line_end = document.line_span(document.line_at(span.end)).end
        asked = Span(span.start, min(span.end + REST, line_end))
        here = range(document.line_at(asked.start), document.line_at(asked.end) + 1)
        others = sorted({document.line_at(each.span.start) for each in self.places}.difference(here))
        spans = [Span(document.line_starts[line], document.line_span(line).end) for line in others]
        cut = document.edited([TextEdit(each, "") for each in (asked, *spans)])
        start = asked.start - sum(len(each) for each in spans if each.end <= asked.start)
        return fim_prompt(cut, start, start), document.text[span.end : asked.end]


class NextEdits:
    """Safe to use from several threads."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._texts: dict[str, str] = {}
        """The newest text of each document that isn't in a project."""
        self._edits = RecentEdits()
        self._lock = threading.Lock()

    def touched(self, request: CompletionRequest, context: Context) -> CompletionItem | None:
        """Return what should follow where the cursor is, if it can be shown there."""
        stale = self._stale(request.document, context)
        here = Span(request.offset, request.offset)
        places = [each for each in stale.places if each.span.touches(here)]
        if not request.listed:
            places = [each for each in places if _goes_on(each, request.document, request.offset)]
        try:
            return self._first(stale, places, context)
        except EngineError:  # not all engines can compare; the completion does without
            return None

    def after(self, request: NextEditRequest, context: Context) -> CompletionItem | None:
        """Return what should follow at the nearest place after the cursor, going on from the top at the end."""
        stale = self._stale(request.document, context)
        places = sorted(stale.places, key=lambda each: (each.span.start <= request.offset, each.span))
        return self._first(stale, places, context)

    def _stale(self, document: Document, context: Context) -> _Stale:
        changes = self._changes(document, context.project)
        tree = context.tree(document) if changes else None
        return _Stale(document, tree, tuple(stale_places(document, tree, changes)) if tree else ())

    def _first(self, stale: _Stale, places: Sequence[TextEdit], context: Context) -> CompletionItem | None:
        """The first that the model agrees to."""
        for place in places[:ASKED]:
            if not stale.may_be(place):
                continue
            model, (prompt, follows) = context.model(self._role), stale.prompt(place)
            was = stale.document.slice(place.span)
            new, old = model.score(prompt, (place.new_text + follows, was + follows)).logprobs
            if new > old:
                return CompletionItem(place.span, place.new_text, Origin(RULE, model.name))
        return None

    def _changes(self, document: Document, project: Project | None) -> Sequence[Change]:
        if project is not None and document.path is not None:
            now, path = time.monotonic(), document.path
            return [
                Change(each.line, each.before, each.after)
                for each in project.recent_edits()
                if each.path == path and now - each.at < SECONDS
            ]
        with self._lock:
            old = self._texts.pop(document.uri, None)
            self._texts[document.uri] = document.text
            while len(self._texts) > DOCUMENTS:
                uri = next(iter(self._texts))
                del self._texts[uri]
                self._edits.forget(uri)
        if old is not None:
            self._edits.changed(document.uri, old, document.text, time.monotonic())
        return [
            Change(each.start, "".join(each.before), "".join(each.after))
            for each in self._edits.newest()
            if each.key == document.uri and time.monotonic() - each.at < SECONDS
        ]


def _goes_on(place: TextEdit, document: Document, offset: int) -> bool:
    """Whether the new text only adds to the old one, after the cursor: no editor draws more as ghost text."""
    before, behind = document.text[place.span.start : offset], document.text[offset : place.span.end]
    if not place.new_text.startswith(before) or (behind and "\n" in place.new_text):
        return False
    rest = iter(place.new_text[len(before) :])
    return all(char in rest for char in behind)
