"""The HTTP API: its routes, the check of who may use it, and the way from a request to the engine and back."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, EmbedRequest, GenerateRequest, RerankRequest
from breadknife.engine.kinds import ModelKind
from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.chat import chat_prompt
from breadknife.errors import BreadknifeError, EngineDied, EngineError, EngineUnavailable, ModelUnfit, PromptTooLong
from breadknife.openai.bodies import Body, ChatBody, CompletionBody, EmbeddingBody, RerankBody, SamplingBody, decoded
from breadknife.openai.errors import CLIENT_GONE, ApiError, as_api_error
from breadknife.openai.infill import InfillBody, infilled
from breadknife.openai.local_models import LocalModels, completion_prompt
from breadknife.openai.recipes import RecipesApi, RunRecipe
from breadknife.openai.request_body import ClosingResponse, read_body
from breadknife.openai.responses import Choice, Envelope, GenerationKind, Json, embeddings, ranking, usage
from breadknife.openai.workers import Workers, while_connected

DEFAULT_COMPLETION_TOKENS = 16
"""The tokens of a completion whose request names no number, as in OpenAI's API."""
HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True)
class Api:
    """The handlers of the routes. Each raises ApiError or another BreadknifeError."""

    workers: Workers
    local_models: LocalModels
    raw_prompts: bool = False
    """True if the user allows prompts with control tokens in them."""

    async def models(self, request: Request) -> Response:
        available = await asyncio.to_thread(self.local_models.available)
        return JSONResponse({"object": "list", "data": list(map(_model, available))})

    async def model(self, request: Request) -> Response:
        name = request.path_params["name"]
        await asyncio.to_thread(self.local_models.resolve, name)
        return JSONResponse(_model(self.local_models.catalog().model(name)))

    async def completions(self, request: Request) -> Response:
        body = await _read(request, CompletionBody)
        body.check()
        target = await asyncio.to_thread(self.local_models.resolve_kind, body.model, ModelKind.DECODER)
        fim = target.info.fim
        requests = [
            GenerateRequest(
                target.model,
                completion_prompt(target.info, prompt, body.suffix or "", raw=self.raw_prompts),
                body.max_tokens or DEFAULT_COMPLETION_TOKENS,
                (*body.stops, *(fim.stops if fim and (body.suffix or self.raw_prompts) else ())),
                sampling=body.sampling,
                adapter=target.adapter,
                top_logprobs=body.logprobs or 0,
            )
            for prompt in body.prompts
        ]
        choices = [Choice(index, "completion", body.logprobs is not None) for index in range(len(requests))]
        return await self._respond(request, body, "completion", requests, choices)

    async def infill(self, request: Request) -> Response:
        body = await _read(request, InfillBody)
        name = body.model or self.local_models.catalog().for_role("completion").name
        target = await asyncio.to_thread(self.local_models.resolve_kind, name, ModelKind.DECODER)
        cancel, generate_request = CancelToken(), body.request(target.model, target.adapter, target.info)
        try:
            async with while_connected(request, cancel):
                written = await infilled(body, self.workers.generate([generate_request], cancel))
        except BreadknifeError as error:
            raise _generation_error(error, generate_request) from error
        return JSONResponse(written.answer(body.response_fields))

    async def chat(self, request: Request) -> Response:
        body = await _read(request, ChatBody)
        body.check()
        messages = [message.message() for message in body.messages]
        target = await asyncio.to_thread(self.local_models.resolve_kind, body.model, ModelKind.DECODER)
        try:
            prompt = await asyncio.to_thread(chat_prompt, target.info, messages)
        except (EngineError, ModelUnfit) as error:
            raise ApiError(str(error), "messages") from error
        generate_request = GenerateRequest(
            target.model,
            prompt,
            body.output_tokens,
            body.stops,
            sampling=body.sampling,
            grammar=body.grammar,
            adapter=target.adapter,
            top_logprobs=body.top_logprobs or 0,
        )
        return await self._respond(request, body, "chat", [generate_request], [Choice(0, "chat", bool(body.logprobs))])

    async def embeddings(self, request: Request) -> Response:
        body = await _read(request, EmbeddingBody)
        target = await asyncio.to_thread(
            self.local_models.resolve_kind, body.model, ModelKind.ENCODER, ModelKind.DECODER
        )
        embed_request = EmbedRequest(target.model, tuple(body.texts))
        cancel = CancelToken()
        async with while_connected(request, cancel):
            vectors = await self.workers.embed(embed_request, cancel)
        return JSONResponse(embeddings(vectors, body.model, body.encoding_format))

    async def rerank(self, request: Request) -> Response:
        body = await _read(request, RerankBody)
        target = await asyncio.to_thread(self.local_models.resolve_kind, body.model, ModelKind.RERANKER)
        texts = body.texts
        cancel = CancelToken()
        async with while_connected(request, cancel):
            relevances = await self.workers.rerank(RerankRequest(target.model, body.query, tuple(texts)), cancel)
        top = body.top_n or len(texts)
        return JSONResponse(ranking(relevances, texts, body.model, top, with_texts=body.return_documents))

    async def _respond(
        self,
        request: Request,
        body: SamplingBody,
        kind: GenerationKind,
        requests: Sequence[GenerateRequest],
        choices: Sequence[Choice],
    ) -> Response:
        """Have the engine generate, and return the response, streamed if the body says so. Each of `requests` fills the
        choice of the same index."""
        cancel, envelope = CancelToken(), Envelope(kind, body.model)
        chunks = self.workers.generate(requests, cancel)
        try:
            async with while_connected(request, cancel):
                # An error before the first chunk still gets a status of its own.
                first = await anext(chunks)
                if not body.stream:
                    async for index, chunk in _after(first, chunks):
                        choices[index].add(chunk)
        except BreadknifeError as error:
            await chunks.aclose()
            raise _generation_error(error, requests[0]) from error
        if not body.stream:
            response = envelope.around([choice.complete() for choice in choices], stream=False)
            return JSONResponse({**response, "usage": usage(choices)})
        events = _events(request, body, envelope, choices, _after(first, chunks), cancel)
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _events(
    request: Request,
    body: SamplingBody,
    envelope: Envelope,
    choices: Sequence[Choice],
    chunks: AsyncGenerator[tuple[int, Chunk], None],
    cancel: CancelToken,
) -> AsyncIterator[str]:
    """Yield the server-sent events of a streamed answer. If generation fails, the last event is its error."""
    no_usage_yet = {"usage": None} if body.usage_in_stream else {}
    try:
        async with while_connected(request, cancel), aclosing(chunks):
            if envelope.kind == "chat":
                begin = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
                yield _event({**envelope.around([begin], stream=True), **no_usage_yet})
            async for index, chunk in chunks:
                yield _event({**envelope.around([choices[index].add(chunk)], stream=True), **no_usage_yet})
            if body.usage_in_stream:
                yield _event({**envelope.around([], stream=True), "usage": usage(choices)})
            yield "data: [DONE]\n\n"
    except BreadknifeError as error:
        yield _event(as_api_error(error).body())


async def _after(
    first: tuple[int, Chunk], rest: AsyncGenerator[tuple[int, Chunk], None]
) -> AsyncGenerator[tuple[int, Chunk], None]:
    """Yield the first chunk and then the rest; close `rest` with this generator."""
    async with aclosing(rest):
        yield first
        async for chunk in rest:
            yield chunk


def make_app(
    workers: Workers,
    local_models: LocalModels,
    token: str,
    run_recipe: RunRecipe | None = None,
    *,
    raw_prompts: bool = False,
) -> ASGIApp:
    """Return the application; requests need the token. Without `run_recipe` there is no route for recipes. With
    `raw_prompts`, prompts may have control tokens in them."""
    api = Api(workers, local_models, raw_prompts)
    recipes = [Route("/v1/recipes/{name}", RecipesApi(run_recipe).serve, methods=["POST"])] if run_recipe else []
    app = Starlette(
        routes=[
            Route("/health", _health),
            Route("/v1/models", api.models),
            Route("/v1/models/{name}", api.model),
            Route("/v1/completions", api.completions, methods=["POST"]),
            Route("/v1/chat/completions", api.chat, methods=["POST"]),
            Route("/infill", api.infill, methods=["POST"]),
            Route("/v1/embeddings", api.embeddings, methods=["POST"]),
            *recipes,
            Route("/v1/rerank", api.rerank, methods=["POST"]),
        ],
        exception_handlers={
            ApiError: _on_error,
            BreadknifeError: _on_error,
            HTTPException: _on_error,
            ClientDisconnect: _on_error,
        },
    )
    return guarded(app, token)


async def _health(_request: Request) -> Response:
    """Say that requests are served, as llama-server does: llama.vscode asks before it shows itself as ready."""
    return JSONResponse({"status": "ok"})


def guarded(app: ASGIApp, token: str) -> ASGIApp:
    """Return the application behind a check: requests need the token, and one of `HOSTS` as their host.

    The host is checked because a web page can have its own host's name lead to this machine (DNS rebinding).
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if refusal := _refusal(headers.get("host", ""), headers.get("authorization", ""), token):
                response = JSONResponse(refusal.body(), refusal.status)
                await response(scope, receive, send)
                return
        await app(scope, receive, send)

    return serve


def _refusal(host: str, authorization: str, token: str) -> ApiError | None:
    """Return why a request with these headers is refused; None if it isn't."""
    name, _, port = host.rpartition(":")
    if (name if port.isdigit() else host).lower() not in HOSTS:
        return ApiError(f"the host {host!r} is not served; use 127.0.0.1 or localhost", None, 403, "wrong_host")
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secrets.compare_digest(credentials.strip().encode(), token.encode()):
        message = "the token is missing or wrong; `breadknife engine serve-openai` said it when it began"
        return ApiError(message, None, 401, "invalid_api_key")
    return None


async def _on_error(request: Request, error: Exception) -> Response:
    match error:
        case ApiError():
            api_error = error
        case BreadknifeError():
            api_error = as_api_error(error)
        case HTTPException():
            api_error = ApiError(f"{request.method} {request.url.path}: {error.detail}", None, error.status_code)
        case _:
            api_error = ApiError("the client hung up", None, CLIENT_GONE)
    return (ClosingResponse if api_error.closes else JSONResponse)(api_error.body(), api_error.status)


def _generation_error(error: BreadknifeError, request: GenerateRequest) -> ApiError:
    """Return the API's error. If a request with a grammar fails in the engine, the grammar is taken for the cause."""
    is_refusal = isinstance(error, EngineError)
    is_refusal = is_refusal and not isinstance(error, EngineDied | EngineUnavailable | PromptTooLong)
    if is_refusal and request.grammar:
        return ApiError(str(error), "response_format")
    return as_api_error(error)


async def _read(request: Request, kind: type[Body]) -> Body:
    return decoded(await read_body(request), kind)


def _model(model: ModelInfo) -> Json:
    return {"id": model.name, "object": "model", "created": 0, "owned_by": "breadknife"}


def _event(value: Json) -> str:
    return f"data: {json.dumps(value, separators=(',', ':'))}\n\n"
