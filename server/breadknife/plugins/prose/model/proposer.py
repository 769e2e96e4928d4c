"""Errors that no rule knows: where a model is surprised, it is asked about what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.merge import Correction
from breadknife.plugins.prose.evidence.confusions import CONFUSIONS, ConfusionSet
from breadknife.plugins.prose.evidence.contexts import (
    EVIDENT,
    INTRODUCTION,
    find_perfect,
    is_introduced,
    refine_rule,
)
from breadknife.plugins.prose.evidence.forms import forms
from breadknife.plugins.prose.model.likelihood import Likelihood, Reader, Surprise
from breadknife.plugins.prose.model.mending import Mended
from breadknife.plugins.prose.model.thresholds import CARELESS, PROPOSED
from breadknife.text.document import Span, keep_apart
from breadknife.text.extract.passage import NOUN, VOWEL_NOUN
from breadknife.text.sentences import Certainty, sentence_ends

USUAL, REGAINED = 3.0, 0.5
"""What the next word costs anyway, and the share that a change takes back of what it costs more."""
HELPED = 3.0
"""What evidence may take back besides: it is about words further on, too."""
SLACK = 1.0
"""A change is asked about if by that estimate it comes so near to its threshold."""
MOST = 3
FURTHER = 12
"""What is to be shown must gain as much with so many words after it too: what follows may take it back."""
FORMS = "WordForm"
_NEVER = 99.0
_SHORTEST = 4
"""Words of a sentence."""
_SENTENCE_START = re.compile(r"[\s\"'(\[“‘]*[A-Z]")
_JOINED_BEFORE = re.compile(r"[\w)][-/)]$|[/_&@#]$")
_JOINED_AFTER = re.compile(r"[-/(][\w(]|[/_&]")
_PLACEHOLDER = re.compile(f"{NOUN}|{VOWEL_NOUN}")
_BESIDE = len(NOUN) + 2
_BEGINNINGS = 8
"""Sentences that a user may be ahead of the model."""
_FIXED = frozenset(word for each in CONFUSIONS for word in each.words)


@dataclass(frozen=True)
class Proposal:
    rule: str
    span: Span
    replacement: str
    margin: float = 0.0
    """By how many nats it makes the text likelier."""
    careless: bool = False
    """Whether something else is wrong in its paragraph."""


def _by_word() -> Mapping[str, tuple[ConfusionSet, ...]]:
    found: dict[str, list[ConfusionSet]] = {}
    for each in CONFUSIONS:
        for word in each.words:
            if word and "" not in each.words[:1]:
                found.setdefault(word, []).append(each)
    return {word: tuple(sets) for word, sets in found.items()}


_SETS = _by_word()
_MISSING = tuple(each for each in CONFUSIONS if each.words[0] == "")


@dataclass(frozen=True)
class Reading:
    """A paragraph up to the end of its last whole sentence, and what the rules have already mended in it."""

    text: str
    mended: tuple[Correction, ...] = ()

    @classmethod
    def of(cls, text: str, mended: Iterable[Correction]) -> Reading:
        """While a sentence is typed at the paragraph's end, the reading is the same at every key."""
        end = max(_ends(text), default=0)
        return cls(text[:end], tuple(each for each in mended if each.span.end <= end))

    def beginnings(self) -> Iterator[Reading]:
        """Yield what was read of the paragraph while its last sentences weren't there yet, the longest first."""
        ends = _ends(self.text)
        for end in ends[-2 : -2 - _BEGINNINGS : -1]:
            yield Reading.of(self.text[:end], self.mended)


class Proposer:
    """`knows` tells whether a word is in a dictionary."""

    def __init__(self, reader: Reader, knows: Callable[[str], bool], slack: float = SLACK) -> None:
        self._reader = reader
        self._knows = knows
        self._slack = slack

    def check(self, reading: Reading, /) -> tuple[Proposal, ...]:
        return self._reader.read(lambda likelihood: self.read(reading, likelihood))

    def close(self) -> None:
        self._reader.close()

    def read(self, reading: Reading, likelihood: Likelihood) -> list[Proposal]:
        """Return what makes the text likelier once it is mended; then once more, with what was found mended too, for an
        error makes its neighbours hard to judge. Raises what Likelihood does."""
        mended = Mended.of(reading.text, reading.mended)
        found = _back(mended, self.proposals(mended.text, likelihood, careless=bool(mended.corrections)))
        sure = [each for each in found if each.margin >= least(each)]
        if not sure:
            return found
        corrections = (Correction(each.span, each.replacement) for each in sure)
        further = Mended.of(reading.text, (*mended.corrections, *corrections))
        return sorted(
            [*sure, *_back(further, self.proposals(further.text, likelihood, careless=True))],
            key=lambda each: each.span,
        )

    def proposals(self, text: str, likelihood: Likelihood, *, careless: bool = False) -> list[Proposal]:
        """Return what makes the text likelier, the best for each place, in the text's order. Raises what Likelihood
        does.

        `careless` text has been wrong elsewhere.
        """
        sentences = list(_sentences(text))
        if not sentences:
            return []
        told = likelihood.read(text)
        found: list[Proposal] = []
        # From the end on: the engine holds the whole text, and lets go of what is behind the place it is asked about.
        for index in reversed(range(len(told.words))):
            word = told.words[index]
            within = any(each.contains(word.span) for each in sentences)
            asked = self._promising(text, told.words, index, careless) if within else []
            if not asked:
                continue
            margins = likelihood.margins(text, [(each.span, each.replacement) for each in asked], told=told)
            # By how much each is likelier than it must be: evidence is worth as much as the model's word.
            margin, change = max(zip(margins, asked, strict=True), key=lambda one: (one[0] - least(one[1]), one[0]))
            if margin >= least(change):
                [further] = likelihood.margins(text, [(change.span, change.replacement)], FURTHER, told)
                margin = min(margin, further)
            if margin >= least(change) - self._slack:
                found.append(replace(change, margin=margin))
        best_first = sorted(found, key=lambda proposal: least(proposal) - proposal.margin)
        return keep_apart(best_first, gap=2)  # the second of two that touch may mend what the first has

    def _promising(self, text: str, words: Sequence[Surprise], index: int, careless: bool) -> list[Proposal]:
        """The few changes of a place that may gain what they must, by what the model has said of the text."""
        word = words[index]
        if _PLACEHOLDER.search(text, max(0, word.span.start - _BESIDE), word.span.end + _BESIDE):
            return []  # what it stands for is unknown to the model
        ranked: list[tuple[float, int, Proposal]] = []
        for number, each in enumerate(changes(text, [each.span for each in words], index)):
            change = replace(each, careless=True) if careless else each
            over = estimate(text, words, index, change) - least(change)
            if over >= -self._slack:
                ranked.append((-over, number, change))
        best = [change for *_, change in sorted(ranked)]
        other = [each for each in best if len(each.span) and self._is_word(each)]
        # What is put in would leave no place for what is put for another: common words are always likelier.
        return other[:MOST] + [each for each in best if not len(each.span)][:1]

    def _is_word(self, change: Proposal) -> bool:
        new = change.replacement.lower().replace("’", "'")
        return not new or " " in new or new in _FIXED or self._knows(change.replacement)


def least(proposal: Proposal) -> float:
    """Return what its margin must reach."""
    return PROPOSED.get(proposal.rule, _NEVER) - (CARELESS if proposal.careless else 0.0)


def estimate(text: str, words: Sequence[Surprise], index: int, change: Proposal) -> float:
    """Return what a change may gain: at its place, and of what surprises after it."""
    new, saved, after = change.replacement.strip(), 0.0, words[index + 1 : index + 3]
    if not new:  # the next word takes the place, and what it cost after this one is saved
        new, saved, after = text[change.span.end : after[0].span.end], -after[0].logprob, after[1:]
    if not change.span:  # the word itself has still to come
        saved, after = -USUAL, words[index : index + 1]
    cost = -after[0].logprob if after else 0.0
    gain = words[index].gain(new.partition(" ")[0].replace("’", "'")) + (HELPED if change.rule in EVIDENT else 0.0)
    return gain + saved + REGAINED * max(cost - USUAL, 0.0)


def changes(text: str, words: Sequence[Span], index: int) -> Iterator[Proposal]:
    """Yield what may have been meant at one word, or between it and the one before; not all of it is English."""
    for each in _changes(text, words, index):
        start, end = each.span.start, each.span.end
        yield replace(each, rule=refine_rule(each.rule, text, start, end, text[start:end], each.replacement))


def _changes(text: str, words: Sequence[Span], index: int) -> Iterator[Proposal]:
    span = words[index]
    word = text[span.start : span.end]
    low = word.lower().replace("’", "'")
    if not (word.islower() or word[0] + word[1:].lower() == word) or _is_part(text, span):
        return
    for each in _SETS.get(low, ()):
        if "" not in each.words:
            yield from (Proposal(each.rule, span, _cased(other, word)) for other in each.words if other != low)
        elif index and word.islower() and text[span.end : span.end + 1] == " " and index + 1 < len(words):
            yield Proposal(each.rule, Span(span.start, span.end + 1), "")
    if index and is_introduced(text, span.start):
        before = words[index - 1].end
        yield Proposal(INTRODUCTION, Span(before, before), ",")
    if found := find_perfect(text, span.end, word):
        yield Proposal(found[0], span, _cased(found[1], word))
    if low not in _FIXED and word.islower() and "'" not in low:
        yield from (Proposal(FORMS, span, form) for form in forms(low))
    if index and word.islower() and text[words[index - 1].end : span.start] == " ":
        for each in _MISSING:
            yield from (Proposal(each.rule, Span(span.start, span.start), f"{other} ") for other in each.words[1:])


def _is_part(text: str, span: Span) -> bool:
    """Of a compound, whose grammar is not that of its parts: `opt-in`, `un/structuring`, `(re)use`."""
    return (
        _JOINED_BEFORE.search(text, max(0, span.start - 2), span.start) is not None
        or _JOINED_AFTER.match(text, span.end) is not None
    )


def _sentences(text: str) -> Iterator[Span]:
    """Those that are whole: headings and many list items and comments are fragments, with a grammar of their own."""
    start = 0
    for end in _ends(text):
        sentence = text[start:end]
        if _SENTENCE_START.match(sentence) and len(sentence.split()) >= _SHORTEST:
            yield Span(start, end)
        start = end


def _ends(text: str) -> list[int]:
    """The ends of its whole sentences, also while the next one is typed."""
    return [*sentence_ends(text, least=Certainty.POSSIBLE)]


def _back(mended: Mended, found: Iterable[Proposal]) -> list[Proposal]:
    """In positions of the text as it was."""
    placed = ((each, mended.back(each.span)) for each in found)
    return [replace(each, span=span) for each, span in placed if span is not None]


def _cased(word: str, like: str) -> str:
    return word[0].upper() + word[1:] if like[:1].isupper() else word
