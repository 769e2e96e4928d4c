"""Code completion by a fill-in-the-middle model."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk
from breadknife.plugins.completion.filters import fitted
from breadknife.plugins.completion.prompt import fim_prompt
from breadknife.plugins.completion.shape import Shape, shape_at, wanted, whole_lines
from breadknife.plugins.completion.stream import Stream
from breadknife.task.cascade import Kind, PassedOn, Settled, Step, Verdict, Vetoed
from breadknife.task.plugin import ANY_LANGUAGE, API, Context, Model
from breadknife.task.reasons import silence
from breadknife.task.values import (
    Answer,
    CompletionItem,
    CompletionRequest,
    Completions,
    Request,
    Silence,
    Trigger,
)
from breadknife.text.document import Document, Span, TextEdit

BLOCK_SECONDS = 1.5
"""How long someone who is typing waits for a block to be complete; then its complete lines are shown."""

DOCUMENTS = 16
"""Documents whose newest stream is kept."""

_STOP = ("<|fim_", "<|repo_name|>", "<|file_sep|>")


ROLE = "completion"


@dataclass(frozen=True)
class CompletionSettings:
    max_lines: int = 12
    """Lines that one suggestion may have at most; 1 means never a block."""


@dataclass(frozen=True)
class Place:
    """Where to complete, as if the entry selected in the editor's menu was accepted, and how much is wanted."""

    document: Document
    offset: int
    selected: TextEdit | None
    shape: Shape
    hurry: float
    """From then on (of `time.monotonic()`) complete lines of a block are enough."""

    @property
    def around(self) -> tuple[str, str]:
        return self.document.text[: self.offset], self.document.text[self.offset :]

    def complete(self, text: str) -> bool:
        """Whether nothing that follows can add to what is wanted of `text`."""
        return wanted(text, self.shape)[1]

    def enough(self, text: str) -> bool:
        text, complete = wanted(text, self.shape)
        return complete or (time.monotonic() > self.hurry and bool(whole_lines(text)))


@dataclass(frozen=True)
class Written:
    place: Place
    text: str
    last: Chunk
    """The newest chunk of the stream that wrote it."""


class CompletionPlugin:
    api = API
    name = "completion"
    settings: type[Any] = CompletionSettings
    serves: Mapping[type[Any], frozenset[str]] = {CompletionRequest: frozenset({ANY_LANGUAGE})}
    roles: tuple[str, ...] = (ROLE,)

    def __init__(self) -> None:
        self._streams: dict[str, Stream] = {}
        """The newest stream of each document."""
        self._lock = threading.Lock()
        self._steps = (
            Step("place", Kind.RULE, CompletionRequest, Place, _place),
            Step("typed through", Kind.RULE, Place, Place, self._typed_through),
            Step("model", Kind.SMALL, Place, Written, self._model, role=ROLE),
            Step("fit", Kind.RULE, Written, Completions, _fit),
        )

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        return context.run(self._steps, request) if isinstance(request, CompletionRequest) else None

    def close(self) -> None:
        with self._lock:
            for stream in self._streams.values():
                stream.stop()

    def _typed_through(self, place: Place, context: Context) -> Verdict:
        """What an earlier request's stream has already written may be all that is needed."""
        before, after = place.around
        with self._lock:
            stream = self._streams.get(place.document.uri)
        typed = stream.typed(before, after) if stream else None
        if stream is None or typed is None:
            return PassedOn(place)
        written, last = stream.so_far()
        text = written[len(typed) :]
        if not written.startswith(typed) or not (last.finish or place.enough(text)):
            return PassedOn(place)
        if place.complete(text):
            stream.settle()
        return _fit(Written(place, text, last), context)

    def _model(self, place: Place, context: Context) -> Verdict:
        """What the model writes, once that is enough."""
        model, last = context.model(ROLE), Chunk("")
        for start in dict.fromkeys((_before_blanks(place.document.text, place.offset), place.offset)):
            stream, typed = self._stream(place, start, model)

            def settled(written: str, typed: str = typed) -> bool:
                if not written.startswith(typed):
                    return not typed.startswith(written)
                return place.enough(written[len(typed) :])

            written, last = stream.wait(settled, context.cancel)
            if written.startswith(typed):
                text = written[len(typed) :]
                if place.complete(text):
                    stream.settle()
                return PassedOn(Written(place, text, last))
        return PassedOn(Written(place, "", last))

    def _stream(self, place: Place, start: int, model: Model) -> tuple[Stream, str]:
        """The stream that answers there, and what stands there since it began: a new one begins at `start`."""
        before, after = place.around
        uri = place.document.uri
        with self._lock:
            stream = self._streams.get(uri)
            typed = stream.typed(before, after) if stream else None
            if stream is None or typed is None:
                if stream:
                    stream.stop()
                stream, typed = Stream(before[:start], after, partial(_generate, model, place, start)), before[start:]
                self._streams.pop(uri, None)
                self._streams[uri] = stream
                while len(self._streams) > DOCUMENTS:
                    self._streams.pop(next(iter(self._streams))).stop()
            return stream, typed


def _place(request: CompletionRequest, context: Context) -> Verdict:
    document, offset, selected = _continued(request)
    if _inside_word(document.text, offset):
        return Vetoed(silence("inside-word"))
    settings: CompletionSettings = context.settings(CompletionSettings)
    hurry = time.monotonic() + BLOCK_SECONDS if request.trigger is Trigger.TYPING else float("inf")
    return PassedOn(Place(document, offset, selected, shape_at(document, offset, settings.max_lines), hurry))


def _generate(model: Model, place: Place, start: int, cancel: CancelToken) -> Iterator[Chunk]:
    document = place.document
    prompt = fim_prompt(document, start, place.offset)
    return model.generate(
        prompt, max_tokens=place.shape.max_tokens, stop=_STOP, place=f"completion {document.uri}", cancel=cancel
    )


def _fit(written: Written, context: Context) -> Verdict:
    place, last = written.place, written.last
    text, complete = wanted(written.text, place.shape)
    if not complete and last.finish != "stop":
        text = whole_lines(text) or text
    origin = context.model(ROLE).origin(last)
    fit = fitted(text, place.document, place.offset, context.tree(place.document))
    if isinstance(fit, Silence):
        return Vetoed(fit)
    span = Span(place.offset, place.offset)
    if place.selected is not None:
        span, fit = place.selected.span, place.selected.new_text + fit
    return Settled(Completions((CompletionItem(span, fit, origin),)))


def _before_blanks(text: str, offset: int) -> int:
    """Where the blanks before the cursor begin.

    Tokens of code begin with their blank: after `return ` the model would write a second one. So it is asked to go on
    after `return`, and what it writes must begin with the blanks that are there.
    """
    while offset > 0 and text[offset - 1] in " \t":
        offset -= 1
    return offset


def _continued(request: CompletionRequest) -> tuple[Document, int, TextEdit | None]:
    """The document and the offset to complete at: as if the entry selected in the editor's menu was accepted."""
    if request.selected is None:
        return request.document, request.offset, None
    span, text = request.selected
    edit = TextEdit(span, text)
    document = request.document.edited((edit,), request.document.version)
    return document, span.start + len(text), edit


def _inside_word(text: str, offset: int) -> bool:
    def is_word(char: str) -> bool:
        return char.isalnum() or char == "_"

    return 0 < offset < len(text) and is_word(text[offset - 1]) and is_word(text[offset])
