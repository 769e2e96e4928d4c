"""What may have been meant, where counts of documentation (`counts`) speak for it: candidates of errors that no rule
knows. Which changes are made at all is data: `confusions.tsv`, `kinds.toml` and the forms of words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from breadknife.plugins.prose.evidence.counts import LONGEST, NgramCounts, join_key, read_counts
from breadknife.plugins.prose.evidence.forms import forms
from breadknife.plugins.prose.evidence.kinds import KINDS, WEIGHTS, ErrorKind, Source
from breadknife.plugins.prose.evidence.tokens import CODE, TokenizedText, number_forms
from breadknife.project.words import with_capital_of
from breadknife.text.document import Span

_EXPECTED = -7.0
"""Nats: where a token and the two after it are likelier, nothing is wrong with them."""
LEAST_GAIN, FIRST_GAIN = 1.0, 6.0
ASKED = -2.5
"""A candidate's least score: in other texts of the repositories for tuning 2 candidates in 1,000 words reach it."""
_VOWELS = frozenset("aeiou")
"""“An useful” is about sounds, which other engines know."""
_STARTS = frozenset((".", ":", '"', "("))
"""What a word with a capital may follow: elsewhere it is a name."""


@dataclass(frozen=True)
class Candidate:
    kind: str
    """A row of `kinds.toml`."""
    span: Span
    replacement: str
    score: float
    """How sure counts are of it: the logarithm of odds."""


@dataclass(frozen=True)
class _Change:
    """Tokens from `start` to `end`, and the forms of those that may have been meant instead."""

    kind: ErrorKind
    start: int
    end: int
    forms: tuple[str, ...]
    span: Span
    replacement: str
    repositories: int = 0
    """In how many of them maintainers made this change of a word."""


class ChangeFeatures(NamedTuple):
    """What counts tell of a change. Log-counts are of the tokens with one or two neighbours; nats all of them."""

    gain: float
    """How much likelier it makes its tokens and the three after them."""
    cost: float
    """The log-probability of the first of these as it stands."""
    old: float
    """The log-count of what stands there with a neighbour on each side."""
    new: float
    """The same after the change."""
    old_left: float
    """With two neighbours before it."""
    old_right: float
    new_left: float
    """0 where nothing is put."""
    new_right: float
    repositories: float
    """The logarithm of one more than the repositories that made the change."""
    first_gain: float
    """The gain, up to FIRST_GAIN."""


@dataclass(frozen=True)
class _CountedText:
    """A text with its tokens' numbers and their log-probabilities, between two boundaries."""

    text: TokenizedText
    counts: NgramCounts
    numbers: list[int]
    costs: list[float]
    memo: dict[int, float]
    """Counts that were looked up."""

    @classmethod
    def of(cls, text: str) -> _CountedText:
        counts, tokenized = read_counts(), TokenizedText.of(text)
        numbers = number_forms(tokenized.forms, counts.numbers)
        memo: dict[int, float] = {}
        return cls(tokenized, counts, numbers, [0.0, *counts.log_probabilities(numbers, 1, memo)], memo)

    def measure(self, change: _Change) -> ChangeFeatures | None:
        """Return what counts tell of a change; None if nothing like it was ever seen, or what stands there is as
        likely."""
        start, end = change.start + 1, change.end + 1  # the boundary stands before the first token
        old, new = self.numbers[start:end], [self.counts.numbers[form] for form in change.forms]
        before, after = self.numbers[max(0, start - LONGEST + 1) : start], self.numbers[end : end + LONGEST - 1]
        left, right = before[-1], after[0]
        together = self._count(left, *new, right)
        if not together and not (new and (self._count(left, *new) or self._count(*new, right))):
            return None
        added = self.counts.log_probabilities([*before, *new, *after], len(before), self.memo)
        gain = sum(added) - sum(self.costs[start : end + LONGEST - 1])
        if gain < LEAST_GAIN:
            return None
        return ChangeFeatures(
            gain,
            self.costs[start],
            self._count(left, *old, right),
            together,
            self._count(*before[-2:], *old),
            self._count(*old, *after[:2]),
            self._count(*before[-2:], *new) if new else 0.0,
            self._count(*new, *after[:2]) if new else 0.0,
            math.log(1 + change.repositories),
            min(gain, FIRST_GAIN),
        )

    def _count(self, *tokens: int) -> float:
        key = join_key(tokens)
        if key not in self.memo:
            self.memo[key] = self.counts.log_count(key)
        return self.memo[key]


@lru_cache(maxsize=1 << 8)  # of a paragraph both the counts' engine and the model's reading ask
def find_candidates(text: str) -> tuple[Candidate, ...]:
    """Return what may have been meant in a sentence or paragraph, in order of its places; several for one place. Only
    kinds that are shown have candidates."""
    return tuple(each for each, _ in measure_candidates(text, KINDS.on) if each.score >= ASKED)


def measure_candidates(text: str, kinds: frozenset[str]) -> Iterator[tuple[Candidate, ChangeFeatures]]:
    """Yield each change of these kinds that counts speak for, however weakly, with what they tell of it."""
    counted = _CountedText.of(text)
    for index in range(len(counted.text.spans) - counted.text.is_unfinished):
        if sum(counted.costs[index + 1 : index + LONGEST]) > _EXPECTED:
            continue
        for change in _list_changes(counted.text, index, counted.counts.numbers, kinds):
            if (features := counted.measure(change)) is not None:
                constant, *weights = WEIGHTS[change.kind.source]
                score = constant + sum(weight * feature for weight, feature in zip(weights, features, strict=True))
                yield Candidate(change.kind.name, change.span, change.replacement, score), features


def _list_changes(
    text: TokenizedText, index: int, numbers: Mapping[str, int], kinds: frozenset[str]
) -> Iterator[_Change]:
    """Yield what may have been meant by one word, or by it and the next."""
    word = text.word(index)
    before = text.forms[index - 1] if index else "."
    beside = (before, *text.forms[index + 1 : index + 2])
    if not word or (word[0].isupper() and before not in _STARTS) or CODE in beside:
        return  # what stands for code may be any part of speech
    low = word.lower().replace("’", "'")
    span = text.spans[index]
    for new, kind, repositories in _list_meant(low, kinds) if low in numbers else ():
        yield _Change(kind, index, index + 1, tuple(new.split()), span, with_capital_of(word, new), repositories)
    if index + 1 < len(text.spans) and (joined := _list_meant(f"{low} {beside[1]}", kinds)):
        both = Span(span.start, text.spans[index + 1].end)
        for new, kind, repositories in joined if text.text[span.end : span.end + 1] == " " else ():
            yield _Change(kind, index, index + 2, tuple(new.split()), both, with_capital_of(word, new), repositories)
    if word[0].isupper():
        return
    after = text.text[span.end : span.end + 2]
    is_other_article = low == "a" and after[1:].lower() in _VOWELS
    kind = KINDS.needless.get(low)
    if kind and kind.name in kinds and after[:1] == " " and after[1:].isalnum() and not is_other_article:
        yield _Change(kind, index, index + 1, (), Span(span.start, span.end + 1), "")


@lru_cache(maxsize=1 << 12)
def _list_meant(low: str, kinds: frozenset[str]) -> tuple[tuple[str, ErrorKind, int], ...]:
    """Return the words that may have been meant by one or two, each with the kind of the change, one of `kinds`, and
    how many repositories made it."""
    numbers, confused = read_counts().numbers, read_confusions().get(low, {})
    sources: tuple[tuple[Source, Iterable[str]], ...] = (
        ("forms", forms(low) if low.isalpha() else ()),
        ("confusions", [new for new in confused if " " not in low + new]),
        ("joined", [new for new in confused if " " in low + new]),
    )
    found: dict[str, ErrorKind] = {}
    for source, words in sources:
        for new in words:
            if all(part in numbers for part in new.split()) and new != low and new not in found:
                found[new] = KINDS.find(source, low, new)
    return tuple((new, kind, confused.get(new, 0)) for new, kind in found.items() if kind.name in kinds)


@cache
def read_confusions() -> Mapping[str, Mapping[str, int]]:
    """Return by word, or by two with a blank between, in lower case, what maintainers put for it, and in how many
    repositories, as `confusions.tsv` has it."""
    found: dict[str, dict[str, int]] = {}
    for line in files(__package__ or "").joinpath("confusions.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            old, new, repositories = line.split("\t")
            found.setdefault(old, {})[new] = int(repositories)
    return found
