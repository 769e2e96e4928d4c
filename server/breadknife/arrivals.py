"""A sign on disk that a part of breadknife has arrived: the engine, a model, LanguageTool.

Servers that run look at it, so that they use the part at once.
"""

from __future__ import annotations

import contextlib

from breadknife.paths import state_dir, write_atomically, written_at

_SIGN = "arrivals"


def announce() -> None:
    """Say that a part is in place. If the disk can't be written, the servers only notice later."""
    with contextlib.suppress(OSError):
        write_atomically(state_dir() / _SIGN, b"")


def newest() -> object:
    """Return another value once something has arrived, by one call of `stat`."""
    return written_at(state_dir() / _SIGN)
