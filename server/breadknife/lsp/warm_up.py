"""Loads the completion model when the first document opens, so that the first suggestion needn't wait for it."""

from __future__ import annotations

import uuid

from lsprotocol import types as lsp

from breadknife.errors import BreadknifeError, ModelMissing
from breadknife.lsp.server import BreadknifeServer


async def warm_up(server: BreadknifeServer) -> None:
    """Shows the client's progress bar while it takes; a missing model is told once, with its remedy."""
    host = server.host
    token = str(uuid.uuid4())
    progress = server.work_done_progress
    if server.client.progress:
        await progress.create_async(token)  # pyright: ignore[reportUnknownMemberType] (pygls)
        progress.begin(token, lsp.WorkDoneProgressBegin("breadknife", message="loading the completion model"))
    message = "ready"
    try:
        await server.in_worker(host.warm_up)
    except ModelMissing as error:
        host.notify(str(error))
        message = "no model"
    except BreadknifeError as error:
        message = str(error)
    finally:
        if server.client.progress:
            progress.end(token, lsp.WorkDoneProgressEnd(message=message))
