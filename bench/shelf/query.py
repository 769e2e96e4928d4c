"""How long a search takes, against FTS5 alone on the same index: `python bench/shelf/query.py FOLDER QUESTIONS.tsv`.

The index is made of the folder's PDFs up to `--pages` pages. Vectors are random: a model would take an hour to make
them, and how long a search takes doesn't depend on them. With `--engine`, the question's vector is made by the real
model, too.
"""

from __future__ import annotations

import argparse
import csv
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy
import pypdfium2

from breadknife.cancel import CancelToken
from breadknife.cli.assemble import make_host
from breadknife.cli.shelf.embedding import EngineEmbedder
from breadknife.engine.api import Lane
from breadknife.plugins.shelf.index.database import index_of
from breadknife.plugins.shelf.index.filling import fill_text
from breadknife.plugins.shelf.index.shelves import IndexedShelves, match_of
from breadknife.plugins.shelf.index.store import IndexWriter
from breadknife.plugins.shelf.index.vectors import pack
from breadknife.plugins.shelf.reading.process import ReadingProcess

WIDTH = 384
"""Of the vectors of all-MiniLM-L6-v2."""
FOUND = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path, help="a TSV file with a column `question`")
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engine", action="store_true", help="also make the questions' vectors")
    given = parser.parse_args()
    with given.questions.open(encoding="utf-8", newline="") as file:
        questions = [row["question"] for row in csv.DictReader(file, delimiter="\t")]
    host = make_host() if given.engine else None  # in the user's own home, where the model is
    embedder = EngineEmbedder(host, Lane.ACTION) if host else None
    with tempfile.TemporaryDirectory() as name:
        os.environ["BREADKNIFE_HOME"] = str(Path(name) / "home")
        make_index(given.folder, Path(name) / "papers", given.pages)
        measure(Path(name) / "papers", questions, given.rounds, embedder)
    if host:
        host.close()


def make_index(source: Path, folder: Path, pages: int) -> None:
    """Of the first files that have so many pages together."""
    folder.mkdir()
    left = pages
    for path in sorted(source.rglob("*.pdf")):
        if left > 0:
            (folder / path.name).write_bytes(path.read_bytes())
            left -= len(pypdfium2.PdfDocument(path))
    with IndexWriter(folder) as store, ReadingProcess() as reading:
        fill_text(store, reading, lambda progress: None, CancelToken())
        store.begin_vectors("random")
        chance = numpy.random.default_rng(1)
        while chunks := store.without_vector(1000):
            vectors = chance.normal(size=(len(chunks), WIDTH)).tolist()
            store.put_vectors((id, pack(tuple(vector))) for (id, _), vector in zip(chunks, vectors, strict=True))


def measure(folder: Path, questions: list[str], rounds: int, embedder: EngineEmbedder | None) -> None:
    shelves = IndexedShelves()
    status = shelves.status
    print(f"{status.files} files, {status.pages:,} pages, {status.chunks:,} chunks, {status.bytes / 1e6:.0f} MB")
    connection = sqlite3.connect(index_of(folder))
    vector = tuple(numpy.random.default_rng(2).normal(size=WIDTH).tolist())
    started = time.perf_counter()
    shelves.search(questions[0], vector, 5)
    print(f"first search, with the vectors read: {(time.perf_counter() - started) * 1000:.0f} ms")
    ours, alone, whole = list[float](), list[float](), list[float]()
    for _ in range(rounds):
        for question in questions:
            alone.append(timed(partial(fts_alone, connection, question)))
            ours.append(timed(partial(shelves.search, question, vector, 5)))
            if embedder is not None:
                whole.append(timed(partial(ask, shelves, embedder, question)))
    for name, times in (("FTS5 alone", alone), ("search", ours), ("search with the question's vector", whole)):
        if times:
            print(f"{name}: p50 {numpy.percentile(times, 50):.1f} ms, p95 {numpy.percentile(times, 95):.1f} ms")
    connection.close()
    shelves.close()


def fts_alone(connection: sqlite3.Connection, question: str) -> None:
    connection.execute(
        "SELECT chunks.id, chunks.text FROM words JOIN chunks ON chunks.id = words.rowid WHERE words MATCH ?"
        " ORDER BY rank LIMIT ?",
        (match_of(question), FOUND),
    ).fetchall()


def ask(shelves: IndexedShelves, embedder: EngineEmbedder, question: str) -> None:
    [vector] = embedder.embed([question], CancelToken())
    shelves.search(question, vector, 5)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
