"""Which passages of a chunk could be quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.shelf.chunking.chunks import chunks_of
from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.quoting import quoted
from breadknife.plugins.shelf.evidence.windows import MOST, windows
from breadknife.plugins.shelf.values import PageChunk
from breadknife.steps.pages import Page
from breadknife.text.document import Span

PROSE = (
    "The server keeps a list of all files that it has opened and forgets them only when they are closed again by\n"
    "the client. It reads its settings at startup from the file that the environment names. A setting that nobody\n"
    "knows is reported with its line, and the server goes on with the default. Signals end it at once.\n"
)
TABLE = "Option Short description\nindent sets the indent\nmargin sets the margin\nskip sets the space below\n"
LIST = (
    "3.2 What is needed\nBefore you begin, see that these programs are there:\n• a compiler for C++ that knows the\n"
    "standard of 2017\n• CMake, in version 3.16 or newer\n• Python\n"
)

CASES = [
    ("a sentence has one on each side", PROSE, "It reads", "The server", "the default."),
    ("a row has the rows around it, and its head", TABLE, "margin sets", "Option", "space below"),
    ("an item has its heading", LIST, "CMake", "3.2 What is needed", "Python"),
    ("short ones have more of them", PROSE, "Signals end", "The server", "at once."),
]


@pytest.mark.parametrize(("page", "middle", "first", "last"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_around(page: str, middle: str, first: str, last: str) -> None:
    found = next(
        each
        for each in windows(page, PageChunk(1, Span(0, len(page)), page))
        if middle in page[each.middle.start : each.middle.end]
    )
    text = page[found.span.start : found.span.end]
    assert text.startswith(first)
    assert text.rstrip().endswith(last)


SECTIONS = (
    "\1Guide\n\nIt begins here. It goes on.\n\n\1\1Retries\n\nA request is sent again twice. Then it fails.\n\n"
    "\1\1Limits\n\nThere are three:\n\n• one of files\n\n• one of pages\n\nNo more."
)


def test_a_window_reaches_across_no_heading() -> None:
    [chunk] = chunks_of([Page(0, SECTIONS)])
    found = [
        (clean(SECTIONS[each.span.start : each.span.end]), each.headings[-1].title, each.is_first)
        for each in windows(SECTIONS, chunk)
    ]
    whole = "There are three: • one of files • one of pages No more."
    assert found == [
        ("It begins here. It goes on.", "Guide", True),
        ("It begins here. It goes on.", "Guide", False),
        ("A request is sent again twice. Then it fails.", "Retries", True),
        ("A request is sent again twice. Then it fails.", "Retries", False),
        *((whole, "Limits", number == 0) for number in range(4)),
    ]


def test_a_list_is_quoted_as_a_whole() -> None:
    items = "\n\n".join(f"• item {number} of a list that is rather long" for number in range(9))
    page = f"{PROSE}\nThese are there:\n\n{items}\n\n{PROSE}"
    found = [each for each in windows(page, PageChunk(0, Span(0, len(page)), page)) if "item 4" in
             page[each.middle.start : each.middle.end]]  # fmt: skip
    text = page[found[0].span.start : found[0].span.end]
    assert text.startswith("These are there:")
    assert text.endswith("item 8 of a list that is rather long")


OPTIONS = (
    "\1OPTIONS\n" + "\1" * 7 + "-f, --fast\n    Pass -f to the shell.\n" + "\1" * 7 + "-q, --quiet\n    Say nothing."
    " It still counts.\n"
)


def test_an_entry_is_quoted_with_its_name_and_nothing_else() -> None:
    [chunk] = chunks_of([Page(0, OPTIONS)])
    found = {
        (clean(OPTIONS[each.span.start : each.span.end]), each.headings[-1].title) for each in windows(OPTIONS, chunk)
    }
    assert found == {
        ("-f, --fast Pass -f to the shell.", "-f, --fast"),
        ("-q, --quiet Say nothing. It still counts.", "-q, --quiet"),
    }


def test_a_row_of_a_long_table_has_its_head() -> None:
    rows = [f"setting-{number} | {number} | says how often number {number} is tried" for number in range(40)]
    page = "Settings:\n\n" + "\n\n".join(("name | default | meaning", *rows))
    texts = [
        quoted(page, each.span, each.head) for chunk in chunks_of([Page(0, page)]) for each in windows(page, chunk)
    ]
    assert {f"name | default | meaning … {row}" for row in rows} <= set(texts)


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=120), max_size=12).map("\n".join)
)
def test_a_window_is_a_piece_of_the_page(page: str) -> None:
    for each in windows(page, PageChunk(1, Span(0, len(page)), page)):
        assert 0 <= each.span.start <= each.middle.start < each.middle.end <= each.span.end <= len(page)
        assert len(each.span) <= max(MOST, len(each.middle))
        assert clean(page[each.span.start : each.span.end])
