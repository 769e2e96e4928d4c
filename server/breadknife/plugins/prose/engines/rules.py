"""What is known of the engines' rules: which are off by default, which are right, which look for the same.

`rules.toml` has what was measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

import msgspec

_Names = frozenset[str]


class _Noise(msgspec.Struct):
    engine: str
    why: str
    rules: list[str]


class _Table(msgspec.Struct):
    noise: list[_Noise]
    trusted: dict[str, _Names]
    untrusted: dict[str, _Names]
    safe: dict[str, _Names]
    acronyms: dict[str, _Names]


_TABLE = msgspec.toml.decode(files(__package__ or "").joinpath("rules.toml").read_bytes(), type=_Table)
NOISE: Mapping[str, Mapping[str, str]] = {
    engine: {rule: row.why for row in _TABLE.noise if row.engine == engine for rule in row.rules}
    for engine in ("harper", "languagetool", "counts")
}
"""By engine, the rules that are off by default, and why."""
HARPER_IS_RIGHT, _HARPER_KINDS = _TABLE.trusted["harper"], _TABLE.trusted["harper_categories"]
_HARPER_IS_WRONG, LANGUAGETOOL_IS_WRONG = _TABLE.untrusted["harper"], _TABLE.untrusted["languagetool"]
SAFE = _TABLE.safe["rules"]
ACRONYMS: Mapping[str, _Names] = _TABLE.acronyms
"""By article, the acronyms that take it though their first letter sounds otherwise."""

COMMAS = frozenset(("DiscourseMarkers", "SENT_START_CONJUNCTIVE_LINKING_ADVERB_COMMA"))
"""Rules that want a comma after what a sentence begins with: as one likes after the short ones. After "However" it is
no matter of taste: 42 of 46 that learners lacked an annotator put there."""

SENTENCE_BLANKS = frozenset(("SENTENCE_WHITESPACE",))
"""Rules that want a blank between two sentences: between a dot and a capital there is none in names. After a question
mark or an exclamation mark 6 of 6 that learners lacked were missing, and none that a README did."""

KEPT = COMMAS | SENTENCE_BLANKS
"""Rules that are on though their category is off."""

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


@cache
def is_noise(engine: str, rule: str, category: str) -> bool:
    noise = NOISE[engine]
    return rule not in KEPT and (
        rule in noise
        or f"category:{category}" in noise
        or any(fnmatchcase(rule, pattern) for pattern in noise if pattern.endswith("*"))
    )


RARE = 3
"""A rule that was judged less often has no record of its own; such rules were judged together."""


def is_right(engine: str, rule: str, category: str = "") -> bool:
    """Tell whether a rule is right more often than not: it is shown at once, and others wait until a second engine
    agrees.

    `bench/prose/harper_rules.tsv` and `bench/prose/languagetool_rules.tsv` have what maintainers made of them; for
    those of LanguageTool that spoke there less than three times, `bench/prose/trust.tsv` has judgements.
    """
    if engine == "harper":
        return rule in HARPER_IS_RIGHT or (category in _HARPER_KINDS and rule not in _HARPER_IS_WRONG)
    return rule not in LANGUAGETOOL_IS_WRONG
