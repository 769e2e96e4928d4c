"""The rest of a word that stands near already: a rule, for where the model has nothing to show yet.

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
"""What is less likely isn't shown."""
FEWEST_LEFT = 2
"""Letters."""
HALF_LIFE = 1_000
"""Characters from the cursor at which a place counts half."""
SAME_SIGN, SAME_WORD = 4.0, 6.0
"""How much more a place counts where the same character stands before it, blanks aside, and the same word. These three
and `STANDS_NEAR` were fitted on other packages than those that `bench/completion/known_words.py` measures."""
STANDS_NEAR = (0.79, 0.85, 0.87, 0.89, 0.90, 0.94)
"""Of words of which one letter, two, and so on are typed, and that others begin like, those that stand there too."""
BEFORE = 40
"""Characters in which the word before is looked for."""
_PART = re.compile(r"(?<=[^_])_|(?<=[a-z])(?=[A-Z])")
"""Where another part of a name begins."""
_WORD_BEFORE = re.compile(r"(\w+)\W{0,3}\Z")


@dataclass(frozen=True)
class Word:
    left: str
    """What isn't typed of it, or of those of its parts that it has in common with others."""
    certainty: float
    """The estimated probability that it is right."""


@dataclass(frozen=True)
class _Place:
    text: str
    at: int

    @property
    def sign(self) -> str:
        return self.text[max(self.at - BEFORE, 0) : self.at].rstrip(" \t")[-1:]

    @property
    def word_before(self) -> str:
        found = _WORD_BEFORE.search(self.text, max(self.at - BEFORE, 0), self.at)
        return found[1] if found else ""


def known_word(document: Document, offset: int, snippets: Iterable[Snippet] = ()) -> Word | None:
    """Return the likeliest of the words that begin like the one at the cursor and stand in the snippets, or as far
    around it as a prompt goes, or its first parts; None where none is likely, or little of it is left."""
    text = document.text
    typed = word_before(text, offset)
    if not typed or typed[0].isdigit() or is_of_word(text[offset : offset + 1]):
        return None
    here = _Place(text, offset - len(typed))
    sign, before = here.sign, here.word_before
    weights, total = defaultdict[str, float](float), 0.0
    for word, place, distance in _places(typed, here, snippets):
        same = (SAME_SIGN if place.sign == sign else 1.0) * (SAME_WORD if place.word_before == before else 1.0)
        weight = same * 0.5 ** (distance / HALF_LIFE)
        total += weight
        for end in (len(word), *(found.start() for found in _PART.finditer(word))):
            weights[word[:end]] += weight
    known = STANDS_NEAR[min(len(typed), len(STANDS_NEAR)) - 1]
    words = [Word(word[len(typed) :], known * weight / total) for word, weight in weights.items()]
    likely = [each for each in words if len(each.left) >= FEWEST_LEFT and each.certainty >= THRESHOLD]
    return max(likely, key=lambda each: len(each.left), default=None)


def _places(typed: str, here: _Place, snippets: Iterable[Snippet]) -> Iterator[tuple[str, _Place, int]]:
    """Where a word stands that begins so, and how far that is."""
    like = re.compile(rf"\b{re.escape(typed)}\w*")
    text, offset = here.text, here.at + len(typed)
    for found in like.finditer(text, max(here.at - WHOLE.prefix, 0), here.at):
        yield found[0], _Place(text, found.start()), here.at - found.start()
    for found in like.finditer(text, offset, offset + WHOLE.suffix):
        yield found[0], _Place(text, found.start()), found.start() - offset
    for snippet in snippets:
        for found in like.finditer(snippet.text):
            yield found[0], _Place(snippet.text, found.start()), WHOLE.prefix
