"""The English that the rules know: word lists, forms of verbs, and what a clause is. All words are in small letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

from breadknife.plugins.documents.tables import read_rows, read_table

_WORD = re.compile(r"[\w'’.-]*\w")
_LEAST_ENGLISH = 0.25
"""The share of words of a paragraph in English that are among the commonest."""


@dataclass(frozen=True)
class EnglishTables:
    """The lists of `english.toml`."""

    pronouns: frozenset[str]
    determiners: frozenset[str]
    auxiliaries: frozenset[str]
    modals: frozenset[str]
    subordinators: frozenset[str]
    prepositions: frozenset[str]
    common: frozenset[str]
    nouns: frozenset[str]
    thirds: frozenset[str]
    connected: frozenset[str]
    not_items: frozenset[str]
    effects: frozenset[str]
    adverbs: frozenset[str]
    openers: frozenset[str]
    refers: frozenset[str]
    negated: frozenset[str]

    @cached_property
    def commonest(self) -> frozenset[str]:
        """Return the words that any English text has: determiners, pronouns, prepositions, auxiliaries and the like."""
        return self.determiners | self.pronouns | self.prepositions | self.auxiliaries | self.common


FORMS = ("base", "third", "past", "participle", "gerund")
"""The forms of a verb: keep, keeps, kept, kept, keeping."""


@dataclass(frozen=True)
class Verb:
    """A row of `verbs.tsv`."""

    base: str
    third: str
    past: str
    participle: str
    gerund: str


def english() -> EnglishTables:
    """Return the word lists, which are read once."""
    return read_table("english", EnglishTables)


@cache
def verbs(form: str) -> dict[str, Verb]:
    """Return the verbs by one of their FORMS: that form -> the verb."""
    return {getattr(verb, form): verb for verb in read_rows("verbs", Verb)}


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without the punctuation around them."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def word_count(text: str) -> int:
    """Return the number of words that blanks part."""
    return len(text.split())


def is_english(text: str) -> bool:
    """Tell whether enough of a text's words are common English ones."""
    text_words = words(text)
    common_count = sum(word in english().commonest for word in text_words)
    return bool(text_words) and common_count / len(text_words) >= _LEAST_ENGLISH


def capitalized(text: str) -> str:
    """Return the text with a capital; other letters stay as they are."""
    return text[:1].upper() + text[1:]


def has_finite_verb(clause: list[str]) -> bool:
    """Tell whether words are certain to have a verb with a subject, or a command."""
    lists = english()
    if not clause:
        return False
    if any(word in lists.auxiliaries for word in clause):
        return True
    if clause[0] in verbs("base"):
        return True
    for before, word in pairwise(clause):
        is_subject = before in lists.pronouns or before in ("this", "which")
        if is_subject and (word in verbs("base") or word in verbs("third") or word in verbs("past")):
            return True
        if word in lists.thirds and before not in lists.determiners:
            return True
    return False


def begins_clause(clause: list[str], longest: int = 9) -> bool:
    """Tell whether words are certain to begin with a subject and its verb: "it has", "the old files in the cache
    are"."""
    lists = english()
    if len(clause) < 3:
        return False
    first, rest = clause[0], clause[1:]
    if first in lists.auxiliaries and "'" in first:  # "it's"
        return True
    if first in lists.pronouns or first in ("this", "these", "those"):
        verb = next((word for word in rest[:3] if not word.endswith("ly") and word not in ("also", "then")), "")
        plain = verb in verbs("base") or verb in verbs("third") or verb in verbs("past")
        if verb in lists.auxiliaries or (plain and first in lists.pronouns):
            return True
    if first not in lists.determiners or first == "that":  # "so that"
        return False
    for word in rest[1:longest]:
        if word in lists.subordinators or word == "to" or word in verbs("gerund"):
            return False
        if word in lists.auxiliaries:
            return True
    return False


def article_for(word: str) -> str:
    """Return `a` or `an`, by the word's first letters."""
    lowered = word.lower()
    if re.match(r"(?:uni|use|usa|usu|util|one|once|eu)", lowered):
        return "a"
    return "an" if lowered[:1] in "aeiou" or lowered.startswith(("hour", "honest", "heir")) else "a"


def is_name(source: str, word: str) -> bool:
    """Tell whether a word in lower case is likely the name of a program or package, which keeps its small letter: the
    source has it as code, or at the start of a command."""
    return re.search(
        rf"(?:`|^[ \t]+|\$ |>>> |import |install ){re.escape(word)}\b(?=[ `\n.]|$)", source, re.MULTILINE
    ) is not None and (word not in english().commonest)
