"""Which chunks pages become. Their places are exact, whatever the text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.shelf.chunking.chunks import WORDS, chunks_of
from breadknife.plugins.shelf.chunking.cleaning import clean, with_hyphens
from breadknife.plugins.shelf.chunking.furniture import furniture
from breadknife.plugins.shelf.chunking.sections import read
from breadknife.plugins.shelf.chunking.sentences import sentences
from breadknife.plugins.shelf.chunking.sentences import units as text_units
from breadknife.steps.pages import Page

LONG = "This line has as many words as a page of a book usually has in one line of its text."


def units(text: str) -> list[str]:
    return [clean(text[span.start : span.end]) for span in sentences(text)]


def chunks(*texts: str) -> list[str]:
    return [piece.text for piece in chunks_of([Page(number, text) for number, text in enumerate(texts, 1)])]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One is here. Two is there.", ["One is here.", "Two is there."]),
        (f"{LONG}\nIt goes on here.", [LONG, "It goes on here."]),
        (
            "See e.g. Fig. 3 of Dr. Smith. It is 3.5 m. Done!",
            ["See e.g. Fig. 3 of Dr. Smith.", "It is 3.5 m.", "Done!"],
        ),
        ("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."]),
        ("It is called by J. R. Miller. Yes.", ["It is called by J. R. Miller.", "Yes."]),
        (f"2.1 Kneading\n{LONG}", ["2.1 Kneading", LONG]),
        (f"2. Source Code\n{LONG}", ["2. Source Code", LONG]),
        (f"• One thing\n• Another thing that\n{LONG}", ["• One thing", "• Another thing that", LONG]),
        (f"{LONG}\n1. Do this.\n2. Do that.", [LONG, "1. Do this.", "2. Do that."]),
        (f"Rolls 80 g\nLoaf 900 g\nRye loaf 1200 g\n{LONG}", ["Rolls 80 g", "Loaf 900 g", "Rye loaf 1200 g", LONG]),
        (f"{LONG} The cpu-\nlike thing.", [LONG, "The cpu- like thing."]),
        ("one paragraph\n\nanother one", ["one paragraph", "another one"]),
        ("  ", []),
        ("word " * 250, [("word " * 120).strip(), ("word " * 120).strip(), ("word " * 10).strip()]),
    ],
)
def test_units(text: str, wanted: list[str]) -> None:
    """Sentences, and what stands alone: headings, items, rows."""
    assert units(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("exam\ufffeple", "example"),
        ("an exam-\nple of it", "an example of it"),
        ("debian\ufffedevel, not debian-devel", "debian-devel, not debian-devel"),
        ("preprocessed, so pre-\nprocessed", "preprocessed, so preprocessed"),
        ("UTF\ufffe8 and Jean\ufffeLuc", "UTF-8 and Jean-Luc"),
        ("well-\nknown things are well-known", "well-known things are well-known"),
        ("/usr/share/\nman is a path", "/usr/share/man is a path"),
        ("1 -\n2", "1 - 2"),
        ("a \ufb01ne o\ufb03ce", "a fine office"),
        ("two\xa0  blanks\n\nhere", "two blanks here"),
    ],
)
def test_what_is_shown(text: str, wanted: str) -> None:
    [page] = with_hyphens([Page(1, text)])
    assert clean(page.text) == wanted


def book(*bodies: str, head: str = "Bread at Home", foot: str = "- {} -") -> list[str]:
    return [f"{head}\n{body}\n{foot.format(number)}" for number, body in enumerate(bodies, 7)]


@pytest.mark.parametrize(
    ("pages", "wanted"),
    [
        (book("One.", "Two.", "Three."), ["One.", "Two.", "Three."]),
        (book("One.", "Two.", "Three.", foot="Page {} of 90"), ["One.", "Two.", "Three."]),
        (book("Just two pages.", "So it may be text."), None),
        (["1.1 Flour 7\nOne.", "1.2 Salt 8\nTwo.", "1.3 Yeast 9\nThree."], ["One.", "Two.", "Three."]),
        (["iv\nOne.", "v\nTwo."], ["One.", "Two."]),
        (["Contents\n1 Flour ........ 2\n2 Salt . . . . . 13"], ["Contents"]),
        (["\n".join(f"{n} Chapter of this book {2 * n}" for n in range(1, 13))], []),
        (["\n".join(f"Rolls of kind {n} {1000 - n} g" for n in range(12))], None),
    ],
)
def test_what_is_left_out(pages: list[str], wanted: list[str] | None) -> None:
    """Running heads, page numbers, tables of contents; None: nothing."""
    left_out = furniture(pages)
    left = [
        "\n".join(line for at, line in _lines(page) if at not in starts)
        for page, starts in zip(pages, left_out, strict=True)
    ]
    assert [page for page in left if page] == (pages if wanted is None else wanted)


def _lines(text: str) -> list[tuple[int, str]]:
    starts, at = list[tuple[int, str]](), 0
    for line in text.split("\n"):
        starts.append((at, line))
        at += len(line) + 1
    return starts


def test_a_head_of_each_chapter_is_left_out_on_its_pages() -> None:
    pages = book("One.", "Two.", "Three.", head="Chapter 1: Flour") + book(
        "Four.", "Five.", "Six.", head="Chapter 2: Salt"
    )
    assert chunks(*pages) == ["One.", "Two.", "Three.", "Four.", "Five.", "Six."]


def test_a_chunk_has_about_90_words_and_shares_a_sentence_with_the_next() -> None:
    text = "\n".join(f"Sentence {number} says a thing or two about bread, flour and salt." for number in range(30))
    found = chunks(text)
    assert len(found) > 3
    assert all(WORDS <= len(each.split()) < WORDS + 40 for each in found[:-1])
    for before, after in pairwise(found):
        assert before.rpartition("Sentence")[2] == after.partition("Sentence")[2].partition(" Sentence")[0]


def test_a_heading_goes_with_what_follows() -> None:
    body = " ".join([LONG] * 5)
    [first, second] = chunks(f"1 Flour\n{body}\n2 Salt\n{body}")
    assert first.startswith("1 Flour This line")
    assert "2 Salt" not in first
    assert second.startswith("2 Salt This line")


def test_no_chunk_crosses_pages_or_what_is_left_out() -> None:
    assert chunks("The end of a page and", "its sentence goes on.") == [
        "The end of a page and",
        "its sentence goes on.",
    ]
    assert chunks(f"{LONG}\nFlour ........ 3\n{LONG}") == [LONG, LONG]


TEXTS = st.text(
    st.sampled_from("aAbB1é.,-!•§ \n\n\t\ufffe\u00ad\u2010\ufb01\u200b…") | st.characters(codec="utf-8"), max_size=400
)


@given(st.lists(TEXTS, max_size=6))
def test_a_chunk_is_what_stands_at_its_place(texts: list[str]) -> None:
    pages = with_hyphens([Page(number, text) for number, text in enumerate(texts, 1)])
    assert [len(page.text) for page in pages] == [len(text) for text in texts]
    for piece in chunks_of(pages):
        text = pages[piece.page - 1].text
        assert 0 <= piece.span.start < piece.span.end <= len(text)
        assert clean(text[piece.span.start : piece.span.end]) == piece.text


@given(TEXTS)
def test_every_word_is_in_a_unit(text: str) -> None:
    spans = sentences(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert "".join("".join(text[span.start : span.end].split()) for span in spans) == "".join(text.split())


@given(TEXTS)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_a_chunk_knows_the_headings_above_it() -> None:
    """Of each level the last one, and none that is deeper than a later one."""
    page = f"\1Guide\n\n\1\1Retries\n\n{LONG * 5}\n\n\1\1Limits\n\n\1\1\1Files\n\n{LONG * 5}\n\n{LONG * 5}"
    found = [[heading.title for heading in read(chunk.headings)] for chunk in chunks_of([Page(0, page)])]
    assert found == [[], ["Guide", "Retries"], ["Guide", "Limits", "Files"]]
    assert all("\1" not in chunk.text for chunk in chunks_of([Page(0, page)]))


def test_in_a_page_with_marks_nothing_else_is_a_heading() -> None:
    page = "\1Guide\n\nShort line\n\nThis is a sentence."
    assert [unit.level for unit in text_units(page)] == [1, 0, 0]
