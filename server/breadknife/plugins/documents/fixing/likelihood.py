"""Measures how likely a model finds a sentence as it stands, and after edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.engine.api import Part
from breadknife.plugins.documents.fixing.words import readable, without
from breadknife.task.plugin import Model
from breadknife.text.document import TextEdit, apply_edits

_LEAD = (Part("From the documentation:\n"),)
"""The prompt's start: a prompt can't be empty, and this tells the model what kind of text follows."""
_CONTEXT = 400
"""Code points of the text before a sentence that the model reads, too."""


@dataclass(frozen=True)
class Worth:
    """What edits are worth to a sentence, in nats."""

    of_all: float
    """What the sentence gains by all edits."""
    of_each: tuple[float, ...]
    """What it loses if one edit alone is left out: what is wrong elsewhere makes an edit hard to judge on its own."""


@dataclass(frozen=True)
class SentenceLikelihood:
    """The likelihood of sentences by one model. Every method raises Cancelled, ModelError or EngineError."""

    model: Model
    cancel: CancelToken | None = None
    """A token for a part of the request's time; None takes the request's own."""

    def of(self, before: str, versions: Sequence[str]) -> tuple[float, ...]:
        """Return the log-probability of each version of a sentence, in nats, after the text before it."""
        prompt = (*_LEAD, Part(readable(before[-_CONTEXT:]))) if before else _LEAD
        sentences = tuple(dict.fromkeys(map(readable, versions)))
        scores = self.model.score(prompt, sentences, fresh=True, cancel=self.cancel)
        logprobs = dict(zip(sentences, scores.logprobs, strict=True))
        return tuple(logprobs[readable(version)] for version in versions)

    def worth(self, before: str, sentence: str, edits: Sequence[TextEdit]) -> Worth:
        """Return what edits are worth to a sentence: all together, and each."""
        versions = [sentence, apply_edits(sentence, edits)]
        versions += [apply_edits(sentence, without(edits, at)) for at in range(len(edits))]
        as_it_is, with_all, *without_one = self.of(before, versions)
        return Worth(with_all - as_it_is, tuple(with_all - logprob for logprob in without_one))
