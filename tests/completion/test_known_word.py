"""The rest of a word that stands near already: `⟦|⟧` is the cursor."""

from __future__ import annotations

import pytest

from breadknife.plugins.completion.known_word import STANDS_NEAR, THRESHOLD, known_word
from breadknife.plugins.completion.prompt import WHOLE, Snippet
from support import at_cursor

SOME, FAR = "\n" * 2_000, "\n" * WHOLE.prefix


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("database = 1\nda⟦|⟧", "tabase"),
        ("da⟦|⟧\ndatabase = 1\n", "tabase"),
        ("database = 1\nd⟦|⟧", "atabase"),
        ("größe = 1\ngr⟦|⟧", "öße"),
        ("_private = 1\n_p⟦|⟧", "rivate"),
        ("$database = 1;\n$da⟦|⟧", "tabase"),
        ("\ndatabase = 1\ndatabase = 2\ndates = 3\nda⟦|⟧", "tabase"),  # the one that stands there more often
        (f"dates = 1{SOME}\ndatabase = 2\nda⟦|⟧", "tabase"),  # that stands nearer
        ("self.database = 1\ndates = 2\nself.da⟦|⟧", "tabase"),  # in the same surroundings
        ("database = 1\ndates = 2\nday = 3\nda⟦|⟧", ""),  # no one is likely
        ("\nclient_key = 1\nclient_name = 2\ncli⟦|⟧", "ent"),  # what they have in common
        ("\nclientKey = 1\nclientName = 2\ncli⟦|⟧", "ent"),
        ("\nclients = 1\nclientele = 2\ncli⟦|⟧", ""),  # but for half a word
        ("date = 1\ndat⟦|⟧", ""),  # too little is left
        ("data = 1\ndata = 2\ndatabase = 3\ndata⟦|⟧", ""),  # it is as it stands there more often
        ("database = 1\nDa⟦|⟧", ""),
        ("mydatabase = 1\nda⟦|⟧", ""),
        ("database = 1\nmyda⟦|⟧", ""),
        ("database = 1\nda⟦|⟧te", ""),  # within another
        ("database = 1\n2da⟦|⟧", ""),
        (f"database = 1\n{FAR}da⟦|⟧", ""),
        ("da⟦|⟧", ""),
        ("database = 1\n⟦|⟧", ""),
    ],
)
def test_known_word(marked: str, expected: str) -> None:
    found = known_word(*at_cursor(marked))
    assert (found.rest if found else "") == expected


def test_the_words_of_other_files_count_as_far_as_they_are_in_the_prompt() -> None:
    there = [Snippet("db.py", "def connection(): ...")]
    found = known_word(*at_cursor("con⟦|⟧"), there)
    assert found
    assert found.rest == "nection"
    found = known_word(*at_cursor("connect = 1\ncon⟦|⟧"), there)  # this file's are nearer
    assert found
    assert found.rest == "nect"


def test_certainty_is_the_share_of_a_word_in_what_speaks_for_any() -> None:
    alone = known_word(*at_cursor("database = 1\nda⟦|⟧"))
    among = known_word(*at_cursor("dates = 1\ndatabase = 2\ndatabase = 3\nda⟦|⟧"))
    assert alone
    assert among
    assert alone.certainty == STANDS_NEAR[1]
    assert THRESHOLD <= among.certainty < alone.certainty
