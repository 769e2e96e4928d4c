"""Opens what findings are written to: standard output, or a file that is replaced when all are written."""

from __future__ import annotations

import io
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from breadknife.cli.output import tell
from breadknife.errors import DocumentError
from breadknife.paths import write_for_user

_PACE_FILES, _PACE_SECONDS = 20, 3.0
"""From so many files and seconds on, a pace says something of the rest."""


@contextmanager
def opened(path: Path | None, option: str = "--output-file") -> Generator[TextIO]:
    """Give a stream to write to: standard output if `path` is None, else memory that is written to the file `path` when
    the block ends without an error. `option` is the one that names it.

    Raises DocumentError if the file can't be written: before the block if its folder isn't there, else at its end.
    """
    if path is None:
        yield sys.stdout
        return
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise DocumentError(f"{option} {path}: {'a folder' if path.is_dir() else 'its folder is not there'}")
    text = io.StringIO(newline="\n")
    yield text
    written = text.getvalue().encode("utf-8", "backslashreplace")
    try:
        write_for_user(path, written)
    except OSError as error:
        raise DocumentError(f"{option} {path}: {error.strerror or error}") from error


def pace_of(done: int, total: int, seconds: float) -> str:
    """Return how many files a second are done and how long the rest takes at that pace; empty while that is a guess."""
    if done < _PACE_FILES or seconds < _PACE_SECONDS:
        return ""
    minutes, left = divmod(round((total - done) * seconds / done), 60)
    return f", {done / seconds:.1f} a second, {f'{minutes} min' if minutes else f'{left} s'} left"


def clear_progress(out: TextIO) -> None:
    """Clear the line of progress if the output goes to the same terminal."""
    if out.isatty():
        tell("", fleeting=True)
