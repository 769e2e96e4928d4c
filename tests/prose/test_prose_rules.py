"""The rules as data."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import harper
import pytest

from breadknife.plugins.prose.engines.rules import (
    HARPER_IS_RIGHT,
    NOISE,
    RARE,
    SAFE,
    SPELLING,
    is_noise,
    is_right,
    namesakes,
)


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
    assert {rule for rule in SAFE | SPELLING | HARPER_IS_RIGHT if not rule.isupper()} <= known


def test_each_rule_has_its_reason() -> None:
    assert all(reason for rules in NOISE.values() for reason in rules.values())


JUDGED = Path(__file__).parents[2] / "bench" / "prose" / "trust.tsv"
HARPERS, LANGUAGETOOLS = JUDGED.with_name("harper_rules.tsv"), JUDGED.with_name("languagetool_rules.tsv")


def read_counts(path: Path) -> dict[str, tuple[int, int, int]]:
    """Return by rule how often a maintainer made its change, another one at its place, and none there."""
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith(("#", "rule\t")))
    return {rule: (int(right), int(touched), int(left)) for rule, right, touched, left in rows}


def test_the_rules_of_harper_that_are_shown_at_once_are_those_that_maintainers_agreed_with() -> None:
    counted = read_counts(HARPERS)
    agreed = {rule for rule, (right, touched, left) in counted.items() if right >= 2 and right >= touched + left}
    off = {"Cant", "ItsContraction"}  # their categories are
    assert agreed - off == HARPER_IS_RIGHT


@pytest.mark.parametrize(
    ("rule", "category", "expected"),
    [
        ("AnA", "Miscellaneous", True),
        ("TheirToThere", "Grammar", True),  # of a category whose rules were right
        ("RegularIrregulars", "Grammar", False),  # but not this one
        ("ModalOf", "WordChoice", False),
        ("DiscourseMarkers", "Punctuation", False),
    ],
)
def test_which_of_harpers_rules_need_no_second_engine(rule: str, category: str, expected: bool) -> None:
    assert is_right("harper", rule, category) is expected


def test_the_rules_of_languagetool_that_wait_are_those_that_maintainers_did_not_follow() -> None:
    counted = read_counts(LANGUAGETOOLS)
    not_followed = {rule: left >= 2 and left > right for rule, (right, _, left) in counted.items()}
    verdicts: dict[str, list[bool]] = defaultdict(list)
    for line in JUDGED.read_text("utf-8").splitlines():
        if line.startswith("languagetool\t"):
            _, rule, *_, right, why = line.split("\t")
            assert right in ("yes", "no")
            assert why
            verdicts[rule].append(right == "yes")
    judged = {rule: sum(each) <= len(each) / 2 for rule, each in verdicts.items() if ":" not in rule}
    rare = {rule for rule, counts in counted.items() if sum(counts) < RARE}
    known = {
        rule: judged[rule] if rule in rare & judged.keys() else each for rule, each in (judged | not_followed).items()
    }
    assert {rule: not is_right("languagetool", rule) for rule in known} == known


@pytest.mark.parametrize(
    ("rule", "other", "expected"),
    [("AnA", "EN_A_VS_AN", True), ("EN_A_VS_AN", "AnA", True), ("AnA", "AnA", True), ("AnA", "ModalOf", False)],
)
def test_two_engines_rules_for_the_same(rule: str, other: str, expected: bool) -> None:
    assert (other in namesakes(rule)) is expected
