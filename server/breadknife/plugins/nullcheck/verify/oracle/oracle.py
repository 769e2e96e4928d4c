"""A checker kept warm: started when it is first needed, again after it has died, ended when nobody asks any more."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from breadknife.cancel import CancelToken
from breadknife.errors import BreadknifeError, Cancelled, EngineDied, EngineUnavailable
from breadknife.plugins.nullcheck.recent import Recent
from breadknife.plugins.nullcheck.verify.oracle.values import NO_TEXTS, Checker, Problem

log = logging.getLogger(__name__)


class Ask(Protocol):
    def __call__(self, texts: Mapping[Path, str], beside: Mapping[Path, str] = NO_TEXTS, /) -> list[Problem]:
        """See `Checker.problems`. Raises Cancelled, EngineDied and EngineUnavailable."""
        ...


IDLE_SECONDS = 600.0
"""After that long without a question the program ends: pyright holds some 200 MB, and starts in 2 s."""
_START_SECONDS, _ANSWER_SECONDS = 60.0, 60.0
_DEATHS = 3
"""In a row, after which it isn't started any more."""
_KEPT, FRESH_SECONDS = 64, 60.0
"""Answers, and for how long: other files on disk count too."""
_POLL_SECONDS = 0.02
_Texts = frozenset[tuple[Path, str]]


@dataclass(eq=False)
class _Job:
    work: Callable[[Ask], object]
    cancel: CancelToken
    about: object = None
    error: BreadknifeError | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Oracle:
    """All that it is asked is asked in one thread of its own, which lives as long as the program.

    Safe to use from several threads.
    """

    def __init__(
        self, start: Callable[[CancelToken], Checker], idle_seconds: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._start = start
        self._idle_seconds = idle_seconds
        self._checker: Checker | None = None
        self._deaths = 0
        self._answers = Recent[tuple[_Texts, _Texts], list[Problem]](_KEPT, FRESH_SECONDS, clock)
        self._jobs: deque[_Job] = deque()
        self._prepared: _Job | None = None
        self._preparing: _Job | None = None
        """The one before, which has begun."""
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._closing = CancelToken()

    def ask(
        self, texts: Mapping[Path, str], cancel: CancelToken, beside: Mapping[Path, str] = NO_TEXTS
    ) -> list[Problem]:
        """See `Ask`. What is being asked when the deadline comes is answered all the same, for the next asker; only an
        asker that goes away stops it. What isn't yet is asked no more: it would keep the next asker waiting."""
        found = list[Problem]()
        job = _Job(lambda ask: found.extend(ask(texts, beside)), CancelToken.after(_ANSWER_SECONDS))
        with self._changed:
            self._jobs.append(job)
            if self._preparing is not None:  # who waits comes before who doesn't
                self._preparing.cancel.cancel()
            self._wake()
        forget = cancel.on_cancel(job.cancel.cancel)
        try:
            while not job.done.wait(_POLL_SECONDS):
                cancel.raise_if_cancelled()
        except Cancelled:
            with self._changed, contextlib.suppress(ValueError):
                self._jobs.remove(job)
            raise
        finally:
            forget()
        if job.error:
            raise job.error
        return found

    def asking(self, cancel: CancelToken) -> Ask:
        return lambda texts, beside=NO_TEXTS, /: self.ask(texts, cancel, beside)

    def prepare(self, work: Callable[[Ask], object], about: object = None, *, instead: bool = True) -> None:
        """Do this when there is nothing else to do: `instead` of what else was to be prepared, or not at all."""
        with self._changed:
            if instead or self._prepared is None:
                self._prepared = _Job(work, CancelToken.after(_ANSWER_SECONDS), about)
                self._wake()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is prepared, nor about to be."""
        with self._changed:
            return self._prepared is None and (self._preparing is None or self._preparing.done.is_set())

    def settle(self, about: object, cancel: CancelToken) -> None:
        """Wait until this is done, if it is just being prepared. Raises Cancelled."""
        job = self._preparing
        while job is not None and job.about == about and not job.done.wait(_POLL_SECONDS):
            cancel.raise_if_cancelled()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            checker, thread = self._checker, self._thread
        self._closing.cancel()
        if checker:
            checker.close()  # which ends the work on a question, too
        if thread:
            thread.join(timeout=10)

    def _wake(self) -> None:
        """With the lock."""
        if self._closed:
            raise EngineUnavailable("the checker is closed")
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="oracle", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            cancel = job.cancel
            try:
                job.work(lambda texts, beside=NO_TEXTS, /, cancel=cancel: self._answer(texts, beside, cancel))
            except BreadknifeError as error:
                job.error = error
            except Exception as error:
                log.exception("a checker's answer can't be used")
                job.error = EngineUnavailable(f"the checker's answer can't be used: {error}")
            job.done.set()
        self._end()

    def _next(self) -> _Job | None:
        """None when the thread shall end."""
        with self._changed:
            end = time.monotonic() + self._idle_seconds
            while not self._closed:
                if self._jobs:
                    return self._jobs.popleft()
                if job := self._prepared:
                    self._prepared, self._preparing = None, job
                    return job
                rest = end - time.monotonic()
                if rest <= 0:
                    break
                self._changed.wait(rest)
            self._thread = None
            for job in self._jobs:
                job.error = EngineUnavailable("the checker is closed")
                job.done.set()
            return None

    def _answer(self, texts: Mapping[Path, str], beside: Mapping[Path, str], cancel: CancelToken) -> list[Problem]:
        key = frozenset(texts.items()), frozenset(beside.items())
        known, began = self._answers.get(key), self._answers.now()
        if known is None:
            try:
                known = self._asked(texts, beside, cancel)
            except EngineDied:  # it may have died meanwhile, of something else
                known = self._asked(texts, beside, cancel)
            self._deaths = 0
            self._answers.put(key, known, began)
        return known

    def _asked(self, texts: Mapping[Path, str], beside: Mapping[Path, str], cancel: CancelToken) -> list[Problem]:
        if self._closed or self._deaths >= _DEATHS:
            raise EngineUnavailable("the checker has ended too often")
        try:
            if self._checker is None:
                limit = CancelToken.after(_START_SECONDS)
                self._closing.on_cancel(limit.cancel)
                checker = self._start(limit)
                with self._changed:
                    self._checker = checker
            return self._checker.problems(texts, cancel, beside)
        except EngineDied as error:
            log.info("%s", error)
            self._deaths += 1
            self._end()
            raise
        except Cancelled:
            if self._checker is None:  # it didn't even start in time
                self._deaths += 1
            raise

    def _end(self) -> None:
        with self._changed:
            checker, self._checker = self._checker, None
        if checker:
            with contextlib.suppress(EngineDied):
                checker.close()
