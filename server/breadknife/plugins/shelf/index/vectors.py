"""The vectors of chunks, on disk and in memory. Chunks with a similar meaning have vectors with a high cosine.

On disk each number of a vector is a signed byte: the vector is scaled so that its largest number is 127 or -127. A
cosine doesn't depend on a vector's length, so the scale isn't kept, and the vectors of 10,000 pages take 20 MB instead
of 80. In memory a vector is a row of floats and has the length 1.
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
_LEAST_LENGTH = 1e-9
"""Instead of 0, by which a row can't be divided."""


def identity_of(name: str, digest: str) -> str:
    """Return the identity of an embedding model: vectors of models with different identities can't be compared.

    `name` is the catalog's. `digest` is that of the model's file, which may be followed by a blank and the build of the
    engine. The build is left out: it changes only the last digits of vectors.
    """
    return f"{name} {digest.partition(' ')[0]}".strip()


def pack(vector: Vector) -> bytes:
    """Return a vector as it is on disk: a signed byte for each number."""
    scale = _LARGEST / (max(map(abs, vector), default=0.0) or 1.0)
    return array("b", (round(number * scale) for number in vector)).tobytes()


class Matrix:
    """All vectors of one index in memory: a row for each. `refresh` reads them."""

    def __init__(self) -> None:
        self._chunk_ids: Ids | None = None
        """The chunk of each row; None before any vector was read."""
        self._rows: Floats | None = None
        self._last_id = 0
        """The highest id of a vector that was read."""
        self._removals = -1
        """`about.removals` when the vectors were read."""

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Read the vectors that were added since the last call; all of them if some were removed. Raises sqlite3.Error,
        and ValueError for vectors of different lengths."""
        import numpy

        [(removals,)] = connection.execute("SELECT removals FROM about").fetchall()
        if removals != self._removals:
            self._chunk_ids = self._rows = None
            self._last_id, self._removals = 0, removals
        added = connection.execute(
            "SELECT id, chunk, numbers FROM vectors WHERE id > ? ORDER BY id", (self._last_id,)
        ).fetchall()
        if not added:
            return
        ids, chunk_ids, packed = zip(*added, strict=True)
        new_ids = numpy.asarray(chunk_ids, numpy.int64)
        new_rows = numpy.frombuffer(b"".join(packed), numpy.int8).reshape(-1, len(packed[0])).astype(numpy.float32)
        new_rows /= numpy.maximum(numpy.linalg.norm(new_rows, axis=1, keepdims=True), _LEAST_LENGTH)
        self._chunk_ids = new_ids if self._chunk_ids is None else numpy.concatenate((self._chunk_ids, new_ids))
        self._rows = new_rows if self._rows is None else numpy.concatenate((self._rows, new_rows))
        self._last_id = ids[-1]

    def nearest(self, vector: Vector, count: int) -> list[tuple[int, float]]:
        """Return the ids of the chunks whose vectors are nearest to this one, at most `count`, with their cosines, the
        highest first; none if the vectors are another model's, which the length tells."""
        import numpy

        if self._chunk_ids is None or self._rows is None or self._rows.shape[1] != len(vector):
            return []
        cosines = self._rows @ numpy.asarray(vector, numpy.float32)
        count = min(count, len(cosines))
        best = numpy.argpartition(cosines, -count)[-count:]  # not in order: to sort all of them takes longer
        best = best[numpy.argsort(-cosines[best], kind="stable")]
        return [(int(self._chunk_ids[row]), float(cosines[row])) for row in best]

    def cosines(self, vector: Vector, chunk_ids: Sequence[int]) -> dict[int, float]:
        """Return the cosine of each of these chunks, by its id; a chunk without a vector is left out."""
        import numpy

        if self._chunk_ids is None or self._rows is None or self._rows.shape[1] != len(vector):
            return {}
        rows = numpy.flatnonzero(numpy.isin(self._chunk_ids, numpy.asarray(chunk_ids, numpy.int64)))
        cosines = self._rows[rows] @ numpy.asarray(vector, numpy.float32)
        return {int(self._chunk_ids[row]): float(cosine) for row, cosine in zip(rows, cosines, strict=True)}


def can_be_searched() -> bool:
    """Tell whether numpy is installed; it comes with the engine, without which there are no vectors either."""
    return importlib.util.find_spec("numpy") is not None
