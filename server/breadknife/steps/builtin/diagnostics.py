"""The step that says what a checker's message means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import msgspec

from breadknife.steps.builtin.tables import read_table
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind

LONGEST = 1_000
"""Code points of a message that is looked at."""


class Meaning(msgspec.Struct, frozen=True):
    """What messages of a kind mean."""

    pattern: str
    says: str
    """`{0}` is what the pattern found; `{1}` the first of its groups that took part."""


class Meanings(msgspec.Struct, frozen=True):
    """`diagnostics.toml`."""

    meanings: tuple[Meaning, ...]


@cache
def meanings() -> tuple[tuple[re.Pattern[str], str], ...]:
    read = read_table("diagnostics", Meanings)
    return tuple((re.compile(meaning.pattern, re.MULTILINE), meaning.says) for meaning in read.meanings)


@dataclass(frozen=True)
class MeaningInput:
    message: str


@dataclass(frozen=True)
class MeaningOutput:
    text: str
    """Empty if no rule knows such a message."""


def meaning(given: MeaningInput, context: StepContext) -> MeaningOutput:
    """Return what a message of a common checker means, in plain words, by a table of such messages."""
    for pattern, says in meanings():
        if match := pattern.search(given.message[:LONGEST]):
            return MeaningOutput(_filled(says, match))
    return MeaningOutput("")


def _filled(says: str, match: re.Match[str]) -> str:
    groups = [match[0].rstrip("."), *(group for group in match.groups() if group is not None)]
    return re.sub(r"\{(\d)\}", lambda hole: groups[int(hole[1])] if int(hole[1]) < len(groups) else "it", says)


EXPLAINING = (StepType("diagnostic.meaning", 1, Kind.RULE, MeaningInput, MeaningOutput, meaning),)
