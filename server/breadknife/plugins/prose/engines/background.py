"""A slow engine in a thread of its own: what is asked now is answered later."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from breadknife.cancel import CancelToken
from breadknife.errors import EngineAbsent, EngineDied, EngineError
from breadknife.kept import Kept
from breadknife.plugins.prose.engines.health import Health
from breadknife.plugins.prose.engines.questions import Arrived, Questions, Taken, always

log = logging.getLogger(__name__)

_POLL_S = 0.05


_Question = TypeVar("_Question", bound=Hashable)
_Asked = TypeVar("_Asked", bound=Hashable, contravariant=True)
_Result = TypeVar("_Result", covariant=True)


class Slow(Protocol[_Asked, _Result]):
    """An engine that answers a text, or another question, after a while."""

    def check(self, text: _Asked, /) -> tuple[_Result, ...]:
        """Raises EngineError."""
        ...

    def close(self) -> None: ...


class Background(Generic[_Question, _Result]):
    """Results of `engine`, kept for the newest `capacity` texts, and in `kept` for longer. Safe to use from several
    threads.

    What is asked stays asked until it is answered: before the engine has started, while it starts again, and while it
    has given up, which is tried again when its `health` says so.
    """

    def __init__(
        self,
        engine: Slow[_Question, _Result],
        capacity: int = 1 << 16,
        health: Health | None = None,
        kept: Kept[_Question, _Result] | None = None,
        matters: Callable[[_Question, Sequence[_Result]], bool] = always,
    ) -> None:
        """`matters` tells whether what the engine said of a text may change what is shown."""
        self._engine = engine
        self._health = health or Health()
        self._kept = kept
        self._questions: Questions[_Question, _Result] = Questions(self._health, capacity, matters)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._health.on_recovery(self._wake)

    @property
    def failure(self) -> str | None:
        """Why the engine gave up, until it answers again."""
        return self._health.failure

    @property
    def is_absent(self) -> bool:
        """Whether it gave up because there is no engine to ask."""
        return self._health.failure is not None and self._health.is_absent

    def result(self, text: _Question) -> tuple[_Result, ...] | None:
        """Return what the engine said of `text`, or None when it has not been asked or has not answered yet."""
        with self._changed:
            return self._questions.result(text)

    def lost(self, texts: Iterable[_Question]) -> bool:
        """Tell whether the engine could not check some of them, though it works."""
        with self._changed:
            return self._questions.lost(texts)

    def answer(self, text: _Question) -> tuple[_Result, ...]:
        """Return the same at once, for an engine that several threads may ask. Raises EngineError."""
        found = self.result(text)
        if found is None:
            found = self._engine.check(text)
            with self._changed:
                self._questions.remember(text, found)
                self._changed.notify_all()
        return found

    def submit(
        self,
        owner: str,
        texts: Iterable[_Question],
        arrived: Arrived,
        *,
        after: float = 0.0,
        share: float = 1.0,
    ) -> None:
        """Check these texts, in place of what this owner still waits for: the newest owner's first, and of an owner's
        those first that it hasn't asked for before.

        Nothing new is checked before `after` seconds, in which the owner may think better of it. Only `share` of the
        time is used, but a single new text, as when the user writes, doesn't wait until the engine has rested.
        `arrived` is called from another thread when there is news that matters, when all are answered, and when the
        engine gives up.
        """
        with self._changed:
            now = time.monotonic()
            if self._closed or not self._questions.ask(
                owner, texts, arrived, now, after=after, share=share, is_known=self._is_kept
            ):
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="prose-background", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for is still to come: not while the engine has given up."""
        with self._changed:
            return self.failure is None and self._questions.waits(owner)

    def wait(self, texts: Iterable[_Question], cancel: CancelToken) -> None:
        """Return when the engine has answered all of them, could not, or gave up. Raises Cancelled."""
        waiting = set(texts)
        with self._changed:
            while self.failure is None and not self._closed:
                waiting -= self._questions.settled(waiting)
                if not waiting:
                    return
                cancel.raise_if_cancelled()
                self._changed.wait(_POLL_S)

    def close(self, wait_s: float = 10.0) -> None:
        """Ask no more; return when its thread has ended, or after a while."""
        with self._changed:
            self._closed = True
            self._questions.clear()
            self._changed.notify_all()
            thread = self._thread
        self._engine.close()
        if thread is not None:
            thread.join(timeout=wait_s)

    def _work(self) -> None:
        while (taken := self._next()) is not None:
            try:
                told = self._asked(taken)
            except Exception:  # what nobody foresaw costs one text, not all that wait
                log.exception("%s could not be asked", type(self._engine).__name__)
                told = self._lose(taken, has_fault=True)
            for arrived in told:
                try:
                    arrived()
                except Exception:
                    log.exception("a document could not be told that there is news")

    def _next(self) -> Taken[_Question] | None:
        """Wait for a text to check; None at the end."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                if (taken := self._questions.take(now)) is not None:
                    return taken
                self._changed.wait(self._questions.wait_s(now))
            return None

    def _asked(self, taken: Taken[_Question]) -> Sequence[Arrived]:
        """Ask the engine; return whom to tell."""
        started = time.monotonic()
        results = self.result(taken.text)  # meanwhile, for another owner
        if results is None:
            try:
                results = self._check(taken.text)
            except EngineDied:
                return self._lose(taken)
            except EngineError as error:
                return self._give_up(error, taken)
            self._health.answered()
            if self._kept is not None:
                self._kept.put(taken.text, results)
        with self._changed:
            now = time.monotonic()
            told = self._questions.answered(taken, results, now - started, now)
            self._changed.notify_all()
        return told

    def _check(self, text: _Question) -> tuple[_Result, ...]:
        """Raises EngineDied for a text that the engine dies of twice: what others wait for goes on."""
        try:
            return self._engine.check(text)
        except EngineDied as error:
            log.warning("%s", error)
        return self._engine.check(text)

    def _lose(self, taken: Taken[_Question], *, has_fault: bool = False) -> Sequence[Arrived]:
        with self._changed:
            told = self._questions.lose(taken, time.monotonic(), has_fault=has_fault)
            self._changed.notify_all()
        return told

    def _give_up(self, error: EngineError, taken: Taken[_Question]) -> Sequence[Arrived]:
        """Everybody that waits is told; the text that was being checked comes first when the engine is tried again."""
        with self._changed:
            if self._closed:
                return ()
            self._health.gave_up(str(error), is_absent=isinstance(error, EngineAbsent))
            waiting = self._questions.give_back(taken, time.monotonic())
            self._changed.notify_all()
        return waiting

    def _is_kept(self, text: _Question) -> bool:
        """Whether it was answered on an earlier day; then it is as if it had just been."""
        found = self._kept.get(text) if self._kept is not None else None
        if found is not None:
            self._questions.remember(text, found)
        return found is not None

    def _wake(self) -> None:
        """The engine answers again: what waited for its next attempt needn't."""
        with self._changed:
            self._changed.notify_all()
