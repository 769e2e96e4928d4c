"""Vectors on disk and in memory.

On disk each number is a byte: the largest one of a vector is 127 there. Lengths don't matter for a cosine, so nothing
else is kept, and an index of 10,000 pages has 20 MB of them instead of 80. In memory they are floats of length 1.
"""

from __future__ import annotations

import importlib.util
import sqlite3
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from breadknife.steps.values import Vector

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float32]
    Ids = NDArray[numpy.int64]

_LARGEST = 127


def identity_of(name: str, digest: str) -> str:
    """Return the identity of a model, as its catalog's name and its file's digest: vectors of two can't be compared.
    Another build of the engine changes their last digits alone, so it doesn't count."""
    return f"{name} {digest.partition(' ')[0]}".strip()


def pack(vector: Vector) -> bytes:
    """Return a vector as bytes, for the disk."""
    scale = _LARGEST / (max(map(abs, vector), default=0.0) or 1.0)
    return array("b", (round(number * scale) for number in vector)).tobytes()


class Matrix:
    """All vectors of one index in memory. They are read when they are first asked for, and what is new later on."""

    def __init__(self) -> None:
        self._ids: Ids | None = None
        self._rows: Floats | None = None
        self._last = 0
        """The id of the last vector that was read."""
        self._removals = -1

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Read what has changed since."""
        import numpy

        [(removals,)] = connection.execute("SELECT removals FROM about").fetchall()
        if removals != self._removals:
            self._ids = self._rows = None
            self._last, self._removals = 0, removals
        found = connection.execute(
            "SELECT id, chunk, numbers FROM vectors WHERE id > ? ORDER BY id", (self._last,)
        ).fetchall()
        if not found:
            return
        width = len(found[0][2])
        ids = numpy.fromiter((row[1] for row in found), numpy.int64, len(found))
        rows = numpy.frombuffer(b"".join(row[2] for row in found), numpy.int8).reshape(-1, width).astype(numpy.float32)
        rows /= numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        self._ids = ids if self._ids is None else numpy.concatenate((self._ids, ids))
        self._rows = rows if self._rows is None else numpy.concatenate((self._rows, rows))
        self._last = found[-1][0]

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """Return the nearest chunks with their cosines, best first; none if the vectors are another model's."""
        import numpy

        if self._ids is None or self._rows is None or self._rows.shape[1] != len(vector):
            return []
        cosines = self._rows @ numpy.asarray(vector, numpy.float32)
        count = min(count, len(cosines))
        best = numpy.argpartition(cosines, -count)[-count:]
        best = best[numpy.argsort(-cosines[best], kind="stable")]
        return [(int(self._ids[at]), float(cosines[at])) for at in best]

    def cosines(self, vector: Vector, chunks: Sequence[int]) -> dict[int, float]:
        """Return those of some chunks; a chunk without a vector isn't in it."""
        import numpy

        if self._ids is None or self._rows is None or self._rows.shape[1] != len(vector):
            return {}
        at = numpy.flatnonzero(numpy.isin(self._ids, numpy.asarray(chunks, numpy.int64)))
        found = self._rows[at] @ numpy.asarray(vector, numpy.float32)
        return {int(self._ids[row]): float(cosine) for row, cosine in zip(at, found, strict=True)}


def can_be_searched() -> bool:
    """Tell whether numpy is installed; it comes with the engine, without which there are no vectors either."""
    return importlib.util.find_spec("numpy") is not None
