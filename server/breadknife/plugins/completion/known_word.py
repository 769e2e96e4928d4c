"""Completes a word from those that stand nearby: a rule, for when the model has nothing to show yet.

The likeliest word that begins like the one at the cursor is that of a cache model (Kuhn and De Mori, "A Cache-Based
Natural Language Model for Speech Recognition", 1990): each place where a word stands speaks for it, near ones louder,
and those in the same surroundings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from breadknife.plugins.completion.prompt import WHOLE, Snippet
from breadknife.text.document import Document
from breadknife.text.tokens import is_of_word, word_before

RULE = "known-word"
THRESHOLD = 0.5
"""A word that is less likely isn't shown."""
FEWEST_LEFT = 2
"""The fewest letters that are worth completing."""
HALF_LIFE = 1_000
"""Characters from the cursor at which an occurrence counts half."""
SAME_SIGN, SAME_WORD = 4.0, 6.0
"""How many times more an occurrence counts that has the same character before it, blanks aside, and the same word.
These three and `STANDS_NEAR` were fitted on other packages than those that `bench/completion/known_words.py`
measures."""
STANDS_NEAR = (0.79, 0.85, 0.87, 0.89, 0.90, 0.94)
"""How probable it is that the word at the cursor is one that stands nearby, if one letter of it is typed, two, and so
on, and a word nearby begins with them."""
BEFORE = 40
"""Characters before a word in which the word before it is looked for."""
_PART = re.compile(r"(?<=[^_])_|(?<=[a-z])(?=[A-Z])")
"""Where another part of a name begins."""
_WORD_BEFORE = re.compile(r"(\w+)\W{0,3}\Z")


@dataclass(frozen=True)
class KnownText:
    """What completes the word or the line at the cursor, as it stands elsewhere."""

    rest: str
    """What isn't typed yet; of a word up to the end of one of its parts, if other words only begin like it."""
    certainty: float
    """The estimated probability that it is right."""


@dataclass(frozen=True)
class _Occurrence:
    """A word that stands in a text at an offset."""

    word: str
    text: str
    offset: int
    distance: int = 0
    """Characters from the cursor."""

    @property
    def sign(self) -> str:
        """The character before it, blanks aside."""
        return self.text[max(self.offset - BEFORE, 0) : self.offset].rstrip(" \t")[-1:]

    @property
    def word_before(self) -> str:
        match = _WORD_BEFORE.search(self.text, max(self.offset - BEFORE, 0), self.offset)
        return match[1] if match else ""


def known_word(document: Document, offset: int, snippets: Iterable[Snippet] = ()) -> KnownText | None:
    """Return the word that most likely completes the one at the cursor, `offset`, or the first parts of such a word.

    It stands in the snippets, or around the cursor as far as a prompt goes. None if none is likely enough, or little of
    it is left to type.
    """
    text, typed = document.text, word_before(document.text, offset)
    if not typed or typed[0].isdigit() or is_of_word(text[offset : offset + 1]):
        return None
    begun = _Occurrence(typed, text, offset - len(typed))
    sign, before = begun.sign, begun.word_before
    weights, total = defaultdict[str, float](float), 0.0
    for occurrence in _occurrences(begun, snippets):
        likeness = (SAME_SIGN if occurrence.sign == sign else 1.0) * (
            SAME_WORD if occurrence.word_before == before else 1.0
        )
        weight = likeness * 0.5 ** (occurrence.distance / HALF_LIFE)
        total += weight
        for end in (len(occurrence.word), *(part.start() for part in _PART.finditer(occurrence.word))):
            weights[occurrence.word[:end]] += weight
    stands_near = STANDS_NEAR[min(len(typed), len(STANDS_NEAR)) - 1]
    words = (KnownText(word[len(typed) :], stands_near * weight / total) for word, weight in weights.items())
    likely = (word for word in words if len(word.rest) >= FEWEST_LEFT and word.certainty >= THRESHOLD)
    return max(likely, key=lambda word: len(word.rest), default=None)


def _occurrences(begun: _Occurrence, snippets: Iterable[Snippet]) -> Iterator[_Occurrence]:
    """Yield the words that begin like the one at the cursor."""
    pattern = re.compile(rf"\b{re.escape(begun.word)}\w*")
    text, start, end = begun.text, begun.offset, begun.offset + len(begun.word)
    for match in pattern.finditer(text, max(start - WHOLE.prefix, 0), start):
        yield _Occurrence(match[0], text, match.start(), start - match.start())
    for match in pattern.finditer(text, end, end + WHOLE.suffix):
        yield _Occurrence(match[0], text, match.start(), match.start() - end)
    for snippet in snippets:
        for match in pattern.finditer(snippet.text):
            yield _Occurrence(match[0], snippet.text, match.start(), WHOLE.prefix)
