"""Make `prose/evidence/words.txt` and `counts.bin` of documentation.

    python bench/prose/ngrams.py TEXTS [--least 4 5 6]

TEXTS is a folder with a file for each source, a paragraph a line; `sources.tsv` says which sources these were. Counts
are of one to four tokens; those of several are kept only if two sources have them, and only from a count on (`--least`,
for two, three and four).
"""

from __future__ import annotations

import argparse
import math
import sys
from array import array
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from breadknife.plugins.prose import evidence
from breadknife.plugins.prose.evidence import tokens
from breadknife.plugins.prose.evidence.counts import HEADER, LEAST, LEVEL_BITS, LONGEST, MAGIC, STEP
from breadknife.plugins.prose.evidence.tokens import TokenizedText, rare_form

WORDS, SOURCES, OFTEN = 20_000, 4, 12
"""The most words; in how many sources, and how often, a word must be at least."""
MOST_OF_SOURCE = 1_000
"""An n-gram that a source has more often counts so often."""
SPECIAL = (tokens.BOUNDARY, tokens.NUMBER, tokens.CODE, tokens.MARK, tokens.NAME, tokens.OTHER)
Keys = NDArray[np.uint64]
Counts = NDArray[np.int64]


def read_source(path: Path) -> tuple[list[str], NDArray[np.int32]]:
    """Return the forms of a file's tokens, and the tokens as indices of these; a boundary stands around a line."""
    numbers, found = {tokens.BOUNDARY: 0}, array("i", [0])
    with path.open(encoding="utf-8") as file:
        for line in file:
            found.extend(numbers.setdefault(form, len(numbers)) for form in TokenizedText.of(line.strip()).forms)
            found.append(0)
    return list(numbers), np.array(found, dtype=np.int32)


def choose_words(sources: list[tuple[list[str], NDArray[np.int32]]]) -> list[str]:
    often, spread = Counter[str](), Counter[str]()
    for forms, found in sources:
        for form, count in zip(forms, np.bincount(found, minlength=len(forms)).tolist(), strict=True):
            often[form] += min(count, 400)
            spread[form] += 1
    stand_ins = (*SPECIAL, *(f"<{ending}>" for ending in tokens.ENDINGS))
    frequent = (word for word in often if spread[word] >= SOURCES and often[word] >= OFTEN and word not in stand_ins)
    return [*stand_ins, *sorted(frequent, key=lambda word: (-often[word], word))[:WORDS]]


def count(sources: list[tuple[list[str], NDArray[np.int32]]], words: list[str], size: int) -> tuple[Keys, Counts]:
    """Return the n-grams of so many tokens, as `counts.join_key` makes them, with their counts."""
    numbers = {word: number for number, word in enumerate(words, 1)}
    keys, counts = list[Keys](), list[Counts]()
    for forms, found in sources:
        number_of = np.array([numbers.get(form) or numbers[rare_form(form)] for form in forms], dtype=np.uint64)
        text = number_of[found]
        parts = [text[at : len(text) - size + 1 + at] for at in range(size)]
        joined = np.bitwise_or.reduce([part << np.uint64(16 * at) for at, part in enumerate(parts)])
        across = np.any([part == 1 for part in parts[1:-1]], axis=0) if size > 2 else np.zeros(len(joined), bool)
        own, times = np.unique(joined[~across], return_counts=True)
        keys.append(own)
        counts.append(np.minimum(times, MOST_OF_SOURCE))
    every, where = np.unique(np.concatenate(keys), return_inverse=True)
    total = np.bincount(where, weights=np.concatenate(counts)).astype(np.int64)
    kept = (total >= LEAST) & ((np.bincount(where) >= 2) | (size == 1))
    return every[kept], total[kept]


def pack(keys: Keys, counts: Counts, total: int) -> bytes:
    """Return the file's content: a binary fuse filter over the keys. Repeats with more room until all can be peeled."""
    number, u = len(keys), np.uint64
    bits = keys ^ keys >> u(33)
    bits = bits * u(0xFF51AFD7ED558CCD)
    bits = (bits ^ bits >> u(33)) * u(0xC4CEB9FE1A85EC53)
    bits ^= bits >> u(33)
    levels = np.clip(1 + np.round(np.log(counts / LEAST) / math.log(STEP)), 1, (1 << LEVEL_BITS) - 1).astype(np.uint64)
    values: list[int] = ((((bits ^ bits >> u(40)) & u(0x7FF)) << u(LEVEL_BITS)) | levels).tolist()
    segment = 1 << int(math.log(number) / math.log(3.33) + 2.25)
    room = max(1.125, 0.875 + 0.25 * math.log(1e6) / math.log(number))
    while True:
        length = math.ceil(number * room / segment) * segment
        first = (bits >> u(32)) * u(length - 2 * segment) >> u(32)
        second = (first + u(segment)) ^ (bits >> u(18) & u(segment - 1))
        third = (first + u(2 * segment)) ^ (bits & u(segment - 1))
        places: list[list[int]] = np.stack([first, second, third], 1).astype(np.int64).tolist()
        if (order := peel(places, length)) is not None:
            break
        room *= 1.03
    cells = array("H", bytes(2 * length))
    for key, place in reversed(order):
        one, two, three = (cells[each] for each in places[key])
        cells[place] ^= values[key] ^ one ^ two ^ three
    if sys.byteorder == "big":
        cells.byteswap()
    return HEADER.pack(MAGIC, segment, total, length) + cells.tobytes()


def peel(places: list[list[int]], length: int) -> list[tuple[int, int]] | None:
    """Return the keys, each with a cell of its own among those after it; None if there is no such order."""
    degree, keys = [0] * length, [0] * length
    for key, own in enumerate(places):
        for place in own:
            degree[place] += 1
            keys[place] ^= key
    alone, order = [place for place in range(length) if degree[place] == 1], list[tuple[int, int]]()
    while alone:
        place = alone.pop()
        if degree[place] == 1:
            key = keys[place]
            order.append((key, place))
            for each in places[key]:
                degree[each] -= 1
                keys[each] ^= key
                if degree[each] == 1:
                    alone.append(each)
    return order if len(order) == len(places) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--least", type=int, nargs=LONGEST - 1, default=(4, 5, 6))
    chosen = parser.parse_args()
    sources = [read_source(path) for path in sorted(chosen.texts.glob("*.txt"))]
    words = choose_words(sources)
    keys, counts = list[Keys](), list[Counts]()
    for size, least in enumerate((LEAST, *chosen.least), 1):
        own, times = count(sources, words, size)
        keys.append(own[times >= least])
        counts.append(times[times >= least])
    packed = pack(np.concatenate(keys), np.concatenate(counts), int(counts[0].sum()))
    folder = Path(next(iter(evidence.__path__)))
    (folder / "words.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
    (folder / "counts.bin").write_bytes(packed)
    print(f"{len(words):,} words, {', '.join(f'{len(each):,}' for each in keys)} n-grams, {len(packed):,} bytes")


if __name__ == "__main__":
    main()
