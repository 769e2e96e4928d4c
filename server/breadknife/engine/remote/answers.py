"""What other runtimes answer, decoded: only the fields that are used. Unknown ones are skipped."""

from __future__ import annotations

import msgspec

from breadknife.engine.api import Chunk, Piece


class _Listed(msgspec.Struct, frozen=True):
    id: str
    owned_by: str = ""


class ModelList(msgspec.Struct, frozen=True):
    """`GET /v1/models`, of all of them."""

    data: tuple[_Listed, ...]


class _Usage(msgspec.Struct, frozen=True):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class _Embedding(msgspec.Struct, frozen=True):
    embedding: tuple[float, ...]


class EmbeddingList(msgspec.Struct, frozen=True):
    """`/v1/embeddings`, of all of them."""

    data: tuple[_Embedding, ...]
    usage: _Usage | None = None


class _Ranked(msgspec.Struct, frozen=True):
    index: int
    relevance_score: float


class Ranking(msgspec.Struct, frozen=True):
    """`/v1/rerank`, of llama-server, vLLM and Jina."""

    results: tuple[_Ranked, ...]
    usage: _Usage | None = None


class _Logprobs(msgspec.Struct, frozen=True):
    tokens: tuple[str, ...] = ()
    token_logprobs: tuple[float | None, ...] = ()
    text_offset: tuple[int, ...] = ()
    top_logprobs: tuple[dict[str, float] | None, ...] | None = None


class _Choice(msgspec.Struct, frozen=True):
    text: str | None = None
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class Completion(msgspec.Struct, frozen=True):
    """`/v1/completions`: the whole, or one event of a stream. The last event may have a usage and no choice."""

    choices: tuple[_Choice, ...] = ()
    usage: _Usage | None = None

    def chunk(self, before: Chunk) -> Chunk:
        choice = self.choices[0] if self.choices else _Choice()
        told = choice.logprobs or _Logprobs()
        text = choice.text or ""
        usage = self.usage or _Usage(before.prompt_tokens, before.output_tokens + bool(text))
        return Chunk(
            text,
            logprob=sum(p for p in told.token_logprobs if p is not None),
            finish=_finish(choice.finish_reason) or before.finish,
            prompt_tokens=usage.prompt_tokens,
            output_tokens=usage.completion_tokens,
            top_logprobs=tuple((told.top_logprobs[0] or {}).items()) if told.top_logprobs else (),
        )


class _Delta(msgspec.Struct, frozen=True):
    content: str | None = None


class _ChatChoice(msgspec.Struct, frozen=True):
    delta: _Delta = _Delta()
    finish_reason: str | None = None


class ChatCompletion(msgspec.Struct, frozen=True):
    """One event of `/v1/chat/completions`. The last one may have a usage and no choice."""

    choices: tuple[_ChatChoice, ...] = ()
    usage: _Usage | None = None

    def chunk(self, before: Chunk) -> Chunk:
        choice = self.choices[0] if self.choices else _ChatChoice()
        text = choice.delta.content or ""
        usage = self.usage or _Usage(before.prompt_tokens, before.output_tokens + bool(text))
        return Chunk(
            text,
            finish=_finish(choice.finish_reason) or before.finish,
            prompt_tokens=usage.prompt_tokens,
            output_tokens=usage.completion_tokens,
        )


class _Token(msgspec.Struct, frozen=True):
    token: str
    logprob: float
    id: int
    top_logprobs: tuple[_Token, ...] = ()

    def piece(self) -> Piece:
        return Piece(self.token, self.logprob, tuple((top.token, top.logprob) for top in self.top_logprobs))


class _Timings(msgspec.Struct, frozen=True):
    cache_n: int = 0
    prompt_ms: float = 0.0
    predicted_ms: float = 0.0


class LlamaCompletion(msgspec.Struct, frozen=True):
    """llama-server's `/completion` and `/infill`: the whole, or one event of a stream."""

    content: str
    stop: bool = False
    stop_type: str = ""
    tokens_evaluated: int = 0
    tokens_predicted: int = 0
    timings: _Timings = _Timings()
    completion_probabilities: tuple[_Token, ...] = ()

    def chunk(self) -> Chunk:
        told = self.completion_probabilities[0] if self.completion_probabilities and not self.stop else None
        return Chunk(
            self.content,
            logprob=told.logprob if told else 0.0,
            finish=_finish(self.stop_type or "eos") if self.stop else "",
            prompt_tokens=self.tokens_evaluated,
            cached_tokens=self.timings.cache_n,
            output_tokens=self.tokens_predicted,
            computed=(self.timings.prompt_ms + self.timings.predicted_ms) / 1000,
            top_logprobs=tuple((top.token, top.logprob) for top in told.top_logprobs) if told else (),
        )


class LlamaTokens(msgspec.Struct, frozen=True):
    """llama-server's `/tokenize`."""

    tokens: list[int]


class OllamaCompletion(msgspec.Struct, frozen=True):
    """One line of Ollama's `/api/generate`."""

    response: str
    done: bool
    done_reason: str = ""
    prompt_eval_count: int = 0
    eval_count: int = 0
    prompt_eval_duration: int = 0
    """Nanoseconds, as below."""
    eval_duration: int = 0

    def chunk(self, written: int) -> Chunk:
        """`written`: chunks up to this one, which are tokens for Ollama."""
        return Chunk(
            self.response,
            finish=_finish(self.done_reason or "stop") if self.done else "",
            prompt_tokens=self.prompt_eval_count,
            output_tokens=self.eval_count or written,
            computed=(self.prompt_eval_duration + self.eval_duration) / 1e9,
        )


class _OllamaInfo(msgspec.Struct, frozen=True):
    tokens: tuple[str, ...] | None = msgspec.field(default=None, name="tokenizer.ggml.tokens")
    kinds: tuple[int, ...] | None = msgspec.field(default=None, name="tokenizer.ggml.token_type")


class OllamaModel(msgspec.Struct, frozen=True):
    """Ollama's `/api/show` with `verbose`."""

    model_info: _OllamaInfo = _OllamaInfo()
    capabilities: tuple[str, ...] | None = None


def _finish(reason: str | None) -> str:
    return "" if not reason else "length" if reason in ("length", "limit") else "stop"
