"""The rules as data."""

from __future__ import annotations

import harper
import pytest

from breadknife.plugins.prose.engines.rules import SAFE, chance, is_noise, is_right, namesakes


@pytest.mark.parametrize(
    ("engine", "rule", "category", "is_on", "is_shown_at_once"),
    [
        # what maintainers corrected more often than they left it
        ("harper", "AnA", "Miscellaneous", True, True),
        ("languagetool", "EN_A_VS_AN", "MISC", True, True),
        ("harper", "RepeatedWords", "Repetition", True, True),
        ("counts", "NeedlessArticle", "Counts", True, True),
        # less often
        ("harper", "OneOfTheSingular", "Agreement", True, False),
        ("languagetool", "BEEN_PART_AGREEMENT", "GRAMMAR", True, False),
        # once, or as often as they were left, which tells little
        ("languagetool", "THIS_NNS_VB", "GRAMMAR", True, False),
        ("languagetool", "HAVE_PART_AGREEMENT", "GRAMMAR", True, False),
        # seldom or never
        ("languagetool", "DOUBLE_PUNCTUATION", "PUNCTUATION", False, False),
        ("harper", "DiscourseMarkers", "Punctuation", False, False),
        ("languagetool", "SENT_START_CONJUNCTIVE_LINKING_ADVERB_COMMA", "PUNCTUATION", False, False),
        ("languagetool", "UPPERCASE_SENTENCE_START", "CASING", False, False),
        ("harper", "OxfordComma", "Style", False, False),
        # of rules that never spoke the others of their category tell
        ("languagetool", "NEVER_SPOKE", "CONFUSED_WORDS", True, True),
        ("languagetool", "NEVER_SPOKE", "GRAMMAR", True, False),
        ("languagetool", "NEVER_SPOKE", "TYPOGRAPHY", False, False),
        ("harper", "NeverSpoke", "Style", False, False),
        # what may be meant by a word has a chance of its own, and a project chooses its styles
        ("harper", "SpellCheck", "Spelling", True, True),
        ("vale", "write-good.Weasel", "warning", True, True),
    ],
)
def test_what_maintainers_did_decides(
    engine: str, rule: str, category: str, is_on: bool, is_shown_at_once: bool
) -> None:
    assert is_noise(engine, rule, category) is not is_on
    assert is_right(engine, rule, category) is is_shown_at_once


@pytest.mark.parametrize(
    ("rule", "category", "is_on"),
    [
        ("WHITESPACE_RULE", "TYPOGRAPHY", False),
        ("DE_CASE", "CASING", False),
        ("DE_AGREEMENT", "GRAMMAR", True),
        ("EN_A_VS_AN", "MISC", True),
    ],
)
def test_rules_of_other_languages_are_known_by_category(rule: str, category: str, is_on: bool) -> None:
    assert is_noise("languagetool", rule, category, is_english=False) is not is_on


@pytest.mark.parametrize(
    ("more", "less"),
    [("ItsPossessive", "PronounVerbAgreement"), ("AnA", "DiscourseMarkers"), ("ThenThan", "MoreBetter")],
)
def test_the_more_was_left_the_less_a_rule_is_worth(more: str, less: str) -> None:
    assert chance("harper", more) > chance("harper", less)


def test_harper_has_the_rules_that_are_named() -> None:
    assert {rule for rule in SAFE if not rule.isupper()} <= harper.get_default_lint_config().keys()


@pytest.mark.parametrize(
    ("rule", "other", "expected"),
    [("AnA", "EN_A_VS_AN", True), ("EN_A_VS_AN", "AnA", True), ("AnA", "AnA", True), ("AnA", "ModalOf", False)],
)
def test_two_engines_rules_for_the_same(rule: str, other: str, expected: bool) -> None:
    assert (other in namesakes(rule)) is expected
