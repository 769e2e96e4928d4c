"""The rest of a word that stands near already: a rule, for where the model has nothing to show yet."""

from __future__ import annotations

import re
from collections.abc import Iterable

from breadknife.plugins.completion.prompt import WHOLE, Snippet
from breadknife.text.document import Document

RULE = "known-word"
CERTAINTY = 0.9
"""How often it is right: `bench/completion/known_words.py`."""
FEWEST_TYPED, FEWEST_LEFT = 2, 3
"""Letters before the cursor, and after it."""
_WORD = re.compile(r"[^\W\d]\w*")


def known_word(document: Document, offset: int, snippets: Iterable[Snippet] = ()) -> str:
    """What is left of the word at the cursor, if all words in the snippets and as far around it as a prompt goes that
    begin like it are one; else, and where what is typed is one of them, nothing."""
    text = document.text
    start = offset
    while start and _is_of_word(text[start - 1]):
        start -= 1
    typed = text[start:offset]
    if len(typed) < FEWEST_TYPED or typed[0].isdigit() or _is_of_word(text[offset : offset + 1]):
        return ""
    near = text[max(start - WHOLE.prefix, 0) : start], text[offset : offset + WHOLE.suffix]
    like = {
        word
        for part in (*near, *(snippet.text for snippet in snippets))
        for word in _WORD.findall(part)
        if word.startswith(typed)
    }
    left = like.pop()[len(typed) :] if len(like) == 1 else ""
    return left if len(left) >= FEWEST_LEFT else ""


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char == "_"
