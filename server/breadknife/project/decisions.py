"""The team's decisions, in committed files of the workspace, a line each and sorted:

`.breadknife/dictionary.txt`    words that are right here
`.breadknife/ignores.txt`       findings that were refused: rule, hash of the sentence (or `*`), excerpt, reason, with
                                tabs between; the last two are for people. A plugin's rule begins with its name and `/`;
                                the prose plugin's has none
`.breadknife/.gitattributes`    tells git to keep both sides' lines where two branches put theirs at one place
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path

from breadknife.disk.inside import resolve_inside
from breadknife.disk.reading import read_regular
from breadknife.errors import BreadknifeError, FileRefused
from breadknife.paths import rewrite, write_atomically, write_for_user
from breadknife.text.document import MARK

FOLDER = ".breadknife"
EVERYWHERE = "*"
"""In place of a sentence's hash: the rule is off in the whole project."""
_LARGEST = 4 << 20
"""Bytes of a file of decisions: a word has about ten."""
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|(?<=[^\r\n])\Z)")
"""A line and its end, which the last may lack."""


def ignores_path(root: Path) -> Path:
    return root / FOLDER / "ignores.txt"


@dataclass(frozen=True)
class IgnoredFinding:
    """One line of the file of ignored findings."""

    line: int
    """From 1."""
    rule: str
    hash: str
    excerpt: str = ""
    reason: str = ""


def ignored_lines(path: Path) -> list[IgnoredFinding]:
    """Return the lines of a file of ignored findings, without whatever else is in it."""
    split = ((number, line.strip(" ").split("\t")) for number, line in enumerate(_readable_lines(path), 1))
    return [
        IgnoredFinding(number, *parts[:4]) for number, parts in split if len(parts) > 1 and not parts[0].startswith("#")
    ]


class ProjectDecisions:
    """Reads the files again whenever they have changed on disk. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lines: dict[Path, tuple[tuple[int, int], frozenset[str]]] = {}
        self._lock = threading.Lock()

    def ignored(self, root: Path | None) -> frozenset[tuple[str, str]]:
        """Return the ignored rules, each with the hash of its sentence or EVERYWHERE."""
        lines = self.lines(ignores_path(root)) if root else frozenset[str]()
        return frozenset((parts[0], parts[1]) for line in lines if len(parts := line.split("\t")) > 1)

    def digest(self, *paths: Path) -> str:
        """Return what tells all lines of files of decisions from others."""
        return hashlib.sha256(repr([sorted(self.lines(path)) for path in paths]).encode()).hexdigest()

    def add(self, path: Path, line: str) -> None:
        """Put a line into its place. Raises BreadknifeError when the file can't be written."""
        with self._lock:
            try:
                _refuse_links(path)
                try:
                    known = _content(path).decode("utf-8")
                except FileNotFoundError:
                    _make_mergeable(path)
                    write_for_user(path, f"{line}\n".encode())
                else:
                    rewrite(path, _with_line(known, line).encode())
            except UnicodeDecodeError as error:
                raise BreadknifeError(f"{path} isn't UTF-8; convert it first") from error
            except OSError as error:
                raise BreadknifeError(f"{path} can't be written: {error.strerror or error}") from error

    def lines(self, path: Path) -> frozenset[str]:
        """Return the lines of a file of decisions; none where there is no file, or one that isn't read."""
        try:
            status = path.stat()
        except OSError:
            return frozenset()
        stamp = (status.st_mtime_ns, status.st_size)
        with self._lock:
            known = self._lines.get(path)
            if known is None or known[0] != stamp:
                known = self._lines[path] = (stamp, frozenset(_lines(path)))
            return known[1]


def is_too_large(path: Path) -> bool:
    """Tell whether a file of decisions has so many bytes that nothing of it is read."""
    with contextlib.suppress(OSError):
        return path.stat().st_size > _LARGEST
    return False


def _lines(path: Path) -> list[str]:
    return [line for _, line in numbered_lines(path)]


def numbered_lines(path: Path) -> list[tuple[int, str]]:
    """Return what a file of decisions says, each with its line, from 1; nothing where there is none."""
    lines = enumerate(_readable_lines(path), 1)
    return [(number, line.strip()) for number, line in lines if line.strip() and not line.startswith("#")]


def _readable_lines(path: Path) -> list[str]:
    """Return the lines without their ends; none where there is no file, or one that isn't read."""
    try:
        text = _content(path).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return []
    return [content for content, _ in _LINE.findall(text)]


def _content(path: Path) -> bytes:
    return read_regular(path, _LARGEST, _root(path))


def _root(path: Path) -> Path | None:
    """Return the workspace's folder of one of its files; None for the user's own, which may be a link to anywhere."""
    return path.parent.parent if path.parent.name == FOLDER else None


def _refuse_links(path: Path) -> None:
    """Refuse links: a cloned repository's may lead to any file of the user's. Raises FileRefused."""
    root = _root(path)
    if root is None:
        return
    own = os.path.join(os.path.realpath(root), FOLDER, path.name)
    with contextlib.suppress(FileRefused):
        if resolve_inside(path, root) == own:
            return
    raise FileRefused("it or its folder is a link; replace the link with a file in the project")


def _with_line(known: str, line: str) -> str:
    """Return a file's text with a line in its place: comments first, then the others in order. Each keeps its end, and
    the text its byte order mark."""
    mark = MARK if known.startswith(MARK) else ""
    split: list[tuple[str, str]] = _LINE.findall(known.removeprefix(MARK))
    usual = next((end for _, end in split if end), "\n")
    comments = [(text, end) for text, end in split if text.startswith("#")]
    lines = {line: usual} | {text.strip(): end for text, end in split if text.strip() and not text.startswith("#")}
    ordered = sorted(lines.items(), key=lambda each: (each[0].casefold(), each[0]))
    return mark + "".join(f"{text}{end or usual}" for text, end in (*comments, *ordered))


def _make_mergeable(path: Path) -> None:
    """Write `.gitattributes`, before the first of a workspace's lines is written."""
    attributes = path.with_name(".gitattributes")
    if path.parent.name == FOLDER and not os.path.lexists(attributes):
        lines = (f"{name} merge=union\n" for name in ("dictionary.txt", "ignores.txt"))
        write_atomically(attributes, "".join(lines).encode(), mode=0o644)
