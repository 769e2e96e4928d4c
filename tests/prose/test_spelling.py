"""Which unknown words are a document's own, and what the others may have been meant to be."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.prose.engines.respelled import respell
from breadknife.plugins.prose.engines.rules import ON, WAITS
from breadknife.plugins.prose.project.respelling import CERTAIN, LIKELY, chance, doubt, respellings
from breadknife.plugins.prose.project.slips import count_slips, slips
from breadknife.plugins.prose.project.spelling import DocumentVocabulary, of_project
from breadknife.plugins.prose.project.word_counts import english, trade
from breadknife.text.document import Span
from project.folders import known
from prose.reading import paragraphs


@pytest.mark.parametrize(
    ("word", "meant", "expected"),
    [
        ("recieve", "receive", "swapped"),
        ("wich", "which", "left_out"),
        ("occured", "occurred", "undoubled"),
        ("untill", "until", "doubled$"),
        ("helllo", "hello", "doubled"),
        ("seperate", "separate", "vowel"),
        ("surprize", "surprise", "alike"),
        ("gelp", "help", "key^"),
        ("helm", "help", "other$"),
        ("dont", "don't", "apostrophe"),
        ("solfware", "software", "added left_out"),
        ("teh", "the", "swapped$"),
        ("a", "b", "other^$"),
        ("ab", "ab", ""),
        ("", "", ""),
    ],
)
def test_slips(word: str, meant: str, expected: str) -> None:
    made = slips(word, meant)
    assert " ".join(f"{slip.kind}{'^' * slip.first}{'$' * slip.last}" for slip in made) == expected
    assert count_slips(word, meant) == len(made) + 2 * expected.count("other")


@given(st.text("abce", max_size=8), st.text("abce", max_size=8))
def test_words_are_compared_in_bounded_time_and_only_equal_ones_have_no_slip(word: str, meant: str) -> None:
    assert (not slips(word, meant)) == (word == meant)
    assert len(slips(word * 100, meant * 100 + "x")) <= 100


@pytest.mark.parametrize(
    ("word", "offered", "meant"),
    [
        # In the list, whatever dictionaries say of parts of them.
        ("Prefered", "Preferred Prefer", "Preferred"),
        ("Unavailibility", "", "Unavailability"),
        ("Manangement", "Management", "Management"),
        ("Kuberentes", "", "Kubernetes"),
        ("checkes", "check's checkers checks", "checks"),
        ("convertable", "convertible", "convertible"),
        ("automaticly", "automatic automatically", "automatically"),
        ("prepaired", "prepared prepaid", "prepared"),
        ("untill", "until uphill", "until"),
        ("thes", "this thus", "this"),
        ("teh", "", "the"),
        ("nwe", "", "new"),
        # In no list.
        ("muiltple", "multiple", "multiple"),
        ("desireable", "desirable", "desirable"),
        ("previouslly", "previously preciously", "previously"),
        ("snce", "since once", "since"),
        ("eaach", "each earth", "each"),
        ("ansbile's", "ansible's", "ansible's"),
        # Terms and names.
        ("geth", "get", ""),
        ("scrypt", "script", ""),
        ("cimport", "import", ""),
        ("nanobind", "", ""),
        ("mtime", "dime", ""),
        ("kwargs", "", ""),
        ("reindents", "reinvents", ""),
        ("preallocates", "", ""),
        ("toplevel", "top-level", ""),
        ("contextmanager", "context manager", ""),
        ("frobnicate", "forbidden", ""),
        ("Jonatan", "Jonathan", ""),
        ("Hass", "Has", ""),
        # Another country's English.
        ("colour", "color", ""),
        ("labelled", "labeled", ""),
        ("globbing", "", ""),
        # No words of small letters.
        ("HTTPX", "HTTPS", ""),
        ("ab", "an", ""),
        ("ünderbar", "underbar", ""),
        ("", "", ""),
    ],
)
def test_what_was_meant(word: str, offered: str, meant: str) -> None:
    found = respellings(word, tuple(offered.split()), begins=False)
    assert (found[0].word if doubt(found) >= LIKELY else "") == meant


@pytest.mark.parametrize(
    ("word", "offered", "least", "most"),
    [
        ("recieve", "receive", ON, 1),  # listed
        ("concetenated", "concatenated", ON, 1),
        ("unindented", "unintended", 0, ON),  # with a prefix
        ("subroute", "subroutine", 0, ON),
        ("treeview", "review", 0, ON),  # made of two words
        ("frobnicate", "forbidden", 0, WAITS),
    ],
)
def test_base_rates_decide_about_words_that_are_not_listed(word: str, offered: str, least: float, most: float) -> None:
    assert least <= chance(word, doubt(respellings(word, (offered,), begins=False))) <= most


@given(st.text(max_size=40), st.lists(st.text(max_size=12), max_size=3))
def test_probabilities_are_sorted_and_leave_room_for_the_word_as_it_stands(word: str, offered: list[str]) -> None:
    found = [each.probability for each in respellings(word, tuple(offered), begins=True)]
    assert found == sorted(found, reverse=True)
    assert 0 <= sum(found) < 1 + 1e-9


def test_more_that_is_offered_makes_a_slip_no_less_likely() -> None:
    assert doubt(respellings("snce", ("sauce", "since"), begins=False)) >= doubt(respellings("snce", (), begins=False))


@pytest.mark.parametrize(
    ("text", "word", "likely"),
    [
        ("Done. Ragex was there.", "Ragex", True),
        ("Ragex Jones was there.", "Ragex", False),  # a person
        ("So Ragex was there.", "Ragex", False),  # a name
    ],
)
def test_a_capital_makes_a_name_likelier(text: str, word: str, likely: bool) -> None:
    start = text.index(word)
    assert (doubt(respell(text, Span(start, start + len(word)), ["Regex"])) >= LIKELY) is likely


@pytest.mark.parametrize(
    ("text", "word", "meant"),
    [
        ("It is one ony if it has no other.", "ony", "only"),
        ("It has a tre of nodes.", "tre", "tree"),
        ("It is in tre file.", "tre", "the"),
        ("Use thes option to set it.", "thes", "this"),
    ],
)
def test_neighbours_decide_which_of_several_words_was_meant(text: str, word: str, meant: str) -> None:
    start = text.index(word)
    assert respell(text, Span(start, start + len(word)), [])[0].word == meant


def test_neighbours_say_nothing_of_whether_a_word_is_a_slip() -> None:
    alone, placed = respellings("thes", (), begins=False), respell("You can use thes functions.", Span(12, 16), [])
    assert doubt(placed) == pytest.approx(doubt(alone))  # pyright: ignore[reportUnknownMemberType]


def test_what_is_hardly_anything_else_may_be_put_there_unseen() -> None:
    assert respellings("recieve", (), begins=False)[0].probability >= CERTAIN
    assert respellings("thes", (), begins=False)[0].probability < CERTAIN


def test_counts_have_words_in_lower_case() -> None:
    assert all(word == word.lower() for table in (english(), trade()) for word in table)
    assert english()["the"] > english()["thesaurus"] > 0
    assert not english().keys() & trade().keys()


@pytest.mark.parametrize(
    ("source", "word", "expected"),
    [
        ("We recieve it.", "recieve", False),
        ("We fiddel it. They fiddel it. You fiddel it.", "fiddel", True),  # they mean it
        ("We recieve it. They recieve it. You recieve it.", "recieve", False),  # nobody does
        ("We recieve it.\n\n    recieve(x)\n", "recieve", True),  # it is in the code
        ("We recieve it.\n\n`doRecieve`\n", "recieve", True),
        ("We recieve it.\n\n`a_recieve_b`\n", "recieve", True),
        ("We recieve it.\n\n`recieved`\n", "recieve", False),  # that is another word
        ("My wrods are mine.", "wrods", True),  # in the dictionary
    ],
)
def test_what_a_document_may_use(source: str, word: str, expected: bool) -> None:
    assert (word in DocumentVocabulary(source, paragraphs(source), frozenset({"wrods"}))) is expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, False),
        ({"a.py": "def recieve(): pass\n"}, True),
        ({"pyproject.toml": '[project]\nname = "recieve"\n'}, True),
        ({"a.md": "We recieve it.\n", "b.md": "They recieve it.\n"}, False),  # a slip can be made twice
        ({"a.md": "We recieve it.\n", "b.md": "They recieve it.\n", "c.md": "I recieve it.\n"}, True),
    ],
)
@pytest.mark.parametrize(("word", "is_listed"), [("receife", False), ("recieve", True)])
def test_what_the_project_says(
    tmp_path: Path, files: dict[str, str], expected: bool, word: str, is_listed: bool
) -> None:
    source = f"We {word} it."
    project = known(tmp_path, {name: text.replace("recieve", word) for name, text in files.items()})
    vocabulary = DocumentVocabulary(source, paragraphs(source), frozenset(), of_project(project, set(), whole=True))
    never = is_listed and all(name.endswith(".md") for name in files)  # or else it is a name
    assert (word in vocabulary) is (expected and not never)
