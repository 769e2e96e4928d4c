"""A generation that outlives the request that began it.

Most keys that a user types agree with what the model is writing: such a key doesn't stop the work, its request is
answered from the same stream. A stream stops when its text is complete, or when nobody waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk
from breadknife.errors import BreadknifeError, Cancelled, EngineError

GRACE_SECONDS = 0.08
"""An editor cancels a request just before it sends the next one; the stream waits that long for it."""


class Stream:
    """Text that grows. `generate` is called in a thread of the stream's own, with the token that stops it."""

    def __init__(self, before: str, after: str, generate: Callable[[CancelToken], Iterator[Chunk]]) -> None:
        self._before = before
        """The document before the cursor where the generation began."""
        self._after = after
        self._generate = generate
        self._cancel = CancelToken()
        self._changed = threading.Condition()
        self._waiting = 0
        self._text = ""
        self._last = Chunk("")
        self._error: BreadknifeError | None = None
        threading.Thread(target=self._run, name="completion stream", daemon=True).start()

    def typed(self, before: str, after: str) -> str | None:
        """What was typed since the stream began, if the stream still answers for a cursor there, else None."""
        if after != self._after or not before.startswith(self._before):
            return None
        typed = before[len(self._before) :]
        with self._changed:
            if self._error:
                return None
            ahead = self._text.startswith(typed) and (not self._last.finish or len(self._text) > len(typed))
            behind = not self._last.finish and typed.startswith(self._text)
        return typed if ahead or behind else None

    def so_far(self) -> tuple[str, Chunk]:
        """The text that is written, and its newest chunk."""
        with self._changed:
            return self._text, self._last

    def settle(self) -> None:
        """Write no further: what is written is complete, and good for keys that agree with it."""
        with self._changed:
            if not self._error and not self._last.finish:
                self._last = replace(self._last, finish="stop")
        self._cancel.cancel()

    def stop(self) -> None:
        """Write no further, and answer nobody any more."""
        with self._changed:
            self._error = self._error or Cancelled("the completion was stopped")
            self._changed.notify_all()
        self._cancel.cancel()

    def wait(self, enough: Callable[[str], bool], cancel: CancelToken) -> tuple[str, Chunk]:
        """The text once it is `enough`, or at its end, and its newest chunk.

        Raises Cancelled, or the error that ended the generation.
        """
        forget = cancel.on_cancel(self._wake)
        with self._changed:
            self._waiting += 1
            try:
                while not (self._error or self._last.finish or enough(self._text)):
                    cancel.raise_if_cancelled()
                    self._changed.wait(cancel.remaining())
                if self._error:
                    raise self._error
                return self._text, self._last
            except Cancelled:
                threading.Timer(GRACE_SECONDS, self._stop_if_unwanted).start()
                raise
            finally:
                self._waiting -= 1
                forget()

    def _run(self) -> None:
        error: BreadknifeError | None = None
        try:
            for chunk in self._generate(self._cancel):
                with self._changed:
                    if self._last.finish:
                        return
                    self._text += chunk.text
                    self._last = chunk
                    self._changed.notify_all()
        except Exception as raised:  # whatever it is, somebody waits
            error = raised if isinstance(raised, BreadknifeError) else EngineError(f"{type(raised).__name__}: {raised}")
        with self._changed:
            if not self._last.finish:
                self._error = error or EngineError("the engine ended its answer early")
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _stop_if_unwanted(self) -> None:
        with self._changed:
            unwanted = self._waiting == 0
        if unwanted:
            self.stop()
