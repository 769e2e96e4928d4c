"""Checks the form of every answer: its type, its size, and that its spans are inside the document."""

from __future__ import annotations

import json
from collections.abc import Sequence

from breadknife.task.values import (
    Action,
    Actions,
    Answer,
    CompletionItem,
    CompletionRequest,
    Completions,
    DocumentEdits,
    Done,
    Finding,
    Findings,
    Hover,
    HoverRequest,
    Inlays,
    Lens,
    Lenses,
    Request,
    document_of,
)
from breadknife.text.document import Document, Span, TextEdit

MAX_ITEMS = 100_000
"""The most findings, fixes and actions of one answer. A book of 2 MB with five mistakes a paragraph has as many."""
MAX_CHARACTERS = 20_000_000
"""The most characters of all texts of one answer together. The limits of texts below are characters, too."""
MAX_TITLE = 100
"""A text on one line among others: a lens, an inlay, a document's title."""
MAX_HOVER = 20_000
MAX_PICTURE, PNG = 60_000, b"\x89PNG\r\n\x1a\n"
MAX_MESSAGE = 20_000
MAX_TOOLTIP = 2_000
MAX_DOCUMENT = 2_000_000
"""The text of a new document."""
MAX_RESULT = 1_000_000
"""A command's result in JSON."""
MAX_LENSES, MAX_INLAYS, MAX_OPENED = 2_000, 10_000, 10


class BadAnswer(Exception):
    """An answer that breaks the protocol: `reason` is `bad-span`, `bad-answer`, `plugin-flooded` or `plugin-broke`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def check_form(request: Request, answer: object) -> None:
    """Raise BadAnswer if a plugin's answer isn't of one of the types of answers, has spans outside the document, or is
    bigger than the limits above."""
    if not isinstance(answer, Answer | None):
        raise BadAnswer("plugin-broke", f"it answered with a {type(answer).__name__}")
    document = document_of(request)
    match answer:
        case Completions() | Actions() | Findings() if document is not None:
            _check_edited(request, document, answer)
        case Hover() | Lenses() | Inlays() if document is not None:
            _check_shown(request, document, answer)
        case Done():
            _check_done(answer)
        case _:
            pass


def _check_edited(request: Request, document: Document, answer: Completions | Actions | Findings) -> None:
    """Check an answer that has edits or findings of the document. Raises BadAnswer, as the functions below do."""
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
                elsewhere += (change for fix in item.fixes for change in fix.elsewhere)
                texts += (item.message, *(fix.title for fix in item.fixes))
        if len(edited) + len(elsewhere) + len(spans) > 2 * MAX_ITEMS:
            raise BadAnswer("plugin-flooded", f"answered with more than {MAX_ITEMS:,} items")
    written = (*edited, *(change.edits for change in elsewhere))
    size = sum(map(len, texts)) + sum(len(edit.new_text) for edits in written for edit in edits)
    if size > MAX_CHARACTERS:
        raise BadAnswer("plugin-flooded", f"answered with {size:,} characters of text")
    length = len(document.text)
    for span in spans:
        _check_order((0, span.start, span.end, length))
    for edits in edited:
        _check_edits(edits, length)
    for change in elsewhere:
        if change.document.uri == document.uri:
            raise BadAnswer("bad-span", "answered with edits of the same document as those of another one")
        _check_edits(change.edits, len(change.document.text))


def _check_shown(request: Request, document: Document, answer: Hover | Lenses | Inlays) -> None:
    """Check an answer that is shown at places of the document."""
    length = len(document.text)
    if isinstance(answer, Hover):
        _check_text("a hover", answer.text, MAX_HOVER)
        if answer.picture and not (answer.picture.startswith(PNG) and len(answer.picture) <= MAX_PICTURE):
            raise BadAnswer("bad-picture", f"answered with a picture that is no PNG or has over {MAX_PICTURE:,} bytes")
        if (span := answer.span) is not None:
            _check_order((0, span.start, span.end, length))
            if isinstance(request, HoverRequest) and not span.touches(Span(request.offset, request.offset)):
                raise BadAnswer("bad-span", "answered for another place than the pointer's")
        return
    most = MAX_LENSES if isinstance(answer, Lenses) else MAX_INLAYS
    if len(answer.items) > most:
        raise BadAnswer("plugin-flooded", f"answered with {len(answer.items):,} items; {most:,} are the most")
    for item in answer.items:
        if isinstance(item, Lens):
            _check_order((0, item.span.start, item.span.end, length))
            _check_line("a lens's title", item.title)
        else:
            _check_order((0, item.offset, length))
            _check_line("an inlay", item.text)
            _check_text("a tooltip", item.tooltip, MAX_TOOLTIP)


def _check_done(answer: Done) -> None:
    _check_text("a message", answer.message, MAX_MESSAGE)
    if max(len(answer.documents), len(answer.shows)) > MAX_OPENED:
        raise BadAnswer("plugin-flooded", f"answered with more than {MAX_OPENED} documents to open")
    for document in answer.documents:
        _check_text("a new document", document.text, MAX_DOCUMENT)
        _check_text("a document's title", document.title, MAX_TITLE)
    for shown in answer.shows:
        if shown.span is not None:
            _check_order((0, shown.span.start, shown.span.end))
    if answer.result is not None:
        _check_text("a result", _as_json(answer.result), MAX_RESULT)


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadAnswer("bad-answer", f"answered with a result that isn't JSON: {error}") from None


def _check_line(what: str, text: str) -> None:
    _check_text(what, text, MAX_TITLE)
    if not text.strip() or len(text.splitlines()) > 1:
        raise BadAnswer("bad-answer", f"answered with {what} that isn't one line")


def _check_text(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise BadAnswer("plugin-flooded", f"answered with {what} of {len(text):,} characters; {most:,} are the most")


def _check_edits(edits: Sequence[TextEdit], length: int) -> None:
    ordered = sorted(edit.span for edit in edits)
    _check_order((0, *(at for span in ordered for at in (span.start, span.end)), length))


def _check_order(offsets: Sequence[int]) -> None:
    """Raise BadAnswer unless the offsets are integers in ascending order."""
    if any(type(offset) is not int for offset in offsets) or list(offsets) != sorted(offsets):
        raise BadAnswer("bad-span", "answered with a span that is outside the document, or with edits that overlap")
