"""OpenAI's HTTP API, which vLLM, LM Studio and llama-cpp-python speak, and of which the other runtimes have a part.

Only a prompt's `control` parts may become control tokens. This API takes plain text, so it would read a document's text
for control tokens, too: a document that contains any is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec

from breadknife.engine import api
from breadknife.engine.remote.http import MODELS, Exchange, ModelList
from breadknife.errors import EngineDied, EngineError

_CONTROL_TEXT = re.compile(
    r"<\|[^|<>\s]+\|>"  # Qwen, Llama
    r"|<｜[^｜<>\s]+｜>"  # DeepSeek
    r"|<fim_\w+>"  # StarCoder
    r"|<(?:PRE|SUF|MID|EOT)>"  # Code Llama
    r"|</?s>"  # Llama 2, Mistral
    r"|\[/?(?:INST|PREFIX|SUFFIX|MIDDLE)\]"  # Mistral
    r"|<(?:start|end)_of_turn>"  # Gemma
)
"""The control tokens of the model families in use."""
_LLAMA_CPP_PYTHON = "me"
"""`owned_by` of its models. Its `echo` with `logprobs` is shifted by one token (0.3.36, `_create_completion`)."""


class _Usage(msgspec.Struct, frozen=True):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class _Logprobs(msgspec.Struct, frozen=True):
    tokens: tuple[str, ...] = ()
    token_logprobs: tuple[float | None, ...] = ()
    text_offset: tuple[int, ...] = ()
    top_logprobs: tuple[dict[str, float] | None, ...] | None = None

    @property
    def are_complete(self) -> bool:
        """True if there are tokens, each with its log-probability and offset."""
        return len(self.text_offset) == len(self.tokens) == len(self.token_logprobs) > 0

    def pieces(self, start: int, end: int) -> tuple[api.Piece, ...]:
        """Return the tokens that are at least in part between two offsets of the text."""
        likeliest = self.top_logprobs or (None,) * len(self.tokens)
        rows = zip(self.text_offset, self.tokens, self.token_logprobs, likeliest, strict=False)
        return tuple(
            api.Piece(token, logprob, tuple((top or {}).items()))
            for at, token, logprob, top in rows
            if at < end and at + len(token) > start and logprob is not None
        )


class _Delta(msgspec.Struct, frozen=True):
    content: str | None = None


class _Choice(msgspec.Struct, frozen=True):
    text: str | None = None
    delta: _Delta = _Delta()
    """In a chat, instead of `text`."""
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Completion(msgspec.Struct, frozen=True):
    """The answer of `/v1/completions`, or one event of its stream or of that of `/v1/chat/completions`. The last event
    may have a usage and no choice."""

    choices: tuple[_Choice, ...] = ()
    usage: _Usage | None = None

    def chunk(self, before: api.Chunk) -> api.Chunk:
        choice = self.choices[0] if self.choices else _Choice()
        logprobs = choice.logprobs or _Logprobs()
        text = choice.text or choice.delta.content or ""
        usage = self.usage or _Usage(before.prompt_tokens, before.output_tokens + bool(text))
        return api.Chunk(
            text,
            logprob=sum(logprob for logprob in logprobs.token_logprobs if logprob is not None),
            finish=finish_reason(choice.finish_reason) or before.finish,
            prompt_tokens=usage.prompt_tokens,
            output_tokens=usage.completion_tokens,
            top_logprobs=tuple((logprobs.top_logprobs[0] or {}).items()) if logprobs.top_logprobs else (),
        )


class _Embedding(msgspec.Struct, frozen=True):
    embedding: tuple[float, ...]


class _EmbeddingList(msgspec.Struct, frozen=True):
    data: tuple[_Embedding, ...]
    usage: _Usage | None = None


class _RankedText(msgspec.Struct, frozen=True):
    index: int
    relevance_score: float


class _Ranking(msgspec.Struct, frozen=True):
    results: tuple[_RankedText, ...]
    usage: _Usage | None = None


class StreamMessage(Protocol):
    """One message of a streamed answer."""

    def chunk(self, before: api.Chunk) -> api.Chunk:
        """Return the message as a chunk, with the counts and the end that the chunk before it had."""
        ...


_Message = TypeVar("_Message", bound=StreamMessage)


@dataclass(frozen=True)
class RemoteModel:
    """A model of a runtime, and the exchange that a request has with it."""

    exchange: Exchange
    name: str


class OpenAIDialect:
    """Translates requests to a runtime's API and its answers back. Dialects of other runtimes override the methods for
    which these have an API of their own.

    All methods raise EngineError and its subclasses. The last chunk of `generate` and `chat` has `finish`.
    """

    reranks: ClassVar[bool] = True
    """True if there may be a `/v1/rerank`, as vLLM and Jina have it."""
    chats_by_gbnf: ClassVar[bool] = False
    """True if a chat can be held to a GBNF grammar."""

    def __init__(self) -> None:
        self._may_score = False
        """True if the server is known to return right log-probabilities."""

    def generate(self, model: RemoteModel, request: api.GenerateRequest) -> AsyncGenerator[api.Chunk, None]:
        """Continue a prompt by `/v1/completions`."""
        refuse(request, model, takes_schema=False, takes_gbnf=False)
        body = {
            **_generation_body(model, request),
            "prompt": plain_text(request.prompt, model),
            **({"logprobs": request.top_logprobs} if request.top_logprobs else {}),
        }
        return stream(model, "/v1/completions", body, _Completion, usage_follows=True)

    def chat(self, model: RemoteModel, request: api.ChatRequest) -> AsyncGenerator[api.Chunk, None]:
        """Answer a chat by `/v1/chat/completions`. The runtime puts the messages into its own template and reads the
        whole for control tokens, so a message that contains control text is refused."""
        refuse(request, model, takes_gbnf=self.chats_by_gbnf)
        if request.top_logprobs:
            raise EngineError(f"{model.exchange.http} tells no log-probabilities in a chat; leave them out")
        for message in request.messages:
            check_text(message.text, model)
        body = {
            **_generation_body(model, request),
            "messages": [{"role": message.role, "content": message.text} for message in request.messages],
        }
        if request.grammar.startswith("{"):
            schema = {"name": "answer", "schema": schema_of(request), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif request.grammar:
            body["grammar"] = request.grammar
        return stream(model, "/v1/chat/completions", body, _Completion, usage_follows=True)

    async def score(self, model: RemoteModel, request: api.ScoreRequest) -> api.Scores:
        """Score alternatives by `echo`, which returns the log-probabilities of given text."""
        refuse(request, model)
        exchange = model.exchange
        await self._check_may_score(exchange)
        prompt = plain_text(request.prompt, model)
        pieces: list[tuple[api.Piece, ...]] = []
        prompt_tokens = 0
        for alternative in request.alternatives:
            # max_tokens=0 means "without limit" to llama-cpp-python, so one token is written and left out.
            body = {
                "model": model.name,
                "prompt": prompt + alternative,
                "max_tokens": 1,
                "temperature": 0,
                "echo": True,
                "logprobs": max(request.top_logprobs, 1),
            }
            answer = await exchange.json("POST", "/v1/completions", body, _Completion)
            logprobs = answer.choices[0].logprobs if answer.choices else None
            if not logprobs or not logprobs.are_complete:
                raise EngineError(f"{exchange.http} tells no log-probabilities; take llama-server or vLLM to score")
            if not request.top_logprobs:
                logprobs = msgspec.structs.replace(logprobs, top_logprobs=None)
            pieces.append(logprobs.pieces(len(prompt), len(prompt) + len(alternative)))
            ends = (at + len(token) for at, token in zip(logprobs.text_offset, logprobs.tokens, strict=True))
            prompt_tokens = sum(end <= len(prompt) for end in ends)
        sums = tuple(sum(piece.logprob for piece in alternative) for alternative in pieces)
        return api.Scores(sums, tuple(map(len, pieces)), prompt_tokens, pieces=tuple(pieces) if request.pieces else ())

    async def _check_may_score(self, exchange: Exchange) -> None:
        """Raise EngineError for a server that returns wrong log-probabilities."""
        if not self._may_score:
            listed = await exchange.json("GET", MODELS, None, ModelList)
            if any(entry.owned_by == _LLAMA_CPP_PYTHON for entry in listed.data):
                raise EngineError(
                    f"{exchange.http} tells wrong log-probabilities (llama-cpp-python); take llama-server"
                )
            self._may_score = True

    async def embed(self, model: RemoteModel, request: api.EmbedRequest) -> api.Embeddings:
        """Return vectors of length 1, whatever length the runtime's have."""
        body = {"model": model.name, "input": request.texts}
        answer = await model.exchange.json("POST", "/v1/embeddings", body, _EmbeddingList)
        if len(answer.data) != len(request.texts):
            raise EngineError(
                f"{model.exchange.http} sent {len(answer.data)} embeddings for {len(request.texts)} texts"
            )
        vectors = tuple(_unit(entry.embedding) for entry in answer.data)
        return api.Embeddings(vectors, answer.usage.prompt_tokens if answer.usage else 0)

    async def rerank(self, model: RemoteModel, request: api.RerankRequest) -> api.Relevances:
        """Return the runtime's scores; some runtimes return probabilities."""
        http, texts = model.exchange.http, request.texts
        if not self.reranks:
            raise EngineError(f"{http} has no rerankers; take llama-server or a model of breadknife's own")
        body = {"model": model.name, "query": request.query, "documents": texts, "top_n": len(texts)}
        answer = await model.exchange.json("POST", "/v1/rerank", body, _Ranking)
        scores = {entry.index: entry.relevance_score for entry in answer.results}
        if sorted(scores) != list(range(len(texts))):
            raise EngineError(f"{http} ranked {len(scores)} of {len(texts)} texts; it needs a newer version")
        tokens = answer.usage.prompt_tokens or answer.usage.total_tokens if answer.usage else 0
        return api.Relevances(tuple(scores[index] for index in range(len(texts))), tokens)


async def stream(
    model: RemoteModel, path: str, body: dict[str, Any], kind: type[_Message], *, usage_follows: bool = False
) -> AsyncGenerator[api.Chunk, None]:
    """Yield the chunks of a streamed answer. With `usage_follows` the counts come after the end of the text, so the
    last chunk is held back until the stream ends. Raises EngineDied if the stream breaks off."""
    last = api.Chunk("")
    async with aclosing(model.exchange.messages(path, body, kind)) as messages:
        async for message in messages:
            chunk = message.chunk(last)
            last = replace(chunk, text="", logprob=0.0, top_logprobs=()) if usage_follows else chunk
            if not usage_follows:
                yield chunk
            elif chunk.text:
                yield replace(chunk, finish="")
    if not last.finish:
        raise EngineDied(f"{model.exchange.http} broke off its answer")
    if usage_follows:
        yield last


def _generation_body(model: RemoteModel, request: api.GenerateRequest | api.ChatRequest) -> dict[str, Any]:
    """Return the fields that requests for completions and for chats have in common."""
    sampling = request.sampling
    return {
        "model": model.name,
        "max_tokens": request.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "stop": request.stop,
        "stream": True,
        "stream_options": {"include_usage": True},
        **({"top_k": sampling.top_k} if sampling.top_k else {}),
    }


def finish_reason(reason: str | None) -> str:
    """Return the `finish` of a chunk for a runtime's reason why its output ended; empty for none."""
    return "" if not reason else "length" if reason in ("length", "limit") else "stop"


def plain_text(prompt: api.Prompt, model: RemoteModel, controls: frozenset[str] = frozenset()) -> str:
    """Return a prompt as text. Raises EngineError as `check_text` does for the parts that aren't control."""
    for part in prompt:
        if not part.control:
            check_text(part.text, model, controls)
    return "".join(part.text for part in prompt)


def is_control_text(text: str) -> bool:
    """Tell whether a text looks like one control token."""
    return _CONTROL_TEXT.fullmatch(text) is not None


def check_text(text: str, model: RemoteModel, controls: frozenset[str] = frozenset()) -> None:
    """Raise EngineError if a document's text contains one of the model's control tokens. If these aren't known, so that
    `controls` is empty, whatever looks like one counts."""
    match = _CONTROL_TEXT.search(text)
    control = match.group() if match else next((token for token in controls if token in text), None)
    if control and (not controls or control in controls):
        raise EngineError(
            f"the text that is asked about contains {control!r}, which {model.exchange.http} would take for a command "
            "to its model; llama-server has no such limit, nor have breadknife's own models"
        )


def refuse(
    request: api.GenerateRequest | api.ChatRequest | api.ScoreRequest,
    model: RemoteModel,
    *,
    takes_schema: bool = True,
    takes_gbnf: bool = True,
) -> None:
    """Raise EngineError if a request has what a runtime would silently ignore: an adapter, or a grammar, be it a JSON
    schema or GBNF, that it doesn't take."""
    http = model.exchange.http
    if request.adapter:
        raise EngineError(f"{http} can't attach the adapter {request.adapter!r}: serve it as a model there")
    grammar = "" if isinstance(request, api.ScoreRequest) else request.grammar
    if grammar and not (takes_schema if grammar.startswith("{") else takes_gbnf):
        raise EngineError(f"{http} can't be held to such a grammar; llama-server can")


def schema_of(request: api.GenerateRequest | api.ChatRequest) -> Any:
    """Return a request's JSON schema, decoded. Raises EngineError for one that isn't JSON."""
    try:
        return msgspec.json.decode(request.grammar)
    except msgspec.DecodeError as error:
        raise EngineError(f"the JSON schema isn't JSON: {error}") from None


def _unit(vector: tuple[float, ...]) -> tuple[float, ...]:
    """Return a vector of length 1 in the same direction."""
    length = math.sqrt(sum(x * x for x in vector)) or 1.0
    return tuple(x / length for x in vector)
