"""Who has committed here, by what git itself has written down of this clone.

No program runs for that: in a folder of somebody else's, git may start what the folder's own configuration names. So a
fresh clone knows who made it; who else writes there is in its lists of people and in its manifests.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from breadknife.disk.reading import read_end, read_regular
from breadknife.project.words import FileWords, of_list

_NEWEST = 64 * 1024
"""Bytes of a log's end that are read."""
_POINTER = 4_096
"""Bytes of a file that says where another folder is, at most."""


def of_committers(root: Path) -> FileWords:
    """Return the names of who has committed in this clone."""
    people = {
        line.split(" ", 2)[2].partition(">")[0]
        for folder in _git_folders(root)
        for line in _end(folder / "logs" / "HEAD").splitlines()
        if line.count(" ") > 2
    }
    return of_list("\n".join(sorted(people)))


def _git_folders(root: Path) -> Iterator[Path]:
    """Yield the `.git` of a clone; of a worktree or a submodule its own folder in another `.git`, and the one that it
    is in."""
    git = root / ".git"
    if git.is_dir():
        yield git
        return
    where = _start(git)
    if not where.startswith("gitdir:"):
        return
    folder = root / where.removeprefix("gitdir:").strip()
    yield folder
    common = _start(folder / "commondir").strip()
    if common:
        yield folder / common


def _start(path: Path) -> str:
    """Return the text of a file; empty for what is no regular file, or says more than a pointer does."""
    try:
        return read_regular(path, _POINTER).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _end(path: Path) -> str:
    try:
        return read_end(path, _NEWEST).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
