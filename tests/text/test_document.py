from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.errors import DocumentError
from breadknife.text import document as documents
from breadknife.text.document import (
    Document,
    Span,
    TextEdit,
    apply_edits,
    change_title,
    common_prefix,
    file_bytes,
    keep_apart,
    read_document,
    uri_to_path,
)

TEXT = st.text(alphabet=st.sampled_from("ab\n\r\t é😀\u2028\x0c"), max_size=40)


def lines_by_the_book(text: str) -> list[int]:
    """LSP 3.18, Text Documents: lines end at LF, CRLF and CR, and nothing else."""
    starts, i = [0], 0
    while i < len(text):
        i += 2 if text.startswith("\r\n", i) else 1
        if text[i - 1] in "\r\n":
            starts.append(i)
    return starts


@given(TEXT)
def test_line_starts(text: str) -> None:
    assert list(Document("file:///a", "python", text).line_starts) == lines_by_the_book(text)


@given(TEXT, st.data())
def test_a_changed_document_is_the_document_of_the_changed_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    edit = TextEdit(Span(start, data.draw(st.integers(start, len(text)))), data.draw(TEXT))
    changed = Document("file:///a", "python", text).changed(edit, 2)
    fresh = Document("file:///a", "python", apply_edits(text, [edit]), 2)
    assert changed == fresh
    assert list(changed.line_starts) == list(fresh.line_starts)


@pytest.mark.parametrize("many", [0, 100], ids=["in pieces", "as a list"])
@given(TEXT, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), TEXT), min_size=1, max_size=6))
def test_lines_are_carried_over_from_edit_to_edit(many: int, text: str, edits: list[tuple[float, int, str]]) -> None:
    with patch.object(documents, "_MANY_LINES", many):
        changed = Document("file:///a", "python", text)
        for where, length, new in edits:
            start = int(where * len(changed.text))
            span = Span(start, min(start + length, len(changed.text)))
            changed = changed.changed(TextEdit(span, new), 2)
        starts = lines_by_the_book(changed.text)
        assert list(changed.line_starts) == starts
        assert [changed.line_at(at) for at in range(len(changed.text) + 1)] == [
            bisect_right(starts, at) - 1 for at in range(len(changed.text) + 1)
        ]


@given(TEXT, st.data())
def test_edits_touch_nothing_outside_their_spans(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4, unique=False)))
    edits = [TextEdit(Span(cuts[0], cuts[1]), "<1>"), TextEdit(Span(cuts[2], cuts[3]), "<2>")]
    expected = text[: cuts[0]] + "<1>" + text[cuts[1] : cuts[2]] + "<2>" + text[cuts[3] :]
    assert apply_edits(text, edits) == expected


@pytest.mark.parametrize(
    "edits",
    [
        [TextEdit(Span(0, 2), ""), TextEdit(Span(1, 3), "")],
        [TextEdit(Span(0, 9), "")],
        [TextEdit(Span(-1, 0), "")],
    ],
)
def test_impossible_edits_are_refused(edits: list[TextEdit]) -> None:
    with pytest.raises(ValueError, match="edit at"):
        apply_edits("abc", edits)


@pytest.mark.parametrize(
    ("spans", "gap", "kept"),
    [
        ([(0, 2), (1, 3), (3, 4)], 0, [(0, 2), (3, 4)]),
        ([(1, 3), (0, 2), (3, 4)], 0, [(1, 3), (3, 4)]),  # the first of them is kept, wherever it stands
        ([(4, 5), (0, 2)], 0, [(0, 2), (4, 5)]),
        ([(0, 2), (2, 3), (4, 5)], 1, [(0, 2), (4, 5)]),
        ([(0, 2), (3, 4), (4, 5)], 2, [(0, 2), (4, 5)]),
        ([(2, 2), (2, 2), (2, 4)], 0, [(2, 2), (2, 2), (2, 4)]),  # what is inserted at one place
        ([(2, 2), (2, 2), (3, 4)], 1, [(2, 2), (3, 4)]),
    ],
)
def test_what_overlaps_something_earlier_goes(
    spans: list[tuple[int, int]], gap: int, kept: list[tuple[int, int]]
) -> None:
    edits = [TextEdit(Span(*span), "x") for span in spans]
    assert keep_apart(edits, gap) == [TextEdit(Span(*span), "x") for span in kept]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=12), st.integers(0, 2))
def test_what_is_kept_is_apart(drawn: list[tuple[int, int]], gap: int) -> None:
    edits = [TextEdit(Span(start, start + length), "x") for start, length in drawn]
    kept = keep_apart(edits, gap)
    assert all(one.span.end + gap <= other.span.start for one, other in pairwise(kept))
    left_out = [edit for edit in edits if edit not in kept]
    assert all(
        any(edit.span.start < other.span.end + gap and other.span.start < edit.span.end + gap for other in kept)
        or any(not len(edit.span) or not len(other.span) for other in kept)
        for edit in left_out
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"a\0b", "binary"),
        (b"ok\n\xff\xfe\n", ":2: not UTF-8 .byte 0xff.; convert the file, or name its encoding"),
        (b"# coding: ascii\n\n# \xe9\n", ":3: not ascii, which its first lines name .byte 0xe9.; name the right one"),
        (b"# coding: utf-16\n", "not utf-16, which its first lines name"),
        (b"# coding: utf-7\nx = 1 + 1\n", "not utf-7, which its first lines name"),  # reads it as another text
        (b"# coding: no-such\n# \xe9\n", ":2: not UTF-8"),
        (None, "No such file"),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, raw: bytes | None, why: str) -> None:
    path = tmp_path / "a.py"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(DocumentError, match=why):
        read_document(path)


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("a.py", b"# -*- coding: latin-1 -*-\r\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\r\nx = 'é'\n"),
        (
            "a.py",
            b"#!/usr/bin/python\n# vim: fileencoding=cp1252\n'\x80'\n",
            "#!/usr/bin/python\n# vim: fileencoding=cp1252\n'€'\n",
        ),
        ("a.pyi", b"# coding: shift_jis\n# \x93\xfa\n", "# coding: shift_jis\n# 日\n"),
        ("a.py", b"\xef\xbb\xbf# coding: utf-8\n# \xc3\xa9\n", "\ufeff# coding: utf-8\n# é\n"),
        ("a.py", b"# coding: no-such\n# \xc3\xa9\n", "# coding: no-such\n# é\n"),
        ("a.py", b"# coding: rot13\n# \xc3\xa9\n", "# coding: rot13\n# é\n"),
        ("a.py", b"x = 1\ny = 2\n# coding: latin-1 \xc3\xa9\n", "x = 1\ny = 2\n# coding: latin-1 é\n"),  # too late
        ("a.md", b"<!-- coding: latin-1 -->\n\xc3\xa9\n", "<!-- coding: latin-1 -->\né\n"),  # Python's alone
    ],
)
def test_a_python_file_is_in_the_encoding_that_it_names(tmp_path: Path, name: str, raw: bytes, text: str) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    assert read_document(path).text == text
    assert file_bytes(path, text) == raw


def test_what_an_encoding_has_no_character_for_is_told() -> None:
    with pytest.raises(DocumentError, match=r"a.py: latin-1, which its first lines name, has no '\\u20ac'; convert"):
        file_bytes(Path("a.py"), "# coding: latin-1\n# €\n")


def test_bytes_of_a_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("\ufeffa\r\nb".encode())
    document = read_document(path)
    assert (document.text, document.language) == ("\ufeffa\r\nb", "markdown")


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a%20b/c.py", Path("/a b/c.py")),
        ("untitled:Untitled-1", None),
        ("file://server/share/a.py", Path("//server/share/a.py")),
    ],
)
def test_uri_to_path(uri: str, path: Path | None) -> None:
    assert uri_to_path(uri) == path


@given(st.text("ab", max_size=12), st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_what_two_texts_begin_with(both: str, one: str, other: str) -> None:
    length = common_prefix(both + one, both + other)
    assert length >= len(both)
    assert (both + one)[:length] == (both + other)[:length]
    assert (both + one)[length : length + 1] != (both + other)[length : length + 1] or both + one == both + other


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        ("have", "has", "“have” → “has”"),
        ("the the", "the", "“the the” → “the”"),
        ("", " of", "Insert “of”"),
        ("very ", "", "Remove “very”"),
        ("in\norder to", "to", "“in order to” → “to”"),
        ("a  b", "a b", "Correct “a b”"),
        (" ", "", "Correct the blanks"),
        ("a long beginning and an end", "a long beginning and two", "“…eginning and an end” → “…g beginning and two”"),
    ],
)
def test_a_title_says_what_changes(old: str, new: str, title: str) -> None:
    assert change_title(old, new) == title


@given(TEXT, TEXT)
def test_a_title_fits_into_a_menu(old: str, new: str) -> None:
    assert 0 < len(change_title(old * 9, new * 9)) <= 50
