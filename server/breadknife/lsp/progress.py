"""The client's progress bar, while something takes long."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.lsp.server import BreadknifeServer


@dataclass
class Bar:
    ended: str | None = None
    """What it says at its end."""


@contextlib.asynccontextmanager
async def progress(server: BreadknifeServer, message: str, *, after: float = 0.0) -> AsyncGenerator[Bar]:
    """Shown only while the block still runs `after` so many seconds, by a client that has progress bars."""
    bar, over = Bar(), asyncio.Event()
    if server.client.progress:
        server.spawn(_shown(server, bar, over, message, after))
    try:
        yield bar
    finally:
        over.set()


async def _shown(server: BreadknifeServer, bar: Bar, over: asyncio.Event, message: str, after: float) -> None:
    """A bar that the client was asked for has to begin and end: Helix shows its spinner from then on."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), after)
    if over.is_set():
        return
    token = str(uuid.uuid4())
    try:
        await server.work_done_progress.create_async(token)  # pyright: ignore[reportUnknownMemberType] (pygls)
    except JsonRpcException:  # the client has no bar for it
        return
    server.work_done_progress.begin(token, lsp.WorkDoneProgressBegin("breadknife", message=message))
    await over.wait()
    server.work_done_progress.end(token, lsp.WorkDoneProgressEnd(message=bar.ended))
