"""What a question asks for, and whether a passage has such a thing. The kinds are rows of `asked.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class AskedKind:
    """A row of the table."""

    name: str
    question: re.Pattern[str]
    gives: re.Pattern[str]
    ask: str
    answer: str
    other: str
    """Examples: a question, a passage that has what it asks for, and one that hasn't."""
    is_needed: bool = False
    """True if no passage without such a thing answers."""


@cache
def asked_kinds() -> tuple[AskedKind, ...]:
    """Return the rows of the table, in order."""
    rows = tomllib.loads(Path(__file__).with_name("asked.toml").read_text("utf-8"))["kind"]
    patterns = ("question", "gives")
    return tuple(AskedKind(**row | {name: re.compile(row[name]) for name in patterns}) for row in rows)


def asked_kind(question: str) -> AskedKind | None:
    """Return what a question asks for; None if it is nothing that the table knows."""
    return next((kind for kind in asked_kinds() if kind.question.search(question)), None)


def gives(kind: AskedKind, question: str, passage: str) -> bool:
    """Tell whether a passage has a thing of this kind that isn't in the question already."""
    known = set(_WORD.findall(question.lower()))
    return any(not known.issuperset(_WORD.findall(match[0].lower())) for match in kind.gives.finditer(passage))
