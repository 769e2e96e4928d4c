"""Which words a document may use though dictionaries lack them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from breadknife.plugins.prose.project.lowered import Lowered
from breadknife.plugins.prose.project.misspellings import meant
from breadknife.project.values import Project
from breadknife.project.words import keys_of
from breadknife.text.prose import ProseText

REPEATED = 3
"""Who writes a word this often means it."""
_LEARNING_S = 20.0
"""Seconds that lint waits until all of the project has been read."""


@dataclass(frozen=True)
class DocumentVocabulary:
    """The words that one document may use: the dictionaries', its own and its project's names, and what they say again
    and again."""

    source: str
    paragraphs: Sequence[ProseText]
    """In the order of the source."""
    dictionary: frozenset[str]
    """The words of the user's and the project's dictionaries, in `folded` form."""
    projects: Callable[[str], bool] = lambda word: False
    """Tells whether a word is the project's own (see `of_project`)."""
    lowered: Lowered | None = None
    """The source's, where it was made for an earlier version of the document."""

    def __contains__(self, word: str) -> bool:
        word = folded(word)
        return word in self.dictionary or self._is_own(word) or self.projects(word)

    def _is_own(self, word: str) -> bool:
        """Tell whether the document has the word outside its prose (identifiers, commands, URLs), or often in it."""
        count, enough = 0, _times(word)
        offset = self._lower.find(word)
        while offset >= 0 and count < enough:
            if self._is_whole(offset, offset + len(word)):
                count = enough if not self._in_prose(offset) else count + 1
            offset = self._lower.find(word, offset + 1)
        return count >= enough

    def _is_whole(self, start: int, end: int) -> bool:
        """Tell whether a span of the source is a whole word, or a whole part of a camelCase or snake_case name."""
        before, after = self.source[max(0, start - 1) : start], self.source[end : end + 1]
        return (not before.isalpha() or (before.islower() and self.source[start].isupper())) and (
            not after.isalpha() or after.isupper()
        )

    def _in_prose(self, offset: int) -> bool:
        index = bisect_right(self.paragraphs, offset, key=lambda each: each.start) - 1
        return index >= 0 and self.paragraphs[index].is_verbatim(offset)

    @cached_property
    def _lower(self) -> str:
        return (self.lowered or Lowered(self.source)).text


def of_project(project: Project | None, asked: set[str], *, whole: bool) -> Callable[[str], bool]:
    """Return a function that tells whether a word is the project's own: the name of something in it, or a word that its
    documents say again and again. It adds the keys of the words to `asked`.

    With `whole` it first waits, for a while, until all of the project is known: lint has no second chance.
    """
    if project is None:
        return lambda word: False

    @cache
    def learn() -> None:
        project.idle(_LEARNING_S)

    def is_own(word: str) -> bool:
        if whole:
            learn()
        asked.update(keys_of(word))
        return project.names(word) or project.saying(word) >= _times(word)

    return is_own


def _times(word: str) -> float:
    """Return how often prose must say a word to mean it. No number is enough for a common misspelling: who doesn't know
    how a word is spelled misspells it each time."""
    return math.inf if meant(word) else REPEATED


def folded(word: str) -> str:
    """Return a word as dictionaries have it: in lower case and without a possessive's ending."""
    word = word.replace("’", "'").casefold()
    return word.removesuffix("'s").removesuffix("'")
