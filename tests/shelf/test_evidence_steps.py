"""The steps of the recipe ask-my-shelf, as far as they need no shelf."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from breadknife.errors import PluginError
from breadknife.plugins.shelf.evidence_steps import QuestionInput, QuoteInput, QuoteOutput, find_question, make_quotes
from breadknife.steps.values import Passage
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span
from steps.here import Here

QUESTIONS = [
    ("?? What is a promise?|", "What is a promise?"),
    ("> ?? in a quote|", "in a quote"),
    ("- ??in a list|", "in a list"),
    ("One [What is a promise?] two", "What is a promise?"),
    ("What is a promise?|", None),
    ("[A statement.]", None),
    ("[Why?]", None),
    ("?? |", None),
]


@pytest.mark.parametrize(("text", "question"), QUESTIONS)
def test_questions(text: str, question: str | None) -> None:
    """`|` is the cursor, and brackets are a selection."""
    start, end = (text.index("["), text.index("]") - 1) if "[" in text else (text.index("|"), text.index("|"))
    bare = text.replace("[", "").replace("]", "").replace("|", "")
    found: Any = find_question(QuestionInput(Document("file:///a.md", "markdown", bare, 1), Span(start, end)), Here())
    if question is None:
        assert isinstance(found, Silence)
        assert found.reason == "no-question"
    else:
        assert found.text == question
        assert found.place == Span(len(bare), len(bare))


def test_each_quote_is_a_block_of_its_own(tmp_path: Path) -> None:
    document = Document((tmp_path / "day.md").as_uri(), "markdown", "?? Why\n", 1)
    uri = (tmp_path / "a.pdf").as_uri() + "#page=2"
    made = make_quotes(QuoteInput(document, ("One.", "Two."), ("A", "A"), (2, 2), (uri, uri)), Here())
    assert isinstance(made, QuoteOutput)
    html = MarkdownIt().render("?? Why" + made.text)
    assert html.count("<blockquote>") == 2
    assert html.count('<a href="a.pdf#page=2">A, p. 2</a>') == 2


def test_what_is_near_stands_below_a_line_that_says_so(tmp_path: Path) -> None:
    document = Document((tmp_path / "day.md").as_uri(), "markdown", "?? Why\n", 1)
    near = (Passage("Two.", (tmp_path / "a.pdf").as_uri() + "#page=2", 2, 0.3, "A"),)
    made = make_quotes(
        QuoteInput(document, (), (), (), (), near, "No page has “X”.", "5 pages of 1 file, by words"), Here()
    )
    assert isinstance(made, QuoteOutput)
    assert made.text == (
        "\n\n*No page has “X”. Near, but no answer (5 pages of 1 file, by words):*"
        "\n\n> Two.\n>\n> — [A, p. 2](<a.pdf#page=2>)\n"
    )


def test_a_recipe_that_shows_quotes_alone_is_silent_without_one() -> None:
    """Copies of the recipe from before passages could be near pass none on."""
    document = Document("file:///a.md", "markdown", "", 1)
    assert isinstance(make_quotes(QuoteInput(document, (), (), (), ()), Here()), Silence)


def test_quotes_without_their_sources_are_a_fault() -> None:
    document = Document("file:///a.md", "markdown", "", 1)
    with pytest.raises(PluginError):
        make_quotes(QuoteInput(document, ("One.",), (), (), ()), Here())
