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
"""An editor cancels a request just before it sends the next one: a stream goes on for so long without a request."""
BEFORE, AFTER = 8_000, 3_000
"""Characters before and after the text that must be as they were: more than the windows of a prompt."""
LONGEST = 2_000
"""The most characters from a stream's start to a cursor that it answers for."""
MOST_STREAMS = 8
"""Streams that are kept of one document."""

Goal = Callable[[str], bool]
"""Tells whether a text is all that is wanted."""
Write = Callable[[str, int, CancelToken], Generator[Chunk, None, None]]
"""Goes on after a text that is written already, for at most as many tokens as the second argument says."""


@dataclass(frozen=True)
class GeneratedToken:
    """A token of a generated text."""

    end: int
    """Where it ends in the text."""
    logprob: float
    """The natural logarithm of its probability."""
    likeliest: tuple[tuple[str, float], ...] = ()
    """The likeliest tokens in its place, each with its logprob."""


@dataclass(frozen=True)
class GeneratedText:
    """What a stream has written at one moment."""

    text: str = ""
    tokens: tuple[GeneratedToken, ...] = ()
    last: Chunk = Chunk("")  # noqa: RUF009  # frozen
    """The newest chunk; its `finish` tells that the text has come to its own end."""
    writing: bool = False
    """It is still being written."""

    def spanning(self, start: int, end: int) -> list[tuple[int, GeneratedToken]]:
        """Return the tokens that `text[start:end]` is made of, each after the offset where it begins."""
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
        """`write` writes the text, after `begun`, which is written already."""
        self.start = start
        """The offset in the document where the text begins."""
        self.is_branch = bool(begun.text)
        """It began with what another text might have gone on with."""
        self._before = document.text[max(start - BEFORE, 0) : start]
        self._required = document.text[start:offset]
        """What stood there when the stream began: it answers only for a cursor that still has that before it."""
        self._after = document.text[offset : offset + AFTER]
        self._write = write
        self._changed = threading.Condition()
        self._text = begun.text
        self._tokens = list(begun.tokens)
        self._last = Chunk("")
        self._written_before = -1
        """How many characters there were when the newest writer began."""
        self._more = 0
        """How many tokens are wanted after those that the newest writer was asked for."""
        self._goal: Goal = bool
        """What the newest `want` wants; at first any text at all is enough."""
        self._writer: CancelToken | None = None
        """Stops the thread that writes, if there is one."""
        self._error: BreadknifeError | None = None
        """What ended the writing."""
        self._claims = 0
        """How many requests have claimed the stream."""
        self._then: Callable[[], None] | None = None

    def typed(self, document: Document, offset: int) -> str | None:
        """Return the beginning of the stream's text that the user has typed by now, if the stream still answers for a
        cursor at `offset`, else None.

        It answers if the text around it is as it was, and what is typed agrees with what it has written, as far as
        that goes, and it has more than that or may still write it.
        """
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
            if matched is None:  # unless the user is ahead of the writer
                return typed.text if self._writer and typed.text.startswith(self._text) else None
            has_answer = self._writer or len(self._text) > len(matched) or self._last.finish == "stop"
        return matched if has_answer else None

    def claim(self) -> None:
        """Note that a request is answered from here: an earlier request's cancellation doesn't stop the stream then."""
        with self._changed:
            self._claims += 1

    def want(self, goal: Goal, tokens: int, *, at_rest: bool = False) -> None:
        """Write until `goal` is met or the text comes to its end; `goal` replaces that of the call before.

        A writer that is at work finishes the tokens that it was asked for, and `tokens` more follow those; otherwise it
        writes `tokens` at most. With `at_rest` nothing happens if something is being written.
        """
        with self._changed:
            if at_rest and self._writer:
                return
            self._goal, self._then = goal, None
            is_met = goal(self._text)
            if self._writer and is_met:
                self._end_writing()
            elif self._writer:
                self._more = tokens
            elif not (is_met or self._error or self._is_at_its_end):
                self._begin_writing(tokens)

    def then(self, call: Callable[[], None]) -> None:
        """Call `call` once when nothing is being written, at once or later; never if `want` or `stop` comes before."""
        with self._changed:
            if self._writer:
                self._then = call
                return
        call()

    def stop(self) -> None:
        """Write no further. What is written stays."""
        with self._changed:
            self._then = None
            self._end_writing()

    @property
    def generated(self) -> GeneratedText:
        """The text that is written so far."""
        with self._changed:
            return GeneratedText(self._text, tuple(self._tokens), self._last, self._writer is not None)

    def wait(
        self, cancel: CancelToken, due: float = math.inf, seen: int = -1, enough: Goal = lambda text: False
    ) -> GeneratedText:
        """Return the text once nothing is being written or it is `enough`, or at `due` (on `time.monotonic()`'s clock),
        or after that as soon as it has more than `seen` characters.

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
                    if not self._writer or enough(self._text) or (remaining <= 0 and len(self._text) > seen):
                        return self.generated
                    cancel.raise_if_cancelled()
                    until_due, until_deadline = remaining if remaining > 0 else math.inf, cancel.remaining()
                    if until_deadline is None:
                        until_deadline = math.inf
                    self._changed.wait(min(until_due, until_deadline, threading.TIMEOUT_MAX))
            except Cancelled:
                timer = threading.Timer(GRACE_SECONDS, self._stop_unless_claimed, (claims,))
                timer.daemon = True
                timer.start()
                raise
            finally:
                forget()

    @property
    def _is_at_its_end(self) -> bool:
        """True if the text came to its own end, or there is no room for more: the newest writer has added nothing."""
        wrote_nothing = self._last.finish != "" and len(self._text) == self._written_before
        return self._last.finish == "stop" or wrote_nothing

    def _begin_writing(self, tokens: int) -> None:
        self._writer, self._written_before, self._more = CancelToken(), len(self._text), 0
        arguments = (self._writer, self._text, tokens)
        threading.Thread(target=self._run, args=arguments, name="completion stream", daemon=True).start()

    def _run(self, writer: CancelToken, text: str, tokens: int) -> None:
        """Write after `text` until the goal is met, in the writer's thread, as long as it is the newest writer."""
        then: Callable[[], None] | None = None
        try:
            with closing(self._write(text, tokens, writer)) as chunks:
                for chunk in chunks:
                    with self._changed:
                        if self._writer is not writer:
                            return
                        self._take(chunk)
                        is_met = self._goal(self._text)
                        if chunk.finish and self._more and not (is_met or self._is_at_its_end):
                            self._begin_writing(self._more)
                            break
                        if chunk.finish or is_met:
                            then, self._then = self._then, None
                            self._end_writing()
                            break
                        self._changed.notify_all()
                else:
                    raise EngineError("the engine ended its answer early")
        except Exception as raised:  # whatever it is, somebody waits
            with self._changed:
                if self._writer is not writer:
                    return
                if not isinstance(raised, Cancelled):
                    is_ours = isinstance(raised, BreadknifeError)
                    self._error = raised if is_ours else EngineError(f"{type(raised).__name__}: {raised}")
                self._end_writing()
        if then:
            then()

    def _take(self, chunk: Chunk) -> None:
        self._text += chunk.text
        self._last = chunk
        if chunk.text:
            self._tokens.append(GeneratedToken(len(self._text), chunk.logprob, chunk.top_logprobs))

    def _end_writing(self) -> None:
        """Stop the writer, if there is one, and wake who waits."""
        if self._writer:
            self._writer.cancel()
            self._writer = None
        self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _stop_unless_claimed(self, claims: int) -> None:
        """Stop unless a request has claimed the stream since there were `claims`."""
        with self._changed:
            is_unclaimed = self._claims == claims
        if is_unclaimed:
            self.stop()


class StreamTable:
    """The newest streams of one document. One of them writes at a time. Safe to use from several threads."""

    def __init__(self) -> None:
        self._streams: list[Stream] = []
        """The newest one last."""
        self._lock = threading.Lock()

    def find(self, document: Document, offset: int) -> tuple[Stream, str] | None:
        """Return the newest stream that answers for a cursor, and what of its text is typed already; it is claimed."""
        with self._lock:
            for stream in reversed(self._streams):
                typed = stream.typed(document, offset)
                if typed is not None:
                    stream.claim()
                    self._put_last(stream)
                    return stream, typed
        return None

    def add(self, stream: Stream) -> None:
        """Claim a stream and keep it as the newest one. The others stop writing."""
        with self._lock:
            stream.claim()
            self._put_last(stream)

    def stop(self) -> None:
        """Have no stream write any further."""
        with self._lock:
            for stream in self._streams:
                stream.stop()

    def _put_last(self, stream: Stream) -> None:
        others = [other for other in self._streams if other is not stream]
        for other in others:
            other.stop()
        self._streams = [*others[1 - MOST_STREAMS :], stream]
