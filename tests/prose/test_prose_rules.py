"""The rules as data."""

from __future__ import annotations

import harper
import pytest

from breadknife.plugins.prose.engines.rules import NEEDS_AGREEMENT, NOISE, SAFE, SPELLING, is_noise
from breadknife.plugins.prose.project.spelling import folded, terms


@pytest.mark.parametrize(
    ("engine", "rule", "category", "expected"),
    [
        ("languagetool", "UPPERCASE_SENTENCE_START", "CASING", True),
        ("languagetool", "EN_COMPOUNDS_MULTI_PART", "MISC", True),
        ("languagetool", "EN_A_VS_AN", "MISC", False),
        ("languagetool", "ALL_OF_THE", "REDUNDANCY", True),
        *(
            ("languagetool", rule, "", True)  # whatever the category
            for rule in (
                "UPPERCASE_SENTENCE_START",
                "WHITESPACE_RULE",
                "CONSECUTIVE_SPACES",
                "ENGLISH_WORD_REPEAT_BEGINNING_RULE",
                "NUMBERS_IN_WORDS",
                "POSSESSIVE_APOSTROPHE",
                "ALL_OF_THE",
                "AFFECT_EFFECT",
            )
        ),
        ("harper", "ExpandStandardInputAndOutput", "Style", True),
        ("harper", "SentenceCapitalization", "Capitalization", True),
        ("harper", "ToDoHyphen", "Miscellaneous", True),
        ("harper", "ThenThan", "Miscellaneous", False),
        ("harper", "OxfordComma", "Punctuation", True),
        ("harper", "DiscourseMarkers", "Punctuation", False),  # on, though its category is off
        ("languagetool", "SENT_START_CONJUNCTIVE_LINKING_ADVERB_COMMA", "PUNCTUATION", False),
    ],
)
def test_noise(engine: str, rule: str, category: str, expected: bool) -> None:
    assert is_noise(engine, rule, category) is expected


def test_harper_has_the_rules_that_are_named() -> None:
    known = harper.get_default_lint_config().keys()
    named = {rule for rule in NOISE["harper"] if not rule.startswith("category:") and not rule.endswith("*")}
    assert named <= known
    assert {rule for rule in SAFE | SPELLING | NEEDS_AGREEMENT if not rule.isupper()} <= known


def test_each_rule_has_its_reason() -> None:
    assert all(reason for rules in NOISE.values() for reason in rules.values())


def test_terms_are_sorted_and_folded() -> None:
    assert all(word == folded(word) for word in terms())
