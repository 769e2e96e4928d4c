"""Errors that no rule knows: where counts or a frame of words speak for a change, a model is asked about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.merge import Correction
from breadknife.plugins.prose.evidence.candidates import Candidate, find_candidates
from breadknife.plugins.prose.evidence.frames import CONFUSED, find_supported
from breadknife.plugins.prose.evidence.kinds import KINDS, NEVER
from breadknife.plugins.prose.model.likelihood import TextLikelihood
from breadknife.plugins.prose.model.mending import MendedText
from breadknife.plugins.prose.model.thresholds import CARELESS, PROPOSED
from breadknife.text.document import Span, keep_apart
from breadknife.text.sentences import Certainty, sentence_ends

SLACK = 1.0
"""A change that comes so near to its threshold, in nats, is kept: another budget may show it."""
MOST = 8
"""Changes of a sentence that the model is asked about, of counts and of frames each."""
FURTHER = 12
"""Words after a change that are compared, too: what follows may speak against it."""
_SHORTEST = 4
"""Words of a sentence."""
_SENTENCE_START = re.compile(r"[\s\"'(\[“‘]*[A-Z]")


@dataclass(frozen=True)
class ModelProposal:
    rule: str
    span: Span
    replacement: str
    margin: float = 0.0
    """By how many nats it makes the text likelier; of a kind of errors that counts know, the logarithm of the odds
    that it is right (`ErrorKind.weigh`)."""
    careless: bool = False
    """Something else is wrong in its paragraph, so that less is needed to show it."""


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
    """Return the sentences of a paragraph that the model reads: the whole ones in which counts speak for a change that
    the model decides. While a sentence is typed at the end, those before it stay the same."""
    suspects = [each.span.start for each in (*filter(is_for_model, find_candidates(text)), *find_supported(text))]
    corrections = tuple(mended)
    placed: list[PlacedSentence] = []
    for span in _sentences(text) if suspects else ():
        if any(span.start <= start < span.end for start in suspects):
            start = span.end - len(text[span.start : span.end].lstrip())
            own = (each for each in corrections if start <= each.span.start and each.span.end <= span.end)
            moved = tuple(replace(each, span=each.span.shifted(-start)) for each in own)
            placed.append(PlacedSentence(start, ProposerInput(text[start : span.end], moved, bool(corrections))))
    return tuple(placed)


class Proposer:
    """Finds what was meant: asks a model about what counts and frames speak for."""

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
        """Return what counts or a frame speak for and the model is about sure of, the best for each place, in the
        text's order. The model is asked once, if at all. Raises what TextLikelihood does.

        `careless` text has been wrong elsewhere.
        """
        counted = sorted(filter(is_for_model, find_candidates(text)), key=lambda each: -each.score)[:MOST]
        framed = [each for each in find_supported(text) if self._is_word(each.replacement)][:MOST]
        changes = [(each.span, each.replacement) for each in (*counted, *framed)]
        if not changes:
            return []
        margins = likelihood.margins(text, changes, FURTHER)
        proposals = [
            *(_weigh(each, margin) for each, margin in zip(counted, margins, strict=False)),
            *(
                ModelProposal(each.rule, each.span, each.replacement, margin, careless)
                for each, margin in zip(framed, margins[len(counted) :], strict=True)
            ),
        ]
        near = [proposal for proposal in proposals if proposal.margin >= least(proposal) - self._slack]
        best_first = sorted(near, key=lambda proposal: least(proposal) - proposal.margin)
        return keep_apart(best_first, gap=2)  # the second of two that touch may mend what the first has

    def _is_word(self, new: str) -> bool:
        low = new.lower().replace("’", "'")
        return not new.isalpha() or low in CONFUSED or self._knows(new)


def is_for_model(candidate: Candidate) -> bool:
    """Tell whether a candidate is of a kind that the model makes sure enough."""
    return KINDS.by_name[candidate.kind].sure < NEVER


def _weigh(candidate: Candidate, margin: float) -> ModelProposal:
    kind = KINDS.by_name[candidate.kind]
    return ModelProposal(kind.name, candidate.span, candidate.replacement, kind.weigh(candidate.score, margin))


def least(proposal: ModelProposal) -> float:
    """Return what a proposal's margin must reach."""
    if proposal.rule in KINDS.by_name:
        return KINDS.by_name[proposal.rule].sure
    return PROPOSED[proposal.rule] - (CARELESS if proposal.careless else 0.0)


def _sentences(text: str) -> Iterator[Span]:
    """Yield those that are whole, also while the next one is typed: headings and many list items and comments are
    fragments, with a grammar of their own."""
    start = 0
    for end in sentence_ends(text, least=Certainty.POSSIBLE):
        if is_read(text[start:end]):
            yield Span(start, end)
        start = end


def is_read(sentence: str) -> bool:
    """Tell whether a sentence is whole enough for a model to judge it."""
    return _SENTENCE_START.match(sentence) is not None and len(sentence.split()) >= _SHORTEST


def _unmended(mended: MendedText, proposals: Iterable[ModelProposal]) -> list[ModelProposal]:
    """Return proposals for the mended text in positions of the text as it was."""
    placed = ((proposal, mended.original(proposal.span)) for proposal in proposals)
    return [replace(proposal, span=span) for proposal, span in placed if span is not None]
