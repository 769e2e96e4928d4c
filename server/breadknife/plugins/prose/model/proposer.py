"""Errors that no rule knows: where a model is surprised, it is asked about what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.merge import Correction
from breadknife.plugins.prose.evidence.candidates import find_candidates
from breadknife.plugins.prose.evidence.confusions import CONFUSIONS, ConfusionSet
from breadknife.plugins.prose.evidence.contexts import (
    EVIDENT,
    INTRODUCTION,
    find_perfect,
    is_introduced,
    refine_rule,
)
from breadknife.plugins.prose.evidence.forms import forms
from breadknife.plugins.prose.model.likelihood import Surprise, TextLikelihood
from breadknife.plugins.prose.model.mending import MendedText
from breadknife.plugins.prose.model.thresholds import CARELESS, PROPOSED
from breadknife.text.document import Span, keep_apart
from breadknife.text.extract.passage import NOUN, VOWEL_NOUN
from breadknife.text.sentences import Certainty, sentence_ends

USUAL, REGAINED = 3.0, 0.5
"""The nats that a word costs anyway, and the share of what the next word costs more that a right change takes back."""
HELPED = 3.0
"""Nats that a change with evidence for it may gain besides, since evidence is about words further on, too."""
SLACK = 1.0
"""The model is asked about a change if its estimate comes so near to its threshold, in nats."""
MOST = 3
"""Replacements that the model is asked about at one word."""
FURTHER = 12
"""A change that is shown must gain as much with so many words after it, too: what follows may speak against it."""
FORMS = "WordForm"
_NEVER = 99.0
"""The threshold, in nats, of a rule that has none, so that nothing of it is shown."""
_SHORTEST = 4
"""Words of a sentence."""
_SENTENCE_START = re.compile(r"[\s\"'(\[“‘]*[A-Z]")
_JOINED_BEFORE = re.compile(r"[\w)][-/)]$|[/_&@#]$")
_JOINED_AFTER = re.compile(r"[-/(][\w(]|[/_&]")
_PLACEHOLDER = re.compile(f"{NOUN}|{VOWEL_NOUN}")
_BESIDE = len(NOUN) + 2
_CONFUSED = frozenset(word for confusion in CONFUSIONS for word in confusion.words)


@dataclass(frozen=True)
class ModelProposal:
    rule: str
    span: Span
    replacement: str
    margin: float = 0.0
    """By how many nats it makes the text likelier."""
    careless: bool = False
    """Something else is wrong in its paragraph, so that less is needed to show it."""


def _by_word() -> Mapping[str, tuple[ConfusionSet, ...]]:
    by_word: dict[str, list[ConfusionSet]] = {}
    for confusion in CONFUSIONS:
        for word in confusion.words:
            if word and "" not in confusion.words[:1]:
                by_word.setdefault(word, []).append(confusion)
    return {word: tuple(sets) for word, sets in by_word.items()}


_SETS = _by_word()
_MISSING = tuple(confusion for confusion in CONFUSIONS if confusion.words[0] == "")


@dataclass(frozen=True)
class ProposerInput:
    """A whole sentence by itself, and what the rules have already mended in it. It says nothing of its place, so it is
    read once, wherever it moves."""

    text: str
    mended: tuple[Correction, ...] = ()
    careless: bool = False
    """Something else is wrong in its paragraph."""


@dataclass(frozen=True)
class PlacedSentence:
    """Where in a paragraph a sentence begins that the model reads."""

    start: int
    sentence: ProposerInput


def list_sentences(text: str, mended: Iterable[Correction]) -> tuple[PlacedSentence, ...]:
    """Return the sentences of a paragraph that the model reads: the whole ones in which counts speak for a change.
    While a sentence is typed at the end, those before it stay the same."""
    suspects, corrections = [each.span.start for each in find_candidates(text)], tuple(mended)
    placed: list[PlacedSentence] = []
    for span in _sentences(text) if suspects else ():
        if any(span.start <= start < span.end for start in suspects):
            start = span.end - len(text[span.start : span.end].lstrip())
            own = (each for each in corrections if start <= each.span.start and each.span.end <= span.end)
            moved = tuple(replace(each, span=each.span.shifted(-start)) for each in own)
            placed.append(PlacedSentence(start, ProposerInput(text[start : span.end], moved, bool(corrections))))
    return tuple(placed)


class Proposer:
    """Finds what a model thinks was meant: reads a text once, and asks about the words that surprise it."""

    def __init__(self, knows: Callable[[str], bool], slack: float = SLACK) -> None:
        """`knows` tells whether a word is in a dictionary. `slack`: by how many nats a change may miss its
        threshold and still be returned."""
        self._knows = knows
        self._slack = slack

    def read(self, sentence: ProposerInput, likelihood: TextLikelihood) -> list[ModelProposal]:
        """Return what makes the text likelier once it is mended; then once more, with the sure proposals mended too,
        for an error makes its neighbours hard to judge. Raises what TextLikelihood does."""
        mended = MendedText.of(sentence.text, sentence.mended)
        proposals = _unmended(mended, self.propose(mended.text, likelihood, careless=sentence.careless))
        sure = [proposal for proposal in proposals if proposal.margin >= least(proposal)]
        if not sure:
            return proposals
        corrections = (Correction(proposal.span, proposal.replacement) for proposal in sure)
        again = MendedText.of(sentence.text, (*mended.corrections, *corrections))
        further = _unmended(again, self.propose(again.text, likelihood, careless=True))
        return sorted([*sure, *further], key=lambda proposal: proposal.span)

    def propose(self, text: str, likelihood: TextLikelihood, *, careless: bool = False) -> list[ModelProposal]:
        """Return what makes the text likelier, the best for each place, in the text's order. Raises what TextLikelihood
        does.

        `careless` text has been wrong elsewhere.
        """
        scores = likelihood.read(text)
        proposals: list[ModelProposal] = []
        # From the end on: the engine holds the whole text, and lets go of what is behind the place it is asked about.
        for index in reversed(range(len(scores.words))):
            promising = self._find_promising(text, scores.words, index, careless)
            if not promising:
                continue
            edits = [(change.span, change.replacement) for change in promising]
            margins = likelihood.margins(text, edits, scores=scores)
            # By how much each is likelier than it must be: evidence is worth as much as the model's word.
            margin, change = max(zip(margins, promising, strict=True), key=lambda row: (row[0] - least(row[1]), row[0]))
            if margin >= least(change):
                [further] = likelihood.margins(text, [(change.span, change.replacement)], FURTHER, scores)
                margin = min(margin, further)
            if margin >= least(change) - self._slack:
                proposals.append(replace(change, margin=margin))
        best_first = sorted(proposals, key=lambda proposal: least(proposal) - proposal.margin)
        return keep_apart(best_first, gap=2)  # the second of two that touch may mend what the first has

    def _find_promising(self, text: str, words: Sequence[Surprise], index: int, careless: bool) -> list[ModelProposal]:
        """Return the few changes of a place that may gain what they must, by what the model has said of the text."""
        word = words[index]
        if _PLACEHOLDER.search(text, max(0, word.span.start - _BESIDE), word.span.end + _BESIDE):
            return []  # what it stands for is unknown to the model
        ranked: list[tuple[float, int, ModelProposal]] = []
        for number, change in enumerate(find_changes(text, [word.span for word in words], index)):
            change = replace(change, careless=careless)
            over = estimate(text, words, index, change) - least(change)
            if over >= -self._slack:
                ranked.append((-over, number, change))
        best = [change for *_, change in sorted(ranked)]
        other = [change for change in best if len(change.span) and self._is_word(change)]
        # What is put in would leave no place for what is put for another: common words are always likelier.
        return other[:MOST] + [change for change in best if not len(change.span)][:1]

    def _is_word(self, change: ModelProposal) -> bool:
        new = change.replacement.lower().replace("’", "'")
        return not new or " " in new or new in _CONFUSED or self._knows(change.replacement)


def least(proposal: ModelProposal) -> float:
    """Return the nats that a proposal's margin must reach."""
    return PROPOSED.get(proposal.rule, _NEVER) - (CARELESS if proposal.careless else 0.0)


def estimate(text: str, words: Sequence[Surprise], index: int, change: ModelProposal) -> float:
    """Return by how many nats a change may make the text likelier: at its own place, and at the words after it.

    It is what one reading of the text tells, and decides which changes the model is asked about; `words[index]` is the
    changed word.
    """
    new, saved, after = change.replacement.strip(), 0.0, words[index + 1 : index + 3]
    if not new:  # a word is left out: the next one takes its place, and what that cost after this one is saved
        new, saved, after = text[change.span.end : after[0].span.end], -after[0].logprob, after[1:]
    if not change.span:  # a word is put in, and what surprises after it is the word at `index` itself
        saved, after = -USUAL, words[index : index + 1]
    cost = -after[0].logprob if after else 0.0
    gain = words[index].gain(new.partition(" ")[0].replace("’", "'")) + (HELPED if change.rule in EVIDENT else 0.0)
    return gain + saved + REGAINED * max(cost - USUAL, 0.0)


def find_changes(text: str, words: Sequence[Span], index: int) -> Iterator[ModelProposal]:
    """Yield what may have been meant at one word, or between it and the one before; not all of it is English."""
    for change in _find_unrefined(text, words, index):
        start, end = change.span.start, change.span.end
        yield replace(change, rule=refine_rule(change.rule, text, start, end, text[start:end], change.replacement))


def _find_unrefined(text: str, words: Sequence[Span], index: int) -> Iterator[ModelProposal]:
    span = words[index]
    word = text[span.start : span.end]
    low = word.lower().replace("’", "'")
    if not (word.islower() or word[0] + word[1:].lower() == word) or _is_part(text, span):
        return
    for confusion in _SETS.get(low, ()):
        if "" not in confusion.words:
            others = (other for other in confusion.words if other != low)
            yield from (ModelProposal(confusion.rule, span, _with_capital_of(word, other)) for other in others)
        elif index and word.islower() and text[span.end : span.end + 1] == " " and index + 1 < len(words):
            yield ModelProposal(confusion.rule, Span(span.start, span.end + 1), "")
    if index and is_introduced(text, span.start):
        before = words[index - 1].end
        yield ModelProposal(INTRODUCTION, Span(before, before), ",")
    if perfect := find_perfect(text, span.end, word):
        yield ModelProposal(perfect[0], span, _with_capital_of(word, perfect[1]))
    if low not in _CONFUSED and word.islower() and "'" not in low:
        yield from (ModelProposal(FORMS, span, form) for form in forms(low))
    if index and word.islower() and text[words[index - 1].end : span.start] == " ":
        for missing in _MISSING:
            place = Span(span.start, span.start)
            yield from (ModelProposal(missing.rule, place, f"{other} ") for other in missing.words[1:])


def _is_part(text: str, span: Span) -> bool:
    """Tell whether a word is part of a compound, whose grammar is not that of its parts: `opt-in`, `un/structuring`,
    `(re)use`."""
    return (
        _JOINED_BEFORE.search(text, max(0, span.start - 2), span.start) is not None
        or _JOINED_AFTER.match(text, span.end) is not None
    )


def _sentences(text: str) -> Iterator[Span]:
    """Yield those that are whole, also while the next one is typed: headings and many list items and comments are
    fragments, with a grammar of their own."""
    start = 0
    for end in sentence_ends(text, least=Certainty.POSSIBLE):
        sentence = text[start:end]
        if _SENTENCE_START.match(sentence) and len(sentence.split()) >= _SHORTEST:
            yield Span(start, end)
        start = end


def _unmended(mended: MendedText, proposals: Iterable[ModelProposal]) -> list[ModelProposal]:
    """Return proposals for the mended text in positions of the text as it was."""
    placed = ((proposal, mended.original(proposal.span)) for proposal in proposals)
    return [replace(proposal, span=span) for proposal, span in placed if span is not None]


def _with_capital_of(like: str, word: str) -> str:
    return word[0].upper() + word[1:] if like[:1].isupper() else word
