"""Which rules of the engines are off by default, and why: data only.

Measured on the READMEs of twelve well-edited packages and on the docstrings of eighteen modules (54,000 words):
nearly all that these rules said there was wrong, or a matter of house style. A name is a rule's, a rule's with `*`, or
`category:` and a category's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache

_FRAGMENT = "headings, list items and comments are fragments"
_MARKUP = "markup, quoted code and line breaks make what it looks for"
_HOUSE = "house style, on which well-edited projects differ"
_JARGON = "these are terms of the trade"
_NAMES = "names of packages, modules and commands are written as they are"

NOISE: Mapping[str, Mapping[str, str]] = {
    "harper": {
        "category:Capitalization": _FRAGMENT + "; " + _NAMES,
        "category:Enhancement": _HOUSE,
        "category:Formatting": _MARKUP,
        "category:Punctuation": _HOUSE,
        "category:Readability": _HOUSE,
        "category:Regionalism": _HOUSE,
        "category:Style": _HOUSE,
        "AvoidAndAlso": _HOUSE,
        "Codebase": _HOUSE,
        "Codebases": _HOUSE,
        "CompoundNouns": "a file name, a bug fix and a code base are two words or one, as a project likes",
        "CondenseAllThe": _HOUSE,
        "DisjointPrefixes": _HOUSE,
        "Expand*": _JARGON,
        "FindOut": "“find out the version” is as good as “find the version”",
        "ItsPossessive": "it takes “it's time” for a possessive",
        "LeftRightHand": _HOUSE,
        "MassNouns": "redirections, configurations and the like are countable here",
        "MissingDeterminer": _FRAGMENT,
        "MissingPreposition": "it takes subjects and verbs for nouns that lack one between them",
        "MissingTo": _FRAGMENT,
        "NeedToNoun": _JARGON,
        "OkToOkay": _HOUSE,
        "OutOfDate": "it wants hyphens after a verb too: “the cache is out of date”",
        "Overall": "“over all of the axes” is meant",
        "PhrasalVerbAsCompoundNoun": _JARGON,
        "PronounInflectionBe": "it looks one noun back only",
        "SplitWords": _JARGON,
        "ToDoHyphen": _JARGON,
        "WrongNegative": _JARGON,
    },
    "languagetool": {
        "category:AMERICAN_ENGLISH_STYLE": _HOUSE,
        "category:BRITISH_ENGLISH": _HOUSE,
        "category:CASING": _FRAGMENT + "; " + _NAMES,
        "category:COLLOQUIALISMS": _HOUSE,
        "category:COMPOUNDING": _HOUSE,
        "category:CREATIVE_WRITING": _HOUSE,
        "category:GENDER_NEUTRALITY": _HOUSE,
        "category:PLAIN_ENGLISH": _HOUSE,
        "category:PROPER_NOUNS": _NAMES,
        "category:PUNCTUATION": _HOUSE + "; " + _MARKUP,
        "category:REDUNDANCY": _HOUSE,
        "category:REPETITIONS_STYLE": _HOUSE,
        "category:STYLE": _HOUSE,
        "category:TEXT_ANALYSIS": _HOUSE,
        "category:TYPOGRAPHY": _MARKUP,
        "category:WIKIPEDIA": _HOUSE,
        "ALL_OF_THE": _HOUSE,
        "AFFECT_EFFECT": "“side-effects” are meant",
        "A_INSTALL": _JARGON,
        "ARTICLE_ADJECTIVE_OF": "“iterable” and “topmost” are nouns here",
        "CONSECUTIVE_SPACES": _MARKUP,
        "EN_COMPOUNDS_*": _HOUSE,
        "EN_MULTITOKEN_SPELLING_*": _NAMES,
        "EN_SPLIT_WORDS_HYPHEN": _MARKUP,
        "EN_WORD_COHERENCY": _HOUSE,
        "ENGLISH_WORD_REPEAT_BEGINNING_RULE": _FRAGMENT,
        "KIND_OF_A": _HOUSE,
        "LINE_COMPOUNDS": _HOUSE,
        "MISSING_HYPHEN": _HOUSE,
        "NON_ANTI_JJ": _HOUSE,
        "NUMBERS_IN_WORDS": _JARGON,
        "POSSESSIVE_APOSTROPHE": "“the examples directory” is meant",
        "PRE_AND_POST_NN": _HOUSE,
        "RUFF_ROUGH": _NAMES,
        "UPPERCASE_SENTENCE_START": _FRAGMENT,
        "WHITESPACE_RULE": _MARKUP,
    },
}

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
    return frozenset((rule,)).union(*(each for each in _NAMESAKES if rule in each))


PRONOUNS = frozenset(("I_LOWERCASE",))
"""Rules that take `i` for the writer: it may be an index."""

SAFE = frozenset(
    (
        "AnA", "EN_A_VS_AN", "RepeatedWords", "ENGLISH_WORD_REPEAT_RULE", "ModalOf", "MODAL_OF", "DespiteOf",
        "DESPITE_OF", "MoreBetter", "MD_BASEFORM", "CAN_CHECKOUT", "PronounVerbAgreement",
    )
)  # fmt: skip
"""Rules whose first fix was right wherever they spoke in those texts: fit for "fix all"."""


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

HARPER_IS_RIGHT = frozenset(
    (
        "AdjectiveDoubleDegree", "AllowTo", "AnA", "DiscourseMarkers", "ExceptOf", "NounVerbConfusion",
        "RepeatedWords", "SimplePastToPastParticiple", "SingleBe", "ThenThan", "ToTo", "WillNonLemma",
    )
)  # fmt: skip
"""Harper's rules that were right more often than not in READMEs that nobody had tuned on (690,000 words). Rules that
spoke there less than three times were right in 40 of 85 cases together."""

LANGUAGETOOL_IS_WRONG = frozenset(
    (
        "ANY_BODY", "A_NNS", "BE_VBP_IN", "FEWER_LESS", "LOOSE_LOSE", "NON_STANDARD_WORD",
        "PCT_SINGULAR_NOUN_PLURAL_VERB_AGREEMENT", "PREPOSITION_VERB", "SINGULAR_VERB_AFTER_THESE_OR_THOSE",
        "THE_SUPERLATIVE", "TO_TOO", "VERB_APOSTROPHE_S", "WANT_TO_NN",
    )
)  # fmt: skip
"""LanguageTool's rules that were not. Rules that spoke less than three times (in 46,000 words of the same texts) were
right in 23 of 35 cases together, so a rule that isn't here counts as right."""


def is_right(engine: str, rule: str) -> bool:
    """Tell whether a rule is right more often than not: it is shown at once, and others wait until a second engine
    agrees.

    `bench/prose/trust.tsv` has each judgement, and `python bench/prose/trust.py table` sums them up.
    """
    return rule in HARPER_IS_RIGHT if engine == "harper" else rule not in LANGUAGETOOL_IS_WRONG
