"""Reads `TODO(owner, date): text` out of comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from breadknife.api import Document, Span, SyntaxTree

_COMMENT = re.compile(r"#|//|/\*|<!--|--|;|%|^\s*\*")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_END = re.compile(r"\s*(\*/|-->)?\s*$")


@dataclass(frozen=True)
class Todo:
    span: Span
    """From the word to the end of what it says."""
    word: str
    owners: tuple[str, ...]
    dates: tuple[str, ...]
    """As written: `2026-13-01` is one too."""
    text: str
    label: Span
    """The word with its parentheses and colon."""
    in_parentheses: Span | None


def find_todos(document: Document, tree: SyntaxTree | None, words: Sequence[str]) -> Iterator[Todo]:
    """In the order of the text. Without a tree, what follows a comment's sign on its line counts as a comment."""
    if not any(words):
        return
    pattern = re.compile(
        rf"\b({'|'.join(re.escape(word) for word in words if word)})\b(?!\.\w)"
        r"(?:\(([^()\r\n]{0,80})\))?(:?)[ \t]*([^\r\n]*)"
    )
    for match in pattern.finditer(document.text):
        start = match.start()
        if not _in_comment(document, tree, start):
            continue
        text = _END.sub("", match[4])
        parts = [part.strip() for part in (match[2] or "").split(",") if part.strip()]
        dates = tuple(part for part in parts if _DATE.fullmatch(part))
        yield Todo(
            Span(start, match.start(4) + len(text) if text else match.end(3)),
            match[1],
            tuple(part for part in parts if part not in dates),
            dates,
            text,
            Span(start, match.end(3)),
            Span(*match.span(2)) if match[2] is not None else None,
        )


def day(text: str) -> date | None:
    """None for what is no date."""
    try:
        return date(*(int(number) for number in text.split("-")))
    except ValueError:
        return None


def _in_comment(document: Document, tree: SyntaxTree | None, at: int) -> bool:
    line = document.line_starts[document.line_at(at)]
    if not _COMMENT.search(document.text[line:at]):
        return False
    return tree is None or "comment" in tree.node_at(Span(at, at + 1)).type or document.language == "markdown"
