"""The data of each language's repairs: its nodes exist, its order names what there is, its patterns can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import pytest

from breadknife.plugins.nullcheck.repairs.grammar import LanguageGrammar, filled, grammar_of
from breadknife.plugins.nullcheck.repairs.repair import ProposalOrder, RepairProposal
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.syntax import captures, parse

GRAMMARS = {
    "go": ["go"], "java": ["java"], "ecmascript": ["typescriptreact", "typescript", "javascript"], "python": ["python"],
}  # fmt: skip
"""Grammar -> the languages that have its nodes."""


def kinds(grammar: LanguageGrammar) -> Iterator[str]:
    """The kinds of nodes that the data names. A chain of fields and kinds isn't looked into."""
    nodes = grammar.nodes
    for field in msgspec.structs.fields(nodes):
        value = getattr(nodes, field.name)
        if isinstance(value, frozenset | dict) and field.name != "short_circuits":
            yield from value
    lowering = grammar.lowering
    for found in (lowering.blocks, lowering.silent, lowering.literals, lowering.like):
        yield from found
    for entries in grammar.pointers.values():
        yield from (entry.partition(".")[0] for entry in entries)
    yield from grammar.shapes.declarations
    yield from grammar.shapes.owners


@pytest.mark.parametrize("name", GRAMMARS)
def test_every_node_exists(name: str) -> None:
    missing = [kind for kind in kinds(grammar_of(name)) if not any(has(language, kind) for language in GRAMMARS[name])]
    assert missing == []


def has(language: str, kind: str) -> bool:
    tree = parse("", language)
    assert tree is not None
    try:
        captures(tree, f"({kind}) @it")
    except ValueError:  # tree-sitter's own error
        return False
    return True


@pytest.mark.parametrize("name", GRAMMARS)
def test_every_row_of_the_order_is_of_a_strategy_and_stands_once(name: str) -> None:
    rows = grammar_of(name).order
    assert {row.partition(":")[0] for row in rows} <= {strategy.value for strategy in Strategy}
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("name", GRAMMARS)
def test_every_pattern_can_be_read(name: str) -> None:
    writing = grammar_of(name).writing
    for pattern in (writing.name, writing.throws, writing.constants, writing.must_run):
        re.compile(pattern)


def test_a_template_keeps_the_brackets_of_the_code() -> None:
    assert filled("if ({test}) { {x} }", test="a == null", x="b") == "if (a == null) { b }"


def proposed(strategy: Strategy, evidence: str) -> RepairProposal:
    return RepairProposal(strategy, "", evidence, lambda _: None)


@pytest.mark.parametrize(
    ("given", "first"),
    [
        # A row with the evidence counts before that of the strategy alone.
        ([("assert", "why"), ("raise", "other")], ("assert", "why")),
        ([("assert", "other"), ("raise", "other")], ("raise", "other")),
        # What has no row comes last.
        ([("narrow", "other"), ("assert", "other")], ("assert", "other")),
        # Of one strategy the best counts.
        ([("assert", "other"), ("assert", "why")], ("assert", "why")),
    ],
)
def test_the_rows_put_proposals_in_order(given: list[tuple[str, str]], first: tuple[str, str]) -> None:
    order = ProposalOrder(("assert: why", "raise", "assert"))
    best, *_ = order.sorted(proposed(Strategy(strategy), evidence) for strategy, evidence in given)
    assert (best.strategy.value, best.evidence) == first
