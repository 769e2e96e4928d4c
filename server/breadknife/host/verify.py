"""What is checked before an answer is shown: any plugin's for its form, and a model's text for what it would do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from breadknife.task.reasons import silence
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CommandRequest,
    CompletionItem,
    CompletionRequest,
    Completions,
    DocumentEdits,
    Finding,
    Findings,
    Fix,
    Origin,
    Request,
    ResolveRequest,
    Silence,
)
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import SyntaxTree, changed_tree, has_grammar

MAX_NEW_CHARACTERS = 8_000
"""More than any plugin needs at once. Only a model that rambles writes more."""
MAX_ITEMS = 100_000
"""The most findings, fixes and actions of one answer. A book of 2 MB with five mistakes a paragraph has as many."""
MAX_CHARACTERS = 20_000_000
"""The most characters in all texts of one answer."""

ACCEPTED = "accepted"
ACCEPTED_UNPARSED = "accepted, not parsed: there is no grammar for the language"

_Item = TypeVar("_Item", CompletionItem, Action, Fix)


class BadAnswer(Exception):
    """An answer that violates the protocol. `reason` is `bad-span`, `plugin-flooded` or `plugin-broke`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def check_form(request: Request, answer: object) -> None:
    """Raises BadAnswer if `answer` has a wrong type, has spans outside the document, or is too large."""
    if not isinstance(answer, Answer | None):
        raise BadAnswer("plugin-broke", f"it answered with a {type(answer).__name__}")
    if isinstance(request, CommandRequest) or not isinstance(answer, Completions | Actions | Findings):
        return
    document = request.document
    spans, texts = list[Span](), list[str]()
    edited: list[tuple[TextEdit, ...]] = []
    elsewhere: list[DocumentEdits] = []
    for item in answer.items:
        match item:
            case CompletionItem():
                spans.append(item.span)
                texts.append(item.text)
                at = request.offset if isinstance(request, CompletionRequest) else item.span.start
                if not item.span.touches(Span(at, at)):
                    raise BadAnswer("bad-span", "answered for another place than the cursor's")
            case Action():
                edited.append(item.edits)
                elsewhere += item.elsewhere
                texts.append(item.title)
            case Finding():
                spans += (item.span, *(place.span for place in item.related if place.uri in (None, document.uri)))
                edited += (fix.edits for fix in item.fixes)
                elsewhere += (each for fix in item.fixes for each in fix.elsewhere)
                texts += (item.message, *(fix.title for fix in item.fixes))
        if len(edited) + len(elsewhere) + len(spans) > 2 * MAX_ITEMS:
            raise BadAnswer("plugin-flooded", f"answered with more than {MAX_ITEMS:,} items")
    written = (*edited, *(each.edits for each in elsewhere))
    size = sum(map(len, texts)) + sum(len(edit.new_text) for edits in written for edit in edits)
    if size > MAX_CHARACTERS:
        raise BadAnswer("plugin-flooded", f"answered with {size:,} characters of text")
    length = len(document.text)
    for span in spans:
        _check_order((0, span.start, span.end, length))
    for edits in edited:
        _check_edits(edits, length)
    for each in elsewhere:
        if each.document.uri == document.uri:
            raise BadAnswer("bad-span", "answered with edits of the same document as those of another one")
        _check_edits(each.edits, len(each.document.text))


def _check_edits(edits: Sequence[TextEdit], length: int) -> None:
    ordered = sorted(edit.span for edit in edits)
    _check_order((0, *(at for span in ordered for at in (span.start, span.end)), length))


def _check_order(offsets: Sequence[int]) -> None:
    if any(type(at) is not int for at in offsets) or list(offsets) != sorted(offsets):
        raise BadAnswer("bad-span", "answered with a span that is outside the document, or with edits that overlap")


@dataclass
class Verifier:
    """Removes from an answer to `request` what a model wrote and a check refuses."""

    request: Request
    tree: Callable[[Document], SyntaxTree | None]
    by_model: Callable[[Origin], bool]
    shared: Callable[[Path], str | None] = lambda path: None
    """Returns the current text of a file in the workspace folder; None if the file may not be read."""
    verdicts: list[str] = field(default_factory=list[str])

    def verified(self, answer: Answer | None) -> Answer | None:
        """The part of the answer that may be shown; a Silence if nothing may."""
        if isinstance(self.request, CommandRequest):
            return answer
        document = self.request.document
        if isinstance(answer, Completions):
            kept, refused = self._accepted(document, answer.items)
            return replace(answer, items=tuple(kept)) if kept or refused is None else refused
        if isinstance(answer, Actions):
            kept, refused = self._accepted(document, answer.items)
            if isinstance(self.request, ActionRequest):  # the range travels with what is resolved later
                kept = [replace(a, within=self._within(document, a)) if a.data else a for a in kept]
            return Actions(tuple(kept)) if kept or refused is None else refused
        if isinstance(answer, Findings):
            return replace(answer, items=tuple(self._with_accepted_fixes(document, each) for each in answer.items))
        return answer

    @property
    def verdict(self) -> str:
        """`accepted`, the reason code of the last refusal, or "" if no model wrote anything."""
        refusals = [verdict for verdict in self.verdicts if verdict not in (ACCEPTED, ACCEPTED_UNPARSED)]
        return "".join((refusals or self.verdicts)[-1:])

    def _with_accepted_fixes(self, document: Document, finding: Finding) -> Finding:
        if not any(fix.elsewhere or self.by_model(fix.origin) for fix in finding.fixes):
            return finding
        kept, _ = self._accepted(document, finding.fixes, finding.span)
        return replace(finding, fixes=tuple(kept))

    def _accepted(
        self, document: Document, items: Iterable[_Item], about: Span | None = None
    ) -> tuple[list[_Item], Silence | None]:
        kept: list[_Item] = []
        refused: Silence | None = None
        for item in items:
            edits = (TextEdit(item.span, item.text),) if isinstance(item, CompletionItem) else item.edits
            why = self._refuse_elsewhere(item) if isinstance(item, Action | Fix) and item.elsewhere else None
            if why is None and edits and self.by_model(item.origin):
                tree = self.tree(document)
                why = refuse_edits(document, tree, edits, self._within(document, item, about))
                self.verdicts.append(why.reason if why else ACCEPTED if tree else ACCEPTED_UNPARSED)
            if why is None:
                kept.append(item)
            refused = why or refused
        return kept, refused

    def _refuse_elsewhere(self, item: Action | Fix) -> Silence | None:
        """Why its edits of other documents may not be made; None if they may."""
        if self.by_model(item.origin):
            return silence("outside-range")
        for document in (each.document for each in item.elsewhere):
            text = self.shared(document.path) if document.path else None
            if text is None:
                return silence("outside-folder", uri=document.uri)
            if text != document.text:
                return silence("changed-elsewhere", uri=document.uri)
        return None

    def _within(self, document: Document, item: CompletionItem | Action | Fix, about: Span | None = None) -> Span:
        """The requested range: the plugin's range from when it offered the action, or the lines of the request."""
        match self.request, item:
            case ResolveRequest(action=offered), Action():
                if offered.within is not None:
                    return offered.within
                spans = [finding.span for finding in offered.findings]
            case CompletionRequest(offset=offset, selected=selected), _:
                return _lines(document, [Span(offset, offset), *([selected[0]] if selected else [])])
            case _, Action(within=Span() as within) | Fix(within=Span() as within):
                return within
            case ActionRequest(span=span), Action(findings=findings):
                spans = [span, *(finding.span for finding in findings)]
            case _:
                return Span(0, len(document.text)) if about is None else _lines(document, [about])
        return _lines(document, spans) if spans else Span(0, 0)


def _lines(document: Document, spans: Sequence[Span]) -> Span:
    """The whole lines from the first to the last of the spans."""
    length = len(document.text)
    first = document.line_at(min(max(0, min(span.start for span in spans)), length))
    last = document.line_at(min(max(0, max(span.end for span in spans)), length))
    return Span(document.line_starts[first], document.line_span(last).end)


def refuse_edits(
    document: Document, before: SyntaxTree | None, edits: Sequence[TextEdit], within: Span | None = None
) -> Silence | None:
    """Why a model's edits may not be shown; None if they may. `before` is the document's tree, if it has one."""
    if sum(len(edit.new_text) for edit in edits) > MAX_NEW_CHARACTERS:
        return silence("too-large")
    if any("\0" in edit.new_text for edit in edits):
        return silence("not-text")
    if within is not None and not all(within.contains(edit.span) for edit in edits):
        return silence("outside-range")
    if before is None and has_grammar(document.language):
        return silence("no-tree")
    if before is not None:
        after = changed_tree(before, *edits)
        if after is None:
            return silence("no-tree")
        if not parses_no_worse(before, after):
            return silence("would-not-parse")
    return None
