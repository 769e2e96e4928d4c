"""Tells the user that more findings are still to come: the client's progress says so until they are there."""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.lsp.progress import ProgressBar
from breadknife.lsp.server import BreadknifeServer

AFTER_SECONDS = 2.0
"""Nothing is shown for findings that come sooner than that."""


class IncompleteProgress:
    """Shows one progress bar while any document is still read. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._bar: ProgressBar | None = None

    def show(self, uris: Sequence[str]) -> None:
        """Show that more findings are to come for the documents with these URIs; without any, end the bar."""
        if not uris:
            if self._bar is not None:
                self._bar.end()
            self._bar = None
            return
        message = f"reading {uris[0].rpartition('/')[2]}…"
        if self._bar is not None:
            self._bar.tell(message)
        elif self._server.client.progress:
            self._bar = ProgressBar(self._server, message)
            self._server.spawn(self._bar.show(AFTER_SECONDS))
