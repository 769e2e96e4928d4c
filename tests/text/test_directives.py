"""Which lines a comment silences, for which rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.text.directives import Directives, ignoring
from breadknife.text.document import Span, TextEdit
from prose.reading import paragraphs
from support import document


@pytest.mark.parametrize(
    ("text", "rule", "silent"),
    [
        ("a\nb <!-- breadknife: ignore AnA -->\nc", "AnA", [1]),
        ("a\nb <!-- breadknife: ignore AnA -->\nc", "Other", []),
        ("a\n\n<!-- breadknife: ignore AnA, EN_A_VS_AN -->\nb\nc\n\nd", "EN_A_VS_AN", [2, 3, 4]),
        ("<!-- breadknife: ignore broken-link -->\n\nb\n\nc", "broken-link", [0, 1, 2]),
        ("# breadknife: ignore\n# b\n\n# c", "Any", [0, 1]),
        ("a\n// breadknife: ignore-file AnA\nb", "AnA", [0, 1, 2]),
        ("/* breadknife: ignore-file */\nb", "Any", [0, 1]),
        ("say breadknife ignore\nb", "Any", []),
        ("// breadknife: ignore\n/* a\n\n b */\nc\n\nd", "Any", [0, 1, 2, 3, 4]),
        ('# breadknife: ignore\nr"""a\n\nb"""\n\nc', "Any", [0, 1, 2, 3]),
        ('# breadknife: ignore\n"""a\n\nb', "Any", [0, 1]),
        ('"""a\n\nbreadknife: ignore\n"""\n\n\n"""b\n"""', "Any", [2, 3]),
        ("<!-- breadknife: ignore House.Terms, AnA. -->\nb", "House.Terms", [0, 1]),
        ("<!-- breadknife: ignore House.Terms, AnA. -->\nb", "AnA", [0, 1]),
        ("<!-- breadknife: ignore House.Terms -->\nb", "House", []),
        ("<!-- breadknife: ignore House.Terms -->\nb", "Terms", []),
        ("b <!-- breadknife: ignore harper+languagetool/AnA, vale/House.Terms -->", "AnA", [0]),
        ("b <!-- breadknife: ignore harper+languagetool/AnA, vale/House.Terms -->", "House.Terms", [0]),
        ("b <!-- breadknife: ignore harper/AnA -->", "harper", []),
        ("<!-- breadknife: ignore House.Sub-style.Terms -->\nb", "House.Sub-style.Terms", [0, 1]),
    ],
)
def test_silenced_lines(text: str, rule: str, silent: list[int]) -> None:
    doc = document(text, "markdown")
    directives = Directives.of(doc)
    assert [line for line in range(doc.line_count) if directives.silence(rule, line)] == silent


PIECES = st.sampled_from(("bread", "knife", ":", " ", "ignore", "-file", " AnA", "\n", "breadknife: ignore", "x"))


@given(
    st.lists(PIECES, max_size=8),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), PIECES), min_size=1, max_size=6),
)
def test_directives_come_and_go_with_edits(pieces: list[str], edits: list[tuple[float, int, str]]) -> None:
    doc = document("".join(pieces), "markdown")
    found = Directives.of(doc)
    for where, length, new in edits:
        start = int(where * len(doc.text))
        edit = TextEdit(Span(start, min(start + length, len(doc.text))), new)
        doc = doc.changed(edit, 2)
        found = found.after(edit, doc)
        assert found == Directives.of(doc)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("markdown", "<!-- breadknife: ignore AnA -->"),
        ("python", "# breadknife: ignore AnA"),
        ("rust", "// breadknife: ignore AnA"),
        ("css", "/* breadknife: ignore AnA */"),
        ("plaintext", ""),
        ("restructuredtext", ".. breadknife: ignore AnA\n"),
        ("rst", ".. breadknife: ignore AnA\n"),
        ("latex", "% breadknife: ignore AnA"),
        ("typst", "// breadknife: ignore AnA"),
        ("asciidoc", "// breadknife: ignore AnA\n"),
        ("org", "# breadknife: ignore AnA"),
        ("mdx", "{/* breadknife: ignore AnA */}"),
    ],
)
def test_the_comment_of_a_language(language: str, expected: str) -> None:
    assert ignoring(["AnA"], language) == expected
    if expected:
        text = f"{expected}\nThis is here.\n"
        doc = document(text, language)
        assert Directives.of(doc).silence("AnA", text.count("\n") - 1)
        assert not Directives.of(doc).silence("Other", text.count("\n") - 1)


@pytest.mark.parametrize(
    "language", ["markdown", "html", "restructuredtext", "latex", "typst", "asciidoc", "org", "mdx"]
)
def test_the_comment_is_no_prose(language: str) -> None:
    text = f"{ignoring(['AnA'], language)}\nThis is a sentence here.\n"
    assert [each.text for each in paragraphs(text, language)] == ["This is a sentence here."]


@pytest.mark.parametrize("language", ["python", "rust", "css"])
def test_the_comment_is_no_prose_in_code(language: str) -> None:
    assert paragraphs(f"{ignoring(['AnA'], language)}\n", language) == []
