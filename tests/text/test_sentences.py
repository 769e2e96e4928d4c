"""Where sentences end, as every part of breadknife has it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.text.abbreviations import ABBREVIATIONS, GROUPS, AbbreviationGroup
from breadknife.text.sentences import Certainty, begins_sentence, is_abbreviation, sentence_ends, sentences

POSSIBLE, LIKELY, CERTAIN = Certainty
CASES = [
    ("two sentences", "It works.| We use it.", CERTAIN),
    ("a question, an exclamation, dots", "Does it?| Yes!| It waits…| Then it ends... |So it is.", CERTAIN),
    ("the closing quotation mark belongs to it", 'He said “It works.”| She asked "Does it?"| It does.', CERTAIN),
    ("an opening one belongs to the next", "It works.| “Really?”| Yes.", CERTAIN),
    ("a number may begin one", "It works.| 5 of them do.", CERTAIN),
    ("a file's name", "It is in README.md and in it.| There it is.", CERTAIN),
    ("a small letter goes on", "It uses node. and more.", LIKELY),
    ("a small letter may be the beginning of what is typed", "It uses node.| and more.", POSSIBLE),
    ("a sign goes on", "It works. – But how?", LIKELY),
    ("an initial", "J. R. Smith wrote it.| A. Miller did, too.", LIKELY),
    ("an abbreviation in brackets", "Some (e.g. Smith) are left.", CERTAIN),
    ("two abbreviations", "See Smith et al. vol. 5 of it.", CERTAIN),
    ("an abbreviation, typed", "It has lists, e.g. of it", POSSIBLE),
    ("an abbreviation at the end", "It has lists, tables, etc.", CERTAIN),
    ("the number of an item", "1. Install it.| 2. Use it.", CERTAIN),
    ("a sentence in brackets isn't certain", "It works (See below. There it is.) for us.", CERTAIN),
    ("but it is likely", "It works (See below.| There it is.) for us.", LIKELY),
    ("a paragraph", "A heading|\n\nIt works", CERTAIN),
    ("a list's items", "- It works.|\n- We use it.|\n* So do they.", CERTAIN),
    ("emphasis", "It **works.**| *We* use it.", CERTAIN),
    ("a line's break", "It works\nwell.| We\nuse it.", CERTAIN),
    ("another script", "Это работает.| Мы знаем.", CERTAIN),
]


@pytest.mark.parametrize(("marked", "least"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
def test_it_ends(marked: str, least: Certainty) -> None:
    pieces = marked.split("|")
    text = "".join(pieces)
    assert [text[span.start : span.end] for span in sentences(text, least=least)] == [
        piece.strip() for piece in pieces if piece.strip()
    ]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: sorted(group.words)[0])
def test_an_abbreviation_ends_no_sentence(group: AbbreviationGroup) -> None:
    for word in group.words:
        for form in (word, word.capitalize()):
            text = group.goes_on.format(form)
            assert len(sentences(text)) == 1, text
            if not group.ends:
                assert len(sentences(text, least=LIKELY)) == 1, text
            if group.ends:
                may_end = group.ends.format(form)
                assert len(sentences(may_end)) == 1, may_end
                assert len(sentences(may_end, least=LIKELY)) == 2, may_end


def test_no_abbreviation_is_in_two_groups() -> None:
    assert sum(len(group.words) for group in GROUPS) == len(ABBREVIATIONS)


@pytest.mark.parametrize("word", ["e.g.", "e.g", "Dr.", "i.e.", "A."])
def test_abbreviations(word: str) -> None:
    assert is_abbreviation(word)


@pytest.mark.parametrize("word", ["end.", "a", "it.", ""])
def test_words(word: str) -> None:
    assert not is_abbreviation(word)


@pytest.mark.parametrize(
    "text",
    ["|Smith", "It works. |Smith", 'It works. "|Smith', "It says: |Smith", "So:\n- |Smith", "It\n|Smith"],
)
def test_a_word_begins_a_sentence(text: str) -> None:
    assert begins_sentence(text.replace("|", "") + " says.", text.index("|"))


@pytest.mark.parametrize("text", ["It is |Smith", "It is Dr. |Smith", "J. |Smith", "the x.|Smith", 'the "|Smith'])
def test_a_word_begins_none(text: str) -> None:
    assert not begins_sentence(text.replace("|", "") + " says.", text.index("|"))


@given(st.text("aB1.!? \n\"')(“”*-e.g", max_size=60), st.sampled_from(Certainty))
def test_nothing_but_blanks_is_lost(text: str, least: Certainty) -> None:
    found = sentences(text, least=least)
    assert re.sub(r"\s+", "", text) == re.sub(r"\s+", "", "".join(text[span.start : span.end] for span in found))
    assert all(one.end <= other.start for one, other in pairwise(found))
    ends = [*sentence_ends(text, least=least)]
    assert ends == sorted(set(ends))
    assert set(ends) <= set(sentence_ends(text, least=POSSIBLE))
