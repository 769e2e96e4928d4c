"""What stands around a word and speaks for a change of it: the rows of `contexts.toml`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

import msgspec

from breadknife.plugins.prose.evidence.forms import is_base, is_plural, is_third_person

NEAR = 80
"""Code points before a word that are looked at."""
_NAME = re.compile(r"\{([a-z_]+)\}")

_SINGULAR_VERBS = {
    "are": "is", "were": "was", "have": "has", "do": "does", "don't": "doesn't", "weren't": "wasn't",
    "haven't": "hasn't", "aren't": "isn't",
}  # fmt: skip
_PLURAL_VERBS = {singular: plural for plural, singular in _SINGULAR_VERBS.items()}
_RELATIONS: Mapping[str, Callable[[str, str], bool]] = {
    "base": is_base,
    "base without -s": lambda old, new: is_base(old, new) and old.endswith("s"),
    "third person": is_third_person,
    "not third person": lambda old, new: is_third_person(new, old),
    "plural": is_plural,
    "gerund": lambda old, new: new.endswith("ing"),
    "one": lambda old, new: _SINGULAR_VERBS.get(old) == new,
    "several": lambda old, new: _PLURAL_VERBS.get(old) == new,
}
"""By the name of a relation, whether it holds from an old word to a new one, both in lower case."""


@dataclass(frozen=True)
class ContextPattern:
    """One row of `contexts.toml`, which says what the fields mean."""

    of: frozenset[str]
    wrong: str
    right: str
    rule: str
    before: str = ""
    after: str = ""
    fits: tuple[str, ...] = ()

    def relates(self, old: str, new: str) -> bool:
        """Tell whether the row is about a change from `old` to `new`, in lower case."""
        return not self.fits or any(self._is_related(relation, old, new) for relation in self.fits)

    def stands_at(self, text: str, start: int, end: int) -> bool:
        """Tell whether the row's frame stands around a word of the text."""
        return (not self.before or self._before.search(text, max(0, start - NEAR), start) is not None) and (
            not self.after or self._after.match(text, end) is not None
        )

    def _is_related(self, relation: str, old: str, new: str) -> bool:
        """Tell whether `new` is to `old` what a relation says: a name in _RELATIONS, or the two words as `old>new`."""
        return f"{old}>{new}" == relation or (relation in _RELATIONS and _RELATIONS[relation](old, new))

    @cached_property
    def _before(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self.before})$", re.IGNORECASE)

    @cached_property
    def _after(self) -> re.Pattern[str]:
        return re.compile(self.after)


class _Table(msgspec.Struct, rename={"supporting": "for"}):
    alone: dict[str, float]
    patterns: dict[str, str]
    supporting: list[dict[str, str | list[str]]]


def _read_rows(table: _Table, rows: list[dict[str, str | list[str]]]) -> tuple[ContextPattern, ...]:
    """Return rows of the file as patterns, with each `{name}` in them replaced by the table's pattern of that name."""

    def expand(pattern: str) -> str:
        return _NAME.sub(lambda name: expand(table.patterns[name[1]]), pattern)

    expanded = [{key: expand(value) if isinstance(value, str) else value for key, value in row.items()} for row in rows]
    return tuple(msgspec.convert(row, ContextPattern) for row in expanded)


_TABLE = msgspec.toml.decode(files(__package__ or "").joinpath("contexts.toml").read_bytes(), type=_Table)
SUPPORTING = _read_rows(_TABLE, _TABLE.supporting)
ALONE: Mapping[str, float] = _TABLE.alone
"""By rule, the nats from which on counts need no model's agreement."""


def refine_rule(rule: str, text: str, start: int, end: int, old: str, new: str) -> str:
    """Return the rule of a change of a word: that of the first row that fits it, or `rule` where none does."""
    old, new = old.lower().replace("’", "'"), new.lower().replace("’", "'")
    return next((row.rule for row in _list_rows(rule, old, new) if row.stands_at(text, start, end)), rule)


@lru_cache(maxsize=1 << 13)  # the same few words again and again; most changes fit no row
def _list_rows(rule: str, old: str, new: str) -> tuple[ContextPattern, ...]:
    """Return the rows that a change of one word into another may fit, wherever it stands."""
    return tuple(row for row in SUPPORTING if rule in row.of and row.relates(old, new))


_PERFECT = {
    "am": "have been", "are": "have been", "is": "has been", "i'm": "I've been", "we're": "we've been",
    "you're": "you've been", "they're": "they've been",
}  # fmt: skip
_COUNT = r"(?:a|an|one|many|several|some|a few|\d+|two|three|four|five|six|seven|eight|nine|ten)"
_TIME = rf"{_COUNT}(?: long)? (?:years?|months?|weeks?|days?)\b"
_BEGIN = r"(?:yesterday|last \w+|the (?:beginning|start|last|first)|v?\d)"
_GOING_ON = r" (?:\w+ )?[a-z]+ing\b[^.;:!?]{0,80}\b"
_ABOUT = r"(?:(?:about|over|almost|nearly|more than|at least) )?"
_SINCE = re.compile(rf"{_GOING_ON}since {_ABOUT}(?:{_BEGIN}|{_TIME})")
_FOR = re.compile(rf"{_GOING_ON}for {_ABOUT}{_TIME}")


def find_perfect(text: str, end: int, word: str) -> tuple[str, str] | None:
    """Return the rule, and what should stand for `am` in "I am working on it since two years"; None elsewhere."""
    new = _PERFECT.get(word.lower().replace("’", "'"), "")
    if new and _SINCE.match(text, end):
        return "Tense", new
    return ("Duration", new) if new and _FOR.match(text, end) else None


EVIDENT = frozenset(("Tense", "Duration", *(row.rule for row in SUPPORTING)))
"""Rules of changes that are asked about even where the model isn't surprised."""
