"""What is taken for a heading where a format doesn't say, and what leads elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.shelf.reading.headings import with_headings
from breadknife.plugins.shelf.reading.html import read_source
from breadknife.plugins.shelf.reading.pdf import with_heading
from breadknife.plugins.shelf.values import HEADING

MANUAL = """\
LOAF(1)                 User Commands                 LOAF(1)

NAME
       loaf - bake a loaf

OPTIONS
   Heat
       -h, --hot degrees
           Heat the oven first.

       -q     Say nothing.

       Options can be combined.
"""
MARKED = """\
LOAF(1)                 User Commands                 LOAF(1)

#NAME
       loaf - bake a loaf

#OPTIONS
##Heat
#######-h, --hot degrees
           Heat the oven first.

#######-q
Say nothing.

       Options can be combined.
"""
TEXTS = [
    ("a manual page", MANUAL, "loaf - bake a loaf", MARKED),
    ("titles of two styles", "A\n\nBread\n=====\nx\n\nRye\n---\ny", "Bread", "A\n\n#Bread\nx\n\n##Rye\ny"),
    (
        "the head of a table",
        "name    weight\n--------------\nrye     3",
        "",
        "name    weight\n--------------\nrye     3",
    ),
    ("a rule", "It ends here.\n\n----------\n", "", "It ends here.\n\n----------\n"),
    ("a short line below a sentence", "A sentence that goes on\n---\n", "", "A sentence that goes on\n---\n"),
]


@pytest.mark.parametrize(("text", "title", "marked"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_plain_text(text: str, title: str, marked: str) -> None:
    assert with_headings(text) == (title, marked.replace("#", HEADING))


@given(st.text(st.sampled_from("ab -=\n\1(1)|"), max_size=200))
def test_no_word_is_lost(text: str) -> None:
    _, marked = with_headings(text)
    assert "".join(filter(str.isalnum, marked)) == "".join(filter(str.isalnum, text))


PAGES = [
    ("a line", "4\n2.1 Rye bread\nIt is dark.", 2, "Rye bread", "4\n##2.1 Rye bread\nIt is dark."),
    ("two lines", "Rye\nbread\nIt is dark.", 1, "1 Rye bread", "#Rye bread\nIt is dark."),
    ("words in a sentence", "It is rye bread\nand dark.", 1, "Rye bread", "It is rye bread\nand dark."),
    ("no letters", "—\nIt is dark.", 1, "…", "—\nIt is dark."),
]


@pytest.mark.parametrize(("page", "level", "title", "marked"), [row[1:] for row in PAGES], ids=[r[0] for r in PAGES])
def test_what_an_outline_names(page: str, level: int, title: str, marked: str) -> None:
    assert with_heading(page, level, title) == marked.replace("#", HEADING)


HTML = [
    ("a contents", '<div class="toc"><div>One</div>Two</div><p>Text', "Text"),
    ("a role", '<table role="navigation"><tr><td>Next</table><p>Text', "Text"),
    ("a class of another element", '<p class="related">Text', "Text"),
    ("navigation without an end", '<div id="sidebar"><p>Text', "Text"),
    ("two terms with one definition", "<dl><dt>-a<dt>--all<dd>Shows all", "#######-a, --all\n\nShows all"),
]


@pytest.mark.parametrize(("source", "text"), [row[1:] for row in HTML], ids=[row[0] for row in HTML])
def test_html(source: str, text: str) -> None:
    assert read_source(source).text == text.replace("#", HEADING)
