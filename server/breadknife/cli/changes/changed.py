"""What has changed in a repository since a commit: which files, and which of their lines."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.cli.changes.base import Base, find_base
from breadknife.git import COMPARE, Repository
from breadknife.text.document import LARGEST_DOCUMENT

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb'\\([0-7]{3}|[abtnvfr"\\])')
_ESCAPED = dict(zip(b'abtnvfr"\\', b'\a\b\t\n\v\f\r"\\', strict=True))

_PAGES = ("*.md", "*.markdown", "*.rst")
"""The files that are looked at for the old path of one that was moved."""


@dataclass(frozen=True)
class ChangedFile:
    """A file that is there, and has changed."""

    name: str
    """From the repository's top."""
    before: str | None
    """Its name in the base; None if it wasn't there."""
    lines: Sequence[tuple[int, int]] = ()
    """First line and the one after the last, from 0, of each group of lines that are new; in order."""
    removes: bool = False
    """True if lines of the base are gone, or are other ones now."""

    @property
    def is_moved(self) -> bool:
        return self.before not in (None, self.name)

    def has_new(self, first: int, last: int) -> bool:
        """Tell whether one of the lines from `first` to `last` is new."""
        at = bisect_right(self.lines, first, key=lambda group: group[1])
        return at < len(self.lines) and self.lines[at][0] <= last


@dataclass(frozen=True)
class Changes:
    repository: Repository
    base: Base
    files: Mapping[str, ChangedFile]
    """By absolute path, without links."""
    staged: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """The staged text of each file, by the same paths, if that is what counts."""

    def of(self, path: Path) -> ChangedFile | None:
        """Return what has changed in a file; None if nothing has."""
        return self.files.get(os.path.realpath(path))

    def naming_moved(self) -> Sequence[Path]:
        """Return the pages of documentation that name the old path of a file that was moved."""
        old = [file.before for file in self.files.values() if file.before and file.is_moved]
        if not old:
            return ()
        given = os.fsencode("\n".join(old))
        found = self.repository.ask(
            "grep", "-l", "-z", "-F", "-I", "--no-textconv", "-f", "-", "--", *_PAGES, given=given, may_fail=True
        )
        return [self.repository.top / os.fsdecode(name) for name in found.split(b"\0") if name]

    def before(self, file: ChangedFile) -> bytes | None:
        """Return a file's bytes in the base; None if it wasn't there, or can't be read now."""
        return self.repository.blob(f"{self.base.commit}:{file.before}", LARGEST_DOCUMENT) if file.before else None


def find_changes(folder: Path, base: str = "", *, staged: bool = False) -> Changes:
    """Return what has changed in the repository of a folder.

    Args:
        folder: any folder of the repository.
        base: the name of a commit or branch; empty to find out where this branch began, or with `staged` for HEAD.
        staged: compare what is staged, as the next commit has it, instead of the files as they are.

    Raises GitFailed.
    """
    repository = Repository.of(folder)
    start = find_base(repository, base or ("HEAD" if staged else ""))
    since = [*(["--cached"] if staged else []), start.commit]
    names = repository.names(*COMPARE, "-z", "--name-only", "--diff-filter=d", *since, "--")
    patch = repository.ask(*COMPARE, "-U0", "--src-prefix=a/", "--dst-prefix=b/", *since, "--")
    changed = {name: ChangedFile(name, name) for name in names} | {file.name: file for file in _parsed(patch)}
    if not staged:
        for name in repository.names("ls-files", "-z", "--others", "--exclude-standard"):
            changed[name] = _new(name)
    files = {os.path.join(repository.top, name): changed[name] for name in changed if name}
    return Changes(repository, start, files, _staged(repository, names) if staged else {})


def _new(name: str) -> ChangedFile:
    return ChangedFile(name, None, ((0, LARGEST_DOCUMENT),))


def _parsed(patch: bytes) -> Iterator[ChangedFile]:
    """Yield each file of a patch that has new or other lines, or was moved. `patch` is `git diff -U0`'s."""
    before, name, lines, removes = "", "", list[tuple[int, int]](), False
    content = 0
    """How many of the next lines are those of a hunk: such a line may look like anything."""
    for line in patch.split(b"\n"):
        if content and line[:1] in (b"+", b"-"):
            content -= 1
        elif line.startswith(b"diff --git "):
            if name:
                yield ChangedFile(name, before or None, tuple(lines), removes)
            before, name, lines, removes = "", "", list[tuple[int, int]](), False
        elif line.startswith(b"rename from "):
            before = _unquoted(line[12:], b"")
        elif line.startswith(b"rename to "):
            name = _unquoted(line[10:], b"")
        elif line.startswith(b"--- "):
            before = _unquoted(line[4:], b"a/")
        elif line.startswith(b"+++ "):
            name = _unquoted(line[4:], b"b/")
        elif match := _HUNK.match(line):
            gone, first, new = int(match[1] or 1), int(match[2]) - 1, int(match[3] or 1)
            content, removes = gone + new, removes or gone > 0
            if new:
                lines.append((first, first + new))
    if name:
        yield ChangedFile(name, before or None, tuple(lines), removes)


def _unquoted(name: bytes, prefix: bytes) -> str:
    """Return a name as a patch has it; empty for `/dev/null`. Names with blanks have a tab behind them."""
    name = name.removesuffix(b"\t")
    if name.startswith(b'"'):
        name = _ESCAPE.sub(
            lambda match: bytes([int(match[1], 8) if len(match[1]) == 3 else _ESCAPED[match[1][0]]]), name[1:-1]
        )
    return os.fsdecode(name.removeprefix(prefix)) if name.startswith(prefix) else ""


def _staged(repository: Repository, names: Sequence[str]) -> Mapping[str, bytes]:
    """Return what is staged of these files. Links, submodules, and what is too large to be read are left out."""
    wanted, found = frozenset(names), dict[str, bytes]()
    for entry in repository.names("ls-files", "-z", "--stage", "--cached") if names else ():
        head, _, name = entry.partition("\t")
        mode, blob, stage = head.split(" ")
        if name not in wanted or stage != "0" or not mode.startswith("100"):
            continue
        if (text := repository.blob(blob, LARGEST_DOCUMENT)) is not None:
            found[os.path.join(repository.top, name)] = text
    return found
