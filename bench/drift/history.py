"""Reads a whole git history in one pass: which commit changed which file from which content to which."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_ABSENT = "0" * 40


@dataclass(frozen=True)
class FileChange:
    """One file of a commit."""

    path: str
    before: str
    """The blob before; empty if the file is new."""
    after: str
    """The blob after; empty if the file is gone."""


@dataclass(frozen=True)
class Commit:
    id: str
    parent: str
    at: int
    """Seconds since 1970."""
    changes: tuple[FileChange, ...]


class Repository:
    """A git directory, and one process that gives the content of its blobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blobs = subprocess.Popen(
            ["git", "-C", str(folder), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Repository:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        assert self._blobs.stdin is not None
        self._blobs.stdin.close()
        self._blobs.wait()

    def commits(self, since: str) -> Iterator[Commit]:
        """Yield the commits with one parent since a date, the oldest first."""
        arguments = [
            "log",
            "--no-merges",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--reverse",
            f"--since={since}",
        ]
        out = subprocess.run(
            ["git", "-C", str(self.folder), *arguments, "--format=%x01%H %P %ct"],
            stdout=subprocess.PIPE, check=True, timeout=300,
        ).stdout.decode("utf-8", "surrogateescape")  # fmt: skip
        for part in out.split("\x01")[1:]:
            head, *fields = [field.strip("\n") for field in part.split("\0")]
            words = head.split()
            if len(words) == 3:
                yield Commit(words[0], words[1], int(words[2]), tuple(_changes(fields)))

    def text(self, blob: str, largest: int = 200_000) -> str | None:
        """Return a blob as text; None for a large one, a missing one, or one that isn't UTF-8."""
        if not blob:
            return None
        assert self._blobs.stdin is not None
        assert self._blobs.stdout is not None
        self._blobs.stdin.write(blob.encode() + b"\n")
        self._blobs.stdin.flush()
        head = self._blobs.stdout.readline().split()
        if len(head) != 3:
            return None
        raw = self._blobs.stdout.read(int(head[2]) + 1)[:-1]
        if len(raw) > largest or b"\0" in raw:
            return None
        try:
            return raw.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return None

    def files(self, commit: str) -> Iterator[tuple[str, str]]:
        """Yield path and blob of each file at a commit."""
        out = subprocess.run(
            ["git", "-C", str(self.folder), "ls-tree", "-r", "-z", commit], stdout=subprocess.PIPE, check=True
        ).stdout.decode("utf-8", "surrogateescape")
        for line in out.split("\0"):
            head, _, path = line.partition("\t")
            if path:
                yield path, head.split()[2]


def _changes(fields: Sequence[str]) -> Iterator[FileChange]:
    at = 0
    while at + 1 < len(fields):
        if not fields[at].startswith(":"):
            at += 1
            continue
        _, _, before, after, _ = fields[at].split(" ")
        yield FileChange(fields[at + 1], "" if before == _ABSENT else before, "" if after == _ABSENT else after)
        at += 2
