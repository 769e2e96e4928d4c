"""uvicorn's HTTP protocol with time limits: by itself it has none for a client that sends a request byte by byte.

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
"""How long a request's first line and headers may take. Clients are on this machine, so they come at once."""
BODY_SECONDS = 40.0
"""How long a body may take: a bit longer than the application waits, so that its answer can say why it gives up."""
MOST_WAITING = 100
"""How many connections may have incomplete requests. If there are more, the oldest of them is closed, so that they
can't keep others out."""
_INCOMPLETE: tuple[object, ...] = (h11.IDLE, h11.SEND_BODY)
"""The states of a client whose request isn't complete: before the end of the headers, and before that of the body."""
GRACE_SECONDS = 3
"""How long answers that are being written may take once the server is told to end."""


class BoundedProtocol(H11Protocol):
    """Closes a connection whose request isn't complete in time."""

    _timer: asyncio.TimerHandle | None = None
    _state: object = None
    """The client's state when it was last looked at."""
    waits_since: float | None = None
    """Since when the client has been in a state of `_INCOMPLETE`, as `time.monotonic` has it; None in other states."""

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
        """If the client's state has changed, begin the time of the new state."""
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
    """Return uvicorn's configuration for serving `app`."""
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
