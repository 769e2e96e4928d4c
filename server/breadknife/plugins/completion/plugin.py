"""Code completion by a fill-in-the-middle model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk
from breadknife.plugins.completion.filters import fitted
from breadknife.plugins.completion.prompt import fim_prompt
from breadknife.plugins.completion.shape import Shape, shape_at, wanted, whole_lines
from breadknife.plugins.completion.stream import Stream
from breadknife.task.plugin import ANY_LANGUAGE, Context, Model
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


@dataclass(frozen=True)
class CompletionSettings:
    max_lines: int = 12
    """Lines that one suggestion may have at most; 1 means never a block."""


class CompletionPlugin:
    name = "completion"
    settings: type[Any] = CompletionSettings
    serves: Mapping[type[Any], frozenset[str]] = {CompletionRequest: frozenset({ANY_LANGUAGE})}

    def __init__(self) -> None:
        self._streams: dict[str, Stream] = {}
        """The newest stream of each document."""
        self._lock = threading.Lock()

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        if not isinstance(request, CompletionRequest):
            return None
        settings: CompletionSettings = context.settings(CompletionSettings)
        document, offset, selected = _continued(request)
        if _inside_word(document.text, offset):
            return Silence("inside-word", "the cursor is inside a word", "move to its end")
        shape = shape_at(document, offset, settings.max_lines)
        model = context.model("completion")
        hurry = time.monotonic() + BLOCK_SECONDS if request.trigger is Trigger.TYPING else float("inf")

        def enough(text: str) -> bool:
            text, complete = wanted(text, shape)
            return complete or (time.monotonic() > hurry and bool(whole_lines(text)))

        text, last = self._written(document, offset, shape, model, enough, context.cancel)
        text, complete = wanted(text, shape)
        if not complete and last.finish != "stop":
            text = whole_lines(text) or text
        fit = fitted(text, document, offset, context.tree(document))
        if isinstance(fit, Silence):
            return fit
        span = Span(offset, offset)
        if selected is not None:
            span, fit = selected.span, selected.new_text + fit
        return Completions((CompletionItem(span, fit, model.origin(last)),))

    def close(self) -> None:
        with self._lock:
            for stream in self._streams.values():
                stream.stop()

    def _written(
        self,
        document: Document,
        offset: int,
        shape: Shape,
        model: Model,
        enough: Callable[[str], bool],
        cancel: CancelToken,
    ) -> tuple[str, Chunk]:
        """What the model writes at `offset`, once that is enough, and its newest chunk."""
        last = Chunk("")
        for start in dict.fromkeys((_before_blanks(document.text, offset), offset)):
            stream, typed = self._stream(document, start, offset, shape, model)

            def settled(written: str, typed: str = typed) -> bool:
                if not written.startswith(typed):
                    return not typed.startswith(written)
                return enough(written[len(typed) :])

            written, last = stream.wait(settled, cancel)
            if written.startswith(typed):
                if wanted(written[len(typed) :], shape)[1]:
                    stream.settle()
                return written[len(typed) :], last
        return "", last

    def _stream(self, document: Document, start: int, offset: int, shape: Shape, model: Model) -> tuple[Stream, str]:
        """The stream that answers at `offset`, and what stands there since it began: a new one begins at `start`."""
        before, after = document.text[:offset], document.text[offset:]
        with self._lock:
            stream = self._streams.get(document.uri)
            typed = stream.typed(before, after) if stream else None
            if stream is None or typed is None:
                if stream:
                    stream.stop()
                generate = partial(_generate, model, document, start, offset, shape)
                stream, typed = Stream(before[:start], after, generate), before[start:]
                self._streams.pop(document.uri, None)
                self._streams[document.uri] = stream
                while len(self._streams) > DOCUMENTS:
                    self._streams.pop(next(iter(self._streams))).stop()
            return stream, typed


def _generate(
    model: Model, document: Document, start: int, offset: int, shape: Shape, cancel: CancelToken
) -> Iterator[Chunk]:
    return model.generate(fim_prompt(document, start, offset), max_tokens=shape.max_tokens, stop=_STOP, cancel=cancel)


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
