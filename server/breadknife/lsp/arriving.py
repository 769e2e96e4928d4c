"""Uses a part that arrives while the server runs: the engine, a model, LanguageTool. Nobody has to restart it."""

from __future__ import annotations

import asyncio

from breadknife import arrivals
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.server import BreadknifeServer
from breadknife.lsp.warm_up import warm_up

LOOK_SECONDS = 1.0


async def watch_arrivals(server: BreadknifeServer, checks: Diagnostics) -> None:
    """Checks the open documents again and loads the completion model whenever a part has arrived. Never ends."""
    known = arrivals.newest()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        newest = await server.in_worker(arrivals.newest)
        if newest != known:
            known = newest
            checks.refresh()
            if server.documents.uris():
                await warm_up(server)
