"""Which cached sequence a job gets, and which are forgotten when room is short."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence

from breadknife.engine.api import CONTEXT_SIZE, Lane
from breadknife.engine.model import Model
from breadknife.errors import EngineError

WORTH_KEEPING = 64
"""Tokens (a quarter of a second of evaluation and more) for which a sequence is left as it is and its beginning copied;
fewer are forgotten instead: the output that a key disagreed with, say."""
TYPING_SHARE = 8
"""One sequence in eight is for the lane of typing alone."""


class KvCache:
    """The sequences of one model: in use by a job, or idle and worth keeping for the next that begins alike.

    Sequences share cells only by `copy`, so they form a tree, and a sequence that shares all its cells frees none when
    it is forgotten.
    """

    def __init__(self, model: Model, clock: Callable[[], float] = time.monotonic) -> None:
        self.model = model
        self._clock = clock
        count = len(model.tokens)
        self._adapter = [""] * count
        self._lane = [Lane.BACKGROUND] * count
        self._last_use = [0.0] * count
        self.in_use: set[int] = set()

    @property
    def context(self) -> int:
        """Tokens that one sequence may hold."""
        return min(CONTEXT_SIZE, self.model.cells)

    def limits(self, lane: Lane) -> tuple[int, int]:
        """Return the (cells, sequences) that jobs of this lane and the less urgent ones may use together.

        What typing has cached outlives any amount of other work, and typing finds room at once.
        """
        count = len(self.model.tokens)
        if lane is Lane.TYPING:
            return self.model.cells, count
        return max(self.model.cells - CONTEXT_SIZE, self.context), count - count // TYPING_SHARE

    def shared(self, tokens: Sequence[int], adapter: str, among: Iterable[int] | None = None) -> tuple[int, int]:
        """Return (length, sequence) of the longest common prefix with what the sequences `among` hold, by default all;
        (0, -1) when there is none. Of equally long ones it is an idle one if possible, and the last used."""
        best, best_sequence = (0, False, 0.0), -1
        for sequence in range(len(self.model.tokens)) if among is None else among:
            cached = self.model.tokens[sequence]
            if cached and self._adapter[sequence] == adapter:
                rank = (common_prefix(cached, tokens), sequence not in self.in_use, self._last_use[sequence])
                if rank[0] and rank > best:
                    best, best_sequence = rank, sequence
        return best[0], best_sequence

    def take(self, tokens: Sequence[int], adapter: str, lane: Lane) -> int:
        """Return a sequence for the caller alone that holds as many of the first `tokens` as the cache can give, and
        nothing else."""
        length, source = self.shared(tokens, adapter)
        cached = len(self.model.tokens[source]) if length else 0
        if length and source not in self.in_use and cached - length < WORTH_KEEPING:
            taken = source
        else:
            taken = self._spare(besides=source)
            if length and taken != source:
                self.copy(source, taken, length)
        self.model.truncate(taken, length)
        self._adapter[taken], self._lane[taken], self._last_use[taken] = adapter, lane, self._clock()
        self.in_use.add(taken)
        return taken

    def release(self, sequence: int, *, forget: bool = False) -> None:
        """Give a sequence back; what it holds stays cached."""
        self.in_use.discard(sequence)
        self._last_use[sequence] = self._clock()
        if forget:
            self.model.truncate(sequence, 0)

    def copy(self, source: int, target: int, length: int) -> None:
        """Set a sequence to the beginning of another one."""
        self.model.truncate(target, 0)
        self.model.copy(source, target, length)

    def forget(self) -> None:
        """Empty all idle sequences but those of the lane of typing."""
        for sequence, lane in enumerate(self._lane):
            if sequence not in self.in_use and lane is not Lane.TYPING:
                self.model.truncate(sequence, 0)

    def distinct(self, sequences: Collection[int]) -> int:
        """Return the number of cells that these sequences use, shared ones counted once."""
        total, seen = 0, list[list[int]]()
        for s in sequences:
            cells = self.model.cell_ids[s]
            total += len(cells) - max((common_prefix(cells, counted) for counted in seen), default=0)
            seen.append(cells)
        return total

    def make_room(self, cells: int) -> bool:
        """Empty idle sequences until so many cells are free. Returns False when all that remain are in use."""
        while self.model.used() + cells > self.model.cells:
            idle = [s for s in range(len(self.model.tokens)) if s not in self.in_use and self.model.tokens[s]]
            if not idle:
                return False
            self.model.truncate(min(idle, key=self._worth), 0)
        return True

    def _spare(self, besides: int) -> int:
        """Return an empty idle sequence, or the one least worth keeping; `besides` only as a last resort."""
        idle = [s for s in range(len(self.model.tokens)) if s not in self.in_use]
        if not idle:
            raise EngineError("all sequences are in use")
        spare = min(idle, key=lambda s: (s == besides, bool(self.model.tokens[s]), self._worth(s)))
        if spare != besides:
            self.model.truncate(spare, 0)
        return spare

    def _worth(self, sequence: int) -> tuple[bool, float]:
        """Return a rank: typing's sequences first, then those with the most tokens that only they hold per second
        unused."""
        cells = self.model.cell_ids[sequence]
        other_sequences = (other_cells for s, other_cells in enumerate(self.model.cell_ids) if s != sequence)
        alone = len(cells) - max((common_prefix(cells, other_cells) for other_cells in other_sequences), default=0)
        age = self._clock() - self._last_use[sequence]
        return self._lane[sequence] is Lane.TYPING, alone / (age + 1.0)


def common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    """Return how many first tokens of both are the same."""
    low, high = 0, min(len(a), len(b))
    while low < high:  # slices compare in C, so bisection beats a loop over tokens
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
