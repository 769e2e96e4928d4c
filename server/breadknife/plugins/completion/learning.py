"""Learns from the suggestions that a user takes and leaves how sure one must be.

Accepts and rejects are counted by language and by confidence, on this machine only; no text is kept. The rule is that
of Mozannar et al., "When to Show a Suggestion?" (AAAI 2024): what will most likely be rejected isn't shown. How likely
that is, is the mean of a beta distribution for each bucket of confidence: few outcomes change little.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from breadknife.lru import LruCache
from breadknife.paths import lock_file, read_written, state_dir, write_atomically, written_at

MINIMUM = 30
"""The fewest outcomes that change anything."""
WIDTH = 0.05
"""The width of a bucket of confidence."""
PRIOR_ACCEPTED, PRIOR_REJECTED = 3.0, 7.0
"""What is believed before any outcome, as ten of them: Copilot's users took 27 to 30 % (Ziegler et al., "Productivity
Assessment of Neural Code Completion", 2022)."""
WORTH = 0.15
"""Suggestions that are taken less often than that aren't shown: Copilot's own first threshold."""
WELCOME = 0.5
"""Where suggestions are taken more often than that, less certain ones are tried too."""
HIGHER, LOWER = 0.20, 0.10
"""The most by which the threshold moves up and down."""
REMEMBERED = 600
"""Outcomes of one language. Then all its counts are halved, so that what is new counts more, and what was given up is
tried again some day."""
LANGUAGES = 50
"""The most languages that are counted: those with the fewest outcomes go."""
OFFERS = 100
"""The newest suggestions that still may be taken."""
SAVE_SECONDS = 5.0
"""From an outcome to writing the file."""
LOCK_SECONDS = 2.0
"""The longest wait for another server that writes the file."""
log = logging.getLogger("breadknife.plugins")

_Count = Annotated[int, msgspec.Meta(ge=0, le=10 * REMEMBERED)]


@dataclass
class Outcomes:
    """How many suggestions were accepted and rejected."""

    accepted: _Count = 0
    rejected: _Count = 0

    @property
    def total(self) -> int:
        return self.accepted + self.rejected

    @property
    def rate(self) -> float:
        """The estimated probability that the next suggestion is accepted."""
        return (self.accepted + PRIOR_ACCEPTED) / (self.total + PRIOR_ACCEPTED + PRIOR_REJECTED)

    def add(self, other: Outcomes) -> None:
        self.accepted += other.accepted
        self.rejected += other.rejected


Buckets = dict[str, Outcomes]
"""The lower edge of a bucket of confidence, as `0.65` -> what became of the suggestions in it."""


@dataclass
class Learned:
    """The content of the file: what has become of suggestions so far."""

    languages: dict[str, Buckets] = field(default_factory=dict[str, Buckets])
    characters: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Characters of all suggestions that were taken."""

    def add(self, other: Learned) -> None:
        """Add other counts, and halve or drop what has become too much."""
        self.characters += other.characters
        for language, buckets in other.languages.items():
            own = self.languages.setdefault(language, {})
            _add(own, buckets)
            while _sum(own).total > REMEMBERED:
                for outcomes in own.values():
                    outcomes.accepted //= 2
                    outcomes.rejected //= 2
        while len(self.languages) > LANGUAGES:
            self.languages.pop(min(self.languages, key=lambda name: _sum(self.languages[name]).total))

    def about(self, language: str) -> Buckets:
        """Return a language's own outcomes where they are enough, else those of all languages."""
        own = self.languages.get(language, {})
        if _sum(own).total >= MINIMUM:
            return own
        everything: Buckets = {}
        for buckets in self.languages.values():
            _add(everything, buckets)
        return everything


class Learning:
    """Counts outcomes and says what follows from them. Several servers may share its file. Safe to use from several
    threads; nothing raises."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or learned_file()
        self._known = Learned()
        """What the file holds, with what isn't written yet."""
        self._unsaved = Learned()
        self._read: tuple[int, int] | None = None
        """The time of change and the size of the file when it was read."""
        self._offers = LruCache[str, tuple[str, str]](OFFERS)
        """The language and the bucket of each suggestion that still may be taken."""
        self._saving: threading.Timer | None = None
        self._lock = threading.Lock()

    def offered(self, id: str, language: str, confidence: float) -> None:
        """Note that a suggestion is shown. `confidence` is from 0 to 1; each suggestion has an `id` of its own."""
        self._offers[id] = language, _edge(confidence)

    def accepted(self, id: str, characters: int) -> None:
        """Note that the user took so many characters of a suggestion. One that is unknown or was decided already counts
        nothing."""
        self._count(id, Outcomes(accepted=1), characters)

    def rejected(self, id: str) -> None:
        """Note that the user saw a suggestion and typed something else."""
        self._count(id, Outcomes(rejected=1), 0)

    def threshold(self, default: float, language: str = "") -> float:
        """Return how sure a suggestion must be, from 0 to 1; `default` while too little is known of the user."""
        with self._lock:
            self._look()
            return threshold(default, self._known.about(language))

    def close(self) -> None:
        """Write what isn't written yet."""
        with self._lock:
            if self._saving:
                self._saving.cancel()
        self._save()

    def _count(self, id: str, outcomes: Outcomes, characters: int) -> None:
        with self._lock:
            offer = self._offers.pop(id)
            if offer is None:
                return
            self._look()
            language, edge = offer
            learned = Learned({language: {edge: outcomes}}, max(0, characters))
            self._unsaved.add(learned)
            self._known.add(learned)
            if self._saving is None:
                self._saving = threading.Timer(SAVE_SECONDS, self._save)
                self._saving.daemon = True
                self._saving.start()

    def _look(self) -> None:
        """Notice what another server has written, and that the user has deleted the file."""
        stamp = written_at(self._path)
        if stamp != self._read:
            self._read = stamp
            if stamp is None:
                self._unsaved = Learned()
            self._known = read_learned(self._path)
            self._known.add(self._unsaved)

    def _save(self) -> None:
        with self._lock:
            self._saving = None
            self._look()
            unsaved, self._unsaved = self._unsaved, Learned()
        if not unsaved.languages:
            return
        try:
            with lock_file(self._path.with_suffix(".lock"), LOCK_SECONDS):
                learned = read_learned(self._path)
                learned.add(unsaved)
                write_atomically(self._path, _encode(learned))
            with self._lock:
                self._look()
        except OSError as error:  # filelock.Timeout is one
            log.warning("can't write %s: %s", self._path, error)
            with self._lock:
                self._unsaved.add(unsaved)


def learned_file() -> Path:
    return state_dir() / "learned.json"


def read_learned(path: Path) -> Learned:
    return read_written(path, Learned)


def threshold(default: float, buckets: Mapping[str, Outcomes]) -> float:
    """Return `default`, raised over the buckets above it that aren't worth showing, or lowered over welcome ones."""
    if _sum(buckets).total < MINIMUM:
        return default
    moved = 0.0
    while moved < HIGHER and _at(buckets, default + moved).rate < WORTH:
        moved += WIDTH
    while moved <= 0 and moved > -LOWER and _at(buckets, default + moved).rate > WELCOME:
        moved -= WIDTH
    return min(1.0, max(0.0, default + moved))


def _at(buckets: Mapping[str, Outcomes], confidence: float) -> Outcomes:
    return buckets.get(_edge(confidence), Outcomes())


def _edge(confidence: float) -> str:
    """Return the lower edge of the bucket that a confidence is in, as the file has it."""
    number = int(min(max(confidence, 0.0), 1.0 - WIDTH / 2) / WIDTH + 1e-9)
    return f"{number * WIDTH:.2f}"


def _sum(buckets: Mapping[str, Outcomes]) -> Outcomes:
    total = Outcomes()
    for outcomes in buckets.values():
        total.add(outcomes)
    return total


def _add(buckets: Buckets, more: Mapping[str, Outcomes]) -> None:
    for edge, outcomes in more.items():
        buckets.setdefault(edge, Outcomes()).add(outcomes)


def _encode(learned: Learned) -> bytes:
    return msgspec.json.format(msgspec.json.encode(learned, order="sorted"), indent=2) + b"\n"
