"""The shelves that `mine.py` has made, and what is found there for each question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.engine.api import EmbedRequest
from breadknife.engine.client import DaemonEngine
from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.choosing import CANDIDATES
from breadknife.plugins.shelf.evidence.features import AnswerCandidate, answer_candidates
from breadknife.plugins.shelf.evidence.query import Query, read_query
from breadknife.plugins.shelf.index import database
from breadknife.plugins.shelf.index.filling import fill_text, fill_vectors
from breadknife.plugins.shelf.index.shelves import IndexedShelves
from breadknife.plugins.shelf.index.store import IndexWriter
from breadknife.plugins.shelf.reading.plain import read_markdown, read_text
from breadknife.plugins.shelf.reading.process import ReadingProcess
from breadknife.steps.values import Vector

MODEL = "all-minilm-l6-v2"
SHINGLE = 3
"""Words in a row that a passage and an answer share."""
LEAST_SHARE = 0.5
"""The share of a passage's shingles that are the answer's if the passage is right; for a short answer the share of the
answer's shingles that the passage has."""


@dataclass(frozen=True)
class Asked:
    shelf: str
    kind: str
    query: Query
    candidates: tuple[AnswerCandidate, ...]
    is_right: tuple[bool, ...]
    """Of each candidate."""
    is_answerable: bool


class Embedder:
    """The engine's model. Implements `index.filling.Embedder`."""

    identity = MODEL

    def __init__(self) -> None:
        self._engine = DaemonEngine()

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> tuple[Vector, ...]:
        return self._engine.embed(EmbedRequest(MODEL, tuple(texts)), cancel).vectors

    def close(self) -> None:
        self._engine.close()


def asked(folder: Path, part: str, *, with_vectors: bool, most: int | None = None) -> Iterator[Asked]:
    """Yield what the shelves of a part find for each of their questions; at most so many shelves. What was embedded is
    kept in the folder."""
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    with closing(Embedder()) as embedder:
        for shelf in sorted({row["shelf"] for row in rows if row["part"] == part})[:most]:
            indexes = folder / "indexes" / shelf
            database.index_folder = lambda indexes=indexes: indexes
            with closing(IndexWriter((folder / part / shelf).resolve())) as store, ReadingProcess() as reading:
                fill_text(store, reading, lambda _: None, CancelToken())
                if with_vectors:
                    fill_vectors(store, embedder, lambda _: None, CancelToken())
            with closing(IndexedShelves()) as shelves:
                for row in (row for row in rows if row["shelf"] == shelf):
                    query = read_query(row["question"], shelves.frequency, shelves.chunk_count)
                    vector = embedder.embed([query.text], CancelToken())[0] if with_vectors else ()
                    found = answer_candidates(query, shelves.search(query.asked, vector, CANDIDATES), shelves)
                    answer = shingles(text_of(row["file"], row["answer"]))
                    right = tuple(holds(each.text, answer) for each in found)  # another version may say the same
                    yield Asked(shelf, row["kind"], query, found, right, bool(row["answer"]))


def text_of(file: str, source: str) -> str:
    """Return what is shown of a part of a file."""
    read = read_markdown if file.endswith(".md") else read_text
    return clean("\n".join(page.text for page in read(source.encode()).pages)) if source else ""


def holds(passage: str, answer: set[tuple[str, ...]]) -> bool:
    own = shingles(passage)
    return bool(own and answer) and len(own & answer) >= LEAST_SHARE * min(len(own), len(answer))


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}
