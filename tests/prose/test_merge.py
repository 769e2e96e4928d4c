"""What remains when two engines speak of one paragraph."""

from __future__ import annotations

import pytest

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import joined, mistakes
from breadknife.text.document import Span

TEXT = "This is an useful test that can could of been wich a uvloop is"


def lint(engine: str, rule: str, words: str, *replacements: str) -> Lint:
    start = TEXT.index(words)
    return Lint(engine, rule, Span(start, start + len(words)), "message", replacements, "")


def h(rule: str, words: str, *replacements: str) -> Lint:
    return lint("harper", rule, words, *replacements)


def lt(rule: str, words: str, *replacements: str) -> Lint:
    return lint("languagetool", rule, words, *replacements)


CASES = [
    ("nothing", 2, [], []),
    ("one alone", 2, [lt("X", "could of", "could have")], [("languagetool", "X", "could of", ["could have"], False)]),
    (
        "both the same way",
        2,
        [h("X", "could of", "might have", "could have"), lt("Y", "could of", "could have")],
        [("harper+languagetool", "X", "could of", ["could have", "might have"], True)],
    ),
    (
        "both the same edit on different spans",
        2,
        [h("X", "of", "have"), lt("Y", "could of", "could have")],
        [("harper+languagetool", "X", "of", ["have"], True)],
    ),
    (
        "one place, two opinions: the narrower speaks",
        2,
        [h("X", "can could of", "can"), lt("Y", "could of", "could have")],
        [("harper+languagetool", "Y", "could of", ["could have"], False)],
    ),
    (
        "two places",
        2,
        [lt("Y", "could of", "could have"), h("X", "is an", "is")],
        [("harper", "X", "is an", ["is"], False), ("languagetool", "Y", "could of", ["could have"], False)],
    ),
    ("an unsure rule alone, of two", 2, [h("AnA", "an", "a")], []),
    ("an unsure rule alone, of one", 1, [h("AnA", "an", "a")], [("harper", "AnA", "an", ["a"], True)]),
    (
        "an unsure rule, backed",
        2,
        [h("AnA", "an", "a"), lt("EN_A_VS_AN", "an", "a")],
        [("harper+languagetool", "AnA", "an", ["a"], True)],
    ),
    (
        "a misspelling that is known: what is meant comes first",
        2,
        [h("SpellCheck", "wich", "winch"), lt("MORFOLOGIK_RULE_EN_US", "wich", "winch", "witch", "which")],
        [("harper+languagetool", "SpellCheck", "wich", ["which", "witch", "winch"], False)],
    ),
    (
        "what no engine offers",
        1,
        [h("SpellCheck", "wich", "winch")],
        [("harper", "SpellCheck", "wich", ["which", "witch", "winch"], False)],
    ),
    ("a word that one engine knows", 2, [h("SpellCheck", "wich", "which")], []),
    (
        "a word that none knows",
        2,
        [h("SpellCheck", "wich", "wish", "which"), lt("MORFOLOGIK_RULE_EN_US", "wich", "which", "with")],
        [("harper+languagetool", "SpellCheck", "wich", ["which", "witch", "wish", "with"], False)],
    ),
    (
        "a name for a word that isn't one comes after the words",
        2,
        [h("SpellCheck", "wich", "Wick", "which", "wish"), lt("MORFOLOGIK_RULE_EN_US", "wich", "Wick")],
        [("harper+languagetool", "SpellCheck", "wich", ["which", "witch", "wish", "Wick"], False)],
    ),
    (
        "a name that none knows",
        2,
        [h("SpellCheck", "uvloop", "loop"), lt("MORFOLOGIK_RULE_EN_US", "uvloop", "loop")],
        [],
    ),
    ("an article before an unknown word", 1, [h("AnA", "a", "an"), h("SpellCheck", "uvloop", "loop")], []),
    ("grammar around an unknown word", 1, [h("X", "uvloop is", "are"), h("SpellCheck", "uvloop", "loop")], []),
]


@pytest.mark.parametrize(("engines", "lints", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_mistakes(engines: int, lints: list[Lint], expected: list[tuple[str, str, str, list[str], bool]]) -> None:
    lints = [moved(each) for each in lints]
    found = mistakes(TEXT, lints, engines, lambda span, offered, agreed: TEXT[span.start : span.end] != "uvloop")
    shown = [
        ("+".join(m.engines), m.lint.rule, text(m.lint.span), [c.replacement for c in m.corrections], m.safe)
        for m in found
    ]
    assert shown == expected
    assert [m.lint.rule for m in mistakes(TEXT, lints[::-1], engines, lambda s, o, a: text(s) != "uvloop")] == [
        m.lint.rule for m in found
    ]


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
    [one] = mistakes(TEXT, lints, 1, lambda span, offered, agreed: True)
    both = joined(TEXT, one, lint("vale", "House.Terms", said[0], *said[1]))
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
    assert len(mistakes(f"{word} it is here.", found, 1, lambda span, offered, agreed: True)) == expected


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
    assert len(mistakes(text, found, 1, lambda span, offered, agreed: True)) == expected


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
    assert [each.safe for each in mistakes(text, [one], 2, lambda *_: True)] == [expected]


@pytest.mark.parametrize(("text", "expected"), [("It is so?What is it", 1), ("It is so.What is it", 0), ("x[T.?W", 0)])
def test_a_blank_between_sentences(text: str, expected: int) -> None:
    at = text.index("W")
    one = Lint("languagetool", "SENTENCE_WHITESPACE", Span(at, at + 1), "", (" W",), "")
    assert len(mistakes(text, [one], 2, lambda *_: True)) == expected
