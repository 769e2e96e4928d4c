"""The engine's calls, which block, in threads beside the event loop."""

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
"""Calls at a time; the engine has about as many sequences for all of them."""

_Said = tuple[int, Chunk | BreadknifeError | None]


class Workers:
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
        """Yield the chunks of several requests as they come, each with its request's number.

        Raises the first error; however this ends, it ends all of them.
        """
        loop = asyncio.get_running_loop()
        messages: asyncio.Queue[_Said] = asyncio.Queue()

        def tell(number: int, what: Chunk | BreadknifeError | None) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(messages.put_nowait, (number, what))

        def pump(number: int, request: GenerateRequest) -> None:
            try:
                for chunk in self._engine.generate(request, cancel):
                    tell(number, chunk)
                tell(number, None)
            except BreadknifeError as error:
                tell(number, error)
            except Exception as error:
                tell(number, EngineError(f"an error that nobody foresaw: {type(error).__name__}: {error}"))

        try:
            for number, request in enumerate(requests):
                self._pool.submit(pump, number, request)
            running = len(requests)
            while running:
                number, what = await messages.get()
                if what is None:
                    running -= 1
                elif isinstance(what, BreadknifeError):
                    raise what
                else:
                    yield number, what
        finally:
            cancel.cancel()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


@asynccontextmanager
async def while_connected(request: Request, cancel: CancelToken) -> AsyncGenerator[None, None]:
    """Cancel when the client hangs up. The request's body has been read."""

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
