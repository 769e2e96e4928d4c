"""The team's words and sentences: what `project/decisions` keeps, as the prose plugin reads it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.paths import config_dir
from breadknife.plugins.prose.project.spelling import folded
from breadknife.project.decisions import FOLDER, ProjectDecisions, ignores_path, is_too_large
from breadknife.text.document import Document, Span

_BLANKS = re.compile(r"\s+")
_HASHED_END = re.compile(r"[.!?]+[\"')\]]*\s+(?=[A-Z\"'(\[])")
"""The end of a sentence in `ignores.txt`: with any other one, what users have ignored would come back."""
_EXCERPT = 60


def dictionary_path(root: Path | None) -> Path:
    """Return the workspace's dictionary, or the user's own where there is no workspace."""
    return root / FOLDER / "dictionary.txt" if root else config_dir() / "dictionary.txt"


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


class Decisions(ProjectDecisions):
    """The team's decisions, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self._words: dict[Path | None, tuple[list[frozenset[str]], frozenset[str]]] = {}
        """By folder: the lines of the dictionaries, and their words."""

    def unread(self, root: Path | None) -> Sequence[Path]:
        """Return the files of words and ignored findings that are too large to be read."""
        paths = {dictionary_path(None), dictionary_path(root), *([ignores_path(root)] if root else [])}
        return sorted(filter(is_too_large, paths))

    def words(self, root: Path | None) -> frozenset[str]:
        """Return what the user's dictionary and the workspace's hold, in `folded` form."""
        lines = [self.lines(path) for path in sorted({dictionary_path(None), dictionary_path(root)})]
        known = self._words.get(root)
        if known is None or any(
            before is not now and (before or now) for before, now in zip(known[0], lines, strict=True)
        ):
            words = frozenset(folded(word) for each in lines for word in each)
            known = self._words[root] = lines, words  # each key asks, and to fold 400,000 words takes 0.2 s
        return known[1]
