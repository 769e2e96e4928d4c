"""The map from prose back to its source: what an edit of the one is in the other."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.text.document import Span, TextEdit, apply_edits
from breadknife.text.prose import ProseText, SegmentKind
from prose.reading import assert_exact, paragraphs

EDITS = [
    # language, source, old words of the prose, new words, source afterwards (None: refused)
    ("markdown", "This is an useful thing.", "an", "a", "This is a useful thing."),
    ("markdown", "This is *an* useful thing.", "an", "a", "This is *a* useful thing."),
    ("markdown", "The *cats sleeps* here.", "cats sleeps", "cats sleep", "The *cats sleep* here."),
    ("markdown", "The *cats* sleeps here.", "cats sleeps", "cats sleep", "The *cats* sleep here."),
    ("markdown", "So *the* the end.", "the the", "the", "So *the* end."),
    ("markdown", "> To the\n> the end.", "the the", "the", "> To the\n> end."),
    ("markdown", "- to the\n  the end", "the the", "the", "- to the\n  end"),
    ("markdown", "Use `x` the the way.", "the the", "the", "Use `x` the way."),
    ("markdown", "could\nof been", "could of", "could have", "could\nhave been"),
    ("markdown", "could\nof been", "could of", "might of", "might\nof been"),
    ("markdown", "could\nof been", "could of", "may have", None),
    ("markdown", "An `x` is", "Ina0 is", "Ina0 was", "An `x` was"),
    ("markdown", "An `x` is", "Ina0", "other", None),
    ("markdown", "plain word", "word", "*word*", None),
    ("markdown", "see [the link](u)", "the link", "a link", "see [a link](u)"),
    ("python", "# this are\n# fine words", "are fine", "is fine", "# this is\n# fine words"),
    ("python", "# two\n# lines here", "lines", "li\nnes", None),
    ("python", '"""this are fine"""', "are", "is", '"""this is fine"""'),
    ("python", '"""this are fine"""', "are", '"is"', None),
    ("python", '"""say \\"it\\" are fine"""', "are", "is", '"""say \\"it\\" is fine"""'),
]  # fmt: skip


@pytest.mark.parametrize(("language", "source", "old", "new", "expected"), EDITS)
def test_edit(language: str, source: str, old: str, new: str, expected: str | None) -> None:
    [prose] = paragraphs(source, language)
    start = prose.text.index(old)
    edit = prose.edit(Span(start, start + len(old)), new)
    assert (apply_edits(source, [edit]) if edit else None) == expected


def test_an_insertion_lands_beside_the_word() -> None:
    source = "Say *hello* now"
    [prose] = paragraphs(source)
    edit = prose.edit(Span(len("Say hello"), len("Say hello")), ",")
    assert edit is not None
    assert apply_edits(source, [edit]) == "Say *hello,* now"


@pytest.mark.parametrize(
    ("source", "words", "expected"),
    [
        ("a *useful* thing", "useful thing", "useful* thing"),
        ("two\n> lines", "two lines", "two\n> lines"),
        ("run `make` now", "Dummy0 now", "`make` now"),
    ],
)
def test_source_span(source: str, words: str, expected: str) -> None:
    [prose] = paragraphs("> " + source)
    start = prose.text.index(words)
    span = prose.source_span(Span(start, start + len(words)))
    assert ("> " + source)[span.start : span.end] == expected


# "an" before code would change the code's placeholder.
word = st.text("abcdefghijklmnopqrstuvwxyzäé", min_size=2, max_size=8).filter(lambda w: w != "an")
marked_word = word.flatmap(
    lambda w: st.sampled_from([w, w, w, f"*{w}*", f"**{w}**", f"`{w}`", f"[{w}](https://{w}.org)", f"{w} 😀"])
)
sentence = st.lists(st.tuples(marked_word, st.sampled_from([" ", " ", "\n", "\r\n"])), min_size=1, max_size=12).map(
    lambda pieces: "".join(w + gap for w, gap in pieces).strip()
)


def indented(text: str, first: str, rest: str) -> str:
    return first + text.replace("\n", "\n" + rest)


markdown = st.lists(
    st.one_of(
        sentence,
        sentence.map(lambda s: indented(s, "> ", "> ")),
        sentence.map(lambda s: indented(s, "- ", "  ")),
        sentence.map(lambda s: indented(s, "> 1. ", ">    ")),
        word.map(lambda w: f"# {w} {w}"),
        word.map(lambda w: f"```\n{w}\n```"),
    ),
    min_size=1,
    max_size=6,
).map("\n\n".join)

python = st.lists(
    st.one_of(
        sentence.map(lambda s: indented(s, "# ", "# ")),
        sentence.map(lambda s: f'def f():\n    """{indented(s, "Do it. ", "    ")}\n    """'),
        sentence.map(lambda s: f"class C:\n    '''{indented(s, 'The thing ', '    ')}'''\n    x = 1"),
        word.map(lambda w: f"{w}_1 = {w!r}  # value of it"),
    ),
    min_size=1,
    max_size=5,
).map("\n\n".join)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.tuples(st.just("markdown"), markdown), st.tuples(st.just("python"), python)), word, st.data())
def test_a_word_that_is_replaced_changes_that_word_alone(case: tuple[str, str], new: str, data: st.DataObject) -> None:
    language, source = case
    before = paragraphs(source, language)
    if not before:
        return
    index = data.draw(st.integers(0, len(before) - 1))
    prose = before[index]
    words = [m.span() for m in re.finditer(r"[a-zäé]+", prose.text) if prose.text[m.end() : m.end() + 1] != "0"]
    if not words:
        return
    span = Span(*data.draw(st.sampled_from(words)))
    edit = prose.edit(span, new)
    assert edit is not None
    changed = apply_edits(source, [edit])
    assert source[edit.span.start : edit.span.end] == prose.text[span.start : span.end]
    expected = [p.text for p in before]
    expected[index] = prose.text[: span.start] + new + prose.text[span.end :]
    assert [p.text for p in paragraphs(changed, language)] == expected


pieces = [*"ab é😀\u05d0 \n\n\t`*_[]()<>#>-|\\&;:.!'\"=~$0\0", "\r\n", "\r", '"""', "```", "- ", "# "]
soup = st.lists(st.sampled_from(pieces), max_size=60).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["markdown", "python", "plaintext", "git-commit"]), soup, word, st.data())
def test_whatever_the_text_edits_stay_in_the_prose(language: str, source: str, new: str, data: st.DataObject) -> None:
    for prose in paragraphs(source, language):
        assert_exact(source, prose)
        start = data.draw(st.integers(0, len(prose.text)))
        span = Span(start, data.draw(st.integers(start, len(prose.text))))
        covered = prose.source_span(span)
        assert 0 <= covered.start <= covered.end <= len(source)
        edit = prose.edit(span, new)
        if edit is not None:
            check_inside(prose, edit)
            assert mapped(prose, edit) == prose.text[: span.start] + new + prose.text[span.end :]


def check_inside(prose: ProseText, edit: TextEdit) -> None:
    assert any(
        segment.kind is SegmentKind.VERBATIM and segment.source.shifted(prose.start).contains(edit.span)
        for segment in prose.segments
    )


def mapped(prose: ProseText, edit: TextEdit) -> str:
    """The prose after an edit of its source, by the segments alone."""
    for segment in prose.segments:
        source = segment.source.shifted(prose.start)
        if segment.kind is SegmentKind.VERBATIM and source.contains(edit.span):
            by = segment.prose.start - source.start
            return prose.text[: edit.span.start + by] + edit.new_text + prose.text[edit.span.end + by :]
    raise AssertionError("outside")
