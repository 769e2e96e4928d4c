"""An engine that is another runtime: Ollama, llama-server, or any server that speaks OpenAI's HTTP API."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import Any, Generic, TypeVar

import msgspec

from breadknife.cancel import CancelToken
from breadknife.engine import api
from breadknife.engine.remote.http import Exchange, HttpClient, RetryPolicy
from breadknife.engine.remote.llama_server import LlamaServerDialect
from breadknife.engine.remote.ollama import OllamaDialect
from breadknife.engine.remote.openai import OpenAIDialect, RemoteModel
from breadknife.engine.remote.runtime import Api, Runtime
from breadknife.errors import BreadknifeError, Cancelled, EngineError, EngineUnavailable, Superseded

_T = TypeVar("_T")
_DIALECTS: dict[Api, type[OpenAIDialect]] = {
    Api.OPENAI: OpenAIDialect,
    Api.LLAMA_SERVER: LlamaServerDialect,
    Api.OLLAMA: OllamaDialect,
}


class _Inbox(queue.SimpleQueue["tuple[_T] | BreadknifeError | None"], Generic[_T]):
    """The answers for a waiting caller, each in a tuple; the last item is None, or an error."""


class RemoteEngine:
    """An `Engine` in another runtime. Safe to use from several threads.

    All connections live in one thread's event loop, because there a request can be stopped at any point: while it
    connects, before the first byte, in the middle of an answer. Stopping it closes its connection.
    """

    def __init__(self, name: str, runtime: Runtime, *, offline: bool = False, retry: RetryPolicy | None = None) -> None:
        self.name = name
        self.runtime = runtime
        self._offline = offline
        self._retry = retry or RetryPolicy()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._http: HttpClient | None = None
        self._dialect: OpenAIDialect | None = None
        self._models: set[str] = set()
        """Models that the server is known to have."""
        self._newest: dict[str, _Inbox[Any]] = {}
        """`place` of a request (a place in a document) -> the inbox of the newest request for it."""

    @property
    def bytes_sent(self) -> int:
        """The bytes of all requests' bodies since the engine was opened."""
        return self._http.bytes_sent if self._http else 0

    def generate(self, request: api.GenerateRequest, cancel: CancelToken) -> Iterator[api.Chunk]:
        """Yield the output in chunks, whose `logprob` is set only if the request has `top_logprobs`: it costs runtimes
        time. Raises PromptTooLong, too, and EngineError for an adapter or a grammar that the runtime can't use."""
        request = api.encodable(request)
        return self._run(lambda dialect, model: dialect.generate(model, request), request, cancel)

    def chat(self, request: api.ChatRequest, cancel: CancelToken) -> Iterator[api.Chunk]:
        """Answer a chat by the runtime's own template. Raises as `generate` does, and EngineError for a message with
        text that the runtime would take for a control token."""
        request = api.encodable(request)
        return self._run(lambda dialect, model: dialect.chat(model, request), request, cancel)

    def score(self, request: api.ScoreRequest, cancel: CancelToken) -> api.Scores:
        """Score alternatives. Raises EngineError for a runtime that returns no log-probabilities of given text
        (Ollama, LM Studio)."""
        request = api.encodable(request)
        [scores] = self._run(lambda dialect, model: _single(dialect.score(model, request)), request, cancel)
        return scores

    def embed(self, request: api.EmbedRequest, cancel: CancelToken) -> api.Embeddings:
        request = api.encodable(request)
        [embeddings] = self._run(lambda dialect, model: _single(dialect.embed(model, request)), request, cancel)
        return embeddings

    def rerank(self, request: api.RerankRequest, cancel: CancelToken) -> api.Relevances:
        """Rank texts. Raises EngineError for a runtime that has no rerankers."""
        request = api.encodable(request)
        [relevances] = self._run(lambda dialect, model: _single(dialect.rerank(model, request)), request, cancel)
        return relevances

    def classify(self, request: api.ClassifyRequest, cancel: CancelToken) -> api.Classes:
        """Raise EngineError: these runtimes' APIs have no request for it."""
        raise EngineError(
            f"the engine {self.name!r} at {self.runtime.url} can't be asked for classes; "
            "add the classifier's file as a model of breadknife's own: `breadknife models add FILE`"
        )

    def status(self) -> api.EngineStatus | None:
        """Return None: the runtime is no process of ours."""
        return None

    def build(self) -> str:
        """Return an empty string: the runtime may change at any time."""
        return ""

    def close(self) -> None:
        with self._lock:
            loop, self._loop, self._http = self._loop, None, None
        if loop:
            loop.call_soon_threadsafe(loop.stop)

    def _run(
        self,
        ask: Callable[[OpenAIDialect, RemoteModel], AsyncGenerator[_T, None]],
        request: api.EngineRequest,
        cancel: CancelToken,
    ) -> Iterator[_T]:
        """Yield the answers to a request. `ask` is called in the loop's thread and returns them."""
        cancel.raise_if_cancelled()
        if self._offline and not self.runtime.local:
            raise EngineUnavailable(
                f"offline: the engine {self.name!r} at {self.runtime.url} is on another machine; "
                "take a model of breadknife's own, or end the offline mode"
            )
        place = request.place if isinstance(request, api.GenerateRequest | api.ChatRequest | api.ScoreRequest) else ""
        inbox: _Inbox[_T] = _Inbox()
        loop = self._running_loop()
        self._supersede(place, inbox)
        future = asyncio.run_coroutine_threadsafe(_into(inbox, self._answers(ask, request.model, cancel)), loop)
        forget = cancel.on_cancel(lambda: inbox.put(Cancelled("the request was cancelled")))
        try:
            while True:
                try:
                    item = inbox.get(timeout=cancel.remaining())
                except queue.Empty:
                    raise Cancelled("the request's time is up") from None
                if isinstance(item, BreadknifeError):
                    raise item
                if item is None:
                    return
                yield item[0]
        finally:
            forget()
            with self._lock:
                if self._newest.get(place) is inbox:
                    del self._newest[place]
            future.cancel()

    async def _answers(
        self, ask: Callable[[OpenAIDialect, RemoteModel], AsyncGenerator[_T, None]], name: str, cancel: CancelToken
    ) -> AsyncGenerator[_T, None]:
        http = self._http
        if http is None:
            raise EngineUnavailable(f"the engine {self.name!r} was closed")
        exchange = Exchange(http, cancel.deadline)
        if self._dialect is None:
            kind = self.runtime.api
            self._dialect = _DIALECTS[await _detected(exchange) if kind is Api.AUTO else kind]()
        model = RemoteModel(exchange, await self._model(exchange, name))
        async with aclosing(ask(self._dialect, model)) as answers:
            async for answer in answers:
                yield answer

    def _supersede(self, place: str, inbox: _Inbox[Any]) -> None:
        """End the older request for a place, if there is one."""
        if place:
            with self._lock:
                older = self._newest.get(place)
                self._newest[place] = inbox
            if older:
                older.put(Superseded("a newer request for the same place replaced this one"))

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._http = HttpClient(self.name, self.runtime, self._retry)
                arguments = (self._loop, self._http)
                threading.Thread(target=_serve, args=arguments, name=f"engine {self.name}", daemon=True).start()
            return self._loop

    async def _model(self, exchange: Exchange, model: str) -> str:
        """Return the model's name for the server. It is looked up once: some servers answer for any name with the model
        that they have. Raises UnknownModel."""
        model = model or self.runtime.model
        if model in self._models:
            return model
        models = await exchange.models()
        if not model and len(models) == 1:
            return models[0]
        if not model or (models and not {model, f"{model}:latest"} & set(models)):
            raise await exchange.no_such_model(model)
        self._models.add(model)
        return model


async def _single(answer: Awaitable[_T]) -> AsyncGenerator[_T, None]:
    yield await answer


async def _into(inbox: _Inbox[_T], answers: AsyncGenerator[_T, None]) -> None:
    """Put all answers into an inbox, and then in any case their end or an error."""
    try:
        async with aclosing(answers):
            async for answer in answers:
                inbox.put((answer,))
        inbox.put(None)
    except BreadknifeError as error:
        inbox.put(error)
    except asyncio.CancelledError:
        inbox.put(Cancelled("the engine was closed"))
        raise
    except Exception as error:
        inbox.put(EngineError(f"{type(error).__name__}: {error}"))


async def _detected(exchange: Exchange) -> Api:
    """Return the server's own API if it is known by a path that only it has; OpenAI's API otherwise."""
    signs = (("/props", "default_generation_settings", Api.LLAMA_SERVER), ("/api/version", "version", Api.OLLAMA))
    for path, field, kind in signs:
        try:
            answer = await exchange.json("GET", path, None, dict[str, msgspec.Raw])
        except EngineUnavailable:
            raise
        except EngineError:
            continue
        if field in answer:
            return kind
    return Api.OPENAI


def _serve(loop: asyncio.AbstractEventLoop, http: HttpClient) -> None:
    """Run a loop until it is stopped, then cancel its tasks and close the connections."""
    asyncio.set_event_loop(loop)
    loop.run_forever()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(http.client.aclose())
    loop.close()
