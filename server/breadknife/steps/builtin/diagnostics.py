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
"""So many first code points of a message are looked at."""


class Meaning(msgspec.Struct, frozen=True):
    """What messages of a kind mean."""

    pattern: str
    """A regular expression that such messages match."""
    says: str
    """The explanation: `{0}` stands for what the pattern found, `{1}` for the first of its groups that took part."""


class Meanings(msgspec.Struct, frozen=True):
    """`diagnostics.toml`."""

    meanings: tuple[Meaning, ...]


@cache
def meanings() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the patterns of `diagnostics.toml`, each with its explanation."""
    table = read_table("diagnostics", Meanings)
    return tuple((re.compile(meaning.pattern, re.MULTILINE), meaning.says) for meaning in table.meanings)


@dataclass(frozen=True)
class MeaningInput:
    message: str


@dataclass(frozen=True)
class MeaningOutput:
    text: str
    """Empty if no rule knows such a message."""


def meaning(given: MeaningInput, context: StepContext) -> MeaningOutput:
    """Return what a message of a common checker means, in plain words, by a table of such messages."""
    for pattern, explanation in meanings():
        if match := pattern.search(given.message[:LONGEST]):
            return MeaningOutput(_filled(explanation, match))
    return MeaningOutput("")


def _filled(explanation: str, match: re.Match[str]) -> str:
    """Return an explanation with what was found in place of `{0}`, `{1}` …, and “it” for a group that is missing."""
    groups = [match[0].rstrip("."), *(group for group in match.groups() if group is not None)]
    return re.sub(r"\{(\d)\}", lambda hole: groups[int(hole[1])] if int(hole[1]) < len(groups) else "it", explanation)


EXPLAINING = (StepType("diagnostic.meaning", 1, Kind.RULE, MeaningInput, MeaningOutput, meaning),)
