"""A slow engine in a thread of its own: what is asked now is answered later."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from breadknife.cancel import CancelToken
from breadknife.errors import EngineDied, EngineError
from breadknife.plugins.prose.engines.health import Health
from breadknife.plugins.prose.engines.kept import Kept

log = logging.getLogger(__name__)

_ARRIVAL_S, _SLOWER, _PATIENCE_S = 1.0, 1.3, 20.0
"""No more often than this is the asker told of new results, and of a long document's ever more rarely."""
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


@dataclass
class _Job(Generic[_Question]):
    texts: list[_Question]
    """Last one first."""
    arrived: Callable[[], None]
    due: float
    share: float
    rested: bool
    """Its next text doesn't wait."""
    patience: float = _ARRIVAL_S
    """Seconds until its owner is told of what has come since."""


class Background(Generic[_Question, _Result]):
    """Results of `engine`, kept for the newest `capacity` texts, and in `kept` for longer. Safe to use from several
    threads.

    One that gives up is tried again by what is asked later, when its `health` says so.
    """

    def __init__(
        self,
        engine: Slow[_Question, _Result],
        capacity: int = 1 << 16,
        health: Health | None = None,
        kept: Kept[_Question, _Result] | None = None,
    ) -> None:
        self._engine = engine
        self._capacity = capacity
        self._health = health or Health()
        self._kept = kept
        self._results: OrderedDict[_Question, tuple[_Result, ...]] = OrderedDict()
        self._lost = set[_Question]()
        """Those that it died of, or has a fault with."""
        self._jobs: dict[str, _Job[_Question]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._busy_for = ""
        """Whose text is being checked."""
        self._rests_until = 0.0
        """Of those jobs that may only have a share of the time."""

    @property
    def failure(self) -> str | None:
        """Why the engine gave up, until it answers again."""
        return self._health.failure

    def result(self, text: _Question) -> tuple[_Result, ...] | None:
        """What the engine said of `text`, or None when it has not been asked or has not answered yet."""
        with self._changed:
            found = self._results.get(text)
            if found is not None:
                self._results.move_to_end(text)
            return found

    def lost(self, texts: Iterable[_Question]) -> bool:
        """Whether the engine could not check some of them, though it works."""
        with self._changed:
            return not self._lost.isdisjoint(texts)

    def answer(self, text: _Question) -> tuple[_Result, ...]:
        """The same at once, for an engine that several threads may ask. Raises EngineError."""
        found = self.result(text)
        if found is None:
            found = self._engine.check(text)
            self._keep(text, found)
        return found

    def submit(
        self,
        owner: str,
        texts: Iterable[_Question],
        arrived: Callable[[], None],
        *,
        after: float = 0.0,
        share: float = 1.0,
    ) -> None:
        """Check these texts, the newest owner's first, in place of what this owner still waits for, and before that
        what is new.

        Not before `after` seconds, in which the owner may think better of it, and in `share` of the time: but a single
        text that is new, as when it is being written, doesn't wait until the engine has rested.
        `arrived` is called from another thread whenever some are done, and when the engine gives up.
        """
        with self._changed:
            waiting = [text for text in dict.fromkeys(texts) if text not in self._results][::-1]
            old = self._jobs.pop(owner, None)
            if self._closed or (self._thread is None and not self._health.may_try):
                return
            known = set(old.texts) if old else set[_Question]()
            new = [text for text in waiting if text not in known and not self._is_kept(text)]
            old_texts = [text for text in waiting if text in known]
            if not (new or old_texts):
                return
            self._jobs[owner] = _Job(old_texts + new, arrived, time.monotonic() + after, share, rested=len(new) == 1)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="prose-background", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def waits(self, owner: str) -> bool:
        """Whether something that this owner asked for isn't answered yet."""
        with self._changed:
            return owner in self._jobs or self._busy_for == owner

    def wait(self, texts: Iterable[_Question], cancel: CancelToken) -> None:
        """Return when all of them are answered, or the engine gave up. Raises Cancelled."""
        waiting = set(texts)
        with self._changed:
            while self.failure is None and not self._closed:
                waiting -= self._results.keys()
                if not waiting:
                    return
                cancel.raise_if_cancelled()
                self._changed.wait(_POLL_S)

    def close(self, wait_s: float = 10.0) -> None:
        """Ask no more; return when its thread has ended, or after a while."""
        with self._changed:
            self._closed = True
            self._jobs.clear()
            self._changed.notify_all()
            thread = self._thread
        self._engine.close()
        if thread is not None:
            thread.join(timeout=wait_s)

    def _work(self) -> None:
        told = time.monotonic()
        while (taken := self._next()) is not None:
            text, job = taken
            started = time.monotonic()
            try:
                lints = self._check(text)
            except EngineError as error:
                self._give_up(str(error), job)
                return
            self._keep(text, lints)
            if not self.lost((text,)):
                self._health.answered()
                if self._kept is not None:
                    self._kept.put(text, lints)
            self._busy_for = ""
            now = time.monotonic()
            self._rests_until = max(self._rests_until, now + (now - started) * (1 / job.share - 1))
            if not job.texts or time.monotonic() - told >= job.patience:
                told = time.monotonic()
                job.patience = min(job.patience * _SLOWER, _PATIENCE_S)
                job.arrived()

    def _next(self) -> tuple[_Question, _Job[_Question]] | None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                due = {owner: self._due(job) for owner, job in self._jobs.items()}
                newest = next((owner for owner in reversed(due) if due[owner] <= now), None)
                if newest is not None:
                    job = self._jobs[newest]
                    self._busy_for = newest
                    text = job.texts.pop()
                    job.rested = False
                    if not job.texts:
                        del self._jobs[newest]
                    return text, job
                self._changed.wait(min((each - now for each in due.values()), default=None))
            return None

    def _due(self, job: _Job[_Question]) -> float:
        return job.due if job.rested or job.share == 1.0 else max(job.due, self._rests_until)

    def _is_kept(self, text: _Question) -> bool:
        """Whether it was answered on an earlier day; then it is as if it had just been."""
        found = self._kept.get(text) if self._kept is not None else None
        if found is not None:
            self._remember(text, found)
        return found is not None

    def _keep(self, text: _Question, lints: tuple[_Result, ...]) -> None:
        with self._changed:
            self._remember(text, lints)
            self._changed.notify_all()

    def _remember(self, text: _Question, lints: tuple[_Result, ...]) -> None:
        self._results[text] = lints
        while len(self._results) > self._capacity:
            self._lost.discard(self._results.popitem(last=False)[0])

    def _check(self, text: _Question) -> tuple[_Result, ...]:
        """A text that the engine dies of twice has no findings, nor one that it has a fault with: who waits goes on."""
        for _ in range(2):
            try:
                return self._engine.check(text)
            except EngineDied as error:
                log.warning("%s", error)
            except EngineError:
                raise
            except Exception:
                log.exception("%s has a fault", type(self._engine).__name__)
                break
        with self._changed:
            self._lost.add(text)
        return ()

    def _give_up(self, why: str, busy_with: _Job[_Question]) -> None:
        with self._changed:
            if self._closed:
                return
            self._health.gave_up(why)
            jobs = [busy_with, *(job for job in self._jobs.values() if job is not busy_with)]  # it may be its last text
            self._jobs.clear()
            self._thread, self._busy_for = None, ""
            self._changed.notify_all()
        for job in jobs:
            job.arrived()
