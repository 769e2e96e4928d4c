"""Errors that no rule knows: where a model is surprised, it is asked about what may have been meant."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.prose.confusions import CONFUSIONS, ConfusionSet
from breadknife.plugins.prose.evidence import EVIDENT, perfect, refined
from breadknife.plugins.prose.forms import forms
from breadknife.plugins.prose.likelihood import Likelihood, Reader, Surprise
from breadknife.plugins.prose.mending import Mended
from breadknife.plugins.prose.merge import Correction
from breadknife.plugins.prose.thresholds import PROPOSED
from breadknife.text.document import Span
from breadknife.text.extract.passage import NOUN, VOWEL_NOUN

SURPRISE = -4.0
"""A word this unlikely (in nats) may be wrong, or the one before it."""
LEAST, INSERTED = -2.5, 2.0
"""How much likelier than the word's beginning that of another one must be: it may be less where the next word is
surprising, and must be more where a word is put in, which is nearly always a common one."""
MOST = 4
DOUBTED, FURTHER = 2.0, 12
"""A change that gains so much must gain it with so many words after it too: what follows may take it back."""
FORMS = "WordForm"
_NEVER = 99.0
_SHORTEST = 4
"""Words of a sentence."""
_SENTENCE_START = re.compile(r"[\s\"'(\[“‘]*[A-Z]")
_SENTENCE_END = re.compile(r"[.!?][\"')\]”’]*(?=\s|$)")
_PLACEHOLDER = re.compile(f"{NOUN}|{VOWEL_NOUN}")
_BESIDE = len(NOUN) + 2
_FIXED = frozenset(word for each in CONFUSIONS for word in each.words)


@dataclass(frozen=True)
class Proposal:
    rule: str
    span: Span
    replacement: str
    margin: float = 0.0
    """By how many nats it makes the text likelier."""


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
    """A paragraph, and what the rules have already mended in it."""

    text: str
    mended: tuple[Correction, ...] = ()


class Proposer:
    """`knows` tells whether a word is in a dictionary."""

    def __init__(self, reader: Reader, knows: Callable[[str], bool]) -> None:
        self._reader = reader
        self._knows = knows

    def check(self, reading: Reading, /) -> tuple[Proposal, ...]:
        return self._reader.read(lambda likelihood: self.read(reading, likelihood))

    def close(self) -> None:
        self._reader.close()

    def read(self, reading: Reading, likelihood: Likelihood) -> list[Proposal]:
        """What makes the text likelier once it is mended; then once more, with what was found mended too, for an
        error makes its neighbours hard to judge. Raises what Likelihood does."""
        mended = Mended.of(reading.text, reading.mended)
        found = _back(mended, self.proposals(mended.text, likelihood))
        sure = [each for each in found if each.margin >= PROPOSED.get(each.rule, math.inf)]
        if not sure:
            return found
        corrections = (Correction(each.span, each.replacement) for each in sure)
        further = Mended.of(reading.text, (*mended.corrections, *corrections))
        return sorted([*sure, *_back(further, self.proposals(further.text, likelihood))], key=lambda each: each.span)

    def proposals(self, text: str, likelihood: Likelihood) -> list[Proposal]:
        """What makes the text likelier, the best for each place, in the text's order. Raises what Likelihood does."""
        sentences = list(_sentences(text))
        words = likelihood.surprises(text) if sentences else []
        found: list[Proposal] = []
        for index, word in enumerate(words):
            within = any(each.contains(word.span) for each in sentences)
            changes = self._promising(text, words, index) if within else []
            if not changes:
                continue
            margins = likelihood.margins(text, [(change.span, change.replacement) for change in changes])
            # By how much each is likelier than it must be: evidence is worth as much as the model's word.
            margin, change = max(zip(margins, changes, strict=True), key=lambda one: (one[0] - least(one[1]), one[0]))
            if margin > DOUBTED:
                [further] = likelihood.margins(text, [(change.span, change.replacement)], FURTHER)
                margin = min(margin, further)
            if margin > 0 or margin >= least(change):
                found.append(replace(change, margin=margin))
        return _apart(found)

    def _promising(self, text: str, words: Sequence[Surprise], index: int) -> list[Proposal]:
        """The few changes of a surprising place whose beginning the model would have expected there."""
        word = words[index]
        after = words[index + 1].logprob if index + 1 < len(words) else 0.0
        surprising = min(word.logprob, after) <= SURPRISE
        least = LEAST if after <= SURPRISE else 0.0
        if _PLACEHOLDER.search(text, max(0, word.span.start - _BESIDE), word.span.end + _BESIDE):
            return []  # what it stands for is unknown to the model
        ranked: list[tuple[float, int, Proposal]] = []
        for number, change in enumerate(changes(text, [each.span for each in words], index)):
            if change.rule in EVIDENT:
                ranked.append((-math.inf, number, change))
                continue
            if not surprising:
                continue
            begins = change.replacement.strip() or text[change.span.end : words[index + 1].span.end]
            gain = word.gain(begins.replace("’", "'"))
            if gain >= (least if len(change.span) else INSERTED):
                ranked.append((-gain, number, change))
        best = [change for *_, change in sorted(ranked)]
        other = [each for each in best if len(each.span) and self._is_word(each)]
        # What is put in would leave no place for what is put for another: common words are always likelier.
        return other[:MOST] + [each for each in best if not len(each.span)][:1]

    def _is_word(self, change: Proposal) -> bool:
        new = change.replacement.lower().replace("’", "'")
        return not new or " " in new or new in _FIXED or self._knows(change.replacement)


def least(proposal: Proposal) -> float:
    return PROPOSED.get(proposal.rule, _NEVER)


def changes(text: str, words: Sequence[Span], index: int) -> Iterator[Proposal]:
    """What may have been meant at one word, or between it and the one before; not all of it is English."""
    for each in _changes(text, words, index):
        start, end = each.span.start, each.span.end
        yield replace(each, rule=refined(each.rule, text, start, end, text[start:end], each.replacement))


def _changes(text: str, words: Sequence[Span], index: int) -> Iterator[Proposal]:
    span = words[index]
    word = text[span.start : span.end]
    low = word.lower().replace("’", "'")
    if not (word.islower() or word[0] + word[1:].lower() == word):
        return
    for each in _SETS.get(low, ()):
        if "" not in each.words:
            yield from (Proposal(each.rule, span, _cased(other, word)) for other in each.words if other != low)
        elif index and text[span.end : span.end + 1] == " " and index + 1 < len(words):
            yield Proposal(each.rule, Span(span.start, span.end + 1), "")
    if found := perfect(text, span.end, word):
        yield Proposal(found[0], span, _cased(found[1], word))
    if low not in _FIXED and word.islower() and "'" not in low:
        yield from (Proposal(FORMS, span, form) for form in forms(low))
    if index and word.islower() and text[words[index - 1].end : span.start] == " ":
        for each in _MISSING:
            yield from (Proposal(each.rule, Span(span.start, span.start), f"{other} ") for other in each.words[1:])


def _sentences(text: str) -> Iterator[Span]:
    """Those that are whole: headings and many list items and comments are fragments, with a grammar of their own."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        sentence = text[start : match.end()]
        if _SENTENCE_START.match(sentence) and len(sentence.split()) >= _SHORTEST:
            yield Span(start, match.end())
        start = match.end()


def _back(mended: Mended, found: Iterable[Proposal]) -> list[Proposal]:
    """In positions of the text as it was."""
    placed = ((each, mended.back(each.span)) for each in found)
    return [replace(each, span=span) for each, span in placed if span is not None]


def _cased(word: str, like: str) -> str:
    return word[0].upper() + word[1:] if like[:1].isupper() else word


def _apart(found: Sequence[Proposal]) -> list[Proposal]:
    """Of those that touch one another the best: the second may mend what the first has."""
    kept: list[Proposal] = []
    for each in sorted(found, key=lambda proposal: least(proposal) - proposal.margin):
        if not any(each.span.start <= other.span.end + 1 and other.span.start <= each.span.end + 1 for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda proposal: proposal.span)
