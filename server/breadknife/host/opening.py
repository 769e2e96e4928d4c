"""Writes new documents to files of our own, for editors that can only show files."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from breadknife.paths import make_folder, state_dir, write_atomically
from breadknife.task.values import NewDocument
from breadknife.text.languages import LANGUAGES

KEPT = 20
"""The newest files that stay: a user who wants one saves it elsewhere."""
_MOST_LETTERS = 60
"""Characters of a title that a file's name has at most."""


def folder() -> Path:
    return state_dir() / "documents"


def name_of(document: NewDocument, number: int) -> str:
    """Return a name for a document's file, which every system allows, with `number` if that isn't 1."""
    words = " ".join(re.sub(r"[^\w .-]", " ", document.title).split())[:_MOST_LETTERS].strip(" .")
    known = LANGUAGES.get(document.language)
    suffix = known.suffixes[0] if known and known.suffixes else ".txt"
    return f"{words or 'breadknife'}{f'-{number}' if number > 1 else ''}{suffix}"


def write_new(document: NewDocument) -> Path:
    """Write the document's text to a new file, and return its path. Raises OSError."""
    documents_folder = folder()
    make_folder(documents_folder)
    _remove_old(documents_folder)
    for number in itertools.count(1):
        path = documents_folder / name_of(document, number)
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            continue
        write_atomically(path, document.text.encode("utf-8", "replace"))
        return path
    raise AssertionError("numbers don't end")


def _remove_old(documents_folder: Path) -> None:
    files = sorted(documents_folder.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in files[KEPT - 1 :]:
        path.unlink(missing_ok=True)
