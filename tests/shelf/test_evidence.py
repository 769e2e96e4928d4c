"""What a shelf answers, and why it is silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.choosing import find_quotes
from breadknife.plugins.shelf.evidence.model import FeatureWeights, fitted
from breadknife.plugins.shelf.evidence.quoting import Quote
from breadknife.plugins.shelf.values import Shelves
from breadknife.task.values import Silence
from shelf.evidence_cases import MemoryShelves, embed

BREAD = (
    "A sourdough starter is a mix of flour and water in which wild yeast lives. It is fed once a day with equal\n"
    "weights of flour and water, and doubles within six hours when it is ready.\n",
    "The oven is heated to 250 degrees Celsius for an hour. The loaf bakes for 20 minutes under a lid, and for 25\n"
    "minutes more without it. Steam in the first minutes gives the crust its shine, because starch on the sur-\n"
    "face turns to gel.\n",
)
KNIVES = ("A bread knife has a serrated edge. It saws through a crust instead of crushing the crumb.\n",)
WEIGHTS = FeatureWeights(-4.0, {"words in chunk": 8.0}, 0.5)
"""A chunk must have half of what the question's words weigh."""


def ask(
    question: str, files: dict[str, tuple[str, ...]] | None = None, waiting: int = 0
) -> tuple[Quote, ...] | Silence:
    files = {"bread.pdf": BREAD, "knives.pdf": KNIVES} if files is None else files
    return say(question, MemoryShelves(files, waiting))


def say(question: str, shelves: Shelves, weights: FeatureWeights | None = WEIGHTS) -> tuple[Quote, ...] | Silence:
    [vector] = embed([question])
    return find_quotes(question, vector, shelves, CancelToken(), weights)


ANSWERED = [
    ("How long does the loaf bake under a lid?", "bread.pdf", 2, "20 minutes under a lid"),
    ("How often is a sourdough starter fed?", "bread.pdf", 1, "once a day"),
    ("What edge does a bread knife have?", "knives.pdf", 1, "serrated"),
    ("Why does steam give the crust its shine?", "bread.pdf", 2, "starch on the surface turns to gel"),
]


@pytest.mark.parametrize(("question", "file", "page", "words"), ANSWERED)
def test_a_passage_is_quoted(question: str, file: str, page: int, words: str) -> None:
    quotes = ask(question)
    assert isinstance(quotes, tuple), quotes
    assert 1 <= len(quotes) <= 3
    assert (quotes[0].file.name, quotes[0].page) == (file, page)
    assert words in quotes[0].text


@pytest.mark.parametrize("question", [case[0] for case in ANSWERED])
def test_every_quote_stands_on_its_page(question: str) -> None:
    shelves = MemoryShelves({"bread.pdf": BREAD, "knives.pdf": KNIVES})
    quotes = ask(question)
    assert isinstance(quotes, tuple)
    for quote in quotes:
        page = shelves.page_text(quote.file, quote.page)
        assert clean(page[quote.span.start : quote.span.end]) == quote.text


def test_quotes_share_no_text() -> None:
    quotes = ask("How long does the loaf bake in the oven, and what gives the crust its shine?")
    assert isinstance(quotes, tuple)
    spans = [(quote.file, quote.page, quote.span.start, quote.span.end) for quote in quotes]
    assert all(
        one[:2] != other[:2] or one[3] <= other[2] or other[3] <= one[2]
        for one in spans
        for other in spans
        if one is not other
    )


SILENT = [
    ("How do I bake Panettone?", "No page on the shelf has “Panettone” (3 pages of 2 files)."),
    ("How much does the newest smoker weigh?", "The shelf says nothing about it (3 pages of 2 files)."),
    ("Does the bread knife saw through 250 loaves?", "The nearest passages lack “250” (3 pages of 2 files)."),
]


@pytest.mark.parametrize(("question", "sentence"), SILENT)
def test_silence_says_why(question: str, sentence: str) -> None:
    said = ask(question)
    assert isinstance(said, Silence)
    assert (said.reason, said.sentence) == ("shelf-silent", sentence)
    assert said.remedy


def test_silence_counts_what_is_not_read_yet() -> None:
    said = ask("How much does the newest smoker weigh?", waiting=7)
    assert isinstance(said, Silence)
    assert said.sentence.endswith("(3 pages of 2 files; 7 not read yet).")


def test_a_named_term_that_a_passage_lacks_is_a_veto() -> None:
    """However likely the passage is: a question about Celsius isn't answered with what lacks it."""
    sure = FeatureWeights(0.0, {}, 0.0)
    said = say("Is the knife heated in Celsius?", MemoryShelves({"knives.pdf": KNIVES}), sure)
    assert isinstance(said, Silence)


def test_a_page_that_has_changed_is_not_quoted() -> None:
    """The index and the page must agree at the moment of the answer."""

    class Changing(MemoryShelves):
        asked = 0

        def page_text(self, file: Path, page: int) -> str:
            self.asked += 1
            text = super().page_text(file, page)
            return text if self.asked <= 3 else text.upper()

    shelves = Changing({"bread.pdf": BREAD, "knives.pdf": KNIVES})
    assert isinstance(say(ANSWERED[0][0], shelves), Silence)


def test_the_document_that_asks_is_not_quoted() -> None:
    question = "How long does the loaf bake under a lid?"
    shelves = MemoryShelves({"bread.pdf": BREAD, "notes.md": (f"Things to find out:\n?? {question}\n",)})
    [vector] = embed([question])
    asked_in = next(file for file, _ in shelves.chunks if file.name == "notes.md")
    quotes = find_quotes(question, vector, shelves, CancelToken(), WEIGHTS, asked_in)
    assert isinstance(quotes, tuple)
    assert {quote.file.name for quote in quotes} == {"bread.pdf"}


def test_a_question_needs_a_word() -> None:
    said = ask("What is it?")
    assert isinstance(said, Silence)
    assert said.reason == "no-question"


def test_the_fitted_weights_are_of_features_that_exist() -> None:
    shelves = MemoryShelves({"bread.pdf": BREAD, "knives.pdf": KNIVES})
    assert say(ANSWERED[0][0], shelves, None)
    assert 0 < fitted(with_vectors=True).threshold < 1


def test_without_vectors_words_alone_decide() -> None:
    shelves = MemoryShelves({"bread.pdf": BREAD, "knives.pdf": KNIVES})
    quotes = find_quotes(ANSWERED[0][0], (), shelves, CancelToken())
    assert isinstance(quotes, tuple)
    assert "20 minutes" in quotes[0].text
