"""Steps that choose among several values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from breadknife.errors import PluginError
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import ModelPrompt, Passage, Vector, cosine
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence


@dataclass(frozen=True)
class FirstInput:
    of: tuple[str | None, ...]
    """Texts, the best first. Those of steps that were left out don't count."""


@dataclass(frozen=True)
class FirstOutput:
    text: str
    number: int
    """The place of the chosen text in the list, from 0."""


def first(given: FirstInput, context: StepContext) -> FirstOutput | Silence:
    """Return the first text that is there and isn't empty."""
    for number, text in enumerate(given.of):
        if text:
            return FirstOutput(text, number)
    return Silence("nothing-left", "No step of the recipe has given a text here.")


@dataclass(frozen=True)
class RetrieveInput:
    query: tuple[Vector, ...]
    passages: tuple[Passage, ...]
    vectors: tuple[Vector, ...]
    """Of the passages, in their order."""
    keep: int = literal(4)
    """How many passages are kept at most."""
    least: float = literal(0.0)
    """The least cosine similarity that a passage must have, from -1 to 1."""


@dataclass(frozen=True)
class RetrieveOutput:
    passages: tuple[Passage, ...]
    """The nearest, best first; `score` is the cosine similarity."""
    best: float
    """The first one's similarity."""


def retrieve(given: RetrieveInput, context: StepContext) -> RetrieveOutput | Silence:
    """Return the passages whose embeddings are nearest to that of the query."""
    if len(given.passages) != len(given.vectors):
        raise PluginError(f"there are {len(given.passages)} passages and {len(given.vectors)} vectors")
    if not given.query:
        raise PluginError("there is no vector to compare with")
    scored = [
        replace(passage, score=cosine(given.query[0], vector))
        for passage, vector in zip(given.passages, given.vectors, strict=True)
    ]
    near = sorted((passage for passage in scored if passage.score >= given.least), key=lambda passage: -passage.score)
    if not near:
        return Silence("nothing-near", "No passage is near to what was asked.")
    return RetrieveOutput(tuple(near[: given.keep]), near[0].score)


@dataclass(frozen=True)
class JudgeInput:
    texts: tuple[str | None, ...]
    prompt: ModelPrompt
    """After which the texts are scored."""
    model: str = literal("judge", role=True)
    margin: float = literal(0.0)
    """Nats a token by which the best must beat the second."""


@dataclass(frozen=True)
class JudgeOutput:
    text: str
    """The likeliest."""
    number: int
    """Its place in the list, from 0."""
    scores: tuple[float, ...]
    """Mean log-probability of a token, for each text; of an empty or missing one, minus infinity."""
    margin: float
    """Nats a token between the best and the second; infinite if there is no second."""


def judge(given: JudgeInput, context: StepContext) -> JudgeOutput | Silence:
    """Return the text that a model finds likeliest after a prompt, by the mean log-probability of its tokens."""
    from breadknife.steps.builtin.models import parts_of

    present = [(number, text) for number, text in enumerate(given.texts) if text]
    if not present:
        return Silence("nothing-left", "There is no text to judge.")
    scored = context.model(given.model).score(parts_of(given.prompt), tuple(text for _, text in present))
    means = [logprob / max(1, count) for logprob, count in zip(scored.logprobs, scored.tokens, strict=True)]
    scores = [-math.inf] * len(given.texts)
    for (number, _), mean in zip(present, means, strict=True):
        scores[number] = mean
    ranked = sorted(means, reverse=True)
    margin = ranked[0] - ranked[1] if len(ranked) > 1 else math.inf
    if margin < given.margin:
        return Silence("undecided", "The model finds no text clearly likelier than the others.")
    number = scores.index(ranked[0])
    return JudgeOutput(given.texts[number] or "", number, tuple(scores), margin)


CHOOSING = (
    StepType("first", 1, Kind.RULE, FirstInput, FirstOutput, first),
    StepType("retrieve", 1, Kind.RULE, RetrieveInput, RetrieveOutput, retrieve),
    StepType("judge", 1, Kind.TINY, JudgeInput, JudgeOutput, judge),
)
