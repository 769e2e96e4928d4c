from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp

from breadknife.lsp.convert import from_diagnostic, to_diagnostic, to_offset, to_position, to_range, to_workspace_edit
from breadknife.lsp.documents import Documents
from breadknife.task.values import DocumentEdits, Finding, Severity
from breadknife.text.document import Span, TextEdit
from support import document

TEXT = st.text(alphabet=st.sampled_from("ab\n\r\t é😀\u2028\x0c"), max_size=30)
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def units(text: str, encoding: str) -> int:
    codec, width = CODECS[encoding]
    return len(text.encode(codec)) // width


@pytest.mark.parametrize("encoding", CODECS)
@given(text=TEXT, data=st.data())
def test_positions_count_units_of_the_encoding(encoding: str, text: str, data: st.DataObject) -> None:
    doc = document(text)
    offset = data.draw(st.integers(0, len(text)))
    position = to_position(doc, offset, encoding)
    start = doc.line_starts[position.line]
    assert position.character == units(text[start:offset], encoding)
    if offset <= doc.line_span(position.line).end:  # LSP can't name the place between CR and LF
        assert to_offset(doc, position, encoding) == offset


@pytest.mark.parametrize(
    ("line", "character", "offset"),
    [(0, 0, 0), (0, 1, 1), (0, 2, 2), (0, 3, 2), (0, 99, 2), (1, 0, 3), (9, 0, 4)],
)
def test_positions_past_the_end_mean_the_end(line: int, character: int, offset: int) -> None:
    assert to_offset(document("a😀\nb"), lsp.Position(line, character), "utf-32") == offset


@pytest.mark.parametrize("encoding", CODECS)
@given(text=TEXT, changes=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), TEXT), max_size=4))
def test_incremental_changes(encoding: str, text: str, changes: list[tuple[int, int, str]]) -> None:
    documents = Documents(encoding)
    documents.open(lsp.TextDocumentItem("file:///a", "python", 0, text))
    for version, (a, b, new) in enumerate(changes, 1):
        doc = documents.get("file:///a")
        assert doc is not None
        range = to_range(doc, Span(*sorted((min(a, len(text)), min(b, len(text))))), encoding)
        start, end = to_offset(doc, range.start, encoding), to_offset(doc, range.end, encoding)
        text = text[:start] + new + text[max(start, end) :]
        documents.change(
            lsp.VersionedTextDocumentIdentifier(version, "file:///a"),
            [lsp.TextDocumentContentChangePartial(range, new)],
        )
        changed = documents.get("file:///a")
        assert changed is not None
        assert (changed.text, changed.version) == (text, version)


@given(
    inserted=st.lists(st.tuples(st.integers(0, 30), st.text("ab\n", min_size=1, max_size=3)), min_size=1, max_size=8),
    versions=st.sampled_from([1, 3]),
    data=st.data(),
)
def test_changes_that_overtake_one_another(inserted: list[tuple[int, str]], versions: int, data: st.DataObject) -> None:
    documents, opened = Documents("utf-32"), document("one\ntwo\n")
    documents.open(lsp.TextDocumentItem(opened.uri, "python", opened.version or 0, opened.text))
    changes: list[tuple[lsp.VersionedTextDocumentIdentifier, lsp.TextDocumentContentChangePartial]] = []
    expected = opened
    for index, (at, text) in enumerate(inserted, 1):
        span = Span(min(at, len(expected.text)), min(at, len(expected.text)))
        version = (opened.version or 0) + index * versions
        change = lsp.TextDocumentContentChangePartial(to_range(expected, span, "utf-32"), text)
        changes.append((lsp.VersionedTextDocumentIdentifier(version, opened.uri), change))
        expected = expected.changed(TextEdit(span, text), version)
    for identifier, change in data.draw(st.permutations(changes)):
        documents.change(identifier, [change])
    assert documents.get(opened.uri) == expected


def test_a_diagnostic_goes_there_and_back() -> None:
    doc = document("é😀 x\n")
    finding = Finding(Span(3, 4), "harper", "RULE", "a message", Severity.INFORMATION)
    assert from_diagnostic(doc, to_diagnostic(doc, finding, "utf-16"), "utf-16") == finding


@pytest.mark.parametrize("versioned", [True, False])
def test_edits_carry_the_version_they_were_made_for(versioned: bool) -> None:
    doc = document("a")
    closed = replace(document("é c"), uri="file:///closed", version=None)
    changes = [DocumentEdits(doc, (TextEdit(Span(0, 1), "b"),)), DocumentEdits(closed, (TextEdit(Span(2, 3), "d"),))]
    edit = to_workspace_edit(changes, "utf-8", versioned=versioned)
    if versioned:
        assert edit.document_changes is not None
        made = {each.text_document.uri: each.edits for each in edit.document_changes}
        assert [each.text_document.version for each in edit.document_changes] == [doc.version, None]
    else:
        assert edit.changes is not None
        made = edit.changes
    assert [(uri, text.new_text, text.range.start.character) for uri, [text] in made.items()] == [
        (doc.uri, "b", 0),
        (closed.uri, "d", 3),
    ]
