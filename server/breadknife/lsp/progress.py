"""The client's progress bar, while something takes long."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.lsp.server import BreadknifeServer


class ProgressBar:
    """A progress bar of the client's. `tell` may be called from any thread, all else from the event loop's."""

    def __init__(self, server: BreadknifeServer, message: str) -> None:
        self.last_message: str | None = None
        """The message at its end; nothing without one."""
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._message = message
        self._fraction: float | None = None
        self._changed = asyncio.Event()
        self._is_over = asyncio.Event()

    def tell(self, message: str, fraction: float | None = None) -> None:
        """Show what is done now, and the fraction of all that is done already, from 0 to 1, where that is known."""
        self._server.from_any_thread(self._loop, self._update, message, fraction)

    def end(self) -> None:
        """Take the bar away, or never show it if it isn't there yet."""
        self._is_over.set()
        self._changed.set()

    async def show(self, after: float) -> None:
        """Show the bar in `after` seconds, unless it has ended by then, and return once it has ended.

        A bar that the client was asked for has to begin and end: Helix shows its spinner from then on.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._is_over.wait(), after)
        if self._is_over.is_set():
            return
        token, bars = str(uuid.uuid4()), self._server.work_done_progress
        try:
            await bars.create_async(token)  # pyright: ignore[reportUnknownMemberType] (pygls)
        except JsonRpcException:  # the client has no bar for it
            return
        bars.begin(token, lsp.WorkDoneProgressBegin("breadknife", message=self._message, percentage=self._percentage))
        has_percentage = self._percentage is not None
        while not self._is_over.is_set():
            await self._changed.wait()
            self._changed.clear()
            if not self._is_over.is_set():
                # LSP: what began without a percentage goes on without.
                percentage = self._percentage if has_percentage else None
                bars.report(token, lsp.WorkDoneProgressReport(message=self._message, percentage=percentage))
        bars.end(token, lsp.WorkDoneProgressEnd(message=self.last_message))

    @property
    def _percentage(self) -> int | None:
        return None if self._fraction is None else round(self._fraction * 100)

    def _update(self, message: str, fraction: float | None) -> None:
        self._message, self._fraction = message, fraction
        self._changed.set()


@contextlib.asynccontextmanager
async def progress(server: BreadknifeServer, message: str, *, after: float = 0.0) -> AsyncGenerator[ProgressBar]:
    """Show a progress bar while the block runs, if it takes longer than `after` seconds and the client has such
    bars."""
    bar = ProgressBar(server, message)
    if server.client.progress:
        server.spawn(bar.show(after))
    try:
        yield bar
    finally:
        bar.end()
