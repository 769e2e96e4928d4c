"""A slow engine in a thread of its own: what is asked now is answered later."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from breadknife.cancel import CancelToken
from breadknife.errors import EngineAbsent, EngineDied, EngineError
from breadknife.kept import Kept
from breadknife.plugins.prose.engines.health import AGAIN_S, Health

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


@dataclass
class _Job(Generic[_Question]):
    texts: list[_Question]
    """Last one first."""
    arrived: Callable[[], None]
    due: float
    share: float
    rested: bool
    """Its next text doesn't wait."""


@dataclass(frozen=True)
class _Lost:
    """A text that the engine died of, or has a fault with."""

    again: float
    """When it is asked about once more, by the monotonic clock; infinity for never."""
    arrived: Callable[[], None]


def _always(text: object, results: Sequence[object]) -> bool:
    return bool(results)


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
        matters: Callable[[_Question, Sequence[_Result]], bool] = _always,
    ) -> None:
        """`matters` tells whether what the engine said of a text may change what is shown."""
        self._engine = engine
        self._capacity = capacity
        self._health = health or Health()
        self._kept = kept
        self._matters = matters
        self._results: OrderedDict[_Question, tuple[_Result, ...]] = OrderedDict()
        self._lost: dict[_Question, _Lost] = {}
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

    @property
    def is_absent(self) -> bool:
        """Whether it gave up because there is no engine to ask."""
        return self._health.failure is not None and self._health.is_absent

    def result(self, text: _Question) -> tuple[_Result, ...] | None:
        """Return what the engine said of `text`, or None when it has not been asked or has not answered yet."""
        with self._changed:
            found = self._results.get(text)
            if found is not None:
                self._results.move_to_end(text)
            return found

    def lost(self, texts: Iterable[_Question]) -> bool:
        """Tell whether the engine could not check some of them, though it works."""
        with self._changed:
            return not self._lost.keys().isdisjoint(texts)

    def answer(self, text: _Question) -> tuple[_Result, ...]:
        """Return the same at once, for an engine that several threads may ask. Raises EngineError."""
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
        """Check these texts, in place of what this owner still waits for: the newest owner's first, and of an owner's
        those first that it hasn't asked for before.

        Nothing new is checked before `after` seconds, in which the owner may think better of it. Only `share` of the
        time is used, but a single new text, as when the user writes, doesn't wait until the engine has rested.
        `arrived` is called from another thread when there is news that matters, when all are answered, and when the
        engine gives up.
        """
        with self._changed:
            if self._closed:
                return
            unanswered = [
                each for each in dict.fromkeys(texts) if each not in self._results and each not in self._lost
            ][::-1]
            old = self._jobs.pop(owner, None)
            known = set(old.texts) if old else set[_Question]()
            new = [text for text in unanswered if text not in known and not self._is_kept(text)]
            old_texts = [text for text in unanswered if text in known]
            if not (new or old_texts):
                return
            due = old.due if old is not None and not new else time.monotonic() + after
            self._jobs[owner] = _Job(old_texts + new, arrived, due, share, rested=len(new) == 1)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="prose-background", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for isn't answered yet."""
        with self._changed:
            return owner in self._jobs or self._busy_for == owner

    def wait(self, texts: Iterable[_Question], cancel: CancelToken) -> None:
        """Return when the engine has answered all of them, could not, or gave up. Raises Cancelled."""
        waiting = set(texts)
        with self._changed:
            while self.failure is None and not self._closed:
                waiting -= self._results.keys() | self._lost.keys()
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
        while (taken := self._next()) is not None:
            text, owner, job = taken
            started = time.monotonic()
            try:
                answered = self.result(text)  # meanwhile, for another owner
                results = self._check(text) if answered is None else answered
            except EngineError as error:
                self._give_up(error, text, owner, job)
                continue
            if results is None:
                self._lose(text, job)
            else:
                self._health.answered()
                self._keep(text, results)
                if self._kept is not None:
                    self._kept.put(text, results)
            self._busy_for = ""
            now = time.monotonic()
            self._rests_until = max(self._rests_until, now + (now - started) * (1 / job.share - 1))
            if not job.texts or (results is not None and self._matters(text, results)):
                job.arrived()

    def _next(self) -> tuple[_Question, str, _Job[_Question]] | None:
        """The text to check now, for whom, and the job that it is from; None at the end."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                due = {owner: self._due(job) for owner, job in self._jobs.items()}
                newest = next((owner for owner in reversed(due) if due[owner] <= now), None)
                pause = self._health.wait_s
                if not pause and newest is not None:
                    job = self._jobs[newest]
                    text = job.texts.pop()
                    job.rested = False
                    if not job.texts:
                        del self._jobs[newest]
                    self._busy_for = newest
                    return text, newest, job
                if not pause and (again := self._lost_once(now)) is not None:
                    return again
                dues = [*due.values(), *(each.again for each in self._lost.values() if each.again < math.inf)]
                self._changed.wait(max(pause, min(dues) - now) if dues else None)
            return None

    def _lost_once(self, now: float) -> tuple[_Question, str, _Job[_Question]] | None:
        """A text that is asked about once more, while nothing else is."""
        text = next((text for text, lost in self._lost.items() if lost.again <= now), None)
        if text is None:
            return None
        lost = self._lost[text]
        self._lost[text] = _Lost(math.inf, lost.arrived)
        return text, "", _Job([], lost.arrived, now, 1.0, rested=False)

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
            self._lost.pop(text, None)
            self._remember(text, lints)
            self._changed.notify_all()

    def _remember(self, text: _Question, lints: tuple[_Result, ...]) -> None:
        self._results[text] = lints
        while len(self._results) > self._capacity:
            self._results.popitem(last=False)

    def _lose(self, text: _Question, job: _Job[_Question]) -> None:
        with self._changed:
            again = math.inf if text in self._lost else time.monotonic() + AGAIN_S
            self._lost[text] = _Lost(again, job.arrived)
            self._changed.notify_all()

    def _check(self, text: _Question) -> tuple[_Result, ...] | None:
        """None for a text that the engine dies of twice, or has a fault with: what others wait for goes on."""
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
        return None

    def _give_up(self, error: EngineError, text: _Question, owner: str, job: _Job[_Question]) -> None:
        """Tell everybody that waits; the text that was being checked comes first when the engine is tried again."""
        with self._changed:
            if self._closed:
                return
            self._health.gave_up(str(error), is_absent=isinstance(error, EngineAbsent))
            self._busy_for = ""
            now = self._jobs.setdefault(owner, job)
            if text not in now.texts:
                now.texts.append(text)
            jobs = list(self._jobs.values())
            self._changed.notify_all()
        for each in jobs:
            each.arrived()
