"""How often words stand together in documentation: `counts.bin`, made by `bench/prose/ngrams.py`.

The file maps hundreds of thousands of n-grams to their counts in two bytes and an eighth each: a binary fuse filter
(Graf and Lemire 2022, https://arxiv.org/abs/2201.01174) whose values hold the count beside the fingerprint. An n-gram
that isn't there passes for one that is with a likelihood of 1 in 2,048.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LONGEST = 4
"""Tokens of the longest n-gram."""
LEVEL_BITS, LEAST, STEP = 5, 2, 1.42
"""A count is stored as a level: level 1 is LEAST, and each further one is STEP times as much."""
BACK_OFF = 0.9
"""Nats that it costs to know a token by one token less before it: 0.4 of Brants et al. 2007, "stupid back-off"."""
UNSEEN = -16.0
"""The log-probability of a token that is in no table."""
HEADER = struct.Struct("<4sIII")
MAGIC = b"bkc1"
_MASK = (1 << 64) - 1
_LOGS = (0.0, *(math.log(LEAST) + math.log(STEP) * level for level in range((1 << LEVEL_BITS) - 1)))


def mix_bits(key: int) -> int:
    """Return 64 bits that depend on all bits of a key of 64 bits: MurmurHash3's finalizer."""
    key = ((key ^ key >> 33) * 0xFF51AFD7ED558CCD) & _MASK
    key = ((key ^ key >> 33) * 0xC4CEB9FE1A85EC53) & _MASK
    return key ^ key >> 33


@dataclass(frozen=True)
class NgramCounts:
    numbers: Mapping[str, int]
    """Each form of a token that is counted (`tokens.count_form`), and its number."""
    cells: array[int]
    segment: int
    """Cells of a segment, a power of two."""
    log_total: float
    """The logarithm of the number of all tokens."""

    @classmethod
    def of(cls, words: Sequence[str], table: bytes) -> NgramCounts:
        """Return what `counts.bin` says of words, whose numbers begin with 1."""
        magic, segment, total, length = HEADER.unpack_from(table)
        assert magic == MAGIC, "counts.bin is of another version"
        cells = array("H", table[HEADER.size : HEADER.size + 2 * length])
        if sys.byteorder == "big":
            cells.byteswap()
        return cls({word: number for number, word in enumerate(words, 1)}, cells, segment, math.log(total))

    def log_count(self, key: int) -> float:
        """Return the logarithm of how often the tokens of a key (`join_key`) stand in a row; 0 for less than twice."""
        bits = mix_bits(key)
        cells, segment = self.cells, self.segment
        low = segment - 1
        first = (bits >> 32) * (len(cells) - 2 * segment) >> 32
        second = (first + segment) ^ (bits >> 18 & low)
        third = (first + 2 * segment) ^ (bits & low)
        value = cells[first] ^ cells[second] ^ cells[third]
        return _LOGS[value & 31] if value >> LEVEL_BITS == (bits ^ bits >> 40) & 0x7FF else 0.0

    def log_probabilities(self, tokens: Sequence[int], begin: int, memo: dict[int, float]) -> list[float]:
        """Return the log-probability of each token from an index on, after up to three before it: what stupid back-off
        makes of counts. `memo` keeps what was looked up."""
        found: list[float] = []
        for index in range(begin, len(tokens)):
            key, cost = join_key(tokens[max(0, index - LONGEST + 1) : index + 1]), 0.0
            while key >> 16:
                if together := self._recall(key, memo):
                    before = self._recall(key & (1 << (key.bit_length() - 1) // 16 * 16) - 1, memo)
                    found.append(min(together - before, 0.0) - cost)
                    break
                key, cost = key >> 16, cost + BACK_OFF
            else:
                alone = self._recall(key, memo)
                found.append(alone - self.log_total - cost if alone else UNSEEN)
        return found

    def _recall(self, key: int, memo: dict[int, float]) -> float:
        count = memo.get(key)
        if count is None:
            count = memo[key] = self.log_count(key)
        return count


def join_key(tokens: Sequence[int]) -> int:
    """Return the numbers of one to four tokens as one key: 16 bits each, the first one lowest."""
    key = 0
    for token in reversed(tokens):
        key = key << 16 | token
    return key


@cache
def read_counts() -> NgramCounts:
    """Return the counts of this package. They take a few MB, and are read when a first sentence is."""
    folder = files("breadknife.plugins.prose.evidence")
    words = folder.joinpath("words.txt").read_text(encoding="utf-8").splitlines()
    return NgramCounts.of(words, folder.joinpath("counts.bin").read_bytes())
