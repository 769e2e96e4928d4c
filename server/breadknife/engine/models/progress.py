"""How far a download is, as people are shown it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ProgressAmount:
    """How much of a download is done."""

    fraction: float | None = None
    """The part of the whole that is done, from 0 to 1; None if it isn't known."""
    done: int | None = None
    """Bytes; None while none are counted."""
    total: int | None = None
    """Bytes; None while none are counted."""


@dataclass(frozen=True)
class PullProgress:
    """How far a pull is. Within one pull, no amount is less than the one before."""

    message: str
    amount: ProgressAmount = field(default_factory=ProgressAmount)
    """It counts bytes only while they are downloaded."""


Report = Callable[[PullProgress], None]


class MonotonicProgress:
    """Keeps amounts from going back: a source that fails, a file that is fetched again and a new phase begin at 0.

    Not to be shared by threads.
    """

    def __init__(self) -> None:
        self._fraction: float | None = None
        self._done = 0
        self._total = 0

    def take(self, now: ProgressAmount) -> ProgressAmount:
        """Return the amount to show: never less than the one before. A fraction stays known, and `done` is at most
        `total`."""
        if now.fraction is not None:
            self._fraction = max(self._fraction or 0.0, min(max(now.fraction, 0.0), 1.0))
        if now.done is None or not now.total:
            return ProgressAmount(self._fraction)
        self._total = max(self._total, now.total)
        self._done = max(self._done, min(now.done, self._total))
        return ProgressAmount(self._fraction, self._done, self._total)
