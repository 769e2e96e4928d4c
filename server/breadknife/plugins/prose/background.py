"""A slow engine in a thread of its own: what is asked now is answered later."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.errors import EngineDied, EngineError
from breadknife.plugins.prose.engine import Lint, ProseEngine

log = logging.getLogger(__name__)

_ARRIVAL_S = 1.0  # no more often than this is the asker told of new results
_POLL_S = 0.05


@dataclass
class _Job:
    texts: list[str]
    """Last one first."""
    arrived: Callable[[], None]


class Background:
    """Results of `engine`, kept for the newest `capacity` texts. Safe to use from several threads."""

    def __init__(self, engine: ProseEngine, capacity: int = 1 << 16) -> None:
        self._engine = engine
        self._capacity = capacity
        self._results: OrderedDict[str, tuple[Lint, ...]] = OrderedDict()
        self._jobs: dict[str, _Job] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self.failure: str | None = None
        """Why the engine gave up; set once and for all."""

    def result(self, text: str) -> tuple[Lint, ...] | None:
        """What the engine said of `text`, or None when it has not been asked or has not answered yet."""
        with self._changed:
            found = self._results.get(text)
            if found is not None:
                self._results.move_to_end(text)
            return found

    def submit(self, owner: str, texts: Iterable[str], arrived: Callable[[], None]) -> None:
        """Check these texts, the newest owner's first, in place of what this owner still waits for.

        `arrived` is called from another thread whenever some are done, and when the engine gives up.
        """
        with self._changed:
            waiting = [text for text in dict.fromkeys(texts) if text not in self._results][::-1]
            self._jobs.pop(owner, None)
            if self._closed or self.failure is not None or not waiting:
                return
            self._jobs[owner] = _Job(waiting, arrived)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="prose-background", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def wait(self, texts: Iterable[str], cancel: CancelToken) -> None:
        """Return when all of them are answered, or the engine gave up. Raises Cancelled."""
        waiting = set(texts)
        with self._changed:
            while self.failure is None and not self._closed:
                waiting -= self._results.keys()
                if not waiting:
                    return
                cancel.raise_if_cancelled()
                self._changed.wait(_POLL_S)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._jobs.clear()
            self._changed.notify_all()
        self._engine.close()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _work(self) -> None:
        told = time.monotonic()
        while (taken := self._next()) is not None:
            text, job = taken
            try:
                lints = self._check(text)
            except EngineError as error:
                self._give_up(str(error))
                return
            with self._changed:
                self._results[text] = lints
                while len(self._results) > self._capacity:
                    self._results.popitem(last=False)
                self._changed.notify_all()
            if not job.texts or time.monotonic() - told >= _ARRIVAL_S:
                told = time.monotonic()
                job.arrived()

    def _next(self) -> tuple[str, _Job] | None:
        with self._changed:
            while not self._closed:
                if self._jobs:
                    newest = next(reversed(self._jobs))
                    job = self._jobs[newest]
                    text = job.texts.pop()
                    if not job.texts:
                        del self._jobs[newest]
                    return text, job
                self._changed.wait()
            return None

    def _check(self, text: str) -> tuple[Lint, ...]:
        """A text that the engine dies of twice has no findings."""
        for _ in range(2):
            try:
                return self._engine.check(text)
            except EngineDied as error:
                log.warning("%s", error)
        return ()

    def _give_up(self, why: str) -> None:
        with self._changed:
            if self._closed:
                return
            self.failure = why
            jobs = [*self._jobs.values()]
            self._jobs.clear()
            self._changed.notify_all()
        for job in jobs:
            job.arrived()
