"""What a model finds by itself, guided by its surprise: with a model of our choice, and with the real one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.plugins.prose.engines.merge import Correction
from breadknife.plugins.prose.evidence.confusions import CONFUSIONS, ConfusionSet
from breadknife.plugins.prose.evidence.frames import find_changes
from breadknife.plugins.prose.evidence.tokens import TokenizedText
from breadknife.plugins.prose.model.likelihood import TextLikelihood
from breadknife.plugins.prose.model.proposer import Proposer, ProposerInput, list_sentences
from breadknife.plugins.prose.model.thresholds import CARELESS, PROPOSED
from breadknife.text.document import Span
from prose.disliking import Disliking

DICTIONARY = frozenset(("restart", "restarts", "restarted", "file", "files"))


def proposals(text: str, words: Mapping[str, float]) -> tuple[list[tuple[str, str, str]], Disliking]:
    """What is sure enough: its rule, what stands there, and what was meant."""
    model = Disliking(words)
    found = Proposer(DICTIONARY.__contains__, slack=0.0).propose(text, TextLikelihood(model, CancelToken()))
    return [(p.rule, text[p.span.start : p.span.end], p.replacement) for p in found], model


FORM = {"form": -9.0, "from": -2.0}
CASES: list[tuple[str, str, dict[str, float], list[tuple[str, str, str]]]] = [
    ("counts and the model", "It reads the data form the file.", FORM, [("Confusion", "form", "from")]),
    ("the model says no", "It reads the data form the file.", {"form": -1, "from": -14}, []),
    ("a frame and the model", "There are many file here.", {"file": -9, "files": -2}, [("Plural", "file", "files")]),
    ("a frame alone", "There are many file here.", {}, []),
    ("only words", "There are many restarter here.", {"restarter": -9, "restarters": -2}, []),
    ("beside a placeholder", "There are many file Dummy0 here.", {"file": -9, "files": -2}, []),
    ("a part of a compound", "There are many file-in here.", {"file": -9, "files": -2}, []),
    (
        "two places",
        "It reads the data form many file here.",
        {**FORM, "file": -9, "files": -2},
        [("Confusion", "form", "from"), ("Plural", "file", "files")],
    ),
]


@pytest.mark.parametrize(("text", "words", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_proposals(text: str, words: Mapping[str, float], expected: list[tuple[str, str, str]]) -> None:
    found, model = proposals(text, words)
    assert found == expected
    assert len(model.asked) <= 1


def test_a_model_is_not_asked_about_a_sentence_that_nothing_speaks_against() -> None:
    found, model = proposals("All is well in this sentence.", {})
    assert (found, model.asked) == ([], [])


def test_what_is_mended_is_not_proposed_and_its_neighbours_are_read_with_it() -> None:
    text = "It reads the data form many file here."
    likelihood = TextLikelihood(Disliking({**FORM, "file": -9, "files": -2}), CancelToken())
    proposer = Proposer(DICTIONARY.__contains__, slack=0.0)

    def read(*mended: Correction) -> list[str]:
        return [each.replacement for each in proposer.read(ProposerInput(text, mended), likelihood)]

    at = text.index("form")
    assert read(Correction(Span(at, at + 4), "from")) == ["files"]
    assert read() == ["from", "files"]


@pytest.mark.parametrize("careless", [True, False])
def test_where_something_is_wrong_a_frame_needs_less(careless: bool) -> None:
    text, least = "There are many file here.", PROPOSED["Plural"] - CARELESS
    likelihood = TextLikelihood(Disliking({"file": -2.0 - least, "files": -2.0}), CancelToken())
    found = Proposer(DICTIONARY.__contains__, slack=0.0).read(ProposerInput(text, (), careless), likelihood)
    assert [each.replacement for each in found] == (["files"] if careless else [])


@pytest.mark.parametrize("each", CONFUSIONS, ids=lambda each: f"{each.rule}: {each.wrong}")
def test_each_confusion_makes_its_change(each: ConfusionSet) -> None:
    words = TokenizedText.of(each.wrong).spans
    changes = [change for index in range(len(words)) for change in find_changes(each.wrong, words, index)]
    corrected = {each.wrong[: c.span.start] + c.replacement + each.wrong[c.span.end :] for c in changes}
    assert each.right in corrected


SLIP, OTHER = "It is read form the end of the file.", "It reads the data form the file."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"All is well here. {SLIP} We use it.", [(18, SLIP)]),
        (f"{SLIP} {OTHER}", [(0, SLIP), (len(SLIP) + 1, OTHER)]),
        (f"{SLIP} {OTHER[:-1]}", [(0, SLIP)]),
        (SLIP[:-1], []),
        ("There are many file here. All is well.", [(0, "There are many file here.")]),
        ("All is well in this sentence.", []),
        ("is read form the end.", []),
    ],
)
def test_the_model_reads_whole_sentences_in_which_counts_speak_for_a_change(
    text: str, expected: list[tuple[int, str]]
) -> None:
    assert [(each.start, each.sentence.text) for each in list_sentences(text, ())] == expected


def test_a_sentence_is_read_with_what_is_mended_in_it() -> None:
    text = f"All iz well here. {SLIP}"
    outside, inside = Correction(Span(4, 6), "is"), Correction(Span(18, 20), "This")
    [alone] = list_sentences(text, ())
    [careless] = list_sentences(text, (outside,))
    [mended] = list_sentences(text, (outside, inside))
    assert alone.sentence == ProposerInput(SLIP)
    assert careless.sentence == ProposerInput(SLIP, careless=True)
    assert mended.sentence == ProposerInput(SLIP, (Correction(Span(0, 2), "This"),), careless=True)


def test_a_sentence_is_the_same_request_wherever_it_stands() -> None:
    [first] = list_sentences(SLIP, ())
    [moved] = list_sentences(f"All is well here, too. {SLIP}", ())
    assert first.sentence == moved.sentence


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from("of ab.\u200b\u202eא漢🎉?\n"), max_size=300))
def test_what_is_read_is_a_part_of_its_text(text: str) -> None:
    for placed in list_sentences(text, ()):
        assert text.startswith(placed.sentence.text, placed.start)
