"""Names of rules as people read them: `a or an` for `AnA`, and what each is about. Files and comments keep the ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from breadknife.plugins.prose.documents.rule import SOURCE
from breadknife.plugins.prose.documents.rules import DOCUMENT_RULES
from breadknife.plugins.prose.engines.harper import rules_of_harper
from breadknife.plugins.prose.engines.rules import ARTICLES, COMMAS, REPEATS, SPELLING, is_of_dictionaries
from breadknife.text.tokens import parts_of_words

_COMMON: Mapping[str, frozenset[str]] = {
    "a or an": ARTICLES,
    "comma after an introduction": COMMAS,
    "repeated words": REPEATS,
    "spelling": SPELLING,
}
"""Names of rules that are met often, and whose ids say little or differ between the engines."""
_ENGLISH = re.compile(r"^(?:EN|ENGLISH)_|_RULE$")
"""What LanguageTool's ids begin and end with."""
_OTHERS: Mapping[str, str] = {
    "counts/": "In documentation other words are much more frequent at such a place.",
    "languagetool/": "A rule of LanguageTool.",
    "model/": "The small language model finds another wording likelier.",
    "vale/": "A rule of a Vale style of this project.",
}
"""A sentence for all rules of engines that can't list theirs, or have too many."""


def name_rule(rule: str, engine: str = "languagetool") -> str:
    """Return the name of an engine's rule in small words: `broken link` for `broken-link`, `weasel` for
    `write-good.Weasel`. Returns the id itself if there is no word in it."""
    for name, rules in _COMMON.items():
        if rule in rules:
            return name
    if is_of_dictionaries(engine, rule):
        return "spelling"
    bare = _ENGLISH.sub("", rule.rpartition(".")[2])
    return " ".join(word.lower() for word in parts_of_words(bare)) or rule


def name_rules(rules: Iterable[str]) -> str:
    """Return the names of several rules, each once: `“a or an”, “spelling”`."""
    return ", ".join(f"“{name}”" for name in dict.fromkeys(map(name_rule, rules)))


def describe_rules() -> Mapping[str, str]:
    """Return a sentence for each rule by its id. Takes half a second where Harper has not been used yet."""
    of_harper = {f"harper/{rule}": about for rule, about in rules_of_harper().items()}
    return {**of_harper, **{f"{SOURCE}/{rule.code}": rule.description for rule in DOCUMENT_RULES}, **_OTHERS}
