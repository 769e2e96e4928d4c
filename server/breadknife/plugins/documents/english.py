"""What the rules know of English: words, forms of verbs, and what a clause is."""

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
        return self.determiners | self.pronouns | self.prepositions | self.auxiliaries | self.common


FORMS = ("base", "third", "past", "participle", "gerund")


@dataclass(frozen=True)
class Verb:
    """A row of `verbs.tsv`."""

    base: str
    third: str
    past: str
    participle: str
    gerund: str


def english() -> EnglishTables:
    return read_table("english", EnglishTables)


@cache
def verbs(form: str) -> dict[str, Verb]:
    """Return the verbs by one of their FORMS."""
    return {getattr(verb, form): verb for verb in read_rows("verbs", Verb)}


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without the punctuation around them."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def word_count(text: str) -> int:
    return len(text.split())


def is_english(text: str) -> bool:
    """Tell whether enough of a text's words are common English ones."""
    of_text = words(text)
    return bool(of_text) and sum(word in english().commonest for word in of_text) / len(of_text) >= _LEAST_ENGLISH


def capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def has_finite_verb(clause: list[str]) -> bool:
    """Tell whether words are certain to have a verb with a subject, or a command."""
    know = english()
    if not clause:
        return False
    if any(word in know.auxiliaries for word in clause):
        return True
    if clause[0] in verbs("base"):
        return True
    for before, word in pairwise(clause):
        is_subject = before in know.pronouns or before in ("this", "which")
        if is_subject and (word in verbs("base") or word in verbs("third") or word in verbs("past")):
            return True
        if word in know.thirds and before not in know.determiners:
            return True
    return False


def begins_clause(clause: list[str], longest: int = 9) -> bool:
    """Tell whether words are certain to begin with a subject and its verb: "it has", "the old files in the cache
    are"."""
    know = english()
    if len(clause) < 3:
        return False
    first, rest = clause[0], clause[1:]
    if first in know.auxiliaries and "'" in first:  # "it's"
        return True
    if first in know.pronouns or first in ("this", "these", "those"):
        verb = next((word for word in rest[:3] if not word.endswith("ly") and word not in ("also", "then")), "")
        plain = verb in verbs("base") or verb in verbs("third") or verb in verbs("past")
        if verb in know.auxiliaries or (plain and first in know.pronouns):
            return True
    if first not in know.determiners or first == "that":  # "so that"
        return False
    for word in rest[1:longest]:
        if word in know.subordinators or word == "to" or word in verbs("gerund"):
            return False
        if word in know.auxiliaries:
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
