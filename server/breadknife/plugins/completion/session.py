"""What is kept of one document while it is edited: its streams, its newest request, and the suggestion shown last."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.engine.api import Prompt
from breadknife.plugins.completion.prompt import SOON, Window, new_characters, prefix_start
from breadknife.plugins.completion.stream import Stream, StreamTable
from breadknife.plugins.completion.typed_text import TypedText
from breadknife.text.document import Document, common_prefix

SEEN_SECONDS = 0.5
"""A suggestion that was on the screen for less was hardly read: to type something else doesn't reject it."""

EVALUATED = 4
"""Prompts that are remembered as evaluated: those of the places that a user goes to and fro between."""


@dataclass(frozen=True)
class Offer:
    """A suggestion that is on the user's screen."""

    id: str
    start: int
    """Where its text begins in the document."""
    text: str
    at: float
    """When it was first shown, on `time.monotonic()`'s clock."""

    def rest(self, document: Document, offset: int) -> str | None:
        """Return the part of its text that isn't typed yet up to the cursor; None when something else was typed."""
        typed = TypedText(document, self.start, offset)
        matched = typed.match(self.text) if offset >= self.start else None
        if matched is None:
            return "" if typed.text.startswith(self.text) else None
        return self.text[len(matched) :]

    def is_half_taken(self, document: Document, offset: int) -> bool:
        """Tell whether at least half of its first line is in the document, typed or taken word by word."""
        typed = document.text[self.start : offset]
        taken = typed[: common_prefix(typed, self.text)].strip()
        return 2 * len(taken) >= len(self.text.strip().partition("\n")[0])


class Session:
    """What is kept of one document. Safe to use from several threads."""

    def __init__(self) -> None:
        self.streams = StreamTable()
        self._changed = threading.Condition()
        self._newest = 0
        """The number of the newest request."""
        self._place: tuple[str, int] | None = None
        """The text and the offset of the newest request."""
        self._offer: Offer | None = None
        self._alternatives: tuple[Stream, ...] = ()
        self._evaluation = CancelToken()
        """Cancels the evaluation of `_ahead`."""
        self._ahead: Prompt | None = None
        """The prompt that is evaluated ahead, or is going to be."""
        self._prefix_starts: dict[Window, int] = {}
        """Where the newest prompt's prefix begins in the document, for each window."""
        self._evaluated = deque[Prompt](maxlen=EVALUATED)
        """The newest prompts that the engine has evaluated."""

    def begin(self, document: Document, offset: int) -> tuple[int, bool]:
        """Return a new request's number, and whether the user has done something since the one before."""
        place = (document.text, offset)
        with self._changed:
            moved, self._place = place != self._place, place
            self._newest += 1
            self._changed.notify_all()
            number = self._newest
        if moved:
            self.keep_alternatives(())
        return number, moved

    def close(self) -> None:
        """End all work; nothing new begins for earlier requests."""
        with self._changed:
            self._newest += 1
            self._changed.notify_all()
            self._evaluation.cancel()
        self.keep_alternatives(())
        self.streams.stop()

    @property
    def alternatives(self) -> tuple[Stream, ...]:
        """What the user has asked for by hand, since when neither the text nor the cursor has changed."""
        with self._changed:
            return self._alternatives

    def keep_alternatives(self, streams: tuple[Stream, ...]) -> None:
        """Keep these as the alternatives; those before are written no further."""
        with self._changed:
            before, self._alternatives = self._alternatives, streams
        for stream in before:
            stream.stop()

    def is_newest(self, number: int) -> bool:
        """Tell whether the request with that number is the newest one, and the session isn't closed."""
        with self._changed:
            return number == self._newest

    def pause(self, seconds: float, number: int, cancel: CancelToken) -> bool:
        """Wait so many seconds. Returns False at once when there is a newer request than `number`. Raises Cancelled."""
        end = time.monotonic() + seconds
        forget = cancel.on_cancel(self._wake)
        try:
            with self._changed:
                while (left := end - time.monotonic()) > 0 and number == self._newest:
                    cancel.raise_if_cancelled()
                    self._changed.wait(left)
                return number == self._newest
        finally:
            forget()

    def prefix_start(self, document: Document, offset: int, window: Window) -> int:
        """Return where the prefix of a prompt for a cursor begins: where it began last, if that will do."""
        with self._changed:
            last = self._prefix_starts.get(window)
            start = self._prefix_starts[window] = prefix_start(document, offset, window, last)
            return start

    def evaluate(self, number: int, prompt: Prompt, seconds: float, work: Callable[[CancelToken], None]) -> None:
        """Call `work`, which evaluates `prompt`, in so many seconds, in a thread of its own.

        If work for a prompt that is nearly the same is going on or about to begin, that stays instead: a user may wait
        for the difference (`SOON`). Work for any other prompt is cancelled. Nothing happens if `number` isn't the
        newest request's.
        """
        with self._changed:
            if number != self._newest or (self._ahead and new_characters(prompt, self._ahead) <= SOON):
                return
            self._evaluation.cancel()
            cancel, self._ahead = CancelToken(), prompt
            self._evaluation = cancel

        def begin() -> None:
            try:
                if not cancel.cancelled:
                    work(cancel)
            finally:
                with self._changed:
                    if self._evaluation is cancel:
                        self._ahead = None

        timer = threading.Timer(seconds, begin)
        timer.daemon = True
        timer.start()

    def was_evaluated(self, prompt: Prompt) -> None:
        """Note that the engine has evaluated a prompt."""
        with self._changed:
            self._evaluated.append(prompt)

    def new_characters(self, prompt: Prompt) -> int:
        """Return how many characters of a prompt the engine hasn't evaluated yet, as far as is known."""
        with self._changed:
            prompts = [(), *self._evaluated]
        return min(new_characters(prompt, evaluated) for evaluated in prompts)

    def take_rejected(self, document: Document, offset: int) -> str | None:
        """Return the id of the offer that the user has seen and rejects by typing something else, only once.

        A user who takes half of it and then types something else has had some use of it: that is no reject, and no
        accept of it either.
        """
        with self._changed:
            offer = self._offer
            if offer is None or offer.rest(document, offset):
                return None
            self._offer = None
            is_against = offset >= offer.start and offer.rest(document, offset) is None
            is_rejected = is_against and not offer.is_half_taken(document, offset)
            return offer.id if is_rejected and time.monotonic() - offer.at >= SEEN_SECONDS else None

    def rest_of_offer(self, document: Document, offset: int) -> str:
        """Return the part that isn't typed yet of the offer that the user types along; empty without one."""
        with self._changed:
            return (self._offer.rest(document, offset) if self._offer else None) or ""

    def offer(self, document: Document, offset: int, text: str, id: str) -> str:
        """Note that `text` is shown at a cursor. Returns the offer's id: `id`, or that of the offer before if this is
        its rest, or more of it."""
        with self._changed:
            offer = self._offer
            rest = offer.rest(document, offset) if offer else None
            if offer and rest and (rest.startswith(text) or text.startswith(rest)):
                start, text, id, at = offer.start, document.text[offer.start : offset] + text, offer.id, offer.at
            else:
                start, at = offset, time.monotonic()
            self._offer = Offer(id, start, text, at)
            return id

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
