"""What is said to each kind of runtime: how a prompt is put, how output and probabilities are read.

A prompt's `control` parts may turn into control tokens and its other parts never. llama-server is given tokens, so that
holds for any text. The others take plain text only: there a document that itself contains control text is refused.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

import msgspec

from breadknife.engine.api import ChatRequest, Chunk, GenerateRequest, Piece, Prompt, ScoreRequest, Scores
from breadknife.engine.remote.answers import (
    Completion,
    LlamaCompletion,
    LlamaTokens,
    ModelList,
    OllamaCompletion,
    OllamaModel,
)
from breadknife.engine.remote.http import MODELS, Exchange
from breadknife.errors import EngineDied, EngineError

_CONTROL_TEXT = re.compile(
    r"<\|[^|<>\s]+\|>|<｜[^｜<>\s]+｜>|<fim_\w+>|<(?:PRE|SUF|MID|EOT)>|</?s>|\[/?(?:INST|PREFIX|SUFFIX|MIDDLE)\]"
    r"|<(?:start|end)_of_turn>"
)
"""Control tokens of the model families in use (Qwen, Llama, DeepSeek, StarCoder, Code Llama, Mistral, Gemma)."""
_FIM = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
_LLAMA_CPP_PYTHON = "me"
"""`owned_by` of its models. Its `echo` with `logprobs` is shifted by one token (0.3.36, `_create_completion`)."""
_CONTROL, _USER_DEFINED = 3, 4
"""GGUF's `tokenizer.ggml.token_type`."""


class Dialect(Protocol):
    reranks: ClassVar[bool]
    """Whether there may be a `/v1/rerank`."""
    chats_by_gbnf: ClassVar[bool]
    """Whether a chat can be held to a GBNF grammar."""

    def generate(self, exchange: Exchange, model: str, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        """Raises EngineError and its kinds; the last chunk has `finish`."""
        ...

    async def score(self, exchange: Exchange, model: str, request: ScoreRequest) -> Scores: ...


class OpenAI:
    """`/v1/completions`, with the whole prompt as text."""

    reranks: ClassVar[bool] = True  # vLLM and Jina do; who doesn't says so
    chats_by_gbnf: ClassVar[bool] = False

    def __init__(self) -> None:
        self._may_score = False
        """The server was seen to tell right log-probabilities."""

    async def generate(self, exchange: Exchange, model: str, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        refuse(request, exchange, adapter=True, grammar=True)
        sampling = request.sampling
        body = {
            "model": model,
            "prompt": _plain(request.prompt, exchange),
            "max_tokens": request.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
            "stop": request.stop,
            "stream": True,
            "stream_options": {"include_usage": True},
            **({"top_k": sampling.top_k} if sampling.top_k else {}),
            **({"logprobs": request.top_logprobs} if request.top_logprobs else {}),
        }
        last = Chunk("")
        async with contextlib.aclosing(exchange.messages("/v1/completions", body, Completion)) as messages:
            async for message in messages:
                chunk = message.chunk(last)
                last = replace(chunk, text="", logprob=0.0, top_logprobs=())
                if chunk.text:
                    yield replace(chunk, finish="")
        if not last.finish:
            raise EngineDied(f"{exchange.http} broke off its answer")
        yield last

    async def score(self, exchange: Exchange, model: str, request: ScoreRequest) -> Scores:
        refuse(request, exchange, adapter=True)
        if not self._may_score:
            listed = await exchange.json("GET", MODELS, None, ModelList)
            if any(each.owned_by == _LLAMA_CPP_PYTHON for each in listed.data):
                raise EngineError(
                    f"{exchange.http} tells wrong log-probabilities (llama-cpp-python); take llama-server"
                )
            self._may_score = True
        prompt = _plain(request.prompt, exchange)
        found: list[tuple[Piece, ...]] = []
        prompt_tokens = 0
        for alternative in request.alternatives:
            # max_tokens=0 means "without limit" to llama-cpp-python, so one token is written and left out.
            body: dict[str, Any] = {"model": model, "prompt": prompt + alternative, "max_tokens": 1, "temperature": 0}
            body.update(echo=True, logprobs=max(request.top_logprobs, 1))
            answer = await exchange.json("POST", "/v1/completions", body, Completion)
            told = answer.choices[0].logprobs if answer.choices else None
            if not told or not len(told.text_offset) == len(told.tokens) == len(told.token_logprobs) > 0:
                raise EngineError(f"{exchange.http} tells no log-probabilities; take llama-server or vLLM to score")
            tokens = list(zip(told.text_offset, told.tokens, told.token_logprobs, strict=True))
            end = len(prompt) + len(alternative)
            tops = told.top_logprobs or (None,) * len(tokens)
            found.append(
                tuple(
                    Piece(text, p, tuple((top or {}).items()) if request.top_logprobs else ())
                    for (at, text, p), top in zip(tokens, tops, strict=False)
                    if at < end and at + len(text) > len(prompt) and p is not None
                )
            )
            prompt_tokens = sum(at + len(text) <= len(prompt) for at, text, _ in tokens)
        sums = tuple(sum(piece.logprob for piece in told) for told in found)
        pieces = tuple(found) if request.pieces else ()
        return Scores(sums, tuple(map(len, found)), prompt_tokens, pieces=pieces)


@dataclass
class LlamaServer:
    """`/completion` with tokens; `/infill` where the model has other control tokens than the prompt's."""

    reranks: ClassVar[bool] = True
    chats_by_gbnf: ClassVar[bool] = True
    _controls: dict[tuple[str, str], _Tokens] = field(default_factory=dict[tuple[str, str], "_Tokens"])
    """(model, control text) -> its tokens: there are few."""

    async def generate(self, exchange: Exchange, model: str, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        refuse(request, exchange, adapter=True)
        sampling = request.sampling
        body: dict[str, Any] = {
            "model": model,
            "n_predict": request.max_tokens,
            "temperature": sampling.temperature,
            "top_k": sampling.top_k,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
            "samplers": ["top_k", "top_p", "temperature"],
            "stop": request.stop,
            "stream": True,
            **({"n_probs": request.top_logprobs} if request.top_logprobs else {}),
        }
        if request.grammar.startswith("{"):
            body["json_schema"] = schema_of(request)
        elif request.grammar:
            body["grammar"] = request.grammar
        tokens = await self._tokens(exchange, model, request.prompt)
        infill = None if tokens.known else _infill(request.prompt)
        if infill:
            path = "/infill"
            body["input_prefix"], body["input_suffix"] = infill
        else:
            path = "/completion"
            body["prompt"] = tokens.ids
        finish = ""
        async with contextlib.aclosing(exchange.messages(path, body, LlamaCompletion)) as messages:
            async for message in messages:
                chunk = message.chunk()
                finish = chunk.finish
                yield chunk
        if not finish:
            raise EngineDied(f"{exchange.http} broke off its answer")

    async def score(self, exchange: Exchange, model: str, request: ScoreRequest) -> Scores:
        """Each alternative's tokens are the only ones that a grammar allows; their probabilities are told from before
        the grammar."""
        refuse(request, exchange, adapter=True)
        prompt = await self._tokens(exchange, model, request.prompt)
        answers: list[LlamaCompletion] = []
        for alternative in request.alternatives:
            ids = await _tokenize(exchange, model, alternative, control=False)
            if not ids:
                raise EngineError("an empty alternative can't be scored; leave it out")
            body = {
                "model": model,
                "prompt": prompt.ids,
                "n_predict": len(ids),
                "n_probs": max(request.top_logprobs, 1),
                "temperature": 0.0,
                "grammar": "root ::= " + " ".join(f"<[{id}]>" for id in ids),
            }
            answer = await exchange.json("POST", "/completion", body, LlamaCompletion)
            if [token.id for token in answer.completion_probabilities] != ids:
                raise EngineError(f"{exchange.http} can't score given text; it needs a newer version")
            answers.append(answer)
        told = [answer.completion_probabilities for answer in answers]
        return Scores(
            tuple(sum(token.logprob for token in tokens) for tokens in told),
            tuple(map(len, told)),
            len(prompt.ids),
            answers[0].timings.cache_n if answers else 0,
            pieces=tuple(tuple(each.piece() for each in tokens) for tokens in told) if request.pieces else (),
        )

    async def _tokens(self, exchange: Exchange, model: str, prompt: Prompt) -> _Tokens:
        ids: list[int] = []
        known = True
        for part in prompt:
            if part.control:
                control = await self._control(exchange, model, part.text)
                known = known and control.known
                ids += control.ids
            elif part.text:
                ids += await _tokenize(exchange, model, part.text, control=False, first=not ids)
        if not known:
            # Either the model has no such tokens, or the server is older than `parse_special` (July 2025) and would
            # take control text in documents for the real thing.
            _plain(prompt, exchange)
        return _Tokens(ids, known)

    async def _control(self, exchange: Exchange, model: str, text: str) -> _Tokens:
        if (model, text) not in self._controls:
            ids = await _tokenize(exchange, model, text, control=True)
            letters = await _tokenize(exchange, model, text, control=False)
            self._controls[model, text] = _Tokens(ids, len(ids) < len(letters))
        return self._controls[model, text]


@dataclass
class Ollama:
    """`/api/generate` with the prompt as it is (`raw`), or through the template's own `suffix` where the model has
    other control tokens than the prompt's."""

    reranks: ClassVar[bool] = False
    chats_by_gbnf: ClassVar[bool] = False
    _vocabularies: dict[str, _Vocabulary] = field(default_factory=dict[str, "_Vocabulary"])

    async def generate(self, exchange: Exchange, model: str, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        refuse(request, exchange, adapter=True, gbnf=True)
        if request.top_logprobs:
            raise EngineError(f"{exchange.http} is Ollama, which tells no log-probabilities")
        vocabulary = await self._vocabulary(exchange, model)
        sampling = request.sampling
        body: dict[str, Any] = {
            "model": model,
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
        infill = _infill(request.prompt)
        if infill and vocabulary.controls and not vocabulary.controls.issuperset(_FIM):
            if not vocabulary.inserts:
                raise EngineError(f"{exchange.http}: the model {model!r} can't fill in the middle; take a code model")
            for part in request.prompt:
                if not part.control:
                    check_text(part.text, exchange, vocabulary.controls)
            body["prompt"], body["suffix"] = infill
        else:
            body["prompt"] = _plain(request.prompt, exchange, vocabulary.controls)
            body["raw"] = True
        written, finish = 0, ""
        async with contextlib.aclosing(exchange.messages("/api/generate", body, OllamaCompletion)) as messages:
            async for message in messages:
                written += bool(message.response)
                chunk = message.chunk(written)
                finish = chunk.finish
                yield chunk
        if not finish:
            raise EngineDied(f"{exchange.http} broke off its answer")

    async def score(self, exchange: Exchange, model: str, request: ScoreRequest) -> Scores:
        raise EngineError(f"{exchange.http} is Ollama, which tells no log-probabilities; take llama-server to score")

    async def _vocabulary(self, exchange: Exchange, model: str) -> _Vocabulary:
        if model not in self._vocabularies:
            answer = await exchange.json("POST", "/api/show", {"model": model, "verbose": True}, OllamaModel)
            tokens, kinds = answer.model_info.tokens or (), answer.model_info.kinds or ()
            controls = frozenset(
                token
                for token, kind in zip(tokens, kinds, strict=False)
                if kind == _CONTROL or (kind == _USER_DEFINED and _CONTROL_TEXT.fullmatch(token))
            )
            self._vocabularies[model] = _Vocabulary(controls, "insert" in (answer.capabilities or ()))
        return self._vocabularies[model]


@dataclass(frozen=True)
class _Vocabulary:
    controls: frozenset[str]
    """The texts of the model's control tokens; empty when Ollama doesn't tell."""
    inserts: bool
    """Whether its template takes a suffix."""


@dataclass(frozen=True)
class _Tokens:
    ids: list[int]
    known: bool
    """Whether the model has the control tokens that the text names."""


async def _tokenize(exchange: Exchange, model: str, text: str, *, control: bool, first: bool = False) -> list[int]:
    """`first` adds what the model wants at the start of a text (BOS)."""
    body = {"model": model, "content": text, "add_special": first, "parse_special": control}
    return (await exchange.json("POST", "/tokenize", body, LlamaTokens)).tokens


def _plain(prompt: Prompt, exchange: Exchange, controls: frozenset[str] = frozenset()) -> str:
    for part in prompt:
        if not part.control:
            check_text(part.text, exchange, controls)
    return "".join(part.text for part in prompt)


def check_text(text: str, exchange: Exchange, controls: frozenset[str] = frozenset()) -> None:
    """Raises EngineError when a document's text contains one of the model's `controls`, or what looks like one."""
    match = _CONTROL_TEXT.search(text)
    found = match.group() if match else next((token for token in controls if token in text), None)
    if found and (not controls or found in controls):
        raise EngineError(
            f"the text that is asked about contains {found!r}, which {exchange.http} would take for a command to its "
            "model; llama-server has no such limit, nor have breadknife's own models"
        )


def _infill(prompt: Prompt) -> tuple[str, str] | None:
    """The prefix and suffix of a suffix-prefix-middle prompt (`plugins/completion/prompt.py`)."""
    match [(part.text, part.control) for part in prompt]:
        case [("<|fim_prefix|><|fim_suffix|>", True), (suffix, False), ("<|fim_middle|>", True), (prefix, False)]:
            return prefix, suffix
        case _:
            return None


def refuse(
    request: GenerateRequest | ChatRequest | ScoreRequest,
    exchange: Exchange,
    *,
    adapter: bool = False,
    grammar: bool = False,
    gbnf: bool = False,
) -> None:
    """Raises EngineError for what a runtime would silently leave out."""
    if adapter and request.adapter:
        raise EngineError(f"{exchange.http} can't attach the adapter {request.adapter!r}: serve it as a model there")
    rules = "" if isinstance(request, ScoreRequest) else request.grammar
    if (grammar and rules) or (gbnf and rules and not rules.startswith("{")):
        raise EngineError(f"{exchange.http} can't be held to such a grammar; llama-server can")


def schema_of(request: GenerateRequest | ChatRequest) -> Any:
    try:
        return msgspec.json.decode(request.grammar)
    except msgspec.DecodeError as error:
        raise EngineError(f"the JSON schema isn't JSON: {error}") from None
