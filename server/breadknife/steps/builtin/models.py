"""Steps that ask a model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Message, Part, Prompt, Sampling, Trim
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import ModelPrompt, Passage, Vector
from breadknife.task.cascade import Kind
from breadknife.task.plugin import Model
from breadknife.task.values import Silence

ATTEMPTS = 3
"""So many times structured output is asked for, since it may break off."""


@dataclass(frozen=True)
class GenerateInput:
    prompt: ModelPrompt
    model: str = literal("rewrite", role=True)
    max_tokens: int = literal(128)
    stop: tuple[str, ...] = literal(())
    grammar: str = literal("")
    """GBNF, or a JSON schema as text: the output fits it. Any output does if it is empty."""
    samples: int = literal(1)
    """How many texts are written; more than one needs a temperature."""
    temperature: float = literal(0.0)
    seed: int = literal(0)


@dataclass(frozen=True)
class GenerateOutput:
    text: str
    """The first of the texts."""
    texts: tuple[str, ...]
    """The samples that have come to an end, each once."""


def generate(given: GenerateInput, context: StepContext) -> GenerateOutput | Silence:
    """Return what a model writes. A text that has no end within `max_tokens` doesn't count."""
    model = context.model(given.model)
    texts: list[str] = []
    for number in range(max(1, given.samples)):
        sampling = Sampling(given.temperature, seed=given.seed + number)
        text, has_ended = write(model, given.prompt, given.max_tokens, given.stop, given.grammar, sampling)
        if has_ended and text.strip() and text.strip() not in texts:
            texts.append(text.strip())
    if not texts:
        return Silence("no-text", f"{model.name} wrote nothing that ends within {given.max_tokens} tokens.")
    return GenerateOutput(texts[0], tuple(texts))


def write(
    model: Model,
    prompt: ModelPrompt,
    max_tokens: int,
    stop: tuple[str, ...],
    grammar: str,
    sampling: Sampling,
    cancel: CancelToken | None = None,
) -> tuple[str, bool]:
    """Return what the model writes, and whether it came to an end by itself within `max_tokens` tokens.

    `grammar` is GBNF or a JSON schema as text. `cancel` is a cancel token of the caller's own, for a time limit shorter
    than the request's, say. Raises Cancelled, ModelError and EngineError.
    """
    chunks: Iterator[Chunk]
    if prompt.is_raw:
        chunks = model.generate(
            parts_of(prompt), max_tokens=max_tokens, stop=stop, cancel=cancel, grammar=grammar, sampling=sampling
        )
    else:
        chunks = model.chat(
            messages_of(prompt), max_tokens=max_tokens, stop=stop, cancel=cancel, grammar=grammar, sampling=sampling
        )
    text, last = "", Chunk("")
    for last in chunks:
        text += last.text
    if cancel is not None:
        # This writes the generation's cost into the receipt, which has only that of the request's own cancel token.
        model.origin(last)
    return text, last.finish == "stop"


def messages_of(prompt: ModelPrompt) -> tuple[Message, ...]:
    """Return a prompt as the messages of a chat."""
    system = (Message("system", prompt.system),) if prompt.system else ()
    return (*system, Message("user", prompt.text))


def parts_of(prompt: ModelPrompt) -> Prompt:
    """Return a prompt as plain text, for models that continue or score it."""
    return (Part("\n\n".join(text for text in (prompt.system, prompt.text) if text), trim=Trim.START),)


@dataclass(frozen=True)
class GenerateJsonInput:
    prompt: ModelPrompt
    schema: dict[str, Any] = literal()  # noqa: RUF009  # it makes a field
    """A JSON schema; the output is a value of it."""
    model: str = literal("rewrite", role=True)
    max_tokens: int = literal(256)


@dataclass(frozen=True)
class GenerateJsonOutput:
    value: Any
    """The JSON value; name its keys with dots: `$step.value.key`."""
    json: str


def structured(given: GenerateJsonInput, context: StepContext) -> GenerateJsonOutput | Silence:
    """Return a JSON value that fits a schema. Asks up to three times, since a value may break off."""
    model = context.model(given.model)
    schema = json.dumps(given.schema)
    for attempt in range(ATTEMPTS):
        sampling = Sampling(0.5 * bool(attempt), seed=attempt)
        text, _ = write(model, given.prompt, given.max_tokens, (), schema, sampling)
        try:
            return GenerateJsonOutput(json.loads(text), text)
        except ValueError:
            continue
    return Silence("bad-structure", f"{model.name} wrote no whole JSON value in {ATTEMPTS} attempts.")


@dataclass(frozen=True)
class EmbedInput:
    texts: tuple[str, ...]
    model: str = literal("embedding", role=True)


@dataclass(frozen=True)
class EmbedOutput:
    vectors: tuple[Vector, ...]
    """For each text one of length 1."""


def embed(given: EmbedInput, context: StepContext) -> EmbedOutput:
    """Return the embeddings of texts."""
    return EmbedOutput(tuple(context.model(given.model).embed(given.texts)))


@dataclass(frozen=True)
class RerankInput:
    query: str
    passages: tuple[Passage, ...]
    keep: int = literal(4)
    model: str = literal("rerank", role=True)


@dataclass(frozen=True)
class RerankOutput:
    passages: tuple[Passage, ...]
    """Best first; `score` is the model's."""


def rerank(given: RerankInput, context: StepContext) -> RerankOutput | Silence:
    """Return passages in the order of their relevance, as a reranking model finds it."""
    if not given.passages:
        return Silence("nothing-left", "There is no passage to rank.")
    scores = context.model(given.model).rerank(given.query, tuple(passage.text for passage in given.passages))
    ranked = sorted(zip(scores, given.passages, strict=True), key=lambda pair: -pair[0])
    return RerankOutput(tuple(replace(passage, score=score) for score, passage in ranked[: given.keep]))


ASKING = (
    StepType("generate", 1, Kind.SMALL, GenerateInput, GenerateOutput, generate, writes=True),
    StepType("generate.json", 1, Kind.SMALL, GenerateJsonInput, GenerateJsonOutput, structured, writes=True),
    StepType("embed", 1, Kind.TINY, EmbedInput, EmbedOutput, embed),
    StepType("rerank", 1, Kind.TINY, RerankInput, RerankOutput, rerank),
)
