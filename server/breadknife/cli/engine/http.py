"""uvicorn's HTTP, with limits of time: it has none for a client that sends its request byte by byte.

As in Go's `ReadHeaderTimeout` and hyper's `header_read_timeout`, the time runs from the connection's beginning, and no
byte that arrives begins it anew.
"""

from __future__ import annotations

import asyncio
import time
from typing import cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""A request's first line and headers have this long; they come from this machine, at once."""
BODY_SECONDS = 40.0
"""A body has this long: a bit longer than the application waits, which says why it gives up."""
MOST_WAITING = 100
"""Connections whose requests aren't whole yet. Where there are more, the oldest one is closed: it can't keep others
out."""
_INCOMPLETE: tuple[object, ...] = (h11.IDLE, h11.SEND_BODY)
"""States of a client that owes us something."""
GRACE_SECONDS = 3
"""Answers that are being written have this long when the server is told to end."""


class BoundedProtocol(H11Protocol):
    """Closes a connection whose request isn't whole in time."""

    _timer: asyncio.TimerHandle | None = None
    _state: object = None
    waits_since: float | None = None
    """When the client began what isn't whole yet."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look()
        ours = cast("set[BoundedProtocol]", self.connections)
        waiting = [connection for connection in ours if connection.waits_since is not None]
        if len(waiting) > MOST_WAITING:
            min(waiting, key=lambda connection: connection.waits_since or 0.0).drop()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def _look(self) -> None:
        """Begin to count where the client has begun something else."""
        state = self.conn.their_state
        if state is self._state:  # pyright: ignore[reportUnnecessaryComparison] (h11's types)
            return
        self._stop()
        self._state = state
        if state in _INCOMPLETE and not self.transport.is_closing():
            self.waits_since = time.monotonic()
            is_body = state is h11.SEND_BODY  # pyright: ignore[reportUnnecessaryComparison] (h11's types)
            seconds = BODY_SECONDS if is_body else HEAD_SECONDS
            self._timer = self.loop.call_later(seconds, self.drop)

    def drop(self) -> None:
        """Close the connection, whatever it is doing."""
        self._stop()
        self.transport.abort()

    def _stop(self) -> None:
        self.waits_since = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def config_of(app: ASGIApp) -> uvicorn.Config:
    """Return how uvicorn serves the API."""
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
