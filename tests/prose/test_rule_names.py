"""What people read of a rule: words, whatever its engine calls it."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from breadknife.plugins.prose.documents.rules import DOCUMENT_RULES
from breadknife.plugins.prose.engines.harper import rules_of_harper
from breadknife.plugins.prose.rule_names import name_rule, name_rules

ENGINES = ("harper", "languagetool", "counts")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("AnA", "a or an"),
        ("EN_A_VS_AN", "a or an"),
        ("SpellCheck", "spelling"),
        ("MORFOLOGIK_RULE_EN_US", "spelling"),
        ("GERMAN_SPELLER_RULE", "spelling"),
        ("ModalOf", "modal of"),
        ("WHITESPACE_RULE", "whitespace"),
        ("broken-link", "broken link"),
        ("write-good.Weasel", "weasel"),
        ("_", "_"),
    ],
)
def test_a_rule_is_named_name_rule(rule: str, words: str) -> None:
    assert name_rule(rule) == words


def test_no_rule_has_an_id_for_a_name() -> None:
    table = files("breadknife.plugins.prose.engines").joinpath("base_rates.tsv").read_text("ascii")
    counted = {row[2] for line in table.splitlines() if (row := line.split("\t"))[0] in ENGINES and row[2]}
    rules = {*rules_of_harper(), *counted, *(rule.code for rule in DOCUMENT_RULES)}
    assert len(rules) > 900
    assert [rule for rule in rules if not re.fullmatch(r"[a-z0-9]+(?: [a-z0-9]+)*", name_rule(rule))] == []


def test_rules_of_two_engines_for_the_same_are_named_once() -> None:
    assert name_rules(("AnA", "EN_A_VS_AN", "RepeatedWords")) == "“a or an”, “repeated words”"
