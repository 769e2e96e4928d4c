"""The team's decisions, in two committed files of the workspace, a line each and sorted:

`.breadknife/dictionary.txt`    words that are right here
`.breadknife/ignores.txt`       findings that were refused: rule, hash of the sentence (or `*`), excerpt, reason, with
                                tabs between; the last two are for people
`.breadknife/.gitattributes`    tells git to keep both sides' lines where two branches put theirs at one place
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from breadknife.errors import BreadknifeError
from breadknife.paths import config_dir, write_atomically
from breadknife.plugins.prose.project.spelling import folded
from breadknife.text.document import Document, Span

EVERYWHERE = "*"
"""In place of a sentence's hash: the rule is off in the whole project."""
_FOLDER = ".breadknife"
_BLANKS = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?]+[\"')\]]*\s+(?=[A-Z\"'(\[])")
_EXCERPT = 60


def dictionary_path(root: Path | None) -> Path:
    """The workspace's dictionary, or the user's own where there is no workspace."""
    return root / _FOLDER / "dictionary.txt" if root else config_dir() / "dictionary.txt"


def ignores_path(root: Path) -> Path:
    return root / _FOLDER / "ignores.txt"


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a line of the source, as an ignored finding remembers it."""

    text: str

    @classmethod
    def around(cls, text: str, span: Span) -> Sentence:
        start = max((m.end() for m in _SENTENCE_END.finditer(text) if m.end() <= span.start), default=0)
        after = _SENTENCE_END.search(text, span.end)
        return cls(_BLANKS.sub(" ", text[start : after.start() + 1 if after else len(text)]).strip())

    @classmethod
    def of_line(cls, document: Document, offset: int) -> Sentence:
        """The source's line, for what isn't about prose."""
        return cls(_BLANKS.sub(" ", document.line_text(document.line_at(offset))).strip())

    @classmethod
    def all(cls, text: str) -> Iterator[Sentence]:
        """Whatever `around` may give for this text: each, and each two that one finding may span."""
        starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]
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
class Ignored:
    """One line of the file of ignored findings."""

    line: int
    """From 1."""
    rule: str
    hash: str
    excerpt: str = ""
    reason: str = ""


def ignored_lines(path: Path) -> list[Ignored]:
    """Of a file of ignored findings, whatever else is in it left out."""
    try:
        lines = path.read_text("utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []
    split = ((number, line.strip("\r\n ").split("\t")) for number, line in enumerate(lines, 1))
    return [Ignored(number, *parts[:4]) for number, parts in split if len(parts) > 1 and not parts[0].startswith("#")]


class Decisions:
    """Reads the files again whenever they have changed on disk. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lines: dict[Path, tuple[tuple[int, int], frozenset[str]]] = {}
        self._lock = threading.Lock()

    def words(self, root: Path | None) -> frozenset[str]:
        """What the user's dictionary and the workspace's hold, in `folded` form."""
        paths = {dictionary_path(None), dictionary_path(root)}
        return frozenset(folded(word) for path in paths for word in self._read(path))

    def ignored(self, root: Path | None) -> frozenset[tuple[str, str]]:
        """(rule, hash of the sentence or EVERYWHERE)."""
        lines = self._read(ignores_path(root)) if root else frozenset[str]()
        return frozenset((parts[0], parts[1]) for line in lines if len(parts := line.split("\t")) > 1)

    def add(self, path: Path, line: str) -> None:
        """Put a line into its place. Raises BreadknifeError when the file can't be written."""
        with self._lock:
            try:
                known = path.read_text("utf-8-sig").splitlines() if path.exists() else []
                comments = [text for text in known if text.startswith("#")]
                lines = {text.strip() for text in known if text.strip()}.difference(comments) | {line}
                if not path.exists():
                    _make_mergeable(path)
                _write(path, [*comments, *sorted(lines, key=lambda text: (text.casefold(), text))])
            except UnicodeDecodeError as error:
                raise BreadknifeError(f"{path} isn't UTF-8: convert it, or it would be damaged") from error
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
    """What a file of decisions says, each with its line, from 1; nothing where there is none."""
    try:
        lines = path.read_text("utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []
    return [(n, line.strip()) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]


def _make_mergeable(path: Path) -> None:
    """Before the first of a workspace's lines is written."""
    attributes = path.with_name(".gitattributes")
    if path.parent.name == _FOLDER and not attributes.exists():
        _write(attributes, [f"{name} merge=union" for name in ("dictionary.txt", "ignores.txt")])


def _write(path: Path, lines: list[str]) -> None:
    """All of it or nothing, so that a crash never loses a team's words."""
    mode = path.stat().st_mode if path.exists() else 0o644
    write_atomically(path, "".join(f"{line}\n" for line in lines).encode(), mode=mode)
