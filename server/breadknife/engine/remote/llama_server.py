"""llama.cpp's server. It gets tokens instead of text, so that nothing of a document becomes a control token."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from breadknife.engine.api import Chunk, GenerateRequest, Piece, Prompt, ScoreRequest, Scores
from breadknife.engine.fim import infill_of
from breadknife.engine.remote.openai import (
    OpenAIDialect,
    RemoteModel,
    finish_reason,
    plain_text,
    refuse,
    schema_of,
    stream,
)
from breadknife.errors import EngineError


class _Token(msgspec.Struct, frozen=True):
    token: str
    logprob: float
    id: int
    top_logprobs: tuple[_Token, ...] = ()

    def top(self) -> tuple[tuple[str, float], ...]:
        return tuple((token.token, token.logprob) for token in self.top_logprobs)


class _Timings(msgspec.Struct, frozen=True):
    cache_n: int = 0
    prompt_ms: float = 0.0
    predicted_ms: float = 0.0


class _LlamaCompletion(msgspec.Struct, frozen=True):
    """The answer of `/completion` and `/infill`, or one event of their streams."""

    content: str
    stop: bool = False
    stop_type: str = ""
    tokens_evaluated: int = 0
    tokens_predicted: int = 0
    timings: _Timings = _Timings()
    completion_probabilities: tuple[_Token, ...] = ()

    def chunk(self, before: Chunk) -> Chunk:
        token = self.completion_probabilities[0] if self.completion_probabilities and not self.stop else None
        return Chunk(
            self.content,
            logprob=token.logprob if token else 0.0,
            finish=finish_reason(self.stop_type or "eos") if self.stop else "",
            prompt_tokens=self.tokens_evaluated,
            cached_tokens=self.timings.cache_n,
            output_tokens=self.tokens_predicted,
            computed=(self.timings.prompt_ms + self.timings.predicted_ms) / 1000,
            top_logprobs=token.top() if token else (),
        )


class _TokenIds(msgspec.Struct, frozen=True):
    """The answer of `/tokenize`."""

    tokens: list[int]


@dataclass(frozen=True)
class _Tokenized:
    ids: list[int]
    known: bool
    """True if the model has all control tokens that the text contains."""


class LlamaServerDialect(OpenAIDialect):
    """Uses `/completion` with tokens, or `/infill` if the model lacks the prompt's control tokens."""

    chats_by_gbnf: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self._controls: dict[tuple[str, str], _Tokenized] = {}
        """(model, text of a control part) -> its tokens. There are few such texts."""

    async def generate(self, model: RemoteModel, request: GenerateRequest) -> AsyncGenerator[Chunk, None]:
        refuse(request, model)
        sampling = request.sampling
        body: dict[str, Any] = {
            "model": model.name,
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
        tokens = await self._tokens(model, request.prompt)
        infill = None if tokens.known else infill_of(request.prompt)
        if infill:
            path = "/infill"
            body["input_prefix"], body["input_suffix"] = infill.prefix, infill.suffix
            body["input_extra"] = [{"filename": path, "text": text} for path, text in infill.files]
        else:
            path = "/completion"
            body["prompt"] = tokens.ids
        async with aclosing(stream(model, path, body, _LlamaCompletion)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def score(self, model: RemoteModel, request: ScoreRequest) -> Scores:
        """Score alternatives. A grammar makes the model write each alternative's tokens; the server returns their
        probabilities before the grammar."""
        refuse(request, model)
        prompt = await self._tokens(model, request.prompt)
        answers: list[_LlamaCompletion] = []
        for alternative in request.alternatives:
            ids = await _tokenize(model, alternative, control=False)
            if not ids:
                raise EngineError("an empty alternative can't be scored; leave it out")
            body = {
                "model": model.name,
                "prompt": prompt.ids,
                "n_predict": len(ids),
                "n_probs": max(request.top_logprobs, 1),
                "temperature": 0.0,
                "grammar": "root ::= " + " ".join(f"<[{id}]>" for id in ids),
            }
            answer = await model.exchange.json("POST", "/completion", body, _LlamaCompletion)
            if [token.id for token in answer.completion_probabilities] != ids:
                raise EngineError(f"{model.exchange.http} can't score given text; it needs a newer version")
            answers.append(answer)
        pieces = tuple(
            tuple(Piece(token.token, token.logprob, token.top()) for token in answer.completion_probabilities)
            for answer in answers
        )
        return Scores(
            tuple(sum(piece.logprob for piece in alternative) for alternative in pieces),
            tuple(map(len, pieces)),
            len(prompt.ids),
            answers[0].timings.cache_n if answers else 0,
            pieces=pieces if request.pieces else (),
        )

    async def _tokens(self, model: RemoteModel, prompt: Prompt) -> _Tokenized:
        """Return a prompt's tokens. If the model lacks its control tokens, raises EngineError for a document that
        contains control text."""
        ids: list[int] = []
        known = True
        for part in prompt:
            if part.control:
                control = await self._control(model, part.text)
                known = known and control.known
                ids += control.ids
            elif part.text:
                ids += await _tokenize(model, part.text, control=False, first=not ids)
        if not known:
            # Either the model has no such tokens, or the server is older than `parse_special` (July 2025) and would
            # take control text in documents for the real thing.
            plain_text(prompt, model)
        return _Tokenized(ids, known)

    async def _control(self, model: RemoteModel, text: str) -> _Tokenized:
        """Return the tokens of a control part. They are known if there are fewer than of the same text as letters."""
        if (model.name, text) not in self._controls:
            ids = await _tokenize(model, text, control=True)
            letters = await _tokenize(model, text, control=False)
            self._controls[model.name, text] = _Tokenized(ids, len(ids) < len(letters))
        return self._controls[model.name, text]


async def _tokenize(model: RemoteModel, text: str, *, control: bool, first: bool = False) -> list[int]:
    """Return a text's tokens. `first` adds what the model wants at the start of a text (BOS)."""
    body = {"model": model.name, "content": text, "add_special": first, "parse_special": control}
    return (await model.exchange.json("POST", "/tokenize", body, _TokenIds)).tokens
