"""What the guard knows of English words: the lists of `words.toml`, stems, and what counts as a content word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from breadknife.steps.builtin.tables import read_table

CODE = re.compile(r"``[^`]+``|`[^`]+`")
LINK = re.compile(r"https?://[^\s)>\]]+|\]\([^)]+\)|[\w.+-]+@[\w-]+\.\w+")
CITATION = re.compile(
    r"\[\^[^\]\s]+\]"  # Markdown's footnotes
    r"|\[[\w-]+\]_"  # reST's
    r"|\[\d+(?:\s*[,–-]\s*\d+)*\]"
    r"|\\(?:\w*cite\w*|footnote|ref)\*?(?:\[[^\]]*\])*\{[^}]*\}"
    r"|(?<![\w.])@[A-Za-z][\w:-]*\w"
    r"|\([^()]*\b[A-Z][^()]*\b(?:1[5-9]|20)\d\d[a-z]?(?:,[^()]*)?\)"
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]+")
_LEAST_LETTERS, _ALIKE = 5, 0.8
"""Letters of a word, and the share of them that are the same, for it to be a slip for another word."""
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True)
class Words:
    """The lists of `words.toml`."""

    negations: tuple[str, ...]
    openings: tuple[str, ...]
    fillers: tuple[str, ...]
    opposites: tuple[tuple[str, str], ...]
    numbers: dict[str, str]
    units: dict[str, tuple[str, ...]]
    claims: dict[str, tuple[str, ...]]
    determiners: frozenset[str]
    prepositions: frozenset[str]
    auxiliaries: frozenset[str]
    participles: dict[str, str]
    endings: tuple[str, ...]
    common: frozenset[str]

    @cached_property
    def negation(self) -> re.Pattern[str]:
        verbs = "|".join(verb[: -len("n't")] for verb in self.auxiliaries if verb.endswith("n't"))
        slips = rf"\b(?:{verbs})nt\b"  # as in “dont”
        return re.compile(rf"\b(?:{'|'.join(self.negations)})\b|n['’]t\b|{slips}", re.IGNORECASE)

    @cached_property
    def helpers(self) -> frozenset[str]:
        """The auxiliaries, also as slips: “dont”."""
        return self.auxiliaries | {verb.replace("'", "") for verb in self.auxiliaries}

    @cached_property
    def opening(self) -> re.Pattern[str]:
        return re.compile(rf"({'|'.join(self.openings)})\b", re.IGNORECASE)

    @cached_property
    def claim(self) -> re.Pattern[str]:
        """Every wording of a quantifier or modal, the longest first."""
        every = sorted((wording for wordings in self.claims.values() for wording in wordings), key=len, reverse=True)
        return re.compile(rf"\b(?:{'|'.join(every)})(?=\b|n['’]t)", re.IGNORECASE)

    @cached_property
    def filler(self) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{'|'.join(self.fillers)})\b", re.IGNORECASE)

    @cached_property
    def claim_of(self) -> dict[str, str]:
        return {wording: claim for claim, wordings in self.claims.items() for wording in wordings}

    @cached_property
    def unit_of(self) -> dict[str, str]:
        return {word: unit for unit, spellings in self.units.items() for word in spellings}


def words() -> Words:
    return read_table("guard/words", Words)


def bare(text: str) -> str:
    """Return the text without code, links and citations."""
    return CODE.sub(" ", LINK.sub(" ", CITATION.sub(" ", text)))


def new_words(before: str, after: str) -> tuple[list[str], int]:
    """Return the content words of the text after whose stems aren't in the one before, and how many it has in all."""
    old_stems = {stem(word) for word in content(before)}
    words_after = content(after)
    new = [word for word in words_after if not any(is_related(stem(word), old_stem) for old_stem in old_stems)]
    return new, len(words_after)


def content(text: str) -> list[str]:
    """Return the content words of a text, in order: all that aren't among the common ones."""
    return [word for word in _WORD.findall(bare(text)) if word.lower() not in words().common]


def is_related(first: str, second: str) -> bool:
    """Tell whether two stems may be of one family of words: they begin with the same four letters."""
    return first == second or (min(len(first), len(second)) > 3 and first[:4] == second[:4])


def is_respelled(first: str, second: str) -> bool:
    """Tell whether two words are so alike that one may be a slip for the other: “fonction” and “function”."""
    return min(len(first), len(second)) >= _LEAST_LETTERS and SequenceMatcher(None, first, second).ratio() >= _ALIKE


def stem(word: str) -> str:
    """Return a word in small letters, roughly without an ending of inflection."""
    word = _POSSESSIVE.sub("", word.lower().strip("'’"))
    ending = next((known for known in words().endings if word.endswith(known) and len(word) - len(known) >= 3), "")
    return word[: len(word) - len(ending)]
