"""Lists the files of a folder that belong on the shelf."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from breadknife.disk.walking import walk
from breadknife.errors import ShelfError
from breadknife.plugins.shelf.reading.formats import reader_of
from breadknife.plugins.shelf.reading.values import MAX_BYTES
from breadknife.plugins.shelf.values import FileRecord
from breadknife.project.ignoring import NEVER
from breadknife.project.secrets.names import named_like_secret


@dataclass(frozen=True)
class FolderScan:
    """The files that a folder holds now. All paths are relative to it, with `/`."""

    files: Mapping[str, FileRecord]
    """Each by its path."""
    unlisted: tuple[str, ...]
    """Folders in it that can't be listed now: whether their files are still there isn't known."""


def scan(folder: Path) -> FolderScan:
    """Return the files whose format the shelf reads, in this folder and those below it. Hidden files and folders and
    links are left out.

    Raises ShelfError for a folder that isn't there: a drive that isn't plugged in must not empty its shelf.
    """
    must_be_itself(folder)
    if not folder.is_dir():
        raise ShelfError(f"{folder} is no folder, or isn't there now; plug its drive in, or name another folder")
    files, unlisted = dict[str, FileRecord](), list[str]()
    for at, folders, names in walk(folder, lambda path, _: unlisted.append(_relative(path, folder))):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in NEVER]
        for name in names:
            if reader_of(name) is not None:
                path = os.path.join(at, name)
                if (record := _record(path, _relative(path, folder), name)) is not None:
                    files[record.path] = record
    if "." in unlisted:
        raise ShelfError(f"{folder} can't be listed; make it readable, or name another folder")
    return FolderScan(files, tuple(unlisted))


def must_be_itself(folder: Path) -> None:
    """Raise ShelfError if a link has taken the place of the folder that was added, or of one above it."""
    if Path(os.path.realpath(folder)) != folder:
        raise ShelfError(f"{folder} is a link now, which isn't followed; add the folder that it leads to")


def _relative(path: str, folder: Path) -> str:
    # A name that isn't text keeps its readable part: it is only shown.
    return os.path.relpath(path, folder).replace(os.sep, "/").encode("utf-8", "replace").decode()


def _record(path: str, relative: str, name: str) -> FileRecord | None:
    """Return what is known of a file before it is read; None for one that has gone meanwhile."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    skipped = ""
    if not _is_text(name):
        skipped = "its name is not text; rename it"
    elif status.st_size > MAX_BYTES:
        skipped = f"it is larger than {MAX_BYTES >> 20} MB; split it"
    elif named_like_secret(path):
        skipped = "its name says that it holds passwords or keys; rename it if it doesn't"
    return FileRecord(relative, status.st_size, status.st_mtime_ns, skipped=skipped)


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
