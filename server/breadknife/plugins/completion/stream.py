"""Texts that outlive the requests they are written for.

Most keys that a user types agree with what the model is writing: such a key doesn't stop the work, its request is
answered from the same stream. What was written stays good for a while: after a deletion, or when the cursor comes
back, it is there again, and is written on where more is wanted.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk
from breadknife.errors import BreadknifeError, Cancelled, EngineError
from breadknife.plugins.completion.typed_text import TypedText
from breadknife.text.document import Document

GRACE_SECONDS = 0.08
"""An editor cancels a request just before it sends the next one; the stream waits that long for it."""
BEFORE, AFTER = 8_000, 3_000
"""Characters around the text that must be as they were: more than the windows of a prompt."""
LONGEST = 2_000
"""Characters of one text that may have been typed."""
MOST_STREAMS = 8
"""Of one document."""

Goal = Callable[[str], bool]
"""Tells whether a text is all that is wanted."""
Write = Callable[[str, int, CancelToken], Generator[Chunk, None, None]]
"""Goes on after a text that is written already, for so many tokens at most."""


@dataclass(frozen=True)
class GeneratedToken:
    end: int
    """Where it ends in the text."""
    logprob: float
    likeliest: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class GeneratedText:
    """What a stream has written at one moment."""

    text: str = ""
    tokens: tuple[GeneratedToken, ...] = ()
    last: Chunk = Chunk("")  # noqa: RUF009  # frozen
    """The newest chunk; its `finish` tells that the text has come to its own end."""
    writing: bool = False
    """More will come unasked."""

    def spanning(self, start: int, end: int) -> list[tuple[int, GeneratedToken]]:
        """Return the tokens that `text[start:end]` is made of, each with where it begins."""
        begins = (0, *(token.end for token in self.tokens))
        return [
            (begin, token)
            for begin, token in zip(begins, self.tokens, strict=False)
            if start < token.end and begin < end
        ]


class Stream:
    """A text that belongs at `document[start:offset]`, between what stands before and after it.

    Written in a thread of its own, and only as long as somebody wants more of it.
    """

    def __init__(
        self, document: Document, start: int, offset: int, write: Write, begun: GeneratedText = GeneratedText()
    ) -> None:
        """`begun` is written already."""
        self.start = start
        """Where the text begins in the document."""
        self._before = document.text[max(start - BEFORE, 0) : start]
        self._required = document.text[start:offset]
        """What stood in the text's place at first: without it another text may be wanted."""
        self._after = document.text[offset : offset + AFTER]
        self._write = write
        self._changed = threading.Condition()
        self._text = begun.text
        self._tokens = list(begun.tokens)
        self._last = Chunk("")
        self._begun = -1
        """How much was written when the newest writer began."""
        self._more = 0
        """Tokens that are wanted after the newest writer's own."""
        self._goal: Goal = bool
        self._writer: CancelToken | None = None
        """Stops the thread that writes, if there is one."""
        self._error: BreadknifeError | None = None
        self._claims = 0
        self._then: Callable[[], None] | None = None

    def typed(self, document: Document, offset: int) -> str | None:
        """Return the beginning of the text that is typed by now, if the stream still answers for a cursor there, else
        None."""
        start = self.start
        if not start <= offset <= start + LONGEST or document.text[offset : offset + AFTER] != self._after:
            return None
        if document.text[max(start - BEFORE, 0) : start] != self._before:
            return None
        typed = TypedText(document, start, offset)
        with self._changed:
            if self._error or not typed.text.startswith(self._required):
                return None
            matched = typed.match(self._text, unfinished=self._writer is not None)
            if matched is None:
                return typed.text if self._writer and typed.text.startswith(self._text) else None
            more = self._writer or len(self._text) > len(matched) or self._last.finish == "stop"
        return matched if more else None

    def claim(self) -> None:
        """Note that a request is answered from here: what an earlier one's cancellation would stop goes on."""
        with self._changed:
            self._claims += 1

    def want(self, goal: Goal, tokens: int, *, at_rest: bool = False) -> None:
        """Write until `goal` is met or the text comes to its end, `tokens` at most from now on.

        With `at_rest` only if nothing is being written that somebody else wants.
        """
        with self._changed:
            if at_rest and self._writer:
                return
            self._goal, self._then = goal, None
            met = goal(self._text)
            if self._writer and met:
                self._rest()
            elif self._writer:
                self._more = tokens
            elif not (met or self._error or self._ended):
                self._begin(tokens)

    def then(self, call: Callable[[], None]) -> None:
        """Call it, once, when no more is being written, unless something else is wanted before."""
        with self._changed:
            if self._writer:
                self._then = call
                return
        call()

    def stop(self) -> None:
        """Write no further. What is written stays."""
        with self._changed:
            self._then = None
            self._rest()

    @property
    def generated(self) -> GeneratedText:
        """The text that is written so far."""
        with self._changed:
            return GeneratedText(self._text, tuple(self._tokens), self._last, self._writer is not None)

    def wait(self, cancel: CancelToken, due: float = math.inf, seen: int = -1) -> GeneratedText:
        """Return what is written when no more is being written, or once that is more than `seen` characters and it is
        `due` (on `time.monotonic()`'s clock).

        Raises Cancelled, or the error that ended the writing.
        """
        forget = cancel.on_cancel(self._wake)
        with self._changed:
            claims = self._claims
            try:
                while True:
                    if self._error:
                        raise self._error
                    remaining = due - time.monotonic()
                    if not self._writer or (remaining <= 0 and len(self._text) > seen):
                        return self.generated
                    cancel.raise_if_cancelled()
                    until_due, left = remaining if remaining > 0 else math.inf, cancel.remaining()
                    self._changed.wait(min(until_due, math.inf if left is None else left, threading.TIMEOUT_MAX))
            except Cancelled:
                timer = threading.Timer(GRACE_SECONDS, self._stop_unless_claimed, (claims,))
                timer.daemon = True
                timer.start()
                raise
            finally:
                forget()

    @property
    def _ended(self) -> bool:
        """It came to its own end, or there is no room for more."""
        return self._last.finish == "stop" or (self._last.finish != "" and len(self._text) == self._begun)

    def _begin(self, tokens: int) -> None:
        self._writer, self._begun, self._more = CancelToken(), len(self._text), 0
        arguments = (self._writer, self._text, tokens)
        threading.Thread(target=self._run, args=arguments, name="completion stream", daemon=True).start()

    def _run(self, writer: CancelToken, text: str, tokens: int) -> None:
        then: Callable[[], None] | None = None
        try:
            with closing(self._write(text, tokens, writer)) as chunks:
                for chunk in chunks:
                    with self._changed:
                        if self._writer is not writer:
                            return
                        self._take(chunk)
                        met = self._goal(self._text)
                        if chunk.finish and self._more and not (met or self._ended):
                            self._begin(self._more)
                            break
                        if chunk.finish or met:
                            then, self._then = self._then, None
                            self._rest()
                            break
                        self._changed.notify_all()
                else:
                    raise EngineError("the engine ended its answer early")
        except Exception as raised:  # whatever it is, somebody waits
            with self._changed:
                if self._writer is not writer:
                    return
                if not isinstance(raised, Cancelled):
                    known = isinstance(raised, BreadknifeError)
                    self._error = raised if known else EngineError(f"{type(raised).__name__}: {raised}")
                self._rest()
        if then:
            then()

    def _take(self, chunk: Chunk) -> None:
        self._text += chunk.text
        self._last = chunk
        if chunk.text:
            self._tokens.append(GeneratedToken(len(self._text), chunk.logprob, chunk.top_logprobs))

    def _rest(self) -> None:
        if self._writer:
            self._writer.cancel()
            self._writer = None
        self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _stop_unless_claimed(self, claims: int) -> None:
        with self._changed:
            unwanted = self._claims == claims
        if unwanted:
            self.stop()


class StreamTable:
    """The newest streams of one document. One of them writes at a time. Safe to use from several threads."""

    def __init__(self) -> None:
        self._streams: list[Stream] = []
        """The newest one last."""
        self._lock = threading.Lock()

    def find(self, document: Document, offset: int) -> tuple[Stream, str] | None:
        """Return the stream that answers for a cursor, and what was typed since it began."""
        with self._lock:
            for stream in reversed(self._streams):
                typed = stream.typed(document, offset)
                if typed is not None:
                    stream.claim()
                    self._put_last(stream)
                    return stream, typed
        return None

    def add(self, stream: Stream) -> None:
        with self._lock:
            stream.claim()
            self._put_last(stream)

    def stop(self) -> None:
        with self._lock:
            for stream in self._streams:
                stream.stop()

    def _put_last(self, stream: Stream) -> None:
        others = [other for other in self._streams if other is not stream]
        for other in others:
            other.stop()
        self._streams = [*others[1 - MOST_STREAMS :], stream]
