"""How likely maintainers are to write a repair as it is offered: a logistic model over what is known of the place.

`merging.json` has the weights. `bench/nullcheck/repaired.py` fits them to repairs of nulls that maintainers have made,
which it finds in the histories of public repositories; nobody here has judged those.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

import msgspec

from breadknife.plugins.nullcheck.repairs.repair import RepairProposal
from breadknife.plugins.nullcheck.repairs.site import Site

_FEW, _MANY = 1, 4
"""Uses of a value in the rest of its function that are few, and from how many on they are many."""


class MergeModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    weights: Mapping[str, float]
    """Clue -> its weight; one that isn't named weighs nothing. The bias is that of `""`."""
    least: float
    """The least chance, from 0 to 1, of what `fix` writes without being told to."""

    def chance(self, clues: Iterable[str]) -> float:
        """Return how likely a maintainer is to write a repair with these clues, from 0 to 1."""
        weight = sum(self.weights.get(clue, 0.0) for clue in ("", *clues))
        return 1 / (1 + math.exp(-weight))


@cache
def merging_model() -> MergeModel:
    """Return the model that comes with breadknife."""
    return msgspec.json.decode(files(__package__ or "").joinpath("merging.json").read_bytes(), type=MergeModel)


def clues_of(site: Site, proposal: RepairProposal) -> Iterator[str]:
    """Yield the clues of a proposal: its strategy, with what is known of the place, and its evidence."""
    strategy = proposal.strategy.value
    yield strategy
    yield f"{strategy}: {proposal.evidence}"
    for clue in _of_place(site):
        yield f"{strategy} {clue}"


def _of_place(site: Site) -> Iterator[str]:
    language = site.grammar.language
    yield language
    yield site.use.value
    yield f"of a {_kind(site)}"
    yield f"in {_around(site)}"
    yield "told by another checker" if site.assumed is not None else "found"
    if site.handler is not None:
        yield "in a handler"
    if site.round is not None:
        yield "in a loop"
    statement, function = site.statement or site.node, site.function
    rest = site.between(statement.start_byte, function.end_byte) if function is not None else ""
    uses = len(re.findall(rf"(?<![\w.]){re.escape(site.source)}(?!\w)", rest))
    yield "few uses" if uses <= _FEW else "many uses" if uses >= _MANY else "some uses"
    lines = rest.count("\n")
    yield "at the end" if lines <= 2 else "near the end" if lines <= 8 else "far from the end"
    if function is not None:
        before = site.between(function.start_byte, statement.start_byte)
        yield "at the start" if before.count("\n") <= 2 else "after some lines"
        yield "gives a value" if re.search(r"\breturn[ (]+[^\s;]", site.text(function)) else "gives nothing"
        if re.search(site.grammar.writing.throws, before):
            yield "after a throw"


def _kind(site: Site) -> str:
    if not site.is_name:
        return "result"
    if site.is_parameter:
        return "parameter"
    return "attribute" if "." in site.source or re.match(r"(?:this|self)\b", site.source) else "variable"


def _around(site: Site) -> str:
    """Return what the place stands in, as people call the statements of all languages."""
    for node in (site.node, *site.around):
        for said, words in _STATEMENTS.items():
            if any(word in node.type for word in words):
                return said
    return "code"


_STATEMENTS = {
    "a condition": ("if_statement", "elif_clause", "while_statement", "if_clause"),
    "a return": ("return_statement",),
    "a loop's head": ("for_statement", "for_in_statement", "range_clause"),
    "an assignment": ("assignment", "declaration", "declarator"),
    "a statement": ("expression_statement",),
}
"""What a place stands in, and parts of the names of such nodes in the grammars."""
