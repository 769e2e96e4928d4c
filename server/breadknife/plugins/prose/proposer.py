"""Errors that no rule knows: where a model is surprised, it is asked about what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.prose.confusions import CONFUSIONS, ConfusionSet
from breadknife.plugins.prose.forms import forms
from breadknife.plugins.prose.likelihood import Likelihood, Reader, Surprise
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


class Proposer:
    """`knows` tells whether a word is in a dictionary."""

    def __init__(self, reader: Reader, knows: Callable[[str], bool]) -> None:
        self._reader = reader
        self._knows = knows

    def check(self, text: str, /) -> tuple[Proposal, ...]:
        return self._reader.read(lambda likelihood: self.proposals(text, likelihood))

    def close(self) -> None:
        self._reader.close()

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
            margin, change = max(zip(margins, changes, strict=True), key=lambda pair: pair[0])
            if margin > DOUBTED:
                [further] = likelihood.margins(text, [(change.span, change.replacement)], FURTHER)
                margin = min(margin, further)
            if margin > 0:
                found.append(replace(change, margin=margin))
        return _apart(found)

    def _promising(self, text: str, words: Sequence[Surprise], index: int) -> list[Proposal]:
        """The few changes of a surprising place whose beginning the model would have expected there."""
        word = words[index]
        after = words[index + 1].logprob if index + 1 < len(words) else 0.0
        if min(word.logprob, after) > SURPRISE:
            return []
        least = LEAST if after <= SURPRISE else 0.0
        if _PLACEHOLDER.search(text, max(0, word.span.start - _BESIDE), word.span.end + _BESIDE):
            return []  # what it stands for is unknown to the model
        ranked: list[tuple[float, int, Proposal]] = []
        for number, change in enumerate(changes(text, [each.span for each in words], index)):
            begins = change.replacement.strip() or text[change.span.end : words[index + 1].span.end]
            gain = word.gain(begins.replace("’", "'"))
            if gain >= (least if len(change.span) else INSERTED):
                ranked.append((-gain, number, change))
        best = [change for *_, change in sorted(ranked)]
        other = [each for each in best if len(each.span) and (each.rule != FORMS or self._knows(each.replacement))]
        # What is put in would leave no place for what is put for another: common words are always likelier.
        return other[:MOST] + [each for each in best if not len(each.span)][:1]


def changes(text: str, words: Sequence[Span], index: int) -> Iterator[Proposal]:
    """What may have been meant at one word, or between it and the one before; not all of it is English."""
    span = words[index]
    word = text[span.start : span.end]
    low = word.lower().replace("’", "'")
    if not (word.islower() or word[0] + word[1:].lower() == word):
        return
    for each in _SETS.get(low, ()):
        if "" not in each.words:
            yield from (Proposal(each.rule, span, _cased(other, word)) for other in each.words if other != low)
        elif text[span.end : span.end + 1] == " " and index + 1 < len(words):
            yield Proposal(each.rule, Span(span.start, span.end + 1), "")
    if low not in _FIXED and word.islower():
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


def _cased(word: str, like: str) -> str:
    return word[0].upper() + word[1:] if like[:1].isupper() else word


def _apart(found: Sequence[Proposal]) -> list[Proposal]:
    """Of those that touch one another the best: the second may mend what the first has."""
    kept: list[Proposal] = []
    for each in sorted(found, key=lambda proposal: -proposal.margin):
        if not any(each.span.start <= other.span.end + 1 and other.span.start <= each.span.end + 1 for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda proposal: proposal.span)
