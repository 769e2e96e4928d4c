"""What a shelf answers, and why it is silent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.choosing import MOST_QUOTES, ShelfAnswer, find_quotes
from breadknife.plugins.shelf.evidence.features import answer_candidates, begins, run
from breadknife.plugins.shelf.evidence.model import FeatureWeights, FittedWeights, fitted
from breadknife.plugins.shelf.evidence.query import read_query
from breadknife.plugins.shelf.evidence.words import stems
from breadknife.plugins.shelf.values import Candidate, SearchGap, Shelves
from breadknife.steps.values import Vector
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
_HALF = FeatureWeights(-4.0, {"words in chunk": 8.0})
WEIGHTS = FittedWeights("a test", _HALF, _HALF, 0.5)
"""A chunk must have half of what the question's words weigh."""


def ask(question: str, waiting: int = 0) -> ShelfAnswer | Silence:
    return say(question, MemoryShelves({"bread.pdf": BREAD, "knives.pdf": KNIVES}, waiting))


def say(question: str, shelves: Shelves, weights: FittedWeights | None = WEIGHTS) -> ShelfAnswer | Silence:
    [vector] = embed([question])
    return find_quotes(question, vector, shelves, CancelToken(), weights)


def answer(question: str) -> ShelfAnswer:
    said = ask(question)
    assert isinstance(said, ShelfAnswer), said
    return said


ANSWERED = [
    ("How long does the loaf bake under a lid?", "bread.pdf", 2, "20 minutes under a lid"),
    ("How often is a sourdough starter fed?", "bread.pdf", 1, "once a day"),
    ("What edge does a bread knife have?", "knives.pdf", 1, "serrated"),
    ("Why does steam give the crust its shine?", "bread.pdf", 2, "starch on the surface turns to gel"),
]


@pytest.mark.parametrize(("question", "file", "page", "words"), ANSWERED)
def test_a_passage_is_quoted(question: str, file: str, page: int, words: str) -> None:
    said = answer(question)
    first = said.quotes[0]
    assert len(said.quotes) + len(said.near) <= MOST_QUOTES
    assert (first.file.name, first.page) == (file, page)
    assert words in first.text
    assert said.note == ""


@pytest.mark.parametrize("question", [case[0] for case in ANSWERED])
def test_every_passage_stands_on_its_page(question: str) -> None:
    shelves = MemoryShelves({"bread.pdf": BREAD, "knives.pdf": KNIVES})
    said = answer(question)
    for passage in (*said.quotes, *said.near):
        page = shelves.page_text(passage.file, passage.page)
        assert clean(page[passage.span.start : passage.span.end]) == passage.text


def test_passages_share_no_text() -> None:
    said = answer("How long does the loaf bake in the oven, and what gives the crust its shine?")
    spans = [(each.file, each.page, each.span.start, each.span.end) for each in (*said.quotes, *said.near)]
    assert all(
        one[:2] != other[:2] or one[3] <= other[2] or other[3] <= one[2]
        for one in spans
        for other in spans
        if one is not other
    )


NEAR = [
    ("How do I bake Panettone?", "No page has “Panettone”.", "bread.pdf"),
    ("Does the bread knife saw through 250 loaves?", "The nearest passages lack “250”.", "knives.pdf"),
    (
        "Which metal is the edge of a knife made of, and who sharpens it?",
        "No passage answers it for sure.",
        "knives.pdf",
    ),
]


@pytest.mark.parametrize(("question", "note", "file"), NEAR)
def test_what_is_only_near_is_no_quote(question: str, note: str, file: str) -> None:
    said = answer(question)
    assert (said.quotes, said.note, said.near[0].file.name) == ((), note, file)
    assert len(said.near) <= MOST_QUOTES


def test_of_each_page_one_passage_is_near() -> None:
    near = answer("How do I bake Panettone in the oven with flour, water and steam?").near
    assert len({(each.file, each.page) for each in near}) == len(near) > 1


def test_silence_is_for_a_shelf_without_a_word_of_it() -> None:
    said = ask("Who composed sonatas?")
    assert isinstance(said, Silence)
    sentence = "No page has a word of it, or a like meaning (3 pages of 2 files, by words and meaning)."
    assert (said.reason, said.sentence) == ("shelf-silent", sentence)
    assert said.remedy


def test_a_meaning_is_near_without_a_word() -> None:
    class Alike(MemoryShelves):
        """Its chunks are near each question."""

        def search(self, query: str, vector: Vector, keep: int) -> tuple[Candidate, ...]:
            return tuple(replace(each, cosine=0.5) for each in super().search(query, vector, keep))

    said = say("Who composed sonatas?", Alike({"knives.pdf": KNIVES}))
    assert isinstance(said, ShelfAnswer)
    assert (said.quotes, len(said.near)) == ((), 1)


SEARCHED = [
    (0, None, "3 pages of 2 files, by words and meaning"),
    (7, None, "3 pages of 2 files; 7 more need OCR, by words and meaning"),
    (
        0,
        SearchGap("words alone: no passage has a vector yet", "x"),
        "3 pages of 2 files, by words alone: no passage has a vector yet",
    ),
]


@pytest.mark.parametrize(("waiting", "gap", "searched"), SEARCHED)
@pytest.mark.parametrize("question", [ANSWERED[0][0], NEAR[0][0], "Who composed sonatas?"])
def test_what_was_searched_is_always_said(waiting: int, gap: SearchGap | None, searched: str, question: str) -> None:
    shelves = MemoryShelves({"bread.pdf": BREAD, "knives.pdf": KNIVES}, waiting)
    [vector] = embed([question])
    said = find_quotes(question, vector, shelves, CancelToken(), WEIGHTS, gap=gap)
    assert said.searched == searched if isinstance(said, ShelfAnswer) else searched in said.sentence


def test_a_named_term_that_a_passage_lacks_is_a_veto() -> None:
    """However likely the passage is: a question about Celsius isn't answered with what lacks it."""
    likely = FeatureWeights(0.0, {})
    weights = FittedWeights("", likely, likely, 0.0)
    said = say("Is the knife heated in Celsius?", MemoryShelves({"knives.pdf": KNIVES}), weights)
    assert isinstance(said, ShelfAnswer)
    assert said.quotes == ()


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
    said = find_quotes(question, vector, shelves, CancelToken(), WEIGHTS, asked_in)
    assert isinstance(said, ShelfAnswer)
    assert {each.file.name for each in (*said.quotes, *said.near)} == {"bread.pdf"}


def test_a_question_needs_a_word() -> None:
    said = ask("What is it?")
    assert isinstance(said, Silence)
    assert said.reason == "no-question"


def test_the_fitted_weights_are_of_features_that_exist() -> None:
    assert say(ANSWERED[0][0], MemoryShelves({"bread.pdf": BREAD, "knives.pdf": KNIVES}), None)
    assert 0 < fitted().threshold < 1


def test_without_vectors_words_alone_decide() -> None:
    shelves = MemoryShelves({"bread.pdf": BREAD, "knives.pdf": KNIVES})
    said = find_quotes(ANSWERED[0][0], (), shelves, CancelToken(), WEIGHTS)
    assert isinstance(said, ShelfAnswer)
    assert "20 minutes" in said.quotes[0].text


class HalfReady(MemoryShelves):
    """Only some of its chunks have vectors, which are near each question."""

    ready: frozenset[int] = frozenset()

    def search(self, query: str, vector: Vector, keep: int) -> tuple[Candidate, ...]:
        found = super().search(query, (), 99)
        if vector:
            lifted = (
                replace(each, score=each.score + 9, cosine=0.9) if each.id in self.ready else each for each in found
            )
            found = tuple(sorted(lifted, key=lambda each: -each.score))
        return found[:keep]


@given(st.sets(st.integers(1, 3)), st.sampled_from([row[0] for row in (*ANSWERED, *NEAR)]))
def test_no_vector_changes_what_answers(ready: set[int], question: str) -> None:
    shelves = HalfReady({"bread.pdf": BREAD, "knives.pdf": KNIVES})
    shelves.ready = frozenset(ready)
    with_words = find_quotes(question, (), shelves, CancelToken(), WEIGHTS)
    with_vectors = find_quotes(question, (1.0,), shelves, CancelToken(), WEIGHTS)
    assert isinstance(with_words, ShelfAnswer)
    assert isinstance(with_vectors, ShelfAnswer)
    assert with_vectors.quotes == with_words.quotes


BAD = [
    ("only stop words", "What is it, and how are they?"),
    ("another language", "Wie lange bleibt das Brot im Ofen, und warum glänzt die Kruste?"),
    ("another script", "なぜパンは膨らむのですか？"),
    ("ten thousand characters", "bread and butter? " * 600),
    ("ten thousand characters without a blank", "b" * 10_000 + "?"),
    ("ten thousand characters of a name", "Is it X" + "7" * 10_000 + "?"),
    ("lines and control characters", "How hot\n\nis\0 the\x1b[31m oven\x01?"),
    ("what a search takes for its own", '" OR * NEAR( {bread} -- ; drop'),
]


@pytest.mark.parametrize("question", [row[1] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_question_gets_one_line(question: str) -> None:
    said = ask(question)
    lines = (said.sentence, said.remedy) if isinstance(said, Silence) else (said.note, said.searched)
    assert all("\n" not in line and len(line) < 300 for line in lines), lines
    assert isinstance(said, Silence) or not said.quotes


GLOSSARY = (
    "\1Terms of music\n\n\1\1Anacrusis\n\nOne or more notes before the first strong beat. They are also called an "
    "upbeat, or a pick-up.\n\n\1\1Fermata\n\nA sign above a note that is held longer than its value. How long is up "
    "to the player.\n\n\1\1Signs\n\nThese are used:\n\n• dal segno: go back to the sign.\n\n"
    "• da capo: go back to the top."
)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is an anacrusis?", "One or more notes before the first strong beat."),
        ("What is a fermata?", "A sign above a note"),
        ("What is da capo?", "da capo: go back to the top."),
    ],
)
def test_what_a_heading_or_an_entry_explains_is_answered_by_words(question: str, words: str) -> None:
    said = find_quotes(question, (), MemoryShelves({"music.md": (GLOSSARY,), "bread.pdf": BREAD}), CancelToken())
    assert isinstance(said, ShelfAnswer)
    assert said.quotes
    assert words in said.quotes[0].text


BEGINS = [
    ("What does --all do?", "--all: takes everything", 1.0),
    ("What is an epoch?", "• An epoch is the time from which one counts", 1.0),
    ("What are epochs?", "The epochs — there are three", 1.0),
    ("What is the open file limit?", "Open file limit | 1024", 1.0),
    ("What is an epoch?", "Epochs pass.", 0.5),
    ("What is an epoch?", "Epochal: see below", 0.0),
    ("What is an epoch?", "One epoch is much", 0.0),
    ("What is an epoch?", "", 0.0),
]


@pytest.mark.parametrize(("question", "sentence", "expected"), BEGINS)
def test_how_an_entry_begins(question: str, sentence: str, expected: float) -> None:
    assert begins(read_query(question, lambda _: 1, 10), sentence) == expected


def test_further_passages_are_quoted_only_beside_a_likeliest_one() -> None:
    """The weights for answers are fitted to the likeliest passage: if that one doesn't answer, none does."""
    backwards = FittedWeights("", _HALF, FeatureWeights(4.0, {"words in passage": -8.0}), 0.5)
    said = say(ANSWERED[0][0], MemoryShelves({"bread.pdf": BREAD, "knives.pdf": KNIVES}), backwards)
    assert isinstance(said, ShelfAnswer)
    assert said.quotes == ()


MACHINE = (
    "The kneading machine stands on a table. To knead dough by hand takes twelve minutes; the machine can knead it in"
    " six on the lowest step and two on the next.\n",
    "The kneading machine can knead up to 1.8 kg of dough.\n",
)


@pytest.mark.parametrize(("pages", "quoted"), [(MACHINE[:1], []), (MACHINE, [MACHINE[1].strip()])])
def test_how_much_is_answered_by_a_measure_alone(pages: tuple[str, ...], quoted: list[str]) -> None:
    said = say("How much dough can the kneading machine knead?", MemoryShelves({"machine.pdf": pages}))
    assert isinstance(said, ShelfAnswer)
    assert [quote.text for quote in said.quotes] == quoted


RUNS = [
    ("the longest run of words", "It is the longest run of its words.", 1.0),
    ("the longest run of words", "The longest road takes years to run.", 1 / 3),
    ("the longest run of words", "Nothing.", 0.0),
    ("the longest run of words", "words run longest", 1 / 3),
]


@pytest.mark.parametrize(("question", "text", "expected"), RUNS)
def test_the_longest_run(question: str, text: str, expected: float) -> None:
    assert run(read_query(question, lambda _: 1, 10), stems([text])[0]) == pytest.approx(expected)


@pytest.mark.parametrize("heading", ["5.10 Baking with steam", "Chapter 3: Baking with steam", "Baking with steam"])
def test_the_number_of_a_section_is_no_word_of_its_heading(heading: str) -> None:
    page = f"\x01{heading}\nIt gives the crust its shine.\n"
    shelves = MemoryShelves({"bread.html": (page,)})
    query = read_query("Baking with steam", shelves.frequency, shelves.chunk_count)
    [found] = answer_candidates(query, shelves.search(query.asked, (), 20), shelves)
    assert (found.features["is heading"], found.headings) == (1.0, (heading,))


def test_the_same_words_in_two_documents_are_no_rivals() -> None:
    only_leads = FittedWeights("", _HALF, FeatureWeights(-2.0, {"lead": 1.0, "lead of section": 1.0}), 0.5)
    entry = "A starter is a mix of flour and water in which wild yeast lives.\n"
    nearly = "Starter: a mix of flour and water in which wild yeast lives and works.\n"
    other = "Nobody knows where the starter came from, nor why yeast lives there.\n"
    for second, count in ((entry, 1), (nearly, 1), (other, 0)):
        said = say("What is a starter of yeast?", MemoryShelves({"a.pdf": (entry,), "b.pdf": (second,)}), only_leads)
        assert isinstance(said, ShelfAnswer)
        assert len(said.quotes) == count
