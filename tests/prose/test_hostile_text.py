"""Text that nobody wrote to be read: what is found in it is about whole words, and what is handed on is bounded."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.plugins.prose.engines.lint import cuts_word
from breadknife.plugins.prose.evidence.candidates import find_candidates
from breadknife.plugins.prose.evidence.counts import NgramCounts
from breadknife.plugins.prose.language import LanguageEvidence
from breadknife.plugins.prose.model.likelihood import TextLikelihood
from breadknife.plugins.prose.model.proposer import MOST, Proposer, list_sentences
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest, Findings
from breadknife.text.document import Span
from prose.disliking import Disliking
from support import PluginContext, document

ALONE = ProseSettings(languagetool=False, model=False)


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("We recieve it.", "recieve", False),
        ("(recieve)", "recieve", False),
        ("漢字 recieve 漢字", "recieve", False),
        ("recieve\u200bd", "recieve", True),
        ("re\u00adcieve", "cieve", True),
        ("te\u0301st", "te", True),
        ("recieveא", "recieve", True),
        ("\u202erecieve", "recieve", True),
        ("the the\ufeff", "the the", True),
        ("a  b", "  ", False),
        ("ab", "", False),
    ],
)
def test_a_part_of_a_word(text: str, part: str, expected: bool) -> None:
    start = text.index(part)
    assert cuts_word(text, Span(start, start + len(part))) is expected


IN_PARTS = (
    "The recieve\u200bd file is read by the server of the team.",
    "It will recei\u0301ve the te\u0301st of the team and then it is done.",
    "The file recieve\u05d0 is in the list of the team.",
    "We reciev\ufeffe the the\u200b file of the team.",
    "We rec\u00adieve the file of the team in the list.",
    "The \u202eevieecer\u202c file is in the list of the team.",
    "The ｆｉｌｅ ｒｅｃｉｅｖｅ is in the list of the team.",
    "The wоrd with a letter of another script is in the list.",
)


def test_nothing_is_said_of_a_part_of_a_word(home: object) -> None:
    plugin, text = ProsePlugin(), "".join(f"{each}\n\n" for each in IN_PARTS)
    answer = plugin.answer(CheckRequest(document(text, "plaintext"), whole=True), PluginContext(values=ALONE))
    plugin.close()
    assert isinstance(answer, Findings)
    assert [text[each.span.start : each.span.end] for each in answer.items] == []


PIECES = st.sampled_from(
    ("the ", "form ", "It depends of it. ", "a", ".", "\u200b", "\u202e", "\u0301", "א", "漢", "🎉", "\n", "’", "!?")
)


@settings(max_examples=30, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
@example("a" * 50_000)
@example("It depends of it. " * 200)
@example(". " * 2_000)
def test_the_model_reads_no_character_twice(text: str) -> None:
    sentences = list_sentences(text, ())
    ends = [0, *(each.start + len(each.sentence.text) for each in sentences)]
    assert all(end <= each.start for end, each in zip(ends, sentences, strict=False))
    assert all(text.startswith(each.sentence.text, each.start) for each in sentences)


@settings(max_examples=30, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
@example("漢字" * 25_000)
@example("a" * 50_000)
def test_what_tells_the_language_is_no_more_than_the_words(text: str) -> None:
    evidence = LanguageEvidence.of([text])
    assert all(count <= evidence.words for count in evidence.telling.values())
    assert evidence.words <= len(text)


HOSTILE = {
    "no blanks": "a" * 50_000,
    "one word": "the " * 2_500,
    "candidates only": "It reads the data form the file. " * 300,
    "no end of a sentence": "there is a " * 900,
    "Chinese": "漢字" * 25_000,
    "emoji": "🎉 the " * 2_000,
    "right to left": "\u202eאבג to the " * 800,
    "zero width": "the\u200bform " * 1_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_looked_up_and_asked_grows_no_faster_than_the_words(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    looked_up: list[int] = []
    real = NgramCounts.log_count
    monkeypatch.setattr(NgramCounts, "log_count", lambda counts, key: looked_up.append(key) or real(counts, key))
    find_candidates.cache_clear()
    find_candidates(text)
    assert len(looked_up) <= 10 * (text.count(" ") + 1)
    sentences, model = list_sentences(text, ())[:20], Disliking({})
    for each in sentences:
        Proposer(lambda word: True).propose(each.sentence.text, TextLikelihood(model, CancelToken()))
    assert len(model.asked) <= len(sentences)
    assert all(len(alternatives) <= 2 * MOST + 1 for _, alternatives in model.asked)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_fix_of_hostile_text_leaves_the_rest_as_it_is(text: str) -> None:
    plugin = ProsePlugin()
    answer = plugin.answer(CheckRequest(document(text, "plaintext"), whole=True), PluginContext(values=ALONE))
    plugin.close()
    assert isinstance(answer, Findings)
    for finding in answer.items:
        assert 0 <= finding.span.start < finding.span.end <= len(text)
        for edit in (edit for fix in finding.fixes for edit in fix.edits):
            assert finding.span.start - 1 <= edit.span.start <= edit.span.end <= finding.span.end + 1
