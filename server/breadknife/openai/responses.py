"""The bodies of answers, as OpenAI's API reference has them."""

from __future__ import annotations

import base64
import struct
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from breadknife.engine.api import Chunk, Embeddings, Relevances

Json = dict[str, Any]
GenerationKind = Literal["completion", "chat"]


@dataclass
class Choice:
    """One of the outputs that a response has, as far as it is written."""

    index: int
    kind: GenerationKind
    with_logprobs: bool
    text: str = ""
    finish: str | None = None
    usage: Chunk = field(default_factory=lambda: Chunk(""))
    """The last chunk, which has the counts."""
    logprobs: list[Json] = field(default_factory=list[Json])
    """An entry for each token."""

    def add(self, chunk: Chunk) -> Json:
        """Add the next chunk, and return it as a streamed response has it."""
        new = []
        if self.with_logprobs and chunk.output_tokens > self.usage.output_tokens:
            new = [_token(chunk, len(self.text))]
        self.logprobs += new
        self.text += chunk.text
        self.finish = chunk.finish or None
        self.usage = chunk
        logprobs = _logprobs(self.kind, new) if self.with_logprobs else None
        if self.kind == "chat":
            delta = {"content": chunk.text} if chunk.text or new or not chunk.finish else {}
            return {"index": self.index, "delta": delta, "logprobs": logprobs, "finish_reason": self.finish}
        return {"index": self.index, "text": chunk.text, "logprobs": logprobs, "finish_reason": self.finish}

    def complete(self) -> Json:
        """Return the finished output as a response that isn't streamed has it."""
        logprobs = _logprobs(self.kind, self.logprobs) if self.with_logprobs else None
        answer = {"index": self.index, "logprobs": logprobs, "finish_reason": self.finish}
        if self.kind == "chat":
            return {**answer, "message": {"role": "assistant", "content": self.text, "refusal": None}}
        return {**answer, "text": self.text}


@dataclass(frozen=True)
class Envelope:
    """The fields around the choices, which all events of one response share."""

    kind: GenerationKind
    model: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    created: int = field(default_factory=lambda: int(time.time()))

    def around(self, choices: Sequence[Json], *, stream: bool) -> Json:
        """Return a response with these choices, or one event of a stream."""
        chat = self.kind == "chat"
        name = ("chat.completion.chunk" if stream else "chat.completion") if chat else "text_completion"
        return {
            "id": f"{'chatcmpl' if chat else 'cmpl'}-{self.id}",
            "object": name,
            "created": self.created,
            "model": self.model,
            "choices": list(choices),
        }


def usage(choices: Iterable[Choice]) -> Json:
    """Return the sums of all choices' tokens."""
    last = [choice.usage for choice in choices]
    prompt, output = sum(chunk.prompt_tokens for chunk in last), sum(chunk.output_tokens for chunk in last)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": sum(chunk.cached_tokens for chunk in last)},
    }


def embeddings(answer: Embeddings, model: str, encoding: str) -> Json:
    """Return the response to a request for embeddings. `encoding` is `float` or `base64`."""

    def encoded(vector: tuple[float, ...]) -> list[float] | str:
        if encoding == "float":
            return list(vector)
        return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()

    return {
        "object": "list",
        "model": model,
        "data": [
            {"object": "embedding", "index": index, "embedding": encoded(vector)}
            for index, vector in enumerate(answer.vectors)
        ],
        "usage": _usage_of_encoder(answer),
    }


def ranking(answer: Relevances, texts: Sequence[str], model: str, top: int, *, with_texts: bool) -> Json:
    """Return the response to a request to rerank texts: the `top` most relevant ones, the most relevant first."""
    order = sorted(range(len(texts)), key=lambda index: -answer.scores[index])[:top]
    return {
        "object": "list",
        "model": model,
        "results": [
            {"index": index, "relevance_score": answer.scores[index]}
            | ({"document": {"text": texts[index]}} if with_texts else {})
            for index in order
        ],
        "usage": _usage_of_encoder(answer),
    }


def _usage_of_encoder(answer: Embeddings | Relevances) -> Json:
    """Return the tokens that were read, and those that were cut from texts that are too long."""
    trimmed = {"prompt_tokens_details": {"trimmed_tokens": answer.trimmed_tokens}} if answer.trimmed_tokens else {}
    return {"prompt_tokens": answer.prompt_tokens, "total_tokens": answer.prompt_tokens, **trimmed}


def _token(chunk: Chunk, offset: int) -> Json:
    """Return the log-probabilities of a chunk's token, which is at `offset` in the output."""

    def entry(text: str, logprob: float) -> Json:
        return {"token": text, "logprob": logprob, "bytes": list(text.encode())}

    top = [entry(*token) for token in chunk.top_logprobs]
    return {**entry(chunk.text, chunk.logprob), "top_logprobs": top, "offset": offset}


def _logprobs(kind: GenerationKind, tokens: Sequence[Json]) -> Json:
    """Return the entries of tokens in the shape that chats or completions have."""
    if kind == "chat":
        return {"content": [{key: value for key, value in token.items() if key != "offset"} for token in tokens]}
    return {
        "tokens": [token["token"] for token in tokens],
        "token_logprobs": [token["logprob"] for token in tokens],
        "top_logprobs": [{top["token"]: top["logprob"] for top in token["top_logprobs"]} for token in tokens],
        "text_offset": [token["offset"] for token in tokens],
    }
