"""What completions look like on the wire, for each kind of client. `|` is the cursor, `«…»` what an item replaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp

from breadknife.lsp.convert import on_one_line, to_command
from breadknife.lsp.features import completion, inline_completion
from breadknife.lsp.features.completion import is_by_hand
from breadknife.task.values import Command, CompletionItem, Origin
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from support import document

BY_HAND = lsp.CompletionContext(lsp.CompletionTriggerKind.Invoked)
AT_A_CHARACTER = lsp.CompletionContext(lsp.CompletionTriggerKind.TriggerCharacter, " ")
TEXT = st.text(alphabet=st.sampled_from("ab\n"), max_size=12)


def place(marked: str) -> tuple[Document, int, Span]:
    offset = marked.replace("«", "").replace("»", "").index("|")
    bare = marked.replace("|", "")
    start = bare.index("«") if "«" in bare else offset
    end = bare.index("»") - 1 if "»" in bare else offset
    return document(bare.replace("«", "").replace("»", "")), offset, Span(start, end)


def entry(marked: str, text: str, *, markdown: bool = True) -> lsp.CompletionItem:
    doc, offset, span = place(marked)
    item = completion.to_item(doc, offset, CompletionItem(span, text, Origin("", "m")), "utf-16", markdown=markdown)
    assert item
    return item


@pytest.mark.parametrize(
    ("marked", "text", "characters", "new_text", "filtered_by"),
    [
        ("x = |", "1 + 2", (4, 4), "1 + 2", "1 + 2"),
        ("retu|", "rn 1", (0, 4), "return 1", "return 1"),
        ("  größ|", "e()", (2, 6), "größe()", "größe()"),
        ("😀 a|", "b", (3, 4), "ab", "ab"),
        ("f(|«)»", "x)", (2, 3), "x)", "x)"),
        ("«fooo|»", "foo()", (0, 4), "foo()", "fooo"),
        ("def f(|", "):\n    return 1", (6, 6), "):\n    return 1", "):"),
        ("x:|", "\n    y", (2, 2), "\n    y", "y"),
    ],
)
def test_an_entry_replaces_the_word_before_the_cursor(
    marked: str, text: str, characters: tuple[int, int], new_text: str, filtered_by: str
) -> None:
    item = entry(marked, text)
    assert isinstance(item.text_edit, lsp.TextEdit)
    assert (item.text_edit.range.start.character, item.text_edit.range.end.character) == characters
    assert (item.text_edit.new_text, item.filter_text) == (new_text, filtered_by)


@pytest.mark.parametrize(
    ("marked", "text", "label"),
    [
        ("x = |", "1 + 2", "1 + 2"),
        ("def f(|", "):\n    return 1", "): …"),
        ("x:|", "\n    y = 1", "y = 1"),
        ("x = |", "1" * 99, "1" * 60 + " …"),
    ],
)
def test_the_label_is_the_first_line(marked: str, text: str, label: str) -> None:
    assert entry(marked, text).label == label


@pytest.mark.parametrize(
    ("marked", "text", "preview"),
    [
        ("x = |", "1", "```python\nx = 1\n```"),
        ("a\n    if x:|", "\n        y", "```python\nif x:\n    y\n```"),
        ("x = |", '"```"', '````python\nx = "```"\n````'),
    ],
)
def test_the_documentation_shows_the_lines_as_they_would_be(marked: str, text: str, preview: str) -> None:
    shown = entry(marked, text).documentation
    assert shown == lsp.MarkupContent(lsp.MarkupKind.Markdown, preview)


def test_a_client_without_markdown_gets_plain_text() -> None:
    shown = entry("x = |", "1", markdown=False).documentation
    assert shown == lsp.MarkupContent(lsp.MarkupKind.PlainText, "x = 1")


@pytest.mark.parametrize(
    ("marked", "context", "by_hand"),
    [
        ("x = |", BY_HAND, True),
        ("x = |", None, True),
        ("x = |", AT_A_CHARACTER, False),
        ("retu|", BY_HAND, False),  # what a client says at each letter of a word
        ("|", BY_HAND, True),
    ],
)
def test_who_asked(marked: str, context: lsp.CompletionContext | None, by_hand: bool) -> None:
    doc, offset, _ = place(marked)
    assert is_by_hand(doc, offset, context) is by_hand


@pytest.mark.parametrize(
    ("marked", "text", "edit"),
    [
        ("a|b\nc", "x", ("a|b\nc", "x")),
        ("a«|b\nc»", "x\nc", ("a«|b»\nc", "x")),
        ("«a\nb|»\nc", "a\nx\n", ("a\n«b|»\nc", "x\n")),
        ("«a\nb|\nc»", "a\nbb\nc", ("a\n«b|»\nc", "bb")),
        ("a«|b\nc»", "x\ny", None),
        ("«a\nb|\nc»", "a\nc", None),
    ],
)
def test_other_lines_are_left_as_they_are(marked: str, text: str, edit: tuple[str, str] | None) -> None:
    doc, offset, span = place(marked)
    expected = TextEdit(place(edit[0])[2], edit[1]) if edit else None
    assert on_one_line(doc, TextEdit(span, text), offset) == expected


@given(before=TEXT, inside=TEXT, after=TEXT, text=TEXT, data=st.data())
def test_an_edit_on_one_line_does_the_same(
    before: str, inside: str, after: str, text: str, data: st.DataObject
) -> None:
    doc = document(before + inside + after)
    span = Span(len(before), len(before + inside))
    offset = data.draw(st.integers(span.start, span.end))
    edit = on_one_line(doc, TextEdit(span, text), offset)
    if edit:
        assert apply_edits(doc.text, [edit]) == apply_edits(doc.text, [TextEdit(span, text)])
        assert "\n" not in doc.slice(edit.span)
        assert edit.span.start <= offset <= edit.span.end


def test_an_inline_item_tells_its_plugin_when_it_is_taken() -> None:
    doc, offset, span = place("x = |")
    command = Command("accepted", "Take it", ("7", "all"))
    item = inline_completion.to_item(doc, offset, "mine", CompletionItem(span, "1", command=command), "utf-8")
    assert item
    assert item.command == to_command("breadknife.accepted", "mine", doc, command)
    assert item.command.arguments == ["mine", doc.uri, "accepted", "Take it", "7", "all"]


def test_an_item_that_changes_other_lines_is_left_out() -> None:
    doc, offset, span = place("a«|b\nc»")
    assert inline_completion.to_item(doc, offset, "mine", CompletionItem(span, "x\ny"), "utf-8") is None
    assert completion.to_item(doc, offset, CompletionItem(span, "x\ny"), "utf-8") is None
