"""Facts that a rewriting must keep as they are: code, links, citations, numbers with their units, and names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from breadknife.steps.builtin.guard.words import CITATION, CODE, LINK, bare, words
from breadknife.text.sentences import begins_sentence

_NUMBER = re.compile(r"(?<![\w.])(?P<number>\d[\d.,:/x-]*\d|\d|[A-Za-z]+\b)(?=(?:\s*(?P<unit>%|[A-Za-z]+\b))?)")
_NAME = re.compile(
    r"\b(?:[a-z]+[A-Z]\w*|[A-Z]+[a-z]+[A-Z]\w*|[A-Z]{2,}\w*|\w+_\w+|\w+\.\w{2,}(?:\.\w+)*)\b"
    r"|(?P<capitalized>\b[A-Z][\w-]*[A-Za-z]\b)"
)


@dataclass(frozen=True)
class Fact:
    key: str
    """The same for all wordings of the fact: `3 second`."""
    wording: str
    """What the text writes: `three seconds`."""


def changed_fact(kind: str, before: str, after: str, may_lose: bool = False) -> str:
    """Return what the text after lost or added of one kind, as `it lost the number 3`; empty if it kept everything."""
    old, new = FACT_FINDERS[kind](before), FACT_FINDERS[kind](after)
    lost = [fact for fact in _missing(old, new, kind) if kind != "name" or not _stands(fact.wording, after)]
    if lost and not may_lose:
        return f"it lost the {kind} {lost[0].wording}"
    known = {fact.key for fact in old}
    added = [fact for fact in new if fact.key not in known and (kind != "name" or not _stands(fact.wording, before))]
    return f"it added the {kind} {added[0].wording}" if added else ""


def _missing(old: Sequence[Fact], new: Sequence[Fact], kind: str) -> list[Fact]:
    """Return the lost facts. Each number counts as often as it stands there; of anything else once is enough."""
    remaining = Counter(fact.key for fact in new)
    missing: list[Fact] = []
    for fact in old:
        if not remaining[fact.key]:
            missing.append(fact)
        elif kind == "number":
            remaining[fact.key] -= 1
    return missing


def _stands(name: str, text: str) -> bool:
    """Tell whether a name stands anywhere in the text: at the start of a sentence no name is looked for."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _links(text: str) -> list[Fact]:
    return [Fact(link, link) for link in (link.removeprefix("](").rstrip(".,)") for link in LINK.findall(text))]


def _numbers(text: str) -> list[Fact]:
    """Find numbers, as digits, with the unit that follows."""
    facts: list[Fact] = []
    for match in _NUMBER.finditer(bare(text)):
        number, unit = words().numbers.get(match["number"].lower(), match["number"]), match["unit"] or ""
        if number[:1].isdigit() or number != match["number"]:
            unit_key = words().unit_of.get(unit) or words().unit_of.get(unit.lower(), "")
            written = f"{match['number']} {unit}" if unit_key else match["number"]
            facts.append(Fact(f"{number} {unit_key}".strip(), written))
    return facts


def _as_written(pattern: re.Pattern[str]) -> Callable[[str], list[Fact]]:
    """Return a function that finds a pattern's matches, whose key is their wording."""
    return lambda text: [Fact(match, match) for match in pattern.findall(text)]


def _names(text: str) -> list[Fact]:
    """Find names: identifiers, acronyms, file names, and capitalized words inside a sentence."""
    facts: list[Fact] = []
    plain = bare(text)
    for match in _NAME.finditer(plain):
        name = match[0]
        if match["capitalized"] and begins_sentence(plain, match.start()):
            name = name.partition("-")[2]  # of “Non-English” at a sentence's start, “English” is a name
            if not name[:1].isupper():
                continue
        if name.lower() not in words().common and name.lower() not in words().numbers:
            facts.append(Fact(name, name))
    return facts


FACT_FINDERS: Mapping[str, Callable[[str], list[Fact]]] = {
    "code": _as_written(CODE),
    "link": _links,
    "citation": _as_written(CITATION),
    "number": _numbers,
    "name": _names,
}
"""Kind of fact -> a function that finds those of a text."""
