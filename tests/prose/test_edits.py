"""After an edit of a large document, a slice of it is read alone: as within the whole, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.plugins.prose import edits
from breadknife.plugins.prose.edits import BlockChange, compare, find_change
from breadknife.plugins.prose.results import DocumentFindings
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.extract import extract
from breadknife.text.extract.markdown.slices import block_starts
from breadknife.text.syntax import difference, parse
from support import document

FRONT = (
    "",
    "---\ntitle: Some words\n\ndescription: More of it\n---\n",
    "+++\ntitle = 'Some words'\n+++\n",
    "---\nno end\n",
    "\ufeff---\na: b\n---\n",
)
BLOCKS = {
    "headings": ("# A heading\n", "Setext\n======\n", "Two\nlines\n---\n", "## Directly\nfollowed by text\n"),
    "paragraphs": (
        "Some *words* of a paragraph\nthat goes on.\n",
        "  three words here\n",
        "äöü Straße \U0001f600\n",
        "\\\n",
    ),
    "lists": (
        "- one item\n- another\n\n  its second paragraph\n",
        "1. first\n2. second\n\n   more of it\n\n       code\n",
        "* star\n\n    deep\n",
        "+ plus\n",
        "- [ ] task\n  ```\n  code\n\n  x\n  ```\n",
    ),
    "fences": (
        "```python\ncode = 1\n\nmore = 2\n```\n",
        "~~~\nsome text\n~~~\n",
        "```\nno end\n",
        "    indented code\n",
    ),
    "html": (
        "<div>\nWords in HTML.\n\n</div>\n",
        '<p align="center">\n<img alt="some words of alt text" src="x.png">\n</p>\n',
        "<!-- a comment\n\nof two -->\n",
        "<pre>\nsome words\n\nmore\n</pre>\n",
        "<script>\nlet x\n</script>\n",
    ),
    "tables": ("| a table | with words of a sentence |\n|---|---|\n| a cell | and this is another one |\n",),
    "quotes": ("> a quotation\n> - of a list\n",),
    "definitions": (
        "[ref]: https://x.org\n",
        "[ref]: https://x.org\n'a title'\n",
        "[^1]: A footnote.\n\n    goes on\n",
    ),
    "breaks": ("---\n", "***\n"),
}
EVERYTHING = [text for texts in BLOCKS.values() for text in texts]
TYPED = (
    "a", " ", "\n", "\n\n", "\t", "\r\n", "# ", "- ", "* ", "1. ", "10. ", "> ", "`", "```\n", "\n```\n", "~~~", "<",
    "<b", "<!--", "-->", "</pre>", "<div>\n", "|", "---", "---\n", "===", "[x]: y", "\\", "  ", "    ", "",
)  # fmt: skip
TEXTS = st.builds(
    lambda front, blocks, end: front + "".join(block + gap for block, gap in blocks) + end,
    st.sampled_from(FRONT),
    st.lists(
        st.tuples(st.sampled_from(EVERYTHING), st.sampled_from(("\n", "\n\n", "", " \n"))), min_size=1, max_size=9
    ),
    st.sampled_from(("", "The end.", "The end.\n")),
)
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from((0, 0, 1, 2, 5, 30)), st.sampled_from(TYPED)), min_size=1, max_size=8
)


def read(doc: Document) -> DocumentFindings:
    tree = parse(doc.text, doc.language)
    assert tree is not None
    paragraphs = [each for each in extract(doc, tree, CancelToken()) if each.segments]
    return DocumentFindings(doc, paragraphs, (), (), block_starts(tree))


@pytest.fixture(autouse=True)
def any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edits, "LARGE", 0)


@settings(max_examples=300, deadline=None)
@given(TEXTS, EDITS)
def test_a_part_alone_is_read_as_the_whole_is(text: str, edits: list[tuple[float, int, str]]) -> None:
    """Whatever is typed, one edit after the other: the paragraphs are those of the whole new text, or it isn't certain
    and all of it is looked at again."""
    told = read(document(text, "markdown"))
    for version, (where, length, new) in enumerate(edits, 2):
        start = int(where * len(told.document.text))
        span = Span(start, min(start + length, len(told.document.text)))
        doc = told.document.changed(TextEdit(span, new), version)
        edit, whole = difference(told.document.text, doc.text), read(doc)
        found = find_change(told, edit, doc)
        if found is not None:
            assert [*found.paragraphs] == [*whole.paragraphs]
            assert {*found.fresh} <= {*found.paragraphs}
        assert_all_others_stay(told, edit, compare(told, edit, whole.paragraphs, whole.block_starts))
        told = whole if found is None else DocumentFindings(doc, found.paragraphs, (), (), found.block_starts)


def assert_all_others_stay(told: DocumentFindings, edit: TextEdit, found: BlockChange) -> None:
    by = len(edit.new_text) - len(edit.span)
    old = {(each.text, each.start + moved) for each in told.paragraphs for moved in (0, by)}
    assert {(each.text, each.start) for each in found.paragraphs if each not in found.fresh} <= old
    assert all(found.block.start <= each.start and each.end <= found.block.end for each in found.fresh)


ELSEWHERE = "Some words above.\n\n" * 1_500
LOCAL = {
    "a paragraph": ("Some words¦ here.\n", "a"),
    "a heading": ("# A head¦ing\n", "a"),
    "a list": ("- one\n- t¦wo\n", "a"),
    "the first item of a list": ("- o¦ne\n\n  its second paragraph\n", "a"),
    "a nested list": ("- one\n\n  1. wi¦thin\n\n- two\n", "a"),
    "a table": ("| a table | with |\n|---|---|\n| a cell | a¦nd |\n", "b"),
    "a quotation": ("> quo¦ted\n", "a"),
    "the body of a fence": ("```python\nco¦de\n\nmore\n```\n", "a"),
    "the first line of a fence": ("```py¦thon\ncode\n\nmore\n```\n", "a"),
    "the last line of a fence": ("```\ncode\n``¦`\n\nSome words.\n\n```python\nmore\n```\n", "a"),
    "HTML": ('<p align="center">\n<img alt="some¦ words of it">\n</p>\n', "a"),
    "HTML with blank lines": ("<pre>\nsome\n\nwo¦rds\n</pre>\n", "a"),
    "a comment": ("<!-- some\n\nwo¦rds -->\n", "a"),
    "a definition": ("[ref]: htt¦ps://x.org\n", "a"),
    "code by indentation": ("Words.\n\n    co¦de\n", "a"),
    "a blank line": ("Some words.\n¦\nOther words.\n", "a"),
    "a new paragraph": ("Some words.¦\n\nOther words.\n", "\n\n"),
    "paragraphs that become one": ("Some words.¦\n\nOther words.\n", ""),
}


@pytest.mark.parametrize("marked", LOCAL, ids=str)
@pytest.mark.parametrize("above", [ELSEWHERE, "- a list\n\n" + ELSEWHERE], ids=["paragraphs", "a list"])
def test_an_edit_in_it_is_one_of_its_place(marked: str, above: str) -> None:
    text, new = LOCAL[marked]
    at = len(above) + text.index("¦")
    doc = document(above + text.replace("¦", "") + "\n" + ELSEWHERE, "markdown")
    edited = doc.changed(TextEdit(Span(at, at + (0 if new else 2)), new), 2)
    found = find_change(read(doc), difference(doc.text, edited.text), edited)
    assert found is not None
    assert len(found.block) < 200
    assert [*found.paragraphs] == [*read(edited).paragraphs]


@pytest.mark.parametrize(
    ("text", "at", "new"),
    [
        pytest.param("Some words.\n\n" + ELSEWHERE, 0, "```\n", id="a fence that nothing closes"),
        pytest.param("Some words.\n\n" + ELSEWHERE, 0, "<!--", id="a comment that nothing closes"),
        pytest.param("Some words.\n\n" + ELSEWHERE + "---\n", 0, "---\n", id="front matter that ends far below"),
        pytest.param("  words\n\n" + ELSEWHERE + "---\n", 2, "---\n", id="the same with blanks before it"),
        pytest.param("---\nwords\n\n" + ELSEWHERE, 3_000, "\n---\n\n", id="the end of front matter"),
        pytest.param("- one\n\n" + "      deep words\n\n" * 1_500, 1, "   ", id="a long list"),
    ],
)
def test_an_edit_that_changes_what_is_far_away_is_not(text: str, at: int, new: str) -> None:
    doc = document(text, "markdown")
    edited = doc.changed(TextEdit(Span(at, at), new), 2)
    assert find_change(read(doc), difference(doc.text, edited.text), edited) is None
