"""Files of evaluated tokens: llama.cpp's state of one sequence, with its owner and a checksum.

An owner describes the model and the build of llama.cpp that made the state. llama.cpp's own files have neither: what it
does with a damaged one is undefined.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from breadknife.paths import write_atomically

_HEADER = struct.Struct("<16s4Q")
"""Magic; the sizes in bytes of owner, tokens and state; CRC-32 of these three."""
_MAGIC = b"breadknife-kv-1\n"


def write_state(path: Path, owner: str, tokens: Sequence[int], state: memoryview) -> None:
    """Write a state to `path`, replacing that file in one step. Only the user can read it. Raises OSError.

    The disk may not have the file when this returns: the checksum tells if it gets damaged.
    """
    parts = (owner.encode(), np.asarray(tokens, np.int32).tobytes(), state)
    header = _HEADER.pack(_MAGIC, *map(len, parts), _checksum(parts))
    write_atomically(path, header, *parts, durable=False)


def read_state(path: Path, owner: str) -> tuple[list[int], bytes] | None:
    """Return the tokens and the state; None if there is no whole file of that owner."""
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    if len(raw) < _HEADER.size:
        return None
    magic, *sizes, checksum = _HEADER.unpack_from(raw)
    parts: list[bytes] = []
    at = _HEADER.size
    for size in sizes:
        parts.append(raw[at : at + size])
        at += size
    if magic != _MAGIC or at != len(raw) or _checksum(parts) != checksum or parts[0] != owner.encode():
        return None
    return np.frombuffer(parts[1], np.int32).tolist(), parts[2]


def _checksum(parts: Sequence[bytes | memoryview]) -> int:
    value = 0
    for part in parts:
        value = zlib.crc32(part, value)
    return value
