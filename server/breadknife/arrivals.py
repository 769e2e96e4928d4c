"""A file on disk that changes when a part of breadknife was installed: the engine, a model, LanguageTool.

Running servers look at it each second, so that they use the part at once.
"""

from __future__ import annotations

import contextlib

from breadknife.paths import state_dir, write_atomically, written_at

_FILE = "arrivals"


def announce() -> None:
    """Tell running servers that a part is installed. If the disk can't be written, they notice it later."""
    with contextlib.suppress(OSError):
        write_atomically(state_dir() / _FILE, b"")


def newest() -> object:
    """Return a value that differs from the one before if a part was installed since. It takes one call of `stat`."""
    return written_at(state_dir() / _FILE)
