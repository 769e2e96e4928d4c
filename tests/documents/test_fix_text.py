"""“Fix this text”: which changes come through, where they go, and what is said of the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk
from breadknife.plugins.documents.fixing.words import is_small, is_spelling, word_edits
from breadknife.plugins.documents.steps.fixing import Corrected, CorrectWanted, correct
from breadknife.text.document import Span, apply_edits
from breadknife.text.prose import Kind, ProseText, Segment
from documents.fixing import Checker, Fixed, fix
from steps.here import Here

WORDS = st.lists(st.sampled_from(["the", "file", "files", "is", ",", "it's", "`a`", "3"]), max_size=8).map(" ".join)


@given(WORDS, WORDS)
def test_edits_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    assert apply_edits(before, word_edits(before, after)) == after


@given(WORDS)
def test_a_text_that_stays_has_no_edits(text: str) -> None:
    assert word_edits(text, text) == ()


@pytest.mark.parametrize(
    ("old", "new", "small"),
    [
        ("file", "files", True),
        ("go", "goes", True),
        ("kept", "keep", True),
        ("inherit of", "inherits from", True),
        ("the ", "", True),
        ("", " to", True),
        ("", ",", True),
        ("an other", "another", True),
        ("which", "that", False),
        ("isn't", "is not", False),
        ("gets", "is", False),
        ("big", "large", False),
        ("file", "", False),
        ("", " new", False),
        ("behaviour", "behavior", False),
        ('"', "`", False),
        ("…", "and", False),
        ("and", ";", False),
        ("", "", False),
    ],
)
def test_only_small_changes_correct(old: str, new: str, small: bool) -> None:
    assert is_small(old, new) is small


@pytest.mark.parametrize(
    ("old", "new", "spelling"),
    [
        ("automaticly", "automatically", True),
        ("fonction", "function", True),
        ("behaviour", "behavior", False),
        ("initialise", "initialize", False),
        ("files", "file", False),
        ("big", "bag", False),
        ("an other", "another", False),
    ],
)
def test_another_spelling_is_not_that_of_another_country(old: str, new: str, spelling: bool) -> None:
    assert is_spelling(old, new) is spelling


def test_a_checker_s_fix_that_is_likelier() -> None:
    checker = Checker({"raise": ("raises",)})
    fixed = fix("The loader raise an error.\n", checker=checker, likes="The loader raises an error.")
    assert fixed == Fixed("The loader raises an error.\n", ("raises",))


def test_a_checker_s_fix_that_is_not_likelier_stays_out() -> None:
    checker = Checker({"raise": ("raises",)})
    fixed = fix("The loader raise an error.\n", checker=checker, likes="The loader raise an error.")
    assert fixed.reason == "nothing-to-fix"


def test_the_first_of_a_checker_s_fixes_that_is_likelier() -> None:
    checker = Checker({"togheter": ("tighter", "together")})
    fixed = fix("Use it togheter with this.\n", checker=checker, likes="Use it together with this.")
    assert fixed.text == "Use it together with this.\n"


def test_a_model_s_correction() -> None:
    right = "The new feature is easy to use."
    assert fix("The new feature is easy for use.\n", writes=right, likes=right) == Fixed(right + "\n", ("to",))


def test_what_a_model_words_anew_stays_out() -> None:
    new = "The latest feature is simple to use."
    fixed = fix("The new feature is easy for use.\n", writes=new, likes="The new feature is easy to use.")
    assert fixed.edits == ("to",)


def test_a_model_s_answer_that_the_sentence_is_as_likely_without_stays_out() -> None:
    now = "The new feature is easy for use."
    assert fix(now, writes="The new feature is easy to use.", likes=now).reason == "nothing-to-fix"


def test_markup_code_and_links_stay() -> None:
    fixed = fix(
        "The **loader** raise [an error](e.md) for `x`.\n",
        checker=Checker({"raise": ("raises",)}),
        likes="The loader raises an error for `code`.",
    )
    assert fixed.text == "The **loader** raises [an error](e.md) for `x`.\n"


def test_a_docstring_is_fixed_as_prose() -> None:
    text = 'def load():\n    """The loader raise an error."""\n'
    checker = Checker({"raise": ("raises",)})
    fixed = fix(text, checker=checker, likes="The loader raises an error.", language="python")
    assert fixed.reason == "no-prose"  # the cursor is in the code


@pytest.mark.parametrize(
    ("text", "fixes", "after", "why"),
    [
        ("It waits for 3 seconds now.", {"3": ("4",)}, "It waits for 4 seconds now.", "it lost the number 3 seconds"),
        ("It will never stop here.", {"never": ("ever",)}, "It will ever stop here.", "it lost a negation"),
        ("You must wait for it.", {"must": ("may",)}, "You may wait for it.", "it says “may” instead of “must”"),
    ],
)
def test_what_the_guard_refuses_is_said_at_its_sentence(
    text: str, fixes: dict[str, tuple[str, ...]], after: str, why: str
) -> None:
    fixed = fix(f"{text} It is so.\n", checker=Checker(fixes), likes=after)
    [(word, [new])] = fixes.items()
    assert (fixed.refused, fixed.refused_at) == ((f"The fix “{word}” → “{new}” was refused: {why}.",), (text,))


def test_an_edit_at_which_a_checker_finds_something_new_stays_out() -> None:
    right = "The new feature is easy to use."
    checker = Checker({"to use": ()})
    assert fix("The new feature is easy for use.\n", checker=checker, writes=right, likes=right).edits == ()


def test_checkers_read_prose_and_not_markup() -> None:
    checker = Checker({})
    fix("The **loader** reads `x`.\n", checker=checker)
    assert set(checker.asked) == {"The loader reads Dummy0.\n"}


def test_other_languages_are_left_to_the_checkers() -> None:
    german = "Der Lader liest eine Datei und wartet."
    assert fix(german, writes="Der Lader las eine Datei und wartet.", likes="x").reason == "nothing-to-fix"


class Hurried(CancelToken):
    """Its time runs out from one question to the next."""

    def __init__(self, *seconds: float) -> None:
        super().__init__()
        self._left = iter(seconds)

    def remaining(self) -> float | None:
        return next(self._left)


class Scribe:
    """A model that says the same of everything."""

    name = "scribe"

    def chat(self, messages: Any, **options: Any) -> Iterator[Chunk]:
        yield Chunk("x")
        yield Chunk("", finish="stop")


class Working(Here):
    def __init__(self, cancel: CancelToken) -> None:
        super().__init__()
        self.cancel = cancel

    def model(self, role: str, /) -> Any:
        return Scribe()


@pytest.mark.parametrize(("seconds", "unread"), [((60.0, 60.0, 60.0), 0), ((60.0, 60.0, 29.0), 1), ((60.0, 29.0), 2)])
def test_of_a_long_text_the_model_reads_what_it_can_in_half_of_the_time(
    seconds: tuple[float, ...], unread: int
) -> None:
    text = "The cache is easy for use. The index is easy for use."
    prose = ProseText(text, (Segment(Span(0, len(text)), Span(0, len(text)), Kind.VERBATIM),))
    context = Working(Hurried(*seconds))
    assert correct(CorrectWanted((prose,)), context) == Corrected((text,), unread)
