"""Findings near the word that is being typed wait until it is whole."""

from __future__ import annotations

import pytest

from breadknife.text.document import Span
from breadknife.text.unfinished import is_unfinished
from support import document

CASES = [
    ("its own word", "We [recie]|", True),
    ("its own word, in the middle", "We [rec|ie] it", True),
    ("the word before: what follows may change it", "I has [a] appl|", True),
    ("one word between", "It [could of] course b|", True),
    ("two words between", "We have [since] three years a|", True),
    ("three words between", "It [recieve] one more thing t|", False),
    ("a blank after it: the cursor has left it, the next word hasn't come", "It [could of] |", True),
    ("three words and a blank", "We [recieve] a new notification |", False),
    ("its sentence ends", "It [could of].|", False),
    ("its sentence ends in a quotation", 'It "[could of]."|', False),
    ("its sentence ended before this one", "It [could of]. The|", False),
    ("a full stop within a name is no end", "It is in [an] README.m|", True),
    ("a full stop at the end of the word being typed is its end", "It is [recieve] README.|", False),
    ("another paragraph", "It [could of]\n\nTh|", False),
    ("another line of the paragraph", "It [could of]\ncour|", True),
    ("another line of a comment", "# It [could of]\n# cour|", True),
    ("after the cursor: an inserted word", "Th| [have] a new parser.", True),
    ("after the cursor, further away", "Th| list of things [have] a parser.", False),
    ("after the cursor, in another sentence", "The list.| [have] it", False),
    ("far away", "[an] useful " + "- " * 200 + "x|", False),
    ("an apostrophe belongs to the word", "It [don]'|", True),
    ("nothing but the finding", "[|]", True),
]


@pytest.mark.parametrize(("marked", "expected"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
def test_unfinished(marked: str, expected: bool) -> None:
    typing_at = marked.replace("[", "").replace("]", "").index("|")
    plain = marked.replace("|", "")
    start, end = plain.index("["), plain.index("]") - 1
    text = plain.replace("[", "").replace("]", "")
    assert is_unfinished(document(text, "markdown"), Span(start, end), typing_at) is expected
