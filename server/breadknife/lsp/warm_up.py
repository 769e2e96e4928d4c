"""Loads the completion model when the first document opens, so that the first suggestion needn't wait for it; again
when a part that was missing has arrived: the engine, a model, LanguageTool. Nobody has to restart the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from breadknife import arrivals
from breadknife.errors import BreadknifeError, EngineMissing, ModelMissing
from breadknife.lsp.progress import progress
from breadknife.lsp.server import BreadknifeServer

LOOK_SECONDS = 1.0


async def warm_up(server: BreadknifeServer) -> None:
    """Load the model behind the client's progress bar. Tells once, with its remedy, of a missing model or engine."""
    host = server.host
    async with progress(server, "loading the completion model") as bar:
        try:
            await server.in_worker(host.warm_up)
            bar.ended = "ready"
        except (ModelMissing, EngineMissing) as error:
            host.notify_missing(error)
            bar.ended = "no model" if isinstance(error, ModelMissing) else "no engine"
        except BreadknifeError as error:
            bar.ended = str(error)


async def watch_arrivals(server: BreadknifeServer, check_again: Callable[[], None]) -> None:
    """Check the open documents again and load the completion model whenever a part has arrived. Never ends."""
    known = arrivals.newest()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        newest = await server.in_worker(arrivals.newest)
        if newest != known:
            known = newest
            check_again()
            if server.documents.uris():
                await warm_up(server)
