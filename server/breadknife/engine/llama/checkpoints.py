"""States of sequences that can't be rolled back, kept so that a sequence can return to them."""

from __future__ import annotations

import ctypes
import itertools
from dataclasses import dataclass
from typing import Any

from breadknife.engine.llama.weights import llama

BUDGET = 256 << 20
"""Bytes of all states together. By their dimensions one takes 80 KB with LFM2-350M and 3 MB with Mamba-130M; a gated
delta net (Qwen3.5) takes 64 KB for each head of each layer, some 20 MB in all."""
AT_LEAST = 8
"""States that are kept whatever they take: with fewer, a key that deletes would often find none near."""
MOST = 512
"""States that are kept however small they are: whoever needs room looks at each."""
PARTIAL: int = llama.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY


@dataclass(eq=False)
class Checkpoint:
    """What a sequence's first `length` tokens have made of the part of its memory that can't be rolled back."""

    length: int
    state: Any
    """An array of bytes."""
    used: int = 0
    """When it was last of use, by the clock of `Checkpoints`."""


class Checkpoints:
    """The checkpoints of each sequence of one context. Copies of a sequence share them.

    They belong to a sequence, not to its tokens: a hybrid model's attention has to be there, too, and what was
    evaluated with an adapter is of no use without it. When there are too many, those go first that are long unused and
    have another one not far before them.
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
        """Return the last one of the first `length` tokens."""
        checkpoint = next((kept for kept in reversed(self._kept[sequence]) if kept.length <= length), None)
        if checkpoint:
            checkpoint.used = next(self._clock)
        return checkpoint

    def take(self, sequence: int, length: int) -> Checkpoint | None:
        """Return the state of a sequence that holds so many tokens, without keeping it; None where there is no
        memory."""
        size: int = llama.llama_state_seq_get_size_ext(self._context, sequence, PARTIAL)
        try:
            state = (ctypes.c_uint8 * size)()
        except MemoryError:
            return None
        done: int = llama.llama_state_seq_get_data_ext(self._context, state, size, sequence, PARTIAL)
        return Checkpoint(length, state, next(self._clock)) if size and done == size else None

    def keep(self, sequence: int, length: int) -> None:
        """Remember the state of a sequence that holds so many tokens, unless it is remembered already."""
        kept = self._kept[sequence]
        if not length or (kept and kept[-1].length >= length):
            return
        if new := self.take(sequence, length):
            kept.append(new)
            self._thin_out(new)

    def restore(self, sequence: int, checkpoint: Checkpoint) -> bool:
        """Replace the part of a sequence's memory that can't be rolled back; False where llama.cpp refuses."""
        state = checkpoint.state
        done: int = llama.llama_state_seq_set_data_ext(self._context, state, len(state), sequence, PARTIAL)
        return done == len(state)

    def truncate(self, sequence: int, length: int) -> None:
        """Forget those of more tokens."""
        kept = self._kept[sequence]
        while kept and kept[-1].length > length:
            kept.pop()

    def copy(self, source: int, target: int, length: int) -> None:
        self._kept[target] = [checkpoint for checkpoint in self._kept[source] if checkpoint.length <= length]

    def _all(self) -> set[Checkpoint]:
        return {checkpoint for kept in self._kept for checkpoint in kept}

    def _thin_out(self, new: Checkpoint) -> None:
        remaining = self._all()
        size = sum(len(checkpoint.state) for checkpoint in remaining)
        while len(remaining) > MOST or (size > self._budget and len(remaining) > AT_LEAST):
            worth = self._worth()
            least = min(remaining - {new}, key=worth.__getitem__)
            for kept in self._kept:
                if least in kept:
                    kept.remove(least)
            remaining.remove(least)
            size -= len(least.state)

    def _worth(self) -> dict[Checkpoint, float]:
        """Tokens that have to be evaluated again without it, and how soon that is likely: the longer unused, the
        later."""
        now, worth = next(self._clock), dict[Checkpoint, float]()
        for kept in self._kept:
            before = 0
            for checkpoint in kept:
                worth[checkpoint] = (checkpoint.length - before) / (now - checkpoint.used)
                before = checkpoint.length
        return worth
