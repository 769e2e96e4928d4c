"""A quote stands on its page, and shows in Markdown as it stands there."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.quoting import Quote, as_markdown, escaped, is_proved, link
from breadknife.text.document import Span

PAGE = "A promise is an ob\u00ad\nject that isn't\nevaluated yet. It is lazy."


def quote(text: str, start: int, end: int, page: int = 1) -> Quote:
    return Quote(text, "R", Path("/shelf/r.pdf"), page, Span(start, end), 1.0)


def page_text(file: Path, page: int) -> str:
    return PAGE if (file, page) == (Path("/shelf/r.pdf"), 1) else ""


PROOFS = [
    ("as it stands there", quote("A promise is an object that isn't evaluated yet.", 0, 50), True),
    ("one letter is another", quote("A promise is an object that isn't evaluated yes.", 0, 50), False),
    ("from another place", quote("A promise is an object that isn't evaluated yet.", 1, 50), False),
    ("beyond the page", quote("It is lazy.", 51, 500), False),
    ("from a page that isn't there", quote("It is lazy.", 51, 62, page=2), False),
    ("nothing", quote("", 0, 0), False),
]


@pytest.mark.parametrize(("one", "is_right"), [case[1:] for case in PROOFS], ids=[case[0] for case in PROOFS])
def test_proof(one: Quote, is_right: bool) -> None:
    assert is_proved(one, page_text) == is_right


@given(st.text(), st.integers(0, 40), st.integers(0, 40))
def test_only_the_pages_own_text_is_proved(text: str, start: int, end: int) -> None:
    """Whatever a quote claims: it is shown only if it is the cleaned text of its place."""
    assert is_proved(quote(text, start, end), page_text) == (bool(text) and clean(PAGE[start:end]) == text)


def shown(markdown: str) -> str:
    """What a reader sees of a line."""
    html = MarkdownIt("gfm-like", {"linkify": False}).render(f"> {markdown}")
    assert html.startswith("<blockquote>\n<p>"), html
    assert html.endswith("</p>\n</blockquote>\n"), html
    inside = html.removeprefix("<blockquote>\n<p>").removesuffix("</p>\n</blockquote>\n")
    assert "<" not in inside, html
    return unescape(inside)


@pytest.mark.parametrize(
    "text",
    [
        "*a* _b_ `c` **d** ~~e~~ [f](g) ![h](i) <b>j</b> &amp; k",
        "1. an item",
        "12) an item",
        "- an item",
        "+ an item",
        "--- a rule",
        "# a heading",
        "> a quote",
        "=====",
        "---",
        "| a | b |",
        "\\hline and \\\\ and $x$ and C:\\*",
        "[a]: /b",
        "<http://example.org> a_b@example.org",
        "```python",
    ],
)
def test_markup_shows_as_on_the_page(text: str) -> None:
    assert shown(escaped(text)) == text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60).map(clean).filter(bool))
def test_any_text_shows_as_on_the_page(text: str) -> None:
    assert shown(escaped(text)) == text


def test_a_block_quote_names_its_source() -> None:
    assert as_markdown("A promise is lazy.", "R [4.2]", 12, "r.pdf#page=12") == (
        "> A promise is lazy.\n>\n> — [R \\[4.2\\], p. 12](<r.pdf#page=12>)"
    )
    assert as_markdown("No pages.", "Notes", 0, "notes.md").endswith("— [Notes](<notes.md>)")


ROOT = Path("/home/a/notes").absolute()
LINKS = [
    ("beside the document", ROOT / "b.pdf", ROOT / "day.md", None, "b.pdf#page=3"),
    ("below it, with a blank", ROOT / "my papers" / "b.pdf", ROOT / "day.md", None, "my%20papers/b.pdf#page=3"),
    ("elsewhere in the workspace", ROOT / "b.pdf", ROOT / "2026" / "day.md", ROOT, "../b.pdf#page=3"),
]


@pytest.mark.parametrize(("file", "document", "root", "wanted"), [c[1:] for c in LINKS], ids=[c[0] for c in LINKS])
def test_links(file: Path, document: Path, root: Path | None, wanted: str) -> None:
    assert link(f"{file.as_uri()}#page=3", document, root) == wanted


def test_a_file_elsewhere_is_linked_by_its_uri() -> None:
    uri = (ROOT.parent / "b.pdf").as_uri() + "#page=3"
    assert link(uri, ROOT / "day.md", ROOT) == uri
    assert link(uri, None, None) == uri
