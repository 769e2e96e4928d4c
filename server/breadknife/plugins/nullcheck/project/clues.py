"""How triage tells which of a checker's findings can happen: a logistic model over the clues in the text around one.

A clue is a pattern that the text has or not. `clues.toml` has the patterns, the same for each language, and
`clues.json` a weight for each. The weights were fitted to findings that somebody had judged by reading the code. What
lint shows is decided by `core/confidence`, which no judgement went into."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from breadknife.plugins.nullcheck.core.nullness import GIVEN, OriginKind
from breadknife.text.document import Span


class Clue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a clue looks; see `clues.toml`."""

    name: str
    means: str
    where: Literal["used", "use", "message", "giver", "file"] = msgspec.field(name="in")
    pattern: str
    shown_by: Sequence[str]
    not_by: Sequence[str]

    def is_in(self, text: str) -> bool:
        return re.search(self.pattern, text) is not None


class _Clues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    clues: Sequence[Clue]


@cache
def known_clues() -> Sequence[Clue]:
    """Return the clues of `clues.toml`."""
    data = files("breadknife.plugins.nullcheck.project").joinpath("clues.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Clues).clues


def clues_of(text: str, span: Span, use: str, origin: OriginKind, message: str, giver: str = "") -> frozenset[str]:
    """Return the names of the clues that hold for a finding, and that of its origin's kind.

    `text` is the file, `span` the value that is used there, `use` and `message` are the finding's code and message, and
    `giver` is the text of the function that gives the null."""
    used = text[span.start : span.end]
    texts = {"used": used, "use": use, "message": message, "giver": "", "file": ""}
    if origin in GIVEN:
        texts["giver"] = giver
    if origin is OriginKind.OUTSIDE:
        texts["file"] = text
    return frozenset({origin.value, *(clue.name for clue in known_clues() if clue.is_in(texts[clue.where]))})


class ClueModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A chance is the logistic function of `bias` and the weights of the clues that are there, added up."""

    bias: float
    weights: Mapping[str, float]
    """Clue -> its weight; one that isn't named weighs nothing."""
    high: float
    """The least chance, from 0 to 1, of a finding that can happen."""

    def chance(self, clues: Iterable[str]) -> float:
        """Return how likely the null is to get to its use, from 0 to 1."""
        return 1 / (1 + math.exp(-self.bias - sum(self.weights.get(clue, 0.0) for clue in clues)))


@cache
def fitted() -> ClueModel:
    """Return the model that comes with breadknife."""
    data = files("breadknife.plugins.nullcheck.project").joinpath("clues.json").read_bytes()
    return msgspec.json.decode(data, type=ClueModel)
