"""Opens what findings are written to: standard output, each file's at once, or a file that is replaced at the end."""

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


@contextmanager
def opened(path: Path | None) -> Generator[TextIO]:
    """Give a stream to write to; `path` is written when the block ends without an error.

    Raises DocumentError where `path` can't be written, also before anything is checked.
    """
    if path is None:
        yield sys.stdout
        return
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise DocumentError(f"--output-file {path}: {'a folder' if path.is_dir() else 'its folder is not there'}")
    text = io.StringIO(newline="\n")
    yield text
    written = text.getvalue().encode("utf-8", "backslashreplace")
    try:
        write_for_user(path, written)
    except OSError as error:
        raise DocumentError(f"--output-file {path}: {error.strerror or error}") from error


def show(out: TextIO) -> None:
    """Have standard output show what was written, in place of the progress."""
    if out is sys.stdout:
        out.flush()


def clear_progress(out: TextIO) -> None:
    """Clear the line of progress, where findings would be written into it."""
    if out.isatty():
        tell("", fleeting=True)
