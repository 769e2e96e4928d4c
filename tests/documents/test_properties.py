"""Whatever the paragraph: nothing outside of the edits changes, and code, links and numbers stay as they are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.plugins.documents.editing import ChangeOutput
from breadknife.plugins.documents.layout import laid_out
from breadknife.plugins.documents.steps.lists import ListOutput, MakeListInput, make_list
from breadknife.plugins.documents.steps.paragraphs import JoinListInput, join_list
from breadknife.plugins.documents.steps.parallel import ParallelInput, ParallelOutput, make_parallel
from breadknife.plugins.documents.steps.plain import PlainInput, PlainOutput, find_wordy
from breadknife.plugins.documents.steps.selection import PlaceInput, PlaceOutput, find_place
from breadknife.plugins.documents.steps.shorten import ShortenInput, shorten
from breadknife.plugins.documents.steps.split import SplitInput, split_sentences
from breadknife.text.document import Document, Span, TextEdit
from steps.here import Here

PIECES = (
    "the parser", "reads", "`a, b`", "the [file](https://x.org/a,b)", "in order to", "it is", ", and it is",
    ", but the file", "is", "note that", "3.5", "very fast", "(e.g. the file)", "**all** of it", "one, two and three",
    ": one,", "; it was", ", which means that", "not", "due to\nthe fact that", "utilizes", "we use", "of the", "e.g.",
    "NASA", "snake_case", "“so”", "*it is*", "<b>it</b>", "a\\\nb",
)  # fmt: skip
KEPT = re.compile(r"`[^`]*`|\]\([^)]*\)|\d[\d.]*\d|\*\*|<[^>]*>|NASA|snake_case|\b[Nn]ot\b")
SENTENCES = st.lists(st.lists(st.sampled_from(PIECES), min_size=2, max_size=9), min_size=1, max_size=6)
LANGUAGES = ("markdown", "plaintext", "restructuredtext", "asciidoc", "org", "typst", "latex", "python", "c")


@dataclass(frozen=True)
class Paragraph:
    before: str
    text: str
    after: str
    language: str

    @property
    def document(self) -> Document:
        return Document("file:///a", self.language, self.before + self.text + self.after, 1)


def paragraph(sentences: list[list[str]], language: str) -> Paragraph:
    joined = (" ".join(pieces).replace(" ,", ",") for pieces in sentences)
    text = " ".join(f"{each[0].upper()}{each[1:]}." for each in joined)
    if language == "python":
        return Paragraph("x = 1\n\n# ", text.replace("\n", "\n# "), "\n\ny = 2\n", language)
    if language == "c":
        return Paragraph("int x;\n\n// ", text.replace("\n", "\n// "), "\n\nint y;\n", language)
    return Paragraph("A start.\n\n", text, "\n\nAn end.\n", language)


def facts(text: str) -> Counter[str]:
    return Counter(each.lower() for each in KEPT.findall(text))


def edits_of(found: Any) -> list[TextEdit]:
    if isinstance(found, ListOutput):
        return [TextEdit(found.place, found.text)]
    if isinstance(found, (ChangeOutput, PlainOutput, ParallelOutput)):
        return [TextEdit(place, text) for place, text in zip(found.places, found.texts, strict=True)]
    return []


def asked(action: str, document: Document, at: int) -> list[TextEdit]:
    here, span = Here(), Span(at, at)
    what = "parallel" if action in ("join", "parallel") else "paragraphs"
    place = find_place(PlaceInput(document, span, what), here)
    if not isinstance(place, PlaceOutput):
        return []
    prose, kind = place.prose, place.kind
    match action:
        case "list":
            found: Any = make_list(MakeListInput(document, prose, kind), here)
        case "join":
            found = join_list(JoinListInput(document, prose, kind, place.above), here)
        case "split":
            found = split_sentences(SplitInput(document, span, prose, 8), here)
        case "plain":
            found = find_wordy(PlainInput(document, span, prose), here)
        case "shorten":
            found = shorten(ShortenInput(document, span, prose, 0.1, 1), here)
        case _:
            found = make_parallel(ParallelInput(document, prose, kind), here)
    return edits_of(found)


@pytest.mark.parametrize("action", ["list", "split", "plain", "shorten"])
@settings(max_examples=120, deadline=None)
@given(SENTENCES, st.sampled_from(LANGUAGES))
def test_edits_stay_in_their_paragraph_and_keep_its_facts(
    action: str, sentences: list[list[str]], language: str
) -> None:
    given = paragraph(sentences, language)
    edits = asked(action, given.document, len(given.before))
    after = given.document.edited(edits).text
    assert after.startswith(given.before.rstrip("# /"))
    assert after.endswith(given.after)
    assert facts(after) == facts(given.document.text)


@settings(max_examples=200, deadline=None)
@given(SENTENCES, st.sampled_from(LANGUAGES))
def test_a_list_that_becomes_a_paragraph_again_has_the_same_words(sentences: list[list[str]], language: str) -> None:
    given = paragraph(sentences, language)
    made = asked("list", given.document, len(given.before))
    if not made:
        return
    listed = given.document.edited(made)
    joined = asked("join", listed, listed.text.rindex("\n", 0, listed.text.rindex(given.after)) - 1)
    if joined:
        assert _words(listed.edited(joined).text) == _words(given.document.text)


def _words(text: str) -> list[str]:
    return [
        word
        for word in re.findall(r"[\w`\]\[(),.:/*<>“”\\-]+", text.replace(", and ", " and "))
        if word not in ("-", "//", "*")
    ]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), min_size=3, max_size=6))
def test_parallel_items_keep_their_facts(items: list[list[str]]) -> None:
    lines = [" ".join(pieces).replace("\n", " ").replace("\\ ", "") for pieces in items]
    text = "".join(f"- {line}\n" for line in lines)
    document = Document("file:///a.md", "markdown", text, 1)
    after = document.edited(asked("parallel", document, 2)).text
    assert len(after.splitlines()) == len(lines)
    assert facts(after) == facts(text)


@given(st.lists(st.sampled_from(("a", "word", "-", "#", "1.", "*", "+", "==", "(b)")), min_size=1, max_size=60))
def test_no_line_of_a_wrapped_item_is_an_item_or_a_heading(found: list[str]) -> None:
    document = Document("file:///a.md", "markdown", "", 1)
    lines = laid_out(" ".join(found), "- ", "  ", 30, document).splitlines()
    assert " ".join(" ".join(lines).split()) == " ".join(("-", *found))
    assert not any(re.match(r"(?:[-+*#]|\d\.)\s|==", line[2:]) for line in lines[1:])
