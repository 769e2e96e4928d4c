"""Files of evaluated tokens: llama.cpp's state of one sequence, with what it takes to trust it.

llama.cpp's own files have no checksum and don't say what model they are of; reading a damaged one is undefined.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from breadknife.paths import write_atomically

_HEADER = struct.Struct("<16s4Q")
"""Magic; bytes of the owner's name, of the tokens, of the state; CRC-32 of these three."""
_MAGIC = b"breadknife-kv-1\n"


def write_state(path: Path, owner: str, tokens: Sequence[int], state: memoryview) -> None:
    """Replace `path` in one step by a file that only its user can read. Raises OSError.

    It isn't waited for until the disk has it: the checksum tells when it is damaged.
    """
    parts = (owner.encode(), np.asarray(tokens, np.int32).tobytes(), state)
    header = _HEADER.pack(_MAGIC, *map(len, parts), _checksum(parts))
    write_atomically(path, header, *parts, durable=False)


def read_state(path: Path, owner: str) -> tuple[list[int], bytes] | None:
    """Return the tokens and the state; None when the file isn't one of that owner, or not whole."""
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
