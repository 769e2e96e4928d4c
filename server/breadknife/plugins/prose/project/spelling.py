"""Whether a word that an engine doesn't know is a typo or a term of the trade."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from breadknife.plugins.prose.project.lowered import Lowered
from breadknife.plugins.prose.project.misspellings import meant
from breadknife.project.values import Project
from breadknife.project.words import dialectless
from breadknife.text.document import Span
from breadknife.text.prose import ProseText
from breadknife.text.sentences import begins_sentence

_PLAIN = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.IGNORECASE)
_REPEATED = 3
"""Who writes a word this often means it."""
_LEARNING_S = 20.0
"""Seconds that lint waits until all of the project has been read."""
SHORTEST = 4
"""Letters of a word that is looked at: a shorter one is as likely an abbreviation."""
_WHOLE, _LONG = 6, 8
"""Letters from which on a word is hardly anything else than what all engines offer, and may have two slips in it."""
_UNLIKELY = 3
"""What an edit counts that fingers and ears hardly make: more than the two slips that `is_slip` accepts at most."""
_PREFIXES = "re|un|de|dis|mis|non|sub|super|pre|post|co|multi|auto|inter|over|under|meta|hyper|micro"
_PREFIX = re.compile(rf"(?:{_PREFIXES})(?=\w{{3}})")
_SUFFIX = re.compile(r"(?<=\w{3})(?:s|es|ables?|ers?|ors?|ly|ness)$")
_OTHER_NAME = re.compile(r" [A-Z][a-z]")
_ALIKE = [frozenset(group) for group in ("aeiouy", "cksqxz", "mn", "bp", "bv", "fv", "gj", "td")]
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@cache
def terms() -> frozenset[str]:
    """Return the words of `terms.txt`."""
    lines = files("breadknife.plugins.prose.project").joinpath("terms.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


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
        return word in self.dictionary or word in terms() or self._is_own(word) or self.projects(word)

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


def of_project(project: Project | None, *, whole: bool) -> Callable[[str], bool]:
    """Return a function that tells whether a word is the project's own: the name of something in it, or a word that its
    documents say again and again.

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
        return project.names(word) or project.saying(word) >= _times(word)

    return is_own


def _times(word: str) -> float:
    """Return how often prose must say a word to mean it. No number is enough for a common misspelling: who doesn't know
    how a word is spelled misspells it each time."""
    return math.inf if meant(word) else _REPEATED


def folded(word: str) -> str:
    """Return a word as dictionaries have it: in lower case and without a possessive's ending."""
    word = word.replace("’", "'").casefold()
    return word.removesuffix("'s").removesuffix("'")


def is_typo(
    text: str,
    span: Span,
    replacements: tuple[str, ...],
    vocabulary: DocumentVocabulary,
    knows: Callable[[str], bool],
    agreed: str = "",
) -> bool:
    """Tell whether an unknown word is plain English but for a slip of the fingers, and no name or term.

    `knows` tells whether an engine's dictionary has a word; `replacements` are what engines offer, and `agreed` is what
    all of them offer first, empty if they don't agree.
    """
    word = text[span.start : span.end]
    is_common_misspelling = bool(meant(word))
    return (
        (word.islower() or _begins_sentence(text, span))
        and (is_common_misspelling or looks_slipped(word, replacements) or looks_meant(word, agreed))
        and (
            is_common_misspelling
            or word.islower()
            or any(knows(new.lower()) for new in replacements if is_slip(word, new))
        )
        and word not in vocabulary
        and not _is_derived(word, knows)
    )


def _begins_sentence(text: str, span: Span) -> bool:
    """Tell whether a sentence begins with this word, and not with a name of several words, as items of a list may."""
    return begins_sentence(text, span.start) and _OTHER_NAME.match(text, span.end) is None


@lru_cache(maxsize=1 << 12)
def looks_slipped(word: str, replacements: tuple[str, ...]) -> bool:
    """Tell whether a word is a slip for one of the replacements, and not just another country's spelling of one."""
    return (
        len(word) >= SHORTEST
        and _PLAIN.fullmatch(word) is not None
        and word[1:].islower()
        and any(is_slip(word, replacement) for replacement in replacements)
        and not any(dialectless(word) == dialectless(replacement) for replacement in replacements)
    )


def looks_meant(word: str, agreed: str) -> bool:
    """Tell whether a long word is hardly anything else than the one that all engines offer first: `solfware`.

    That need be no slip of the fingers: who learns a language writes what they hear.
    """
    return (
        len(word) >= _WHOLE
        and word[1:].islower()
        and agreed[1:].islower()
        and _PLAIN.fullmatch(word) is not None
        and _PLAIN.fullmatch(agreed) is not None
        and abs(len(word) - len(agreed)) <= 1
        and _substitution(word[0].lower(), agreed[0].lower()) < _UNLIKELY
        and slips(word.casefold(), agreed.casefold()) <= _UNLIKELY + 1
        and dialectless(word) != dialectless(agreed)
    )


def _is_derived(word: str, knows: Callable[[str], bool]) -> bool:
    """Tell whether a word is made of one that dictionaries have: `reindents`, `lexicographically`, `editably`."""
    match = _PREFIX.match(word)
    if match and knows(word[match.end() :]):
        return True
    if word.endswith("bly") and knows(f"{word[:-1]}e"):
        return True
    match = _SUFFIX.search(word)
    return match is not None and knows(word[: match.start()])


def is_slip(word: str, replacement: str) -> bool:
    """Tell whether fingers or ears that meant `replacement` make `word` of it: one slip, or two in a long word."""
    if not _PLAIN.fullmatch(replacement) or not replacement[1:].islower():  # two words, or a product's name
        return False
    word, replacement = word.casefold(), replacement.casefold()
    if word[0] != replacement[:1]:
        return False
    return slips(word, replacement) <= (1 if len(word) < _LONG else 2)


def is_name_for_word(word: str, replacement: str) -> bool:
    """Tell whether a name, or what else has a capital, is offered for what isn't written as one."""
    return word.islower() and not replacement.islower()


def slips(a: str, b: str) -> int:
    """Return the number of slips that make `b` of `a`, by the Damerau-Levenshtein distance (optimal string alignment).

    One slip leaves a letter out, adds one, swaps two neighbours, or puts a letter in place of one that sounds alike or
    lies beside it on the keyboard. Any other letter in its place counts _UNLIKELY.
    """
    # In words of one length, a letter left out and another added is any letter in place of any other.
    gap = 1 if len(a) != len(b) else _UNLIKELY
    before, last = list[int](), [j * gap for j in range(len(b) + 1)]  # the two rows above
    for i, x in enumerate(a, 1):
        row = [i * gap]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + gap, row[j - 1] + gap, last[j - 1] + _substitution(x, y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def _substitution(x: str, y: str) -> int:
    """Return what one letter in place of another counts."""
    if x == y:
        return 0
    neighbours = any(abs(row.find(x) - row.find(y)) == 1 for row in _KEYS if x in row and y in row)
    return 1 if neighbours or any(x in group and y in group for group in _ALIKE) else _UNLIKELY
