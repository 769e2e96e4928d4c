"""Checks what models wrote before it is shown, and what an answer would change or open outside the document."""

from __future__ import annotations

import logging
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
    Done,
    Finding,
    Findings,
    Fix,
    Hover,
    Inlay,
    InlayRequest,
    Inlays,
    Lenses,
    Origin,
    Request,
    ResolveRequest,
    Silence,
    document_of,
)
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import SyntaxTree, changed_tree, has_grammar

MAX_NEW_CHARACTERS = 8_000
"""The most characters that a model's edits may insert together. No plugin has a model write that much at once: only a
model that rambles does."""
log = logging.getLogger("breadknife.host")

ACCEPTED = "accepted"
ACCEPTED_UNPARSED = "accepted, not parsed: there is no grammar for the language"

_Item = TypeVar("_Item", CompletionItem, Action, Fix)


@dataclass
class Verifier:
    """Removes from an answer to `request` what a model wrote and a check refuses."""

    request: Request
    tree: Callable[[Document], SyntaxTree | None]
    """Returns a document's syntax tree; None if its language has no grammar."""
    by_model: Callable[[Origin], bool]
    """Tells whether a model wrote an item with this origin."""
    current_text: Callable[[Path], str | None] = lambda path: None
    """Returns the text of a file as it is now; None if the file isn't in the workspace folder or may not be read."""
    may_show: Callable[[str], bool] = lambda uri: False
    """Tells whether the editor may be asked to show what is at a URI."""
    verdicts: list[str] = field(default_factory=list[str])
    """A verdict for each item that a model wrote: `ACCEPTED`, `ACCEPTED_UNPARSED`, or the reason code of a refusal."""

    def verified(self, answer: Answer | None) -> Answer | None:
        """Return the answer without the items that may not be shown; a Silence if all items of it are refused."""
        if isinstance(answer, Done):
            return self._without_refused_documents(answer)
        if isinstance(answer, Hover):
            return self._as_plain_text(answer)
        if isinstance(answer, Lenses):
            return replace(answer, items=tuple(lens for lens in answer.items if self._is_text(lens.origin, lens.title)))
        if isinstance(answer, Inlays):
            return replace(answer, items=tuple(inlay for inlay in answer.items if self._may_show_inlay(inlay)))
        document = document_of(self.request)
        if document is None or isinstance(self.request, CommandRequest):
            return answer
        if isinstance(answer, Completions):
            kept, refused = self._accepted(document, answer.items)
            return replace(answer, items=tuple(kept)) if kept or refused is None else refused
        if isinstance(answer, Actions):
            kept, refused = self._accepted(document, answer.items)
            if isinstance(self.request, ActionRequest):  # an action that is resolved later keeps its range
                kept = [
                    replace(action, within=self._within(document, action)) if action.data else action for action in kept
                ]
            return Actions(tuple(kept)) if kept or refused is None else refused
        if isinstance(answer, Findings):
            return replace(
                answer, items=tuple(self._with_accepted_fixes(document, finding) for finding in answer.items)
            )
        return answer

    @property
    def verdict(self) -> str:
        """The verdict for the receipt: the reason code of the last refusal, else that of the last item; empty if no
        model wrote anything."""
        refusals = [verdict for verdict in self.verdicts if verdict not in (ACCEPTED, ACCEPTED_UNPARSED)]
        return "".join((refusals or self.verdicts)[-1:])

    def _as_plain_text(self, hover: Hover) -> Hover | Silence:
        """Return a hover whose text isn't Markdown if a model wrote it: Markdown could send what the model read in the
        address of a picture, or hide where a link leads."""
        if not self._is_text(hover.origin, hover.text):
            return silence("not-text")
        return replace(hover, markdown=False) if self.by_model(hover.origin) else hover

    def _may_show_inlay(self, inlay: Inlay) -> bool:
        """Tell whether an inlay is in the range of the request, and its text may be shown."""
        requested = self.request.span if isinstance(self.request, InlayRequest) else Span(inlay.offset, inlay.offset)
        is_requested = requested.start <= inlay.offset <= requested.end
        return is_requested and self._is_text(inlay.origin, inlay.text + inlay.tooltip)

    def _without_refused_documents(self, done: Done) -> Done:
        """Return what a command has done, without the documents that the editor may not open."""
        documents = tuple(
            document for document in done.documents if self._is_text(document.origin, document.title + document.text)
        )
        shows = tuple(shown for shown in done.shows if self.may_show(shown.uri))
        for uri in {shown.uri for shown in done.shows} - {shown.uri for shown in shows}:
            log.warning("%s isn't shown: it is no file of the workspace folder that may be read", uri)
        return replace(done, documents=documents, shows=shows)

    def _is_text(self, origin: Origin, text: str) -> bool:
        """Tell whether a text may be shown: a model's may unless it has a NUL. Note the verdict on a model's."""
        if not self.by_model(origin):
            return True
        has_nul = "\0" in text
        self.verdicts.append("not-text" if has_nul else ACCEPTED)
        return not has_nul

    def _with_accepted_fixes(self, document: Document, finding: Finding) -> Finding:
        """Return a finding without the fixes that may not be offered."""
        if not any(fix.elsewhere or self.by_model(fix.origin) for fix in finding.fixes):
            return finding
        kept, _ = self._accepted(document, finding.fixes, finding.span)
        return replace(finding, fixes=tuple(kept))

    def _accepted(
        self, document: Document, items: Iterable[_Item], about: Span | None = None
    ) -> tuple[list[_Item], Silence | None]:
        """Return the items that may be offered, and the reason of the last one that may not. `about` is the span of the
        finding that they fix."""
        kept: list[_Item] = []
        last_refusal: Silence | None = None
        for item in items:
            edits = (TextEdit(item.span, item.text),) if isinstance(item, CompletionItem) else item.edits
            refusal = self._refuse_elsewhere(item) if isinstance(item, Action | Fix) and item.elsewhere else None
            if refusal is None and edits and self.by_model(item.origin):
                tree = self.tree(document)
                refusal = refuse_edits(document, tree, edits, self._within(document, item, about))
                self.verdicts.append(refusal.reason if refusal else ACCEPTED if tree else ACCEPTED_UNPARSED)
            if refusal is None:
                kept.append(item)
            last_refusal = refusal or last_refusal
        return kept, last_refusal

    def _refuse_elsewhere(self, item: Action | Fix) -> Silence | None:
        """Return why an item's edits of other documents may not be made; None if they may."""
        if self.by_model(item.origin):
            return silence("outside-range")
        for document in (change.document for change in item.elsewhere):
            text = self.current_text(document.path) if document.path else None
            if text is None:
                return silence("outside-folder", uri=document.uri)
            if text != document.text:
                return silence("changed-elsewhere", uri=document.uri)
        return None

    def _within(self, document: Document, item: CompletionItem | Action | Fix, about: Span | None = None) -> Span:
        """Return the range that a model's edits may change: the item's own `within`, as its plugin set it, or the lines
        that the request or the finding is about."""
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
    """Return the span of the whole lines from the first to the last of the spans."""
    length = len(document.text)
    first = document.line_at(min(max(0, min(span.start for span in spans)), length))
    last = document.line_at(min(max(0, max(span.end for span in spans)), length))
    return Span(document.line_starts[first], document.line_span(last).end)


def refuse_edits(
    document: Document, before: SyntaxTree | None, edits: Sequence[TextEdit], within: Span | None = None
) -> Silence | None:
    """Return why a model's edits may not be shown; None if they may.

    `before` is the document's tree, if it has one; `within` the range that the edits may change.
    """
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
