"""Finds the names of those who have committed in a clone, in git's own log of it (`.git/logs/HEAD`).

Git isn't run: in somebody else's folder it may start programs that the folder's configuration names. The log only has
what was done in this clone, so in a fresh one it names its user alone. Other people come from lists such as AUTHORS and
from manifests, see `words`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from breadknife.disk.reading import read_end, read_regular
from breadknife.project.words import FileWords, of_list

_LOG_BYTES = 64 * 1024
"""A log is read from so many bytes before its end."""
_POINTER_BYTES = 4_096
"""The most bytes of a file that has nothing but the path of a folder."""


def of_committers(root: Path) -> FileWords:
    """Return the words of the names and mail addresses of those who have committed in the clone at `root`."""
    people = {
        line.split(" ", 2)[2].partition(">")[0]  # `OLD NEW Ada Byron <ada@example.org> 1700000000 +0000\tcommit: …`
        for folder in _git_folders(root)
        for line in _read_log(folder / "logs" / "HEAD").splitlines()
        if line.count(" ") > 2
    }
    return of_list("\n".join(sorted(people)))


def _git_folders(root: Path) -> Iterator[Path]:
    """Yield the folders that may have a log: the `.git` of a clone. In a worktree or a submodule `.git` is a file with
    the path of its folder in another clone's `.git`; then that folder, and the other clone's `.git`."""
    git = root / ".git"
    if git.is_dir():
        yield git
        return
    pointer = _read_pointer(git)
    if not pointer.startswith("gitdir:"):
        return
    folder = root / pointer.removeprefix("gitdir:").strip()
    yield folder
    common = _read_pointer(folder / "commondir").strip()
    if common:
        yield folder / common


def _read_pointer(path: Path) -> str:
    """Return the text of a file; empty if it can't be read, isn't a regular file, or is larger than a pointer."""
    try:
        return read_regular(path, _POINTER_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _read_log(path: Path) -> str:
    """Return the newest lines of a log; empty if it can't be read."""
    try:
        return read_end(path, _LOG_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
