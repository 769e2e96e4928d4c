"""Which language a document is in, and which of its paragraphs is in another one: by what its source declares, or else
by the words that are in every text.

The document decides: one sentence in technical prose may have more foreign words than words of its own language. A
paragraph is in another language only if it is long and certain; one that is certainly foreign, but short, is in
none that is known. Nobody checks what is in an unknown language.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import msgspec

from breadknife.plugins.prose.project.misspellings import meant
from breadknife.plugins.prose.project.word_counts import trade
from breadknife.text.prose import ProseText

_ENGLISH = "en"
UNKNOWN = "und"
"""The tag of BCP 47 for a language that nobody could tell."""


class _Table(msgspec.Struct):
    """`languages.toml`, which says what its fields mean."""

    rare: str
    scripts: tuple[tuple[str, str], ...]
    letters: tuple[tuple[str, str], ...]
    words: dict[str, str]


_TABLE = msgspec.toml.decode(files(__package__ or "").joinpath("languages.toml").read_bytes(), type=_Table)
_LETTERS = tuple((tuple(tags.split()), re.compile(letters)) for tags, letters in (*_TABLE.scripts, *_TABLE.letters))
_OF_OWN_SCRIPT = frozenset(tag for tags, _ in _TABLE.scripts for tag in tags.split())
DETECTED = frozenset((*_TABLE.words, *_OF_OWN_SCRIPT))
"""The languages that are told apart, `en` for English."""
_WORD = re.compile(r"[^\W\d_]+")
_RARE = 2e-4
"""The frequency, in any language, of a word that isn't in its list."""
_LETTERS_GAIN = math.log(0.1 / _RARE)
"""The nats that a word speaks for a language by its letters."""
_RARITY = dict.fromkeys(_TABLE.rare.split(), 5.0)
"""The nats that are needed to believe in a language of few documents: one of 150 or so."""
_MARGIN, _MARGIN_TO_ENGLISH = 3.0, 5.0
"""By so many nats a document's language must be likelier than each other, and than English: two words' worth."""
_FEW_WORDS = 20
"""Different words that are too few to say that a text is in no known language."""
_LEAST_SHARE = 0.07
"""The share of a text's words that its language's list has: of 1,600 documents in 16 languages the least had 0.09, and
of languages without a list most had under 0.04."""
_LONG, _CERTAIN = 6, 15.0
"""A paragraph is in another language than its document if it has so many of that language's words, and so many nats
speak for it."""
_UNKNOWN_WORDS, _UNKNOWN_SHARE = 3, 1 / 3
"""A paragraph with so many words that no English dictionary has is hardly English. In 2,226 lines of 22 repositories
that maintainers corrected, 44 of 81 words that were left in lines like that, but would have been reported, stand in
such ones, and 1 of 499 misspellings that they corrected."""
_COUNTED = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class LanguageEvidence:
    """What the words of a text tell. A word counts once in a paragraph."""

    gains: Mapping[str, float]
    """By language, how many nats likelier the text is in it than in one that has none of its words."""
    telling: Mapping[str, int]
    """By language, how many of the words it explains."""
    words: int
    ascii_words: int
    """How many of these are in ASCII letters alone: of a language with another script, such words tell nothing."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> LanguageEvidence:
        """Return what all of the texts tell together."""
        gains, telling, words, ascii_words = defaultdict[str, float](float), Counter[str](), 0, 0
        for evidence in map(_weigh, texts):
            for language, gain in evidence.gains.items():
                gains[language] += gain
            for language, count in evidence.telling.items():
                telling[language] += count
            words += evidence.words
            ascii_words += evidence.ascii_words
        return cls(gains, telling, words, ascii_words)

    def likeliest(self) -> str:
        """Return the likeliest language: English in doubt, and UNKNOWN where the words speak for none, or for two."""
        ranked = sorted(self.gains, key=self._belief, reverse=True)[:2]
        if not ranked or self.lead(ranked[0], _ENGLISH) < _MARGIN_TO_ENGLISH:
            ranked = [_ENGLISH]
        is_open = len(ranked) > 1 and self.lead(*ranked) < _MARGIN
        words = self.words - self.ascii_words if ranked[0] in _OF_OWN_SCRIPT else self.words
        is_strange = words >= _FEW_WORDS and self.telling.get(ranked[0], 0) < _LEAST_SHARE * words
        return UNKNOWN if is_open or is_strange else ranked[0]

    def lead(self, language: str, other: str) -> float:
        """Return by how many nats one language is likelier than another."""
        return self._belief(language) - self._belief(other)

    def _belief(self, language: str) -> float:
        return self.gains.get(language, 0.0) - _RARITY.get(language, 0.0)


def _frequencies() -> Mapping[str, Mapping[str, float]]:
    """Return the gain of each listed word for its languages: by its rank, as Zipf's law has it."""
    gains: dict[str, dict[str, float]] = {}
    for language, listed in _TABLE.words.items():
        for rank, word in enumerate(dict.fromkeys(listed.split())):
            gains.setdefault(word, {})[language] = math.log(0.1 / (rank + 3) / _RARE)
    return gains


_GAINS = _frequencies()


@dataclass(frozen=True)
class DocumentLanguage:
    """The language of a document, and of its paragraphs."""

    tag: str = _ENGLISH
    """BCP 47, or UNKNOWN."""
    is_declared: bool = False
    """The document or the user says so, for all paragraphs that don't declare their own."""

    @classmethod
    def of(cls, paragraphs: Sequence[ProseText], declared: str) -> DocumentLanguage:
        """Return the language that is `declared`, if it isn't empty, or else that of the paragraphs' largest part."""
        if declared:
            return cls(declared, is_declared=True)
        return cls(LanguageEvidence.of(each.text for each in paragraphs if not each.language).likeliest())

    def of_paragraph(self, paragraph: ProseText, english: str = _ENGLISH) -> str:
        """Return the tag of a paragraph's language; `english` for English of any country."""
        tag = paragraph.language or (self.tag if self.is_declared else self._tell(paragraph.text))
        return english if _is_english(tag) else tag.replace("_", "-")

    def _tell(self, text: str) -> str:
        evidence = _weigh(text)
        own = max(evidence.gains, key=lambda language: evidence.gains[language], default=self.tag)
        if own == self.tag or evidence.lead(own, self.tag) < _CERTAIN:
            return self.tag
        return own if evidence.telling[own] >= _LONG else UNKNOWN


def is_hardly_english(text: str, unknown: Iterable[str]) -> bool:
    """Tell whether a paragraph in an English document is probably in another language, by those of its words that the
    dictionary lacks, terms of the trade and known misspellings aside: short as it may be, and whichever language that
    is."""
    strange = sum(word.casefold() not in trade() and not meant(word) for word in unknown)
    return strange >= _UNKNOWN_WORDS and strange >= _UNKNOWN_SHARE * len(_COUNTED.findall(text))


def _is_english(tag: str) -> bool:
    return tag.lower().replace("_", "-").split("-")[0] == _ENGLISH


@lru_cache(maxsize=1 << 15)
def _weigh(text: str) -> LanguageEvidence:
    gains, telling = defaultdict[str, float](float), Counter[str]()
    words = set(_WORD.findall(text.lower()))
    for word in words:
        own = dict(_GAINS.get(word, {}))
        by_letters = () if word.isascii() else (tags for tags, letters in _LETTERS if letters.search(word))
        for tag in (tag for tags in by_letters for tag in tags):
            gains[tag] += _LETTERS_GAIN
            if tag not in _TABLE.words or tag not in _OF_OWN_SCRIPT:  # its letters are much of what is known of it
                own.setdefault(tag, 0.0)
        for language, gain in own.items():
            gains[language] += gain
            telling[language] += 1
    return LanguageEvidence(gains, telling, len(words), sum(map(str.isascii, words)))
