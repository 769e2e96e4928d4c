"""What several engines say of one paragraph: the first to say something owns its place."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import (
    Correction,
    FindingCandidate,
    Position,
    add_proposals,
    is_certain,
    join,
    merge_lints,
    nowhere,
)
from breadknife.text.document import Span

TEXT = "This is an useful test that can could of been wich a uvloop is"


def lint(engine: str, rule: str, words: str, *replacements: str, category: str = "") -> Lint:
    start = TEXT.index(words)
    return Lint(engine, rule, Span(start, start + len(words)), "message", replacements, category)


def h(rule: str, words: str, *replacements: str) -> Lint:
    return lint("harper", rule, words, *replacements)


def lt(rule: str, words: str, *replacements: str) -> Lint:
    return lint("languagetool", rule, words, *replacements, category="TYPOS")


CASES: list[tuple[str, list[Lint], list[tuple[str, str, list[str], str]]]] = [
    ("nothing", [], []),
    ("a rule that is right more often than not", [h("AnA", "an", "a")], [("harper/AnA", "an", ["a"], "safe")]),
    ("any other waits", [h("X", "could of", "could have")], [("harper/X", "could of", ["could have"], "waits")]),
    (
        "both the same way: the first speaks, and it is ready",
        [h("X", "could of", "might have", "could have"), lt("Y", "could of", "could have")],
        [("harper/X", "could of", ["could have", "might have"], "safe")],
    ),
    (
        "both the same edit on different spans",
        [h("X", "of", "have"), lt("Y", "could of", "could have")],
        [("harper/X", "of", ["have"], "safe")],
    ),
    (
        "one place, two opinions, of which none is sure: the first waits there",
        [h("X", "can could of", "can"), lt("BE_VBP_IN", "could of", "could have")],
        [("harper/X", "can could of", ["can"], "waits")],
    ),
    (
        "one place, two opinions: the one that is sure owns it",
        [h("X", "is an", "is"), lt("EN_A_VS_AN", "an", "a")],
        [("languagetool/EN_A_VS_AN", "an", ["a"], "safe")],
    ),
    (
        "what is sure is owned by the first",
        [h("AnA", "an", "a"), lt("EN_A_VS_AN", "an", "a", "another")],
        [("harper/AnA", "an", ["a", "another"], "safe")],
    ),
    (
        "two places",
        [h("AnA", "an", "a"), lt("Y", "could of", "could have"), lt("BE_VBP_IN", "test", "text")],
        [
            ("harper/AnA", "an", ["a"], "safe"),
            ("languagetool/BE_VBP_IN", "test", ["text"], "waits"),
            ("languagetool/Y", "could of", ["could have"], "ready"),
        ],
    ),
    (
        "a misspelling that is known: what is meant comes first",
        [h("SpellCheck", "wich", "winch"), lt("MORFOLOGIK_RULE_EN_US", "wich", "winch", "witch", "which")],
        [("harper/SpellCheck", "wich", ["which", "with", "witch", "wish"], "safe")],
    ),
    (
        "what no engine offers",
        [h("SpellCheck", "wich", "winch")],
        [("harper/SpellCheck", "wich", ["which", "with", "witch", "wish"], "safe")],
    ),
    (
        "a name for a word comes after the words",
        [h("SpellCheck", "wich", "Wick", "which", "wish"), lt("MORFOLOGIK_RULE_EN_US", "wich", "Wick")],
        [("harper/SpellCheck", "wich", ["which", "with", "witch", "wish"], "safe")],
    ),
    (
        "a name that none knows",
        [h("SpellCheck", "uvloop", "loop"), lt("MORFOLOGIK_RULE_EN_US", "uvloop", "loop")],
        [],
    ),
    (
        "a word that only the second dictionary lacks waits",
        [lt("MORFOLOGIK_RULE_EN_US", "test", "text")],
        [("languagetool/MORFOLOGIK_RULE_EN_US", "test", ["text", "tests", "rest", "best"], "waits")],
    ),
    ("an article before an unknown word", [h("AnA", "a", "an"), h("SpellCheck", "uvloop", "loop")], []),
    (
        "a word twice, beside an unknown word",
        [h("RepeatedWords", "a", ""), h("SpellCheck", "uvloop", "loop")],
        [("harper/RepeatedWords", "a", [""], "safe")],
    ),
    ("grammar around an unknown word", [h("X", "uvloop is", "are"), h("SpellCheck", "uvloop", "loop")], []),
]


@pytest.mark.parametrize(("lints", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_mistakes(lints: list[Lint], expected: list[tuple[str, str, list[str], str]]) -> None:
    assert shown(found(*map(moved, lints))) == expected


def found(*lints: Lint, position: Position = nowhere) -> list[FindingCandidate]:
    return merge_lints(TEXT, lints, lambda word: word == "uvloop", position)


def shown(found: list[FindingCandidate]) -> list[tuple[str, str, list[str], str]]:
    return [
        (
            f"{each.lint.engine}/{each.lint.rule}",
            text(each.lint.span),
            [correction.replacement for correction in each.corrections],
            "waits" if not each.ready else "safe" if each.safe else "ready",
        )
        for each in found
    ]


LINTS = [
    h("AnA", "an", "a"), h("X", "could of", "could have"), h("SpellCheck", "wich", "witch"), h("Z", "test", "text"),
    h("ToTwoToo", "This", "That"), h("Y", "is an", "is"),
]  # fmt: skip
LATER = [
    lt("EN_A_VS_AN", "an", "a", "one"), lt("W", "of", "have"), lt("MORFOLOGIK_RULE_EN_US", "wich", "which"),
    lt("V", "could of been", "have been"), lt("U", "test", "text", "tests"), lt("T", "useful", "usable"),
    lt("EN_A_VS_AN", "a", "an"),
]  # fmt: skip


@given(st.lists(st.sampled_from(LINTS), unique=True), st.lists(st.sampled_from(LATER), unique=True))
def test_an_engine_that_answers_later_only_adds(first: list[Lint], later: list[Lint]) -> None:
    told = [(each.lint, is_certain(TEXT, each.lint)) for each in found(*first) if each.ready]
    order = {lint: at for at, (lint, _) in enumerate(told)}
    now = found(*first, *later, position=lambda lint: order.get(lint, math.inf))
    assert set(told) <= {(each.lint, is_certain(TEXT, each.lint)) for each in now if each.ready}


def test_what_is_shown_keeps_its_place_when_an_engine_that_usually_comes_first_answers_later() -> None:
    tool, harper = lt("EN_A_VS_AN", "an", "a"), h("AnA", "an", "a")
    assert [each.lint for each in found(harper, tool)] == [harper]
    assert [each.lint for each in found(harper, tool, position=lambda lint: 0 if lint == tool else math.inf)] == [tool]


MODELS = FindingCandidate(
    Lint("model", "Confusion", Span(8, 10), "", ("a",), ""),
    ("model",),
    ("Confusion",),
    (Correction(Span(8, 10), "a"),),
    safe=False,
    model="small",
)
BESIDE = [
    ("nothing", [], nowhere, [("model/Confusion", "an", ["a"], "ready")]),
    ("the same of a rule that waits: the rule's is ready", [h("X", "an", "a")], nowhere,
     [("harper/X", "an", ["a"], "ready")]),
    ("another of a rule that waits to be judged: the model's own waits too", [h("X", "an", "one")], nowhere,
     [("harper/X", "an", ["one"], "waits")]),
    ("of a rule that nothing can be judged of", [h("X", "an")], nowhere, [("model/Confusion", "an", ["a"], "ready")]),
    ("a rule's that is ready", [h("AnA", "an", "a")], nowhere, [("harper/AnA", "an", ["a"], "safe")]),
    ("a rule's that is ready, where the model's own is shown", [h("AnA", "an", "a", "one")],
     lambda lint: 0 if lint.engine == "model" else math.inf, [("model/Confusion", "an", ["a", "one"], "safe")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lints", "position", "expected"), [each[1:] for each in BESIDE], ids=[each[0] for each in BESIDE]
)
def test_the_models_own_beside_the_rules(
    lints: list[Lint], position: Position, expected: list[tuple[str, str, list[str], str]]
) -> None:
    assert shown(add_proposals(TEXT, found(*lints), [MODELS], position)) == expected


JOINED = [
    ("the same fix", [h("X", "could of", "might have", "could have")], ("could of", ["could have"]),
     ("harper+vale", ["could have", "might have"], True)),
    ("the same fix of a part of it", [h("X", "could of", "could have")], ("of", ["have"]),
     ("harper+vale", ["could have"], True)),
    ("another fix", [h("X", "could of", "could have")], ("could of", ["can"]),
     ("harper+vale", ["could have", "can"], False)),
    ("none", [h("X", "could of", "could have")], ("could", []), ("harper+vale", ["could have"], False)),
]  # fmt: skip


@pytest.mark.parametrize(("lints", "said", "expected"), [each[1:] for each in JOINED], ids=[each[0] for each in JOINED])
def test_what_another_says_of_the_same_place(
    lints: list[Lint], said: tuple[str, list[str]], expected: tuple[str, list[str], bool]
) -> None:
    [one] = merge_lints(TEXT, lints, lambda word: False)
    both = join(TEXT, one, lint("vale", "House.Terms", said[0], *said[1]))
    assert ("+".join(both.engines), [each.replacement for each in both.corrections], both.safe) == expected
    assert both.rules == ("X", "House.Terms")
    assert both.lint == one.lint


def text(span: Span) -> str:
    return TEXT[span.start : span.end]


def moved(each: Lint) -> Lint:
    """The article is the one before the word that nobody knows."""
    if each.rule == "AnA" and text(each.span) == "a":
        start = TEXT.index("a uvloop")
        return Lint(each.engine, each.rule, Span(start, start + 1), each.message, each.replacements, "")
    return each


@pytest.mark.parametrize(
    ("word", "expected"), [("However", 1), ("Therefore", 1), ("Thus", 0), ("Hence", 0), ("Currently", 0)]
)
def test_a_comma_is_a_matter_of_taste_after_a_short_word(word: str, expected: int) -> None:
    found = [Lint("harper", "DiscourseMarkers", Span(0, len(word)), "", (f"{word},",), "")]
    assert len(merge_lints(f"{word} it is here.", found, lambda word: False)) == expected


@pytest.mark.parametrize(
    ("text", "repeated", "expected"),
    [
        ("So it is at the the end.", "the the", 1),
        ("The the end is near.", "The the", 1),
        ("They are in the The Organization tier.", "the The", 0),
        ("See Bootstrap-Flask Bootstrap-Flask is a collection.", "Bootstrap-Flask Bootstrap-Flask", 0),
    ],
)
def test_a_name_may_begin_with_the_word_before_it(text: str, repeated: str, expected: int) -> None:
    start = text.index(repeated)
    found = [Lint("harper", "RepeatedWords", Span(start, start + len(repeated)), "", ("the",), "")]
    assert len(merge_lints(text, found, lambda word: False)) == expected


@pytest.mark.parametrize(
    ("text", "article", "expected"),
    [
        ("It is an useful one.", "an", 1),
        ("It has an MIT licence.", "an", 0),
        ("It has a SHA sum.", "a", 0),
        ("It has a HTML page.", "a", 1),
        ("It has an URL of its own.", "an", 1),
        ("It has a SQL dialect.", "a", 0),  # read one way or the other
        ("It has a API of its own.", "a", 1),  # a vowel either way
        ("It comes from a an outer scope.", "a", 0),  # one of them is too many
        ("It comes from an a outer scope.", "a", 0),
    ],
)
def test_an_article_is_judged_by_a_word_whose_sound_is_known(text: str, article: str, expected: int) -> None:
    start = text.index(f" {article} ") + 1
    lints = [Lint("harper", "AnA", Span(start, start + len(article)), "", ("a" if article == "an" else "an",), "")]
    assert len(merge_lints(text, lints, lambda word: False)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("So i am here.", True),
        ("So i really think it is.", True),
        ("So i’ve been here.", True),
        ("So i is here.", False),
        ("So i can be four.", False),
        ("So i was here.", False),
    ],
)
def test_a_writer_is_sure_to_be_one_by_the_verb(text: str, expected: bool) -> None:
    one = Lint("languagetool", "I_LOWERCASE", Span(3, 4), "", ("I",), "")
    assert [each.safe for each in merge_lints(text, [one], lambda word: False)] == [expected]


@pytest.mark.parametrize(("text", "expected"), [("It is so?What is it", 1), ("It is so.What is it", 0), ("x[T.?W", 0)])
def test_a_blank_between_sentences(text: str, expected: int) -> None:
    at = text.index("W")
    one = Lint("languagetool", "SENTENCE_WHITESPACE", Span(at, at + 1), "", (" W",), "")
    assert len(merge_lints(text, [one], lambda word: False)) == expected
