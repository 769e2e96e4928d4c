"""Words as the shelf's index sees them: SQLite's own tokenizer and stemmer, so that a word here is the same there."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

Stems = tuple[str, ...]

_TABLES = """
create virtual table texts using fts5(text, tokenize = 'porter unicode61');
create virtual table words using fts5vocab(texts, 'instance');
"""


def stems(texts: Sequence[str]) -> list[Stems]:
    """Return the stems of each text's words, in their order."""
    found = [list[str]() for _ in texts]
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_TABLES)
        database.executemany("insert into texts(rowid, text) values (?, ?)", enumerate(texts))
        rows: list[tuple[int, int, str]] = database.execute("select doc, offset, term from words").fetchall()
    for row, _, stem in sorted(rows):
        found[row].append(stem)
    return [tuple(each) for each in found]
