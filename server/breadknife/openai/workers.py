"""Calls the engine, whose calls block, in threads beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress

from starlette.requests import Request

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Embeddings, EmbedRequest, Engine, GenerateRequest, Relevances, RerankRequest
from breadknife.errors import BreadknifeError, EngineError

THREADS = 32
"""The most calls at a time; the engine has about as many sequences for all of them."""


class Workers:
    """An engine for use in an event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="openai")

    async def embed(self, request: EmbedRequest, cancel: CancelToken) -> Embeddings:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._engine.embed, request, cancel)

    async def rerank(self, request: RerankRequest, cancel: CancelToken) -> Relevances:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._engine.rerank, request, cancel)

    async def generate(
        self, requests: Sequence[GenerateRequest], cancel: CancelToken
    ) -> AsyncGenerator[tuple[int, Chunk], None]:
        """Yield the chunks of several requests as they come, each with the index of its request.

        Raises the first error. When this generator ends, all requests are cancelled.
        """
        loop = asyncio.get_running_loop()
        messages: asyncio.Queue[tuple[int, Chunk | BreadknifeError | None]] = asyncio.Queue()
        # None says that a request is finished.

        def send(index: int, message: Chunk | BreadknifeError | None) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(messages.put_nowait, (index, message))

        def generate_one(index: int, request: GenerateRequest) -> None:
            try:
                for chunk in self._engine.generate(request, cancel):
                    send(index, chunk)
                send(index, None)
            except BreadknifeError as error:
                send(index, error)
            except Exception as error:
                send(index, EngineError(f"an error that nobody foresaw: {type(error).__name__}: {error}"))

        try:
            for index, request in enumerate(requests):
                self._pool.submit(generate_one, index, request)
            running = len(requests)
            while running:
                index, message = await messages.get()
                if message is None:
                    running -= 1
                elif isinstance(message, BreadknifeError):
                    raise message
                else:
                    yield index, message
        finally:
            cancel.cancel()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


@asynccontextmanager
async def while_connected(request: Request, cancel: CancelToken) -> AsyncGenerator[None, None]:
    """Cancel if the client hangs up within the `async with` block. The request's body must have been read."""

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        cancel.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
