"""New documents as files of our own, for editors that can only show files."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from breadknife.paths import make_folder, state_dir, write_atomically
from breadknife.task.values import NewDocument
from breadknife.text.languages import LANGUAGES

KEPT = 20
"""Those written before are removed: who wants one saves it elsewhere."""
_MOST_LETTERS = 60


def folder() -> Path:
    return state_dir() / "documents"


def name_of(document: NewDocument, number: int) -> str:
    """Return a file's name, on every system."""
    words = " ".join(re.sub(r"[^\w .-]", " ", document.title).split())[:_MOST_LETTERS].strip(" .")
    known = LANGUAGES.get(document.language)
    suffix = known.suffixes[0] if known and known.suffixes else ".txt"
    return f"{words or 'breadknife'}{f'-{number}' if number > 1 else ''}{suffix}"


def write_new(document: NewDocument) -> Path:
    """Return the document's text in a file that nobody has had. Raises OSError."""
    place = folder()
    make_folder(place)
    _remove_old(place)
    for number in itertools.count(1):
        path = place / name_of(document, number)
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            continue
        write_atomically(path, document.text.encode("utf-8", "replace"))
        return path
    raise AssertionError("numbers don't end")


def _remove_old(place: Path) -> None:
    files = sorted(place.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in files[KEPT - 1 :]:
        path.unlink(missing_ok=True)
