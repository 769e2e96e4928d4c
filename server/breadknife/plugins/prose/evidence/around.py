"""What stands around a word, and what English words are to each other: of evidence, and of doubts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

NEAR = 80
"""Code points before a word that are looked at."""


@dataclass(frozen=True)
class Evidence:
    rule: str
    of: frozenset[str]
    """The rules whose changes it may speak for."""
    wrong: str
    """With the word in brackets, and after `|` what should stand there: `It is [send|sent] to it.`"""
    right: str
    """The same change where it has no evidence."""
    before: str = ""
    """A pattern that the text before the word must end with."""
    after: str = ""
    """A pattern that the text after the word must start with."""
    fits: Callable[[str, str], bool] = lambda old, new: True
    """Of the words in lower case."""

    def speaks(self, text: str, start: int, end: int, old: str, new: str) -> bool:
        return (
            self.fits(old, new)
            and (not self.before or self._before.search(text, max(0, start - NEAR), start) is not None)
            and (not self.after or self._after.match(text, end) is not None)
        )

    @cached_property
    def _before(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self.before})$", re.IGNORECASE)

    @cached_property
    def _after(self) -> re.Pattern[str]:
        return re.compile(self.after)


def changed(*pairs: str) -> Callable[[str, str], bool]:
    """Make a test for one of these changes, each written `old>new`."""
    known = frozenset(pairs)
    return lambda old, new: f"{old}>{new}" in known


ADVERBS = (
    r"(?:(?:not|never|always|already|also|just|only|still|often|usually|now|then|ever|first|automatically|currently"
    r"|easily|correctly|simply|later|either) ){0,2}"
)
NOT_NOUNS = (
    "is|was|this|has|does|as|us|its|less|plus|thus|always|perhaps|besides|sometimes|unless|afterwards|towards|yes"
    "|whereas|minus|across|process|access|class|status|various|previous|obvious|needs|means|works"
)
FORMS = frozenset({"WordForm"})
MANY = changed(
    "is>are", "was>were", "has>have", "does>do", "doesn't>don't", "wasn't>weren't", "hasn't>haven't", "isn't>aren't"
)
ONE = changed(
    "are>is", "were>was", "have>has", "do>does", "don't>doesn't", "weren't>wasn't", "haven't>hasn't", "aren't>isn't"
)
