"""A chat with a model of another runtime: `/v1/chat/completions`, which llama-server and Ollama have, too.

The runtime puts the messages into its own template and reads the whole for control tokens, so a message that contains
control text is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from breadknife.engine.api import ChatRequest, Chunk
from breadknife.engine.remote.answers import ChatCompletion
from breadknife.engine.remote.apis import check_text, refuse, schema_of
from breadknife.engine.remote.http import Exchange
from breadknife.errors import EngineDied, EngineError


async def chat(exchange: Exchange, model: str, request: ChatRequest, *, by_gbnf: bool) -> AsyncGenerator[Chunk, None]:
    """Raises EngineError and its kinds; the last chunk has `finish`."""
    refuse(request, exchange, adapter=True, gbnf=not by_gbnf)
    if request.top_logprobs:
        raise EngineError(f"{exchange.http} tells no log-probabilities in a chat; leave them out")
    for message in request.messages:
        check_text(message.text, exchange)
    sampling = request.sampling
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.text} for message in request.messages],
        "max_tokens": request.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "stop": request.stop,
        "stream": True,
        "stream_options": {"include_usage": True},
        **({"top_k": sampling.top_k} if sampling.top_k else {}),
    }
    if request.grammar.startswith("{"):
        schema = {"name": "answer", "schema": schema_of(request), "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif request.grammar:
        body["grammar"] = request.grammar
    last = Chunk("")
    async with contextlib.aclosing(exchange.messages("/v1/chat/completions", body, ChatCompletion)) as messages:
        async for message in messages:
            chunk = message.chunk(last)
            last = replace(chunk, text="")
            if chunk.text:
                yield replace(chunk, finish="")
    if not last.finish:
        raise EngineDied(f"{exchange.http} broke off its answer")
    yield last
