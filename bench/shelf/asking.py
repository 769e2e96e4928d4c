"""How long a whole question takes, against FTS5 alone in turns: `python bench/shelf/asking.py FOLDER QUESTIONS.tsv`.

FOLDER is what `documents.py` has made, and the questions are those of the shelf `shared`. A whole question is its
vector by the engine, the search, and the evidence.
"""

from __future__ import annotations

import argparse
import sqlite3
from functools import partial
from pathlib import Path

import numpy
from corpus import MODEL, questions, shelf
from query import fts_alone, timed

from breadknife.cancel import CancelToken
from breadknife.engine.api import EmbedRequest, Lane
from breadknife.engine.client import DaemonEngine
from breadknife.plugins.shelf.evidence.choosing import find_quotes
from breadknife.plugins.shelf.index.database import all_indexes
from breadknife.plugins.shelf.index.shelves import IndexedShelves


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path)
    reader.add_argument("questions", type=Path)
    reader.add_argument("--rounds", type=int, default=5)
    given = reader.parse_args()
    asked = [each.question for each in questions("shared", given.questions)]
    engine = DaemonEngine()
    with shelf(given.folder, "shared") as (shelves, _):
        connection = sqlite3.connect(all_indexes()[0])
        ask(asked[0], shelves, engine)  # reads the vectors, and starts the engine
        times: dict[str, list[float]] = {"FTS5 alone": [], "search and evidence": [], "whole question": []}
        for _ in range(given.rounds):
            for question in asked:
                vector = embedded(question, engine)
                times["FTS5 alone"].append(timed(partial(fts_alone, connection, question)))
                times["search and evidence"].append(
                    timed(partial(find_quotes, question, vector, shelves, CancelToken()))
                )
                times["whole question"].append(timed(partial(ask, question, shelves, engine)))
        connection.close()
    engine.close()
    for name, found in times.items():
        print(f"{name}: p50 {numpy.percentile(found, 50):.1f} ms, p95 {numpy.percentile(found, 95):.1f} ms")


def embedded(question: str, engine: DaemonEngine) -> tuple[float, ...]:
    return engine.embed(EmbedRequest(MODEL, (question,), Lane.ACTION), CancelToken()).vectors[0]


def ask(question: str, shelves: IndexedShelves, engine: DaemonEngine) -> None:
    find_quotes(question, embedded(question, engine), shelves, CancelToken())


if __name__ == "__main__":
    main()
