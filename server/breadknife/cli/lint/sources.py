"""Finds what is to be checked: files, all files of folders, or standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.cli.files import Complain, find_files
from breadknife.cli.lint.changed import ChangedSources
from breadknife.errors import DocumentError
from breadknife.text.document import LARGEST_DOCUMENT, Document, document_of, read_document


@dataclass(frozen=True)
class Source:
    path: Path
    is_named: bool
    """True if the user has named the file itself, False if only a folder that it is in."""
    content: bytes | None = None
    """The file's bytes; None to read them from disk."""

    def read(self, language: str | None) -> Document:
        """Return the text, in this language or else the one that the file's name says. Raises DocumentError."""
        if self.content is not None:
            return document_of(self.path, self.content, language)
        return read_document(self.path, language)


def find_sources(paths: Sequence[Path], complain: Complain, changed: ChangedSources | None = None) -> Iterator[Source]:
    """Yield each file once, in the order of `paths`, or only those that have changed. `complain` is told as by
    `find_files`."""
    absolute_paths = set[str]()
    named = frozenset(paths)
    for path in find_files(paths, complain, wanted=changed):
        absolute = os.path.abspath(path)
        if absolute not in absolute_paths:
            absolute_paths.add(absolute)
            yield Source(path, path in named, changed.staged(path) if changed else None)


def standard_input(name: Path) -> Source:
    """Read standard input as the content of the file `name`, which need not exist. Raises DocumentError."""
    content = sys.stdin.buffer.read(LARGEST_DOCUMENT + 1)
    if len(content) > LARGEST_DOCUMENT:
        raise DocumentError(f"{name}: standard input is larger than {LARGEST_DOCUMENT >> 20} MB")
    return Source(name, is_named=True, content=content)
