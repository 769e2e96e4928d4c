"""Names of rules as people read them, in menus and messages: `a or an` for `AnA`. Files and comments keep the ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from breadknife.plugins.prose.engines.rules import ARTICLES, COMMAS, REPEATS, SPELLING, is_of_dictionaries

_COMMON: Mapping[str, frozenset[str]] = {
    "a or an": ARTICLES,
    "comma after an introduction": COMMAS,
    "repeated words": REPEATS,
    "spelling": SPELLING,
}
"""Names of rules that are met often, and whose ids say little or differ between the engines."""
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")
_ENGLISH = re.compile(r"^(?:EN|ENGLISH)_|_RULE$")
"""What LanguageTool's ids begin and end with."""


def in_words(rule: str, engine: str = "languagetool") -> str:
    """Return the name of an engine's rule in small words: `broken link` for `broken-link`, `weasel` for
    `write-good.Weasel`. Returns the id itself if there is no word in it."""
    for name, rules in _COMMON.items():
        if rule in rules:
            return name
    if is_of_dictionaries(engine, rule):
        return "spelling"
    bare = _ENGLISH.sub("", rule.rpartition(".")[2])
    return " ".join(word.lower() for word in _WORD.findall(bare)) or rule


def named(rules: Iterable[str]) -> str:
    """Return the names of several rules, each once: `“a or an”, “spelling”`."""
    return ", ".join(f"“{name}”" for name in dict.fromkeys(map(in_words, rules)))
