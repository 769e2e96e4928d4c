"""Loads the completion model when the first document opens, so that the first suggestion needn't wait for it; again
when a part that was missing has arrived."""

from __future__ import annotations

from breadknife.errors import BreadknifeError, EngineMissing, ModelMissing
from breadknife.lsp.progress import progress
from breadknife.lsp.server import BreadknifeServer


async def warm_up(server: BreadknifeServer) -> None:
    """Shows the client's progress bar while it takes; a missing model or engine is told once, with its remedy."""
    host = server.host
    async with progress(server, "loading the completion model") as bar:
        try:
            await server.in_worker(host.warm_up)
            bar.ended = "ready"
        except ModelMissing as error:
            host.notify(str(error))
            bar.ended = "no model"
        except EngineMissing as error:
            host.notify(str(error))
            bar.ended = "no engine"
        except BreadknifeError as error:
            bar.ended = str(error)
