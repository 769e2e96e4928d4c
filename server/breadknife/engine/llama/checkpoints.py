"""States of sequences that can't be rolled back, kept so that a sequence can return to them."""

from __future__ import annotations

import ctypes
import itertools
from dataclasses import dataclass
from typing import Any

from breadknife.engine.llama.weights import llama

BUDGET = 256 << 20
"""Bytes of all states together. One takes 80 KB with LFM2-350M and 3 MB with Mamba-130M; a gated delta net (Qwen3.5)
takes 64 KB for each head of each layer, some 20 MB in all."""
FEWEST_STATES = 8
"""So many states are kept even beyond `BUDGET`: with fewer, a deletion would often find none near."""
MOST_STATES = 512
"""No more states are kept however small they are: `_thin_out` looks at each."""
PARTIAL: int = llama.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
"""Restricts llama.cpp's functions to the part of a state that can't be rolled back."""


@dataclass(eq=False)
class Checkpoint:
    """The part of a sequence's memory that can't be rolled back, as it was after the first `length` tokens."""

    length: int
    state: Any
    """A ctypes array of bytes."""
    used: int = 0
    """When it was last used, by the clock of `Checkpoints`, which counts uses."""


class Checkpoints:
    """The checkpoints of each sequence of one context. Copies of a sequence share them.

    They belong to a sequence, not to its tokens: a hybrid model needs the cells of its attention, too, and a state that
    was evaluated with an adapter is of no use without it. If there are too many, those go first that are long unused
    and have another one not far before them.
    """

    def __init__(self, context: Any, sequences: int, *, budget: int = BUDGET) -> None:
        self._context = context
        self._budget = budget
        self._kept: list[list[Checkpoint]] = [[] for _ in range(sequences)]
        self._clock = itertools.count(1)

    @property
    def bytes(self) -> int:
        return sum(len(checkpoint.state) for checkpoint in self._all())

    def lengths(self, sequence: int) -> list[int]:
        return [checkpoint.length for checkpoint in self._kept[sequence]]

    def newest(self, sequence: int, length: int) -> Checkpoint | None:
        """Return the longest checkpoint of at most `length` tokens, and note that it is used; None if there is none."""
        checkpoint = next((kept for kept in reversed(self._kept[sequence]) if kept.length <= length), None)
        if checkpoint:
            checkpoint.used = next(self._clock)
        return checkpoint

    def take(self, sequence: int, length: int) -> Checkpoint | None:
        """Return the state of a sequence, which holds `length` tokens, without keeping it; None if there is no memory
        for it."""
        size: int = llama.llama_state_seq_get_size_ext(self._context, sequence, PARTIAL)
        try:
            state = (ctypes.c_uint8 * size)()
        except MemoryError:
            return None
        copied: int = llama.llama_state_seq_get_data_ext(self._context, state, size, sequence, PARTIAL)
        return Checkpoint(length, state, next(self._clock)) if size and copied == size else None

    def keep(self, sequence: int, length: int) -> None:
        """Keep the state of a sequence, which holds `length` tokens, unless it is kept already."""
        kept = self._kept[sequence]
        if not length or (kept and kept[-1].length >= length):
            return
        if new := self.take(sequence, length):
            kept.append(new)
            self._thin_out(new)

    def restore(self, sequence: int, checkpoint: Checkpoint) -> bool:
        """Set a sequence's memory to a checkpoint, except what can be rolled back; False if llama.cpp refuses."""
        state = checkpoint.state
        restored: int = llama.llama_state_seq_set_data_ext(self._context, state, len(state), sequence, PARTIAL)
        return restored == len(state)

    def truncate(self, sequence: int, length: int) -> None:
        """Forget a sequence's checkpoints of more than `length` tokens."""
        kept = self._kept[sequence]
        while kept and kept[-1].length > length:
            kept.pop()

    def copy(self, source: int, target: int, length: int) -> None:
        """Give `target` the checkpoints of `source` of at most `length` tokens, in place of its own."""
        self._kept[target] = [checkpoint for checkpoint in self._kept[source] if checkpoint.length <= length]

    def _all(self) -> set[Checkpoint]:
        return {checkpoint for kept in self._kept for checkpoint in kept}

    def _thin_out(self, new: Checkpoint) -> None:
        """Drop the checkpoints of the least worth, but never `new`, until all fit the limits."""
        remaining = self._all()
        size = sum(len(checkpoint.state) for checkpoint in remaining)
        while len(remaining) > MOST_STATES or (size > self._budget and len(remaining) > FEWEST_STATES):
            worth = self._worth()
            least = min(remaining - {new}, key=worth.__getitem__)
            for kept in self._kept:
                if least in kept:
                    kept.remove(least)
            remaining.remove(least)
            size -= len(least.state)

    def _worth(self) -> dict[Checkpoint, float]:
        """Return the worth of each checkpoint: the tokens that would be evaluated again without it, divided by the
        number of uses of others since its own last use."""
        now, worth = next(self._clock), dict[Checkpoint, float]()
        for kept in self._kept:
            before = 0
            for checkpoint in kept:
                worth[checkpoint] = (checkpoint.length - before) / (now - checkpoint.used)
                before = checkpoint.length
        return worth
