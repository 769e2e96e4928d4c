"""An engine that is another runtime: Ollama, llama-server, or any server that speaks OpenAI's HTTP API."""

from __future__ import annotations

import asyncio
import contextlib
import math
import queue
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import Any, Generic, TypeVar

import msgspec

from breadknife.cancel import CancelToken
from breadknife.engine.api import (
    ChatRequest,
    Chunk,
    Classes,
    ClassifyRequest,
    Embeddings,
    EmbedRequest,
    EngineStatus,
    GenerateRequest,
    Relevances,
    RerankRequest,
    ScoreRequest,
    Scores,
)
from breadknife.engine.remote.answers import EmbeddingList, Ranking
from breadknife.engine.remote.apis import Dialect, LlamaServer, Ollama, OpenAI
from breadknife.engine.remote.chat import chat
from breadknife.engine.remote.http import Exchange, Http, Patience
from breadknife.engine.runtimes import Api, Runtime
from breadknife.errors import BreadknifeError, Cancelled, EngineError, EngineUnavailable, Superseded

_T = TypeVar("_T")
_DIALECTS: dict[Api, type[OpenAI] | type[LlamaServer] | type[Ollama]] = {
    Api.OPENAI: OpenAI,
    Api.LLAMA_SERVER: LlamaServer,
    Api.OLLAMA: Ollama,
}


class _Inbox(queue.SimpleQueue["tuple[_T] | BreadknifeError | None"], Generic[_T]):
    """What a waiting caller hears: values, then None; or an error."""


class RemoteEngine:
    """An `Engine` in another runtime. Safe to use from several threads.

    All connections live in one thread's event loop, because there a request can be stopped at any point: while it
    connects, before the first byte, in the middle of an answer. Stopping it closes its connection.
    """

    def __init__(self, name: str, runtime: Runtime, *, offline: bool = False, patience: Patience | None = None) -> None:
        self.name = name
        self.runtime = runtime
        self._offline = offline
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._http: Http | None = None
        self._dialect: Dialect | None = None
        self._known: set[str] = set()
        """Models that the server has."""
        self._places: dict[str, _Inbox[Any]] = {}
        """Who waits for a place in a document."""

    @property
    def bytes_sent(self) -> int:
        """Bytes of all requests' bodies."""
        return self._http.bytes_sent if self._http else 0

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        """Raises also PromptTooLong and EngineError for what the runtime can't do (`adapter`, `grammar`).

        `logprob` is told only where `top_logprobs` asks for it: runtimes compute it at a price.
        """
        request = replace(request, prompt=tuple(replace(part, text=_encodable(part.text)) for part in request.prompt))

        async def work(inbox: _Inbox[Chunk]) -> None:
            exchange = self._exchange(cancel)
            dialect = await self._server(exchange)
            model = await self._model(exchange, request.model)
            async with contextlib.aclosing(dialect.generate(exchange, model, request)) as chunks:
                async for chunk in chunks:
                    inbox.put((chunk,))

        finish = ""
        for chunk in self._run(work, cancel, request.place):
            finish = chunk.finish
            yield chunk
        if not finish:
            raise EngineError(f"the engine {self.name!r} ended its answer without saying why")

    def chat(self, request: ChatRequest, cancel: CancelToken) -> Iterator[Chunk]:
        """Answer a chat by the runtime's own template. Raises as `generate`, and for text that the runtime would take
        for control."""
        messages = tuple(replace(message, text=_encodable(message.text)) for message in request.messages)
        request = replace(request, messages=messages)

        async def work(inbox: _Inbox[Chunk]) -> None:
            exchange = self._exchange(cancel)
            dialect = await self._server(exchange)
            model = await self._model(exchange, request.model)
            chunks = chat(exchange, model, request, by_gbnf=dialect.chats_by_gbnf)
            async with contextlib.aclosing(chunks):
                async for chunk in chunks:
                    inbox.put((chunk,))

        return self._run(work, cancel, request.place)

    def score(self, request: ScoreRequest, cancel: CancelToken) -> Scores:
        """Raises EngineError where the runtime tells no log-probabilities of given text (Ollama, LM Studio)."""
        request = replace(request, prompt=tuple(replace(part, text=_encodable(part.text)) for part in request.prompt))

        async def work(inbox: _Inbox[Scores]) -> None:
            exchange = self._exchange(cancel)
            dialect = await self._server(exchange)
            model = await self._model(exchange, request.model)
            inbox.put((await dialect.score(exchange, model, request),))

        [scores] = self._run(work, cancel, request.place)
        return scores

    def embed(self, request: EmbedRequest, cancel: CancelToken) -> Embeddings:
        async def work(inbox: _Inbox[Embeddings]) -> None:
            exchange = self._exchange(cancel)
            await self._server(exchange)
            model = await self._model(exchange, request.model)
            body = {"model": model, "input": [_encodable(text) for text in request.texts]}
            answer = await exchange.json("POST", "/v1/embeddings", body, EmbeddingList)
            if len(answer.data) != len(request.texts):
                raise EngineError(f"{exchange.http} sent {len(answer.data)} embeddings for {len(request.texts)} texts")
            vectors = tuple(_unit(each.embedding) for each in answer.data)
            inbox.put((Embeddings(vectors, answer.usage.prompt_tokens if answer.usage else 0),))

        [embeddings] = self._run(work, cancel)
        return embeddings

    def rerank(self, request: RerankRequest, cancel: CancelToken) -> Relevances:
        """Raises EngineError where the runtime has no reranker. Scores are the runtime's: of some a probability."""

        async def work(inbox: _Inbox[Relevances]) -> None:
            exchange = self._exchange(cancel)
            dialect = await self._server(exchange)
            if not dialect.reranks:
                raise EngineError(f"{exchange.http} has no rerankers; take llama-server or a model of breadknife's own")
            model = await self._model(exchange, request.model)
            texts = [_encodable(text) for text in request.texts]
            body = {"model": model, "query": _encodable(request.query), "documents": texts, "top_n": len(texts)}
            answer = await exchange.json("POST", "/v1/rerank", body, Ranking)
            scores = {each.index: each.relevance_score for each in answer.results}
            if sorted(scores) != list(range(len(texts))):
                raise EngineError(
                    f"{exchange.http} ranked {len(scores)} of {len(texts)} texts; it needs a newer version"
                )
            tokens = answer.usage.prompt_tokens or answer.usage.total_tokens if answer.usage else 0
            inbox.put((Relevances(tuple(scores[index] for index in range(len(texts))), tokens),))

        [relevances] = self._run(work, cancel)
        return relevances

    def classify(self, request: ClassifyRequest, cancel: CancelToken) -> Classes:
        """Raises EngineError: these runtimes' APIs have no word for it."""
        raise EngineError(
            f"the engine {self.name!r} at {self.runtime.url} can't be asked for classes; "
            "add the classifier's file as a model of breadknife's own: `breadknife models add FILE`"
        )

    def status(self) -> EngineStatus | None:
        """Return None: it is no process of ours."""
        return None

    def build(self) -> str:
        """Empty: it isn't ours, and may be another tomorrow."""
        return ""

    def close(self) -> None:
        with self._lock:
            loop, self._loop, self._http = self._loop, None, None
        if loop:
            loop.call_soon_threadsafe(loop.stop)

    def _run(
        self, work: Callable[[_Inbox[_T]], Coroutine[Any, Any, None]], cancel: CancelToken, place: str = ""
    ) -> Iterator[_T]:
        """What `work`, a coroutine in the loop's thread, puts into its inbox."""
        cancel.raise_if_cancelled()
        if self._offline and not self.runtime.local:
            raise EngineUnavailable(
                f"offline: the engine {self.name!r} at {self.runtime.url} is on another machine; "
                "take a model of breadknife's own, or end the offline mode"
            )
        inbox: _Inbox[_T] = _Inbox()
        loop = self._running()
        self._take(place, inbox)
        future = asyncio.run_coroutine_threadsafe(_reported(work, inbox), loop)
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
                if self._places.get(place) is inbox:
                    del self._places[place]
            future.cancel()

    def _take(self, place: str, inbox: _Inbox[Any]) -> None:
        if place:
            with self._lock:
                older = self._places.get(place)
                self._places[place] = inbox
            if older:
                older.put(Superseded("a newer request for the same place replaced this one"))

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._http = Http(self.name, self.runtime, self._patience)
                arguments = (self._loop, self._http)
                threading.Thread(target=_serve, args=arguments, name=f"engine {self.name}", daemon=True).start()
            return self._loop

    def _exchange(self, cancel: CancelToken) -> Exchange:
        http = self._http
        if http is None:
            raise EngineUnavailable(f"the engine {self.name!r} was closed")
        return Exchange(http, cancel.deadline)

    async def _server(self, exchange: Exchange) -> Dialect:
        if self._dialect is None:
            api = self.runtime.api
            if api is Api.AUTO:
                api = await _recognised(exchange)
            self._dialect = _DIALECTS[api]()
        return self._dialect

    async def _model(self, exchange: Exchange, model: str) -> str:
        """The model to ask for: it is looked up once, because some servers answer any name with what they have."""
        model = model or self.runtime.model
        if model in self._known:
            return model
        models = await exchange.models()
        if not model and len(models) == 1:
            return models[0]
        if not model or (models and not {model, f"{model}:latest"} & set(models)):
            raise await exchange.no_such_model(model)
        self._known.add(model)
        return model


async def _reported(work: Callable[[_Inbox[_T]], Coroutine[Any, Any, None]], inbox: _Inbox[_T]) -> None:
    """Carries out `work`; whatever becomes of it, who waits hears of it."""
    try:
        await work(inbox)
        inbox.put(None)
    except BreadknifeError as error:
        inbox.put(error)
    except asyncio.CancelledError:
        inbox.put(Cancelled("the engine was closed"))
        raise
    except Exception as error:
        inbox.put(EngineError(f"{type(error).__name__}: {error}"))


async def _recognised(exchange: Exchange) -> Api:
    """What the server is, where it can be told for sure; OpenAI's API otherwise."""
    signs = (("/props", "default_generation_settings", Api.LLAMA_SERVER), ("/api/version", "version", Api.OLLAMA))
    for path, sign, api in signs:
        try:
            answer = await exchange.json("GET", path, None, dict[str, msgspec.Raw])
        except EngineUnavailable:
            raise
        except EngineError:
            continue
        if sign in answer:
            return api
    return Api.OPENAI


def _serve(loop: asyncio.AbstractEventLoop, http: Http) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(http.client.aclose())
    loop.close()


def _unit(vector: tuple[float, ...]) -> tuple[float, ...]:
    length = math.sqrt(sum(x * x for x in vector)) or 1.0
    return tuple(x / length for x in vector)


def _encodable(text: str) -> str:
    """Without lone surrogates, which an editor may send and UTF-8 can't."""
    return text.encode("utf-8", "replace").decode("utf-8")
