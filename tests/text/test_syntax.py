from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.text import syntax
from breadknife.text.document import Span, TextEdit, apply_edits
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import Node, TreeCache, changed_tree, parse
from support import document, marked_spans

CODE = st.text(alphabet=st.sampled_from("if x:\n    yé😀(=)#'"), max_size=30)


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


@pytest.mark.parametrize("marked", ["⟦x⟧ = 1", "é = '😀'; ⟦name⟧ = 2", "a\né😀 = ⟦b⟧\n", "f(⟦ñ⟧)\r\n"])
def test_spans_are_in_code_points(marked: str) -> None:
    text, [span] = marked_spans(marked)
    tree = parse(text, "python")
    assert tree is not None
    node = tree.node_at(span)
    assert (tree.span(node), tree.source(node)) == (span, text[span.start : span.end])


@given(CODE, st.data())
def test_an_incremental_tree_is_the_tree_of_the_new_text(text: str, data: st.DataObject) -> None:
    at = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=6)))
    edits = [TextEdit(Span(start, end), data.draw(CODE)) for start, end in zip(at[::2], at[1::2], strict=False)]
    old = parse(text, "python")
    assert old is not None
    new = changed_tree(old, *edits)
    assert new is not None
    assert new.text == apply_edits(text, edits)
    fresh = parse(new.text, "python")
    assert fresh is not None
    rows = [new.text[: new.offset(node.start_byte)].count("\n") for node in nodes(new.root)]
    assert [node.start_point.row for node in nodes(new.root)] == rows
    assert new.root.end_byte == fresh.root.end_byte
    assert (new.error_count == 0) == (fresh.error_count == 0)


def test_the_cache_follows_a_document() -> None:
    cache = TreeCache()
    for text in ("def f(:\n", "def f():\n    pass\n", "x = 'é'\n", ""):
        tree = cache.tree(document(text))
        assert tree is not None
        assert tree.text == text
        assert tree.error_count == parse(text, "python").error_count  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("before", "after", "no_worse"),
    [
        ("x = ", "x = 1", True),
        ("x = 1", "x = (1", False),
        ("f(", "f(1)", True),
        ("broken (", "broken (\ndef f(:", False),
    ],
)
def test_parses_no_worse(before: str, after: str, no_worse: bool) -> None:
    old, new = parse(before, "python"), parse(after, "python")
    assert old is not None
    assert new is not None
    assert parses_no_worse(old, new) is no_worse


G = '\n\ndef g(x):\n    """Say."""\n    return x\n'


@pytest.mark.parametrize(
    ("language", "before", "new_text", "after", "no_worse"),
    [
        ("python", 'def f():\n    """Drop the', " messages that", G, True),
        ("python", "def f(*, ", "name: str, credentials: C", G, True),
        ("python", "def f(a:", " str, **kwargs)", G, True),
        ("python", "def ", "f", G, True),
        ("python", "def f(", "\n    name: str,  # Whose", G, True),
        ("python", "def f(", "\n    name str,  # Whose", G, False),
        ("python", "def f(*, ", "name str", G, False),
        ("python", "def f(*, ", "name: dict[str", G, False),
        ("typescript", "function f(a", ": string, b", "\n\nfunction g() { return 1 }\n", True),
        ("typescript", "if (", "a > 1", "\nf()\n", True),
        ("typescript", "function f(a", ": string, =", "\n\nfunction g() { return 1 }\n", False),
    ],
)
def test_only_the_end_is_missing(language: str, before: str, new_text: str, after: str, no_worse: bool) -> None:
    old = parse(before + after, language)
    assert old is not None
    assert old.root.has_error
    new = changed_tree(old, TextEdit(Span(len(before), len(before)), new_text))
    assert new is not None
    assert parses_no_worse(old, new) is no_worse


def test_a_parse_that_takes_too_long_is_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "PARSE_SECONDS", 0)
    assert parse("x = 1\n" + "# a comment\n" * 20_000, "python") is None
    monkeypatch.setattr(syntax, "PARSE_SECONDS", 3)
    assert parse("x = 1\n", "python") is not None


def test_each_grammar_has_a_version() -> None:
    assert [bool(syntax.grammar_version(language)) for language in ("python", "go", "a language")] == [
        True,
        True,
        False,
    ]


def test_no_grammar_is_no_tree() -> None:
    assert parse("x", "cobol") is None


@pytest.mark.parametrize("length", [0, 1, 255, 256, 257, 511, 512, 700])
def test_offsets_of_a_long_line(length: int) -> None:
    """The table of byte offsets has its entries where the line has none of its breaks."""
    text = ("aé\U0001f600" * length)[:length]
    tree = parse(text, "markdown")
    assert tree is not None
    for offset in range(len(text) + 1):
        byte = len(text[:offset].encode())
        assert (tree.byte_offset(offset), tree.offset(byte)) == (byte, offset)


def test_nul_is_no_end_of_the_text() -> None:
    tree = parse("# One\0two\n\nthree\n", "markdown")
    assert tree is not None
    assert not tree.root.has_error
    assert [tree.source(each) for each in syntax.captures(tree, "(inline) @i")["i"]] == ["One\0two", "three"]
