"""What a slow engine is still to be asked, for whom, and when: a state without threads or a clock of its own.

Whatever happens, a question stays here until it is answered, nobody asks it any more, or the engine has a fault with
it. `wait_s` says when the next one is due, so that nobody sleeps past it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from breadknife.lru import LruCache
from breadknife.plugins.prose.engines.health import AGAIN_S, LONGEST_S, Health

LONGEST_REST_S = 6.0
"""The longest rest after a text. A text takes the model two seconds; what it takes longer than that is its start, or
others' work, which needs no rest."""

_Question = TypeVar("_Question", bound=Hashable)
_Result = TypeVar("_Result")

Arrived = Callable[[], None]
"""Called when there is news for who has asked."""


@dataclass
class _Job(Generic[_Question]):
    texts: list[_Question]
    """Last one first."""
    arrived: Arrived
    due: float
    share: float
    rested: bool
    """Its next text doesn't wait."""


@dataclass
class _Lost:
    """A text that the engine died of, or has a fault with."""

    again: float
    """When it is asked about once more; infinity for never."""
    pause: float
    """The seconds until then, doubled for each time."""
    arrived: dict[str, Arrived]
    """By the owners that have asked about it."""


@dataclass(frozen=True)
class Taken(Generic[_Question]):
    """A text that is being asked about."""

    text: _Question
    owner: str
    arrived: Arrived
    share: float


def _nobody() -> None:
    """Who has asked about a lost text is told otherwise."""


def always(text: object, results: Sequence[object]) -> bool:
    """Tell whether the engine said anything: that matters wherever nobody knows better."""
    return bool(results)


class Questions(Generic[_Question, _Result]):
    """All times are seconds of one clock. Not safe to use from several threads."""

    def __init__(
        self,
        health: Health,
        capacity: int = 1 << 16,
        matters: Callable[[_Question, Sequence[_Result]], bool] = always,
    ) -> None:
        """`matters` tells whether what the engine said of a text may change what is shown. The results of the newest
        `capacity` texts are kept."""
        self._health = health
        self._matters = matters
        self._results = LruCache[_Question, tuple[_Result, ...]](capacity)
        self._lost: dict[_Question, _Lost] = {}
        self._jobs: dict[str, _Job[_Question]] = {}
        self._taken: Taken[_Question] | None = None
        self._rests_until = 0.0
        """Of those jobs that may only have a share of the time."""

    def result(self, text: _Question) -> tuple[_Result, ...] | None:
        """Return what the engine said of a text; None while it has not answered."""
        return self._results.get(text)

    def lost(self, texts: Iterable[_Question]) -> bool:
        """Tell whether the engine could not check some of the texts, though it works."""
        return not self._lost.keys().isdisjoint(texts)

    def settled(self, texts: Iterable[_Question]) -> set[_Question]:
        """Return those of the texts that nobody needs to wait for any longer."""
        return {each for each in texts if each in self._results or each in self._lost}

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for isn't answered yet."""
        return owner in self._jobs or (self._taken is not None and self._taken.owner == owner)

    def ask(
        self,
        owner: str,
        texts: Iterable[_Question],
        arrived: Arrived,
        now: float,
        *,
        after: float = 0.0,
        share: float = 1.0,
        is_known: Callable[[_Question], bool] = lambda text: False,
    ) -> bool:
        """Queue the texts, in place of what the owner still waits for; return False if nothing is left to ask.

        Those that the owner hasn't asked for before come first, not before `after` seconds. `is_known` may look up
        and `remember` the answer to a new text.
        """
        unanswered = [each for each in dict.fromkeys(texts) if each not in self._results]
        for lost in filter(None, map(self._lost.get, unanswered)):
            lost.arrived[owner] = arrived
        unanswered = [each for each in unanswered if each not in self._lost]
        old = self._jobs.pop(owner, None)
        known = set(old.texts) if old else set[_Question]()
        taken = self._taken.text if self._taken is not None and self._taken.owner == owner else None
        old_texts = [each for each in reversed(unanswered) if each in known]
        new = [each for each in reversed(unanswered) if each not in known and each != taken and not is_known(each)]
        if not (new or old_texts):
            return False
        due = old.due if old is not None and not new else now + after
        self._jobs[owner] = _Job(old_texts + new, arrived, due, share, rested=len(new) == 1)
        return True

    def take(self, now: float) -> Taken[_Question] | None:
        """Return the text to ask about now: of the newest owner whose text is due. None if there is none, or the engine
        isn't tried for now."""
        if self._health.wait_s:
            return None
        owner = next((each for each in reversed(self._jobs) if self._due(self._jobs[each]) <= now), None)
        if owner is not None:
            job = self._jobs[owner]
            self._taken = Taken(job.texts.pop(), owner, job.arrived, job.share)
            job.rested = False
            if not job.texts:
                del self._jobs[owner]
            return self._taken
        text = next((text for text, lost in self._lost.items() if lost.again <= now), None)
        if text is not None:
            self._taken = Taken(text, "", _nobody, 1.0)
        return self._taken if text is not None else None

    def wait_s(self, now: float) -> float | None:
        """Return the seconds until `take` may have something; None if only a new question makes it so."""
        dues = [self._due(job) for job in self._jobs.values()]
        dues += [each.again for each in self._lost.values() if each.again < math.inf]
        return max(self._health.wait_s, min(dues) - now, 0.0) if dues else None

    def answered(
        self, taken: Taken[_Question], results: tuple[_Result, ...], seconds: float, now: float
    ) -> list[Arrived]:
        """Keep what the engine said after so many seconds; return who is to be told."""
        self._taken = None
        lost = self._lost.pop(taken.text, None)
        self.remember(taken.text, results)
        rest = min(seconds * (1 / taken.share - 1), LONGEST_REST_S)
        self._rests_until = max(self._rests_until, now + rest)
        told = [*lost.arrived.values()] if lost is not None else []
        is_news = taken.owner not in self._jobs or self._matters(taken.text, results)
        return [*told, taken.arrived] if is_news else told

    def lose(self, taken: Taken[_Question], now: float, *, has_fault: bool = False) -> list[Arrived]:
        """Go on without a text that the engine died of, which is asked about a few times again, or `has_fault` with,
        which isn't; return who is to be told."""
        self._taken = None
        known = self._lost.get(taken.text)
        pause = AGAIN_S if known is None else 2 * known.pause
        again = now + pause if pause <= LONGEST_S and not has_fault else math.inf
        arrived = {taken.owner: taken.arrived} if known is None else known.arrived
        self._lost[taken.text] = _Lost(again, pause, arrived)
        return [taken.arrived] if taken.owner not in self._jobs else []

    def give_back(self, taken: Taken[_Question], now: float) -> list[Arrived]:
        """Put a text back that the engine gave up over, as the owner's next; return all who wait."""
        self._taken = None
        if taken.text not in self._lost:
            job = self._jobs.setdefault(taken.owner, _Job([], taken.arrived, now, taken.share, rested=False))
            if taken.text not in job.texts:
                job.texts.append(taken.text)
        return [job.arrived for job in self._jobs.values()]

    def remember(self, text: _Question, results: tuple[_Result, ...]) -> None:
        """Keep an answer that is known from elsewhere."""
        self._results[text] = results

    def clear(self) -> None:
        """Ask nothing more."""
        self._jobs.clear()
        self._lost.clear()

    def _due(self, job: _Job[_Question]) -> float:
        return job.due if job.rested or job.share == 1.0 else max(job.due, self._rests_until)
