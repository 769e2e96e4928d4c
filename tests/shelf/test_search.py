"""What a search finds, against rankings that a table or a few lines of arithmetic say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.shelf.index.shelves import IndexedShelves
from breadknife.plugins.shelf.index.vectors import pack
from shelf.filling import ScriptedEmbedder, fill
from shelf.making import BREAD

LINES = {
    "a.txt": "The oven must be hot before the loaf goes in.",
    "b.txt": "Ovens are cleaned with a damp cloth.",
    "c.txt": "Salt slows the yeast down.",
    "d.txt": "A loaf that is done sounds hollow.",
}


@pytest.fixture
def shelves(home: Path, tmp_path: Path) -> IndexedShelves:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, text in LINES.items():
        (folder / name).write_text(text)
    fill(folder, ScriptedEmbedder())
    return IndexedShelves()


def found(shelves: IndexedShelves, question: str, vector: tuple[float, ...] = ()) -> list[str]:
    return [each.file.name for each in shelves.search(question, vector, 10)]


@pytest.mark.parametrize(
    ("question", "files"),
    [
        ("Is the oven hot?", ["a.txt", "b.txt"]),
        ("OVEN", ["b.txt", "a.txt"]),
        ("What slows yeast?", ["c.txt"]),
        ('salt" OR "oven', ["c.txt", "b.txt", "a.txt"]),
        ("salt* NEAR(yeast, -1) {text}: ^AND", ["c.txt"]),
        ("Which one is it?", ["d.txt"]),
        ("the", ["a.txt", "c.txt"]),
        ("", []),
        ("?!", []),
        ("guten Appetit", []),
    ],
)
def test_words(shelves: IndexedShelves, question: str, files: list[str]) -> None:
    """In any form, without those that say nothing, unless there are no others; nothing is taken for FTS5's syntax."""
    assert found(shelves, question) == files


def test_vectors_find_what_words_do_not(shelves: IndexedShelves) -> None:
    [vector] = ScriptedEmbedder().embed([LINES["d.txt"]])
    [best, *_] = shelves.search("cloth", vector, 10)
    assert {best.file.name, found(shelves, "cloth", vector)[1]} == {"b.txt", "d.txt"}
    assert found(shelves, "", vector)[0] == "d.txt"


def test_each_candidate_has_both_scores(shelves: IndexedShelves) -> None:
    [vector] = ScriptedEmbedder().embed([LINES["d.txt"]])
    candidates = {each.file.name: each for each in shelves.search("hollow loaf", vector, 10)}
    assert candidates["d.txt"].cosine == pytest.approx(1.0, abs=0.01)
    assert candidates["d.txt"].score == pytest.approx(1.5, abs=0.01)  # the best words, and half of the cosine
    assert candidates["a.txt"].bm25 > 0
    assert candidates["c.txt"].bm25 == 0
    assert [each.score for each in candidates.values()] == sorted((c.score for c in candidates.values()), reverse=True)


def test_vectors_of_another_width_do_not_count(shelves: IndexedShelves) -> None:
    assert found(shelves, "salt", (1.0, 0.0)) == ["c.txt"]


@pytest.mark.parametrize(
    ("word", "count"), [("oven", 2), ("ovens", 2), ("Loaf", 2), ("the", 2), ("rye", 0), ("", 0), ('"', 0)]
)
def test_frequency(shelves: IndexedShelves, word: str, count: int) -> None:
    assert shelves.frequency(word) == count
    assert shelves.chunk_count == 4


def test_a_page_that_stands_on_the_shelf_twice_is_found_once(home: Path, tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        (tmp_path / name).write_bytes(BREAD.read_bytes())
    fill(tmp_path)
    shelves = IndexedShelves()
    candidates = shelves.search("What is the window test?", (), 10)
    assert len({each.chunk.text for each in candidates}) == len(candidates)


def test_places_are_exact(home: Path, tmp_path: Path) -> None:
    (tmp_path / "bread.pdf").write_bytes(BREAD.read_bytes())
    fill(tmp_path)
    shelves = IndexedShelves()
    [best, *_] = shelves.search("How hot is a wheat loaf inside when it is done?", (), 5)
    chunk = best.chunk
    assert (best.title, chunk.page, best.file) == ("bread", 4, tmp_path / "bread.pdf")
    assert "A wheat loaf is done when it is 96 degrees Celsius inside; a rye loaf needs 98." in chunk.text
    raw = shelves.page_text(best.file, chunk.page)[chunk.span.start : chunk.span.end]
    assert " ".join(raw.split()) == chunk.text
    assert shelves.page_text(best.file, 99) == ""
    assert shelves.page_text(tmp_path / "other.pdf", 1) == ""


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=8))
def test_a_packed_vector_points_nearly_the_same_way(vector: list[float]) -> None:
    packed = memoryview(pack(tuple(vector))).cast("b").tolist()
    largest = max(map(abs, vector))
    for number, byte in zip(vector, packed, strict=True):
        assert abs(number - byte * largest / 127) <= largest / 250
