"""“Fix this text”: which changes come through, where they go, and what is said of the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk
from breadknife.errors import Cancelled, EngineUnavailable, ModelMissing
from breadknife.plugins.documents.fixing.words import is_small, is_spelling, word_edits
from breadknife.plugins.documents.steps.fixing import (
    RULES_SECONDS,
    CorrectInput,
    CorrectOutput,
    EditsInput,
    EditsOutput,
    KnownInput,
    KnownOutput,
    MendInput,
    MendOutput,
    correct,
    find_edits,
    known,
    mend,
)
from breadknife.task.values import Answer, CheckRequest, Finding, Findings, Fix, Origin, Request
from breadknife.testing import document
from breadknife.text.document import Span, TextEdit, apply_edits
from breadknife.text.prose import ProseText, Segment, SegmentKind
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


class Scribe:
    """A model that says the same of everything, until its time is up after so many sentences."""

    name = "scribe"

    def __init__(self, most: int = 100) -> None:
        self._left = most

    def chat(self, messages: Any, **options: Any) -> Iterator[Chunk]:
        if not self._left:
            raise Cancelled("the request's time is up")
        self._left -= 1
        yield Chunk("x")
        yield Chunk("", finish="stop")

    def origin(self, last: Chunk) -> Origin:
        return Origin()


class Late:
    """A model that has no time for anything."""

    name = "late"

    def score(self, *arguments: Any, **options: Any) -> Any:
        raise Cancelled("the request's time is up")

    chat = score


class Working(Here):
    """With a checker that is sure of one fix, and a model or its absence."""

    def __init__(self, model: Any, seconds: float = 60.0) -> None:
        super().__init__()
        self.cancel = CancelToken.after(seconds)
        self.told: list[str] = []
        self.waited: list[float | None] = []
        self._model = model

    def model(self, role: str, /) -> Any:
        if isinstance(self._model, Exception):
            raise self._model
        return self._model

    def ask(self, request: Request, /) -> Answer:
        assert isinstance(request, CheckRequest)
        self.waited.append(request.seconds)
        text = request.document.text
        spans = [Span(*each.span()) for each in re.finditer(r"\ban use", text)]
        fixes = [Fix("Write a", (TextEdit(Span(span.start, span.start + 2), "a"),), preferred=True) for span in spans]
        return Findings(
            tuple(Finding(span, "words", "An", "", fixes=(fix,)) for span, fix in zip(spans, fixes, strict=True))
        )

    def progress(self, message: str, fraction: float | None = None, /) -> None:
        self.told.append(message)


def verbatim(text: str) -> ProseText:
    return ProseText(text, (Segment(Span(0, len(text)), Span(0, len(text)), SegmentKind.VERBATIM),))


@pytest.mark.parametrize("read", [0, 1, 2])
def test_of_a_long_text_the_model_reads_what_it_can_in_its_time(read: int) -> None:
    text = "The cache is easy for use. The index is easy for use."
    assert correct(CorrectInput((verbatim(text),)), Working(Scribe(read))) == CorrectOutput((text,), 2 - read)


FAULTY = "It is an useful option of the new tool."
RIGHT = "It is a useful option of the new tool."
NO_MODEL = [Late(), ModelMissing("no model"), EngineUnavailable("it has no time")]


@pytest.mark.parametrize("model", NO_MODEL)
def test_what_rules_are_sure_of_is_left_when_the_model_has_no_time_or_is_not_there(model: Any) -> None:
    paper, context = document(FAULTY, "markdown"), Working(model)
    prose = (verbatim(FAULTY),)
    mended = mend(MendInput(paper, prose), context)
    assert mended == MendOutput((RIGHT,), (RIGHT,))
    assert context.waited == [RULES_SECONDS]  # nobody waits for a checker that starts
    read = correct(CorrectInput(prose, mended.texts), context)
    assert read == CorrectOutput((RIGHT,), 1)
    assert context.told[-1] == "1 change by rules; reading sentence 1 of 1"
    found = find_edits(EditsInput(paper, prose, read.texts, mended.sure), context)
    assert isinstance(found, EditsOutput)
    assert [(paper.slice(place), new) for place, new in zip(found.places, found.texts, strict=True)] == [("an", "a")]


def test_where_no_rule_knows_anything_a_missing_model_is_told() -> None:
    prose = (verbatim(RIGHT),)
    with pytest.raises(ModelMissing):
        correct(CorrectInput(prose), Working(ModelMissing("no model")))


@pytest.mark.parametrize(
    ("text", "effect"), [(FAULTY, " (1 edit known)"), (RIGHT, ""), (f"{FAULTY} {FAULTY}", " (2 edits known)")]
)
def test_the_menu_says_how_many_edits_are_known(text: str, effect: str) -> None:
    context = Working(ModelMissing("no model"))
    assert known(KnownInput(document(text, "markdown"), (verbatim(text),)), context) == KnownOutput(effect)
    assert context.waited == [0.0]


def test_by_rules_alone_no_model_is_asked_and_slow_checkers_once() -> None:
    paper, context = document(FAULTY, "markdown"), Working(AssertionError("a model is asked"))
    prose = (verbatim(FAULTY),)
    mended = mend(MendInput(paper, prose, rules_only=True), context)
    read = correct(CorrectInput(prose, mended.texts, rules_only=True), context)
    again = mend(MendInput(paper, prose, read.texts, rules_only=True), context)
    assert (mended, read, again) == (MendOutput((RIGHT,), (RIGHT,)), CorrectOutput((RIGHT,), 1), mended)
    found = find_edits(EditsInput(paper, prose, again.texts, mended.sure, rules_only=True), context)
    assert isinstance(found, EditsOutput)
    assert found.texts == ("a",)
    assert context.waited == [RULES_SECONDS]
