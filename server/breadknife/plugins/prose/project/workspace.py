"""The team's decisions, in two committed files of the workspace, a line each and sorted:

`.breadknife/dictionary.txt`    words that are right here
`.breadknife/ignores.txt`       findings that were refused: rule, hash of the sentence (or `*`), excerpt, reason, with
                                tabs between; the last two are for people
`.breadknife/.gitattributes`    tells git to keep both sides' lines where two branches put theirs at one place
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from breadknife.disk.inside import resolve_inside
from breadknife.disk.reading import read_regular
from breadknife.errors import BreadknifeError, FileRefused
from breadknife.paths import config_dir, rewrite, write_atomically, write_for_user
from breadknife.plugins.prose.project.spelling import folded
from breadknife.text.document import MARK, Document, Span

EVERYWHERE = "*"
"""In place of a sentence's hash: the rule is off in the whole project."""
_FOLDER = ".breadknife"
_LARGEST = 4 << 20
"""Bytes of a file of decisions: a word has about ten."""
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|(?<=[^\r\n])\Z)")
"""A line and its end, which the last may lack."""
_BLANKS = re.compile(r"\s+")
_HASHED_END = re.compile(r"[.!?]+[\"')\]]*\s+(?=[A-Z\"'(\[])")
"""The end of a sentence in `ignores.txt`: with any other one, what users have ignored would come back."""
_EXCERPT = 60


def dictionary_path(root: Path | None) -> Path:
    """Return the workspace's dictionary, or the user's own where there is no workspace."""
    return root / _FOLDER / "dictionary.txt" if root else config_dir() / "dictionary.txt"


def ignores_path(root: Path) -> Path:
    return root / _FOLDER / "ignores.txt"


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a line of the source, as an ignored finding remembers it."""

    text: str

    @classmethod
    def around(cls, text: str, span: Span) -> Sentence:
        start = max((m.end() for m in _HASHED_END.finditer(text) if m.end() <= span.start), default=0)
        after = _HASHED_END.search(text, span.end)
        return cls(_BLANKS.sub(" ", text[start : after.start() + 1 if after else len(text)]).strip())

    @classmethod
    def of_line(cls, document: Document, offset: int) -> Sentence:
        """Return the source's line, for what isn't about prose."""
        return cls(_BLANKS.sub(" ", document.line_text(document.line_at(offset))).strip())

    @classmethod
    def all(cls, text: str) -> Iterator[Sentence]:
        """Yield whatever `around` may give for this text: each, and each two that one finding may span."""
        starts = [0, *(match.end() for match in _HASHED_END.finditer(text))]
        for start, next_start in zip(starts, [*starts[1:], None], strict=True):
            yield cls.around(text, Span(start, start))
            if next_start is not None:
                yield cls.around(text, Span(start, next_start))

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def excerpt(self) -> str:
        return self.text if len(self.text) <= _EXCERPT else self.text[: _EXCERPT - 1] + "…"


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


class Decisions:
    """Reads the files again whenever they have changed on disk. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lines: dict[Path, tuple[tuple[int, int], frozenset[str]]] = {}
        self._lock = threading.Lock()

    def words(self, root: Path | None) -> frozenset[str]:
        """Return what the user's dictionary and the workspace's hold, in `folded` form."""
        paths = {dictionary_path(None), dictionary_path(root)}
        return frozenset(folded(word) for path in paths for word in self._read(path))

    def ignored(self, root: Path | None) -> frozenset[tuple[str, str]]:
        """Return the ignored rules, each with the hash of its sentence or EVERYWHERE."""
        lines = self._read(ignores_path(root)) if root else frozenset[str]()
        return frozenset((parts[0], parts[1]) for line in lines if len(parts := line.split("\t")) > 1)

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

    def _read(self, path: Path) -> frozenset[str]:
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
    return path.parent.parent if path.parent.name == _FOLDER else None


def _refuse_links(path: Path) -> None:
    """Refuse links: a cloned repository's may lead to any file of the user's. Raises FileRefused."""
    root = _root(path)
    if root is None:
        return
    own = os.path.join(os.path.realpath(root), _FOLDER, path.name)
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
    if path.parent.name == _FOLDER and not os.path.lexists(attributes):
        lines = (f"{name} merge=union\n" for name in ("dictionary.txt", "ignores.txt"))
        write_atomically(attributes, "".join(lines).encode(), mode=0o644)
