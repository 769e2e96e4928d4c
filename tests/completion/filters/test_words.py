"""Tails of whole words, and what is too little in prose: (document with the cursor `|`, text, what is shown)."""

from __future__ import annotations

import pytest

from drafts import fit

NOTHING = "empty"

TAILS = [
    ("python", "import re|\n", "ading", NOTHING),
    ("python", "import os, re|\n", "ading", NOTHING),
    ("python", "from os|\n", "lo import x", NOTHING),
    ("python", "import os|\n", ".path", ".path"),
    ("python", "import o|\n", "s", "s"),  # a letter is no whole word
    ("python", "import jso|\n", "n", "n"),
    ("python", "read = 1\nprint(read|)\n", "er", NOTHING),
    ("python", "read = reader = 1\nprint(read|)\n", "er", "er"),  # both stand there
    ("python", "reader = 1\nprint(read|)\n", "er", "er"),
    ("python", "import re\n\ndef f():\n    re|\n", "turn 1", "turn 1"),  # a keyword
    ("python", "read = 1\nx = read|\n", " + 1", " + 1"),
    ("typescript", "const item = 1;\nf(item|);\n", "ised", NOTHING),
    ("typescript", "const x = 1;\nf(it|);\n", "em", "em"),
    ("markdown", "We read it.\n\nYou can read|\n", "ing it aloud", NOTHING),
    ("markdown", "We have it.\n\nYou re|\n", "ad it aloud", "ad it aloud"),
]

PROSE = [
    ("|\n", "The", NOTHING),
    ("It is a|\n", "s", NOTHING),
    ("Some text.\n\n|\n", "##", NOTHING),
    ("They |\n", "have", NOTHING),
    ("They |\n", "have to", "have to"),
    ("Such as |\n", "- a", NOTHING),
    ("Please m|\n", "ake sure", NOTHING),  # one letter typed: many words begin so
    ("Please ma|\n", "ke sure", "ke sure"),
    ("Please make|\n", " sure", NOTHING),
    ("It is in the us|\n", "er's", NOTHING),
    ("Please make|\n", " sure that", " sure that"),
]


@pytest.mark.parametrize(("language", "marked", "text", "expected"), TAILS)
def test_a_whole_word_gets_no_tail(language: str, marked: str, text: str, expected: str) -> None:
    assert fit(marked, text, language) == expected


@pytest.mark.parametrize(("marked", "text", "expected"), PROSE)
def test_in_prose_less_than_two_words_is_nothing(marked: str, text: str, expected: str) -> None:
    assert fit(marked, text, "markdown") == expected
