"""The rest of a word that stands near already: `⟦|⟧` is the cursor."""

from __future__ import annotations

import pytest

from breadknife.plugins.completion.known_word import known_word
from breadknife.plugins.completion.prompt import WHOLE, Snippet
from support import at_cursor

FAR = "\n" * WHOLE.prefix


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("database = 1\nda⟦|⟧", "tabase"),
        ("da⟦|⟧\ndatabase = 1\n", "tabase"),
        ("self.connection = 1\nself.con⟦|⟧\n", "nection"),
        ("größe = 1\ngr⟦|⟧", "öße"),
        ("_private = 1\n_p⟦|⟧", "rivate"),
        ("$database = 1;\n$da⟦|⟧", "tabase"),
        ("database = 1\ndatabase = 2\nda⟦|⟧", "tabase"),
        ("database = 1\nd⟦|⟧", ""),  # too little is typed
        ("data = 1\nda⟦|⟧", ""),  # too little is left
        ("database = 1\ndatabases = 2\nda⟦|⟧", ""),  # two words
        ("database = 1\ndata = 2\ndata⟦|⟧", ""),  # a word as it is
        ("database = 1\nDa⟦|⟧", ""),
        ("database = 1\nmydata⟦|⟧", ""),
        ("database = 1\nda⟦|⟧te", ""),  # within another
        ("database = 1\n2da⟦|⟧", ""),
        (f"database = 1\n{FAR}da⟦|⟧", ""),
        ("da⟦|⟧", ""),
        ("⟦|⟧", ""),
    ],
)
def test_known_word(marked: str, expected: str) -> None:
    assert known_word(*at_cursor(marked)) == expected


def test_the_words_of_other_files_count_as_far_as_they_are_in_the_prompt() -> None:
    there = [Snippet("db.py", "def connection(): ...")]
    assert known_word(*at_cursor("con⟦|⟧"), there) == "nection"
    assert known_word(*at_cursor("connect = 1\ncon⟦|⟧"), there) == ""
