"""What a model finds by itself, guided by its surprise: with a model of our choice, and with the real one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.engine.api import Engine
from breadknife.plugins.prose.engines.merge import Correction
from breadknife.plugins.prose.evidence.confusions import CONFUSIONS, ConfusionSet
from breadknife.plugins.prose.model.likelihood import TextLikelihood
from breadknife.plugins.prose.model.proposer import ModelProposal, Proposer, ProposerInput, list_sentences
from breadknife.plugins.prose.model.thresholds import CARELESS, PROPOSED
from breadknife.text.document import Span
from prose.disliking import Disliking
from support import PluginContext

DICTIONARY = frozenset(("restart", "restarts", "restarted", "file", "files"))


def proposals(text: str, words: Mapping[str, float]) -> tuple[list[ModelProposal], Disliking]:
    model = Disliking(words)
    proposer = Proposer(DICTIONARY.__contains__)
    return proposer.propose(text, TextLikelihood(model, CancelToken())), model


DONT = {"don't": -9, "doesn't": -2, "didn't": -3}

CASES = [
    ("nothing unlikely", "The server don't know.", {}, []),
    ("nothing likelier", "The server don't know.", dict.fromkeys(("don't", "doesn't", "didn't"), -9), []),
    ("a confusion", "The server don't know.", DONT, [("don't", "doesn't", 7)]),
    ("beside a placeholder", "The Dummy0 don't know it.", DONT, []),
    ("a capital", "Its here now again.", {"Its": -9, "It's": -2}, [("Its", "It's", 7)]),
    ("a form", "It will restart now.", {"restart": -9, "restarted": -2}, [("restart", "restarted", 7)]),
    ("only words", "It will restart now.", {"restart": -9, "restarting": -2, "restarted": -9, "restarts": -9}, []),
    ("no plural", "It will restart now.", {"restart": -9, "restarts": -2}, []),
    ("a part of a compound", "It is un/restart now.", {"restart": -9, "restarted": -2}, []),
    ("another", "It is restart-in now.", {"restart": -9, "restarted": -2}, []),
    ("seen in the next word", "An file is here.", {"An file": -9, "A file": -1, "A": -3}, [("An", "A", 8)]),
    ("one word too many", "Despite of it all.", {"of": -9, "of it": -5}, [("of ", "", 11)]),
    ("one word missing", "You need wait now.", {"need wait": -9, "need to": -1, "to wait": -1}, [("", "to ", 7)]),
    ("a comma missing", "Of course it is here.", {"it": -9, ",": -1}, [("", ",", 0)]),
    ("an article too many", "We love the nature.", {"the": -9, "the nature": -1}, [("the ", "", 7)]),
    ("what begins a sentence stays", "It is. The nature is.", {"The": -9, "The nature": -1}, []),
    ("names are left alone", "DON'T say DoNt again.", {"DON'T": -9, "DoNt": -9}, []),
    (
        "neighbours: the better one",
        "This one don't restart.",
        {"don't": -9, "doesn't": -2, "restart": -9, "restarted": -5},
        [("don't", "doesn't", 7)],
    ),
]


@pytest.mark.parametrize(("text", "words", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_proposals(text: str, words: Mapping[str, float], expected: list[tuple[str, str, float]]) -> None:
    found, _ = proposals(text, words)
    assert [(text[p.span.start : p.span.end], p.replacement, p.margin) for p in found] == expected


def test_a_model_that_is_not_surprised_is_asked_once() -> None:
    _, model = proposals("The server don't know what it is.", {})
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("words", "asked"),
    [({"restart": -9, "restarted": -4}, False), ({"restart": -9, "restarted": -1}, True)],
    ids=["what can't gain enough", "what can"],
)
def test_only_what_may_reach_its_threshold_is_asked_about(words: Mapping[str, float], asked: bool) -> None:
    _, model = proposals("It told me of restart.", words)
    assert (len(model.asked) > 1) is asked


def test_a_text_is_asked_about_from_its_end_so_that_the_engine_need_not_evaluate_it_again() -> None:
    _, model = proposals("The server don't know and the user don't know.", DONT)
    begins = [len(before) for before, _ in model.asked[1:]]
    assert begins == sorted(begins, reverse=True)
    assert len(set(begins)) == 2


def test_what_is_mended_is_not_proposed_and_its_neighbours_are_read_with_it() -> None:
    text = "This one don't restart, you restart it."
    words = {
        "don't": -19, "doesn't": -2, "doesn't restart": -9, "restarted": -2, "you restart": -3, "you restarted": -9,
    }  # fmt: skip
    likelihood = TextLikelihood(Disliking(words), CancelToken())
    proposer = Proposer(DICTIONARY.__contains__)

    def read(*mended: Correction) -> list[tuple[str, str]]:
        return [
            (text[p.span.start : p.span.end], p.replacement)
            for p in proposer.read(ProposerInput(text, mended), likelihood)
        ]

    at = text.index("don't")
    assert read(Correction(Span(at, at + 5), "doesn't")) == [("restart", "restarted")]
    assert read() == [("don't", "doesn't"), ("restart", "restarted")]


@pytest.mark.parametrize("careless", [True, False])
def test_where_something_is_wrong_less_is_needed(careless: bool) -> None:
    text = "The server don't know wich one."
    least = PROPOSED["Agreement"] - CARELESS
    likelihood = TextLikelihood(Disliking({"don't": -2.0 - least, "doesn't": -2.0}), CancelToken())
    at = text.index("wich")
    mended = (Correction(Span(at, at + 4), "which"),) if careless else ()
    found = Proposer(DICTIONARY.__contains__, slack=0.0).read(ProposerInput(text, mended, careless), likelihood)
    assert [each.replacement for each in found] == (["doesn't"] if careless else [])


@pytest.mark.model
@pytest.mark.parametrize("each", CONFUSIONS, ids=lambda each: f"{each.rule}: {each.wrong}")
def test_confusion_sets_with_the_real_model(each: ConfusionSet, real_engine: Engine) -> None:
    """What is wrong is proposed to be what is right, and what is right is left alone."""
    likelihood = TextLikelihood(PluginContext(real_engine).model("smollm2-135m"), CancelToken())
    proposer = Proposer(lambda word: True, slack=5.0)  # what is likelier, though it isn't shown

    def edited(text: str) -> list[str]:
        return [
            text[: p.span.start] + p.replacement + text[p.span.end :]
            for p in proposer.propose(text, likelihood)
            if p.margin >= PROPOSED.get(p.rule, 0.0) or text == each.wrong
        ]

    assert each.right in edited(each.wrong)
    assert edited(each.right) == []


SLIP, OTHER = "It depends of the size of the file.", "It reads the data form the file."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"All is well here. {SLIP} We use it.", [(18, SLIP)]),
        (f"{SLIP} {OTHER}", [(0, SLIP), (36, OTHER)]),
        (f"{SLIP} {OTHER[:-1]}", [(0, SLIP)]),
        (SLIP[:-1], []),
        ("All is well in this sentence.", []),
        ("depends of it.", []),
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
    [moved] = list_sentences(f"Something stands before it now. {SLIP}", ())
    assert first.sentence == moved.sentence


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from("of ab.\u200b\u202eא漢🎉?\n"), max_size=300))
def test_what_is_read_is_a_part_of_its_text(text: str) -> None:
    for placed in list_sentences(text, ()):
        assert text.startswith(placed.sentence.text, placed.start)
