"""How likely a null is to get to its use, by where it comes from.

`ORIGINS` is the whole rule: a finding's reason says where its null comes from, in the same few phrases in every
language. `can_happen` of `judged` findings were read in their code and found to be real, in packages that nobody had
tuned the null check on: 1,146 findings in 1.06 million lines, 84 of them read. `bench/nullcheck/judged.py`
compares the table with findings that were judged later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from breadknife.task.values import Confidence

_NULL = r"(?:None|null|nil|undefined)"


class NullOrigin(StrEnum):
    """Where a null comes from."""

    CALL = "call"
    """What a call gives: a lookup, I/O, a parse, a function of the project; what is read from outside."""
    ANNOTATION = "annotation"
    """A declaration that allows it, and says no more."""
    TEST = "test"
    """Only a comparison with null, which goes on."""
    UNSET = "unset"
    """An attribute or a variable that is null until it is set."""
    DEFAULT = "default"
    """A parameter that a call may leave out."""


@dataclass(frozen=True)
class _Row:
    origin: NullOrigin
    phrases: str
    """What the reason of such a finding says: a regular expression. The first row that fits counts."""
    can_happen: int
    judged: int
    confidence: Confidence


ORIGINS = (
    _Row(NullOrigin.DEFAULT, rf"\bdefault\b.* is {_NULL}", 0, 10, Confidence.LOW),
    _Row(NullOrigin.TEST, r"\bis tested for|\bis compared with", 0, 0, Confidence.LOW),
    _Row(
        NullOrigin.UNSET,
        rf"\bis set to|\bis declared (?:here )?with|\bis made here without|\bis {_NULL} (?:here|until)"
        r"|\bwhenever .* is called",
        0,
        44,
        Confidence.LOW,
    ),
    _Row(
        NullOrigin.CALL,
        rf"\b(?:returns|gives|may return) {_NULL}|\bmay be missing|\bmay not be set|\bis awaited|\bno such element"
        rf"|\bis {_NULL} \w|\bis nil where",
        7,
        19,
        Confidence.HIGH,
    ),
    _Row(
        NullOrigin.ANNOTATION,
        r"\bannotated\b|\bis optional|\bits type says|\bmay be (?:null|undefined)|\breturns `",
        2,
        11,
        Confidence.MEDIUM,
    ),
)


def origin_of(reason: str) -> NullOrigin:
    """Where the null of a finding comes from, by its reason: "`re.match` returns None when nothing matches"."""
    return _row(reason).origin


def confidence_of(reason: str) -> Confidence:
    return _row(reason).confidence


def _row(reason: str) -> _Row:
    return next((row for row in ORIGINS if re.search(row.phrases, _without_quotes(reason))), _OTHER)


def _without_quotes(reason: str) -> str:
    """Code may be called whatever it is."""
    return re.sub(r"`[^`]+`", "`…`", reason)


_OTHER = ORIGINS[-1]
"""A reason that no row knows is treated as a declaration's: said, and not more."""
