"""Words as the shelf's index has them: cut and stemmed by SQLite itself, so that a word here is the same as there."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

Stems = tuple[str, ...]
"""The stems of words that follow each other: `baked loaves` has `bake` and `loav`."""

_TABLES = """
create virtual table texts using fts5(text, tokenize = 'porter unicode61');
create virtual table words using fts5vocab(texts, 'instance');
"""


def stems(texts: Sequence[str]) -> list[Stems]:
    """Return, for each text, the stems of its words in order."""
    stems_of_texts = [list[str]() for _ in texts]
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_TABLES)
        database.executemany("insert into texts(rowid, text) values (?, ?)", enumerate(texts))
        rows: list[tuple[int, int, str]] = database.execute("select doc, offset, term from words").fetchall()
    for text_index, _, stem in sorted(rows):
        stems_of_texts[text_index].append(stem)
    return [tuple(text_stems) for text_stems in stems_of_texts]
