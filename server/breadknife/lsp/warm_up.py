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
"""Between two looks for what has arrived."""


async def warm_up(server: BreadknifeServer) -> None:
    """Load the model while the client shows a progress bar. The user is told once, with the remedy, of a missing model
    or engine."""
    host = server.host
    async with progress(server, "loading the completion model") as bar:
        try:
            await server.in_worker(host.warm_up)
            bar.last_message = "ready"
        except (ModelMissing, EngineMissing) as error:
            host.notify_missing(error)
            bar.last_message = "no model" if isinstance(error, ModelMissing) else "no engine"
        except BreadknifeError as error:
            bar.last_message = str(error)


async def watch_arrivals(server: BreadknifeServer, check_again: Callable[[], None]) -> None:
    """Check the open documents again and load the completion model whenever a part has arrived. Never ends."""
    last_seen = arrivals.newest()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        newest = await server.in_worker(arrivals.newest)
        if newest != last_seen:
            last_seen = newest
            check_again()
            if server.documents.uris():
                await warm_up(server)
