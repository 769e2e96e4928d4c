"""What is known of the engines' rules: which are off by default, which are right, which look for the same.

`base_rates.tsv` and `rules.toml` have what was measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

_Names = frozenset[str]


ON, WAITS = 0.55, 0.2
"""The chance from which on a rule is shown at once, and that from which on it is shown where a second engine or the
model agrees."""


class _Table(msgspec.Struct):
    foreign: dict[str, _Names]
    safe: dict[str, _Names]
    acronyms: dict[str, _Names]


_TABLE = msgspec.toml.decode(files(__package__ or "").joinpath("rules.toml").read_bytes(), type=_Table)
SAFE = _TABLE.safe["rules"]
ACRONYMS: Mapping[str, _Names] = _TABLE.acronyms
"""By article, the acronyms that take it though their first letter sounds otherwise."""

COMMAS = frozenset(("DiscourseMarkers", "SENT_START_CONJUNCTIVE_LINKING_ADVERB_COMMA"))
"""Rules that want a comma after what a sentence begins with: as one likes after the short ones."""

SENTENCE_BLANKS = frozenset(("SENTENCE_WHITESPACE",))
"""Rules that want a blank between two sentences: between a dot and a capital there is none in names."""

SPELLING = frozenset(("SpellCheck", *(f"MORFOLOGIK_RULE_EN_{land}" for land in ("US", "GB", "AU", "CA"))))
"""Rules that say that a word isn't in the engine's dictionary: the other engine may have it."""

_SPELLERS = re.compile(r"(?:MORFOLOGIK|HUNSPELL)_\w+|(?:\w+_)?(?:SPELLER|SPELLING)_RULE\w*")


def is_of_dictionaries(engine: str, rule: str) -> bool:
    """Tell whether a rule, of any language, says that a word is in no dictionary: then it may be added to ours."""
    if engine == "vale":
        return rule.rpartition(".")[2] == "Spelling"
    return rule in SPELLING or (engine == "languagetool" and _SPELLERS.fullmatch(rule) is not None)


ARTICLES = frozenset(("AnA", "EN_A_VS_AN"))
"""Rules that need to know how the next word sounds: `urllib3` or a quotation tells them nothing."""

REPEATS = frozenset(("RepeatedWords", "ENGLISH_WORD_REPEAT_RULE"))
"""Rules that say that a word is there twice."""

_NAMESAKES = (
    ARTICLES,
    COMMAS,
    SPELLING,
    REPEATS,
    frozenset(("ModalOf", "MODAL_OF")),
    frozenset(("DespiteOf", "DESPITE_OF")),
)
"""Rules of two engines that look for the same: to switch one off switches the other off too."""


@cache
def namesakes(rule: str) -> frozenset[str]:
    """Return the rule, and those of other engines that look for the same."""
    return frozenset((rule,)).union(*(rules for rules in _NAMESAKES if rule in rules))


PRONOUNS = frozenset(("I_LOWERCASE",))
"""Rules that take `i` for the writer: it may be an index."""


_MEASURED = ("harper", "languagetool", "counts")


@cache
def _chances() -> Mapping[tuple[str, str, str], float]:
    """Return the column `chance` by engine, category and rule; a category alone is of rules that aren't listed."""
    table = files(__package__ or "").joinpath("base_rates.tsv").read_text("ascii")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    next(rows)  # the names of the columns
    return {(row[0], "" if row[2] else row[1], row[2]): float(row[5]) for row in rows}


@cache
def chance(engine: str, rule: str, category: str = "") -> float:
    """Return how often an engine's rule that speaks of English speaks of an error, by what maintainers corrected and
    left (`base_rates.tsv`)."""
    if rule in SPELLING or engine not in _MEASURED:
        return 1.0  # what may have been meant has a chance of its own; a project has chosen Vale's styles
    chances = _chances()
    known = (chances.get((engine, *key)) for key in (("", rule), (category, ""), ("", "")))
    return next(each for each in known if each is not None)


def is_listed_as_noise(engine: str, rule: str) -> bool:
    """Tell whether a rule of English is off by default whatever its category is."""
    return _chances().get((engine, "", rule), 1.0) < WAITS


def is_noise(engine: str, rule: str, category: str, *, is_english: bool = True) -> bool:
    """Tell whether a rule is off by default."""
    if not is_english and engine == "languagetool":
        return category in _TABLE.foreign["categories"] or rule in _TABLE.foreign["rules"]
    return chance(engine, rule, category) < WAITS


def is_right(engine: str, rule: str, category: str = "") -> bool:
    """Tell whether a rule of English is shown at once. Others that are on wait until a second engine agrees."""
    return chance(engine, rule, category) >= ON
