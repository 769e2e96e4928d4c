"""The step that compares a rewritten text with the one before: what must stay, and what must not come in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from breadknife.steps.builtin.tables import read_table
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence

_CODE = re.compile(r"``[^`]+``|`[^`]+`")
_LINK = re.compile(r"https?://[^\s)>\]]+|\]\([^)]+\)|[\w.+-]+@[\w-]+\.\w+")
_NUMBER = re.compile(r"\d[\d.,:/x%-]*\d|\d")
_NAME = re.compile(
    r"(?<![.!?:]\s)(?<!^)(?<!- )\b(?:[A-Z][\w'-]*[A-Za-z]|[a-z]+[A-Z]\w*|\w+_\w+|\w+\.\w{2,}(?:\.\w+)*)\b", re.MULTILINE
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]+")


@dataclass(frozen=True)
class Words:
    """The lists of `guard.toml`."""

    negations: tuple[str, ...]
    openings: tuple[str, ...]
    endings: tuple[str, ...]
    common: frozenset[str]

    @cached_property
    def negation(self) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{'|'.join(self.negations)})\b|n['’]t\b", re.IGNORECASE)

    @cached_property
    def opening(self) -> re.Pattern[str]:
        return re.compile(rf"({'|'.join(self.openings)})\b", re.IGNORECASE)


def words() -> Words:
    return read_table("guard", Words)


def _bare(text: str) -> str:
    return _CODE.sub(" ", _LINK.sub(" ", text))


def _names(text: str) -> list[str]:
    return [name for name in _NAME.findall(_bare(text)) if name.lower() not in words().common]


KEPT: Mapping[str, Callable[[str], list[str]]] = {
    "code": _CODE.findall,
    "link": lambda text: [link.strip(".,") for link in _LINK.findall(text)],
    "number": lambda text: [number.strip(".,") for number in _NUMBER.findall(_bare(text))],
    "name": _names,
}
"""What each word of `keep` finds in a text."""


@dataclass(frozen=True)
class GuardWanted:
    before: str
    after: str | None
    keep: tuple[str, ...] = literal(("code", "link", "number", "name", "negation"))
    """What must be the same in both: code, link, number, name, negation."""
    new_words: float = literal(0.35)
    """The share of content words that may be new."""
    length: tuple[float, float] = literal((0.25, 1.5))
    """Least and most words, as a share of those before."""


@dataclass(frozen=True)
class Guarded:
    text: str


def guard(given: GuardWanted, context: StepContext) -> Guarded | Silence:
    """The rewritten text, unless it lost or added what a rewriting must keep."""
    why = refusal(given) if given.after else "it is empty"
    if why:
        return Silence("guard-refused", f"The rewritten text was refused: {why}.", "ask again, or edit it yourself")
    return Guarded((given.after or "").strip())


def refusal(given: GuardWanted) -> str:
    """Why the text after is refused; empty if it isn't."""
    before, after = given.before, given.after or ""
    if not after.strip():
        return "it is empty"
    opening = words().opening.match(after.strip())
    if opening and not before.strip().lower().startswith(opening[1].lower()):
        return f"it begins with “{opening[1]}”, which answers and doesn't rewrite"
    for name in given.keep:
        if name in KEPT and (why := _changed(name, KEPT[name](before), KEPT[name](after), before, after)):
            return why
    if "negation" in given.keep and len(words().negation.findall(_bare(before))) != len(
        words().negation.findall(_bare(after))
    ):
        return "it has another number of negations"
    old_length, new_length = len(before.split()), len(after.split())
    if not given.length[0] <= new_length / max(1, old_length) <= given.length[1]:
        return f"it has {new_length} words instead of {old_length}"
    new, total = new_words(before, after)
    if total and len(new) / total > given.new_words:
        return f"too many words are new: {', '.join(new[:4])}"
    return ""


def _changed(name: str, old: list[str], new: list[str], before: str, after: str) -> str:
    if lost := list((Counter(old) - Counter(new)).elements()):
        missing = [each for each in lost if each not in after]
        if missing:
            return f"it lost the {name} {missing[0]}"
    added = [each for each in new if each.lower() not in before.lower()]
    return f"it added the {name} {added[0]}" if added else ""


def new_words(before: str, after: str) -> tuple[list[str], int]:
    """The content words of the text after whose stems aren't in the one before, and how many it has in all."""
    known = {stem(word) for word in _content(before)}
    content = _content(after)
    return [word for word in content if not any(_is_related(stem(word), each) for each in known)], len(content)


def _content(text: str) -> list[str]:
    return [word for word in _WORD.findall(_bare(text)) if word.lower() not in words().common]


def _is_related(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) > 3 and one[:4] == other[:4])


def stem(word: str) -> str:
    """Roughly: without an ending of inflection."""
    word = word.lower().strip("'’")
    ending = next((each for each in words().endings if word.endswith(each) and len(word) - len(each) >= 3), "")
    return word[: len(word) - len(ending)]


GUARDING = (StepType("guard.diff", 1, Kind.RULE, GuardWanted, Guarded, guard),)
