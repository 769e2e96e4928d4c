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
    bar, token = Bar(), str(uuid.uuid4())
    begun = asyncio.create_task(_begun(server, token, message, after))
    try:
        yield bar
    finally:
        begun.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            if await begun:
                server.work_done_progress.end(token, lsp.WorkDoneProgressEnd(message=bar.ended))


async def _begun(server: BreadknifeServer, token: str, message: str, after: float) -> bool:
    if not server.client.progress:
        return False
    await asyncio.sleep(after)
    try:
        await server.work_done_progress.create_async(token)  # pyright: ignore[reportUnknownMemberType] (pygls)
    except JsonRpcException:  # the client has no bar for it
        return False
    server.work_done_progress.begin(token, lsp.WorkDoneProgressBegin("breadknife", message=message))
    return True
