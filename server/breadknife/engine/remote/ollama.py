"""Ollama's own API for prompts; for the rest it has OpenAI's."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from breadknife.engine.api import Chunk, GenerateRequest, ScoreRequest, Scores
from breadknife.engine.fim import QWEN, infill_of
from breadknife.engine.remote.openai import (
    OpenAIDialect,
    RemoteModel,
    check_text,
    finish_reason,
    is_control_text,
    plain_text,
    refuse,
    schema_of,
    stream,
)
from breadknife.errors import EngineError

_CONTROL, _USER_DEFINED = 3, 4
"""GGUF's kinds of tokens (`tokenizer.ggml.token_type`)."""


class _OllamaCompletion(msgspec.Struct, frozen=True):
    """One line of `/api/generate`."""

    response: str
    done: bool
    done_reason: str = ""
    prompt_eval_count: int = 0
    eval_count: int = 0
    prompt_eval_duration: int = 0
    """Nanoseconds."""
    eval_duration: int = 0
    """Nanoseconds."""

    def chunk(self, before: Chunk) -> Chunk:
        """Return the line as a chunk. Only the last line has Ollama's count of tokens; until then each line with text
        counts as one."""
        return Chunk(
            self.response,
            finish=finish_reason(self.done_reason or "stop") if self.done else "",
            prompt_tokens=self.prompt_eval_count,
            output_tokens=self.eval_count or before.output_tokens + bool(self.response),
            computed=(self.prompt_eval_duration + self.eval_duration) / 1e9,
        )


class _ModelInfo(msgspec.Struct, frozen=True):
    tokens: tuple[str, ...] | None = msgspec.field(default=None, name="tokenizer.ggml.tokens")
    kinds: tuple[int, ...] | None = msgspec.field(default=None, name="tokenizer.ggml.token_type")


class _ShownModel(msgspec.Struct, frozen=True):
    """The answer of `/api/show` with `verbose`."""

    model_info: _ModelInfo = _ModelInfo()
    capabilities: tuple[str, ...] | None = None


@dataclass(frozen=True)
class _Vocabulary:
    controls: frozenset[str]
    """The texts of the model's control tokens; empty if Ollama doesn't return them."""
    inserts: bool
    """True if the model's template takes a suffix."""


class OllamaDialect(OpenAIDialect):
    """Uses `/api/generate` with the prompt as it is (`raw`), or, if the model lacks the prompt's control tokens, with
    the `suffix` of the model's own template."""

    reranks: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._vocabularies: dict[str, _Vocabulary] = {}

    async def generate(self, model: RemoteModel, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        refuse(request, model, takes_gbnf=False)
        http = model.exchange.http
        if request.top_logprobs:
            raise EngineError(f"{http} is Ollama, which tells no log-probabilities")
        vocabulary = await self._vocabulary(model)
        sampling = request.sampling
        body: dict[str, Any] = {
            "model": model.name,
            "stream": True,
            "options": {
                "num_predict": request.max_tokens,
                "temperature": sampling.temperature,
                "top_k": sampling.top_k,
                "top_p": sampling.top_p,
                "min_p": 0.0,
                "repeat_penalty": 1.0,
                "seed": sampling.seed,
                "stop": request.stop,
            },
            **({"format": schema_of(request)} if request.grammar else {}),
        }
        infill = infill_of(request.prompt)
        if infill and vocabulary.controls and not vocabulary.controls.issuperset(QWEN.tokens):
            if not vocabulary.inserts:
                raise EngineError(f"{http}: the model {model.name!r} can't fill in the middle; take a code model")
            for text in (infill.prefix, infill.suffix):  # its own form has no place for other files
                check_text(text, model, vocabulary.controls)
            body["prompt"], body["suffix"] = infill.prefix, infill.suffix
        else:
            body["prompt"] = plain_text(request.prompt, model, vocabulary.controls)
            body["raw"] = True
        async with aclosing(stream(model, "/api/generate", body, _OllamaCompletion)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def score(self, model: RemoteModel, request: ScoreRequest) -> Scores:
        raise EngineError(
            f"{model.exchange.http} is Ollama, which tells no log-probabilities; take llama-server to score"
        )

    async def _vocabulary(self, model: RemoteModel) -> _Vocabulary:
        if model.name not in self._vocabularies:
            body = {"model": model.name, "verbose": True}
            shown = await model.exchange.json("POST", "/api/show", body, _ShownModel)
            tokens, kinds = shown.model_info.tokens or (), shown.model_info.kinds or ()
            controls = frozenset(
                token
                for token, kind in zip(tokens, kinds, strict=False)
                if kind == _CONTROL or (kind == _USER_DEFINED and is_control_text(token))
            )
            self._vocabularies[model.name] = _Vocabulary(controls, "insert" in (shown.capabilities or ()))
        return self._vocabularies[model.name]
