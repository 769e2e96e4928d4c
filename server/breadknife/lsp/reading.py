"""Tells the user that more findings are still to come: the client's progress says so until they are there."""

from __future__ import annotations

from breadknife.lsp.progress import Bar
from breadknife.lsp.server import BreadknifeServer
from breadknife.text.document import Document

AFTER_SECONDS = 2.0
"""What is read sooner than that needs no word."""


class Reading:
    """The documents of which a plugin has more to say. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._plugins: dict[str, set[str]] = {}
        """By the document's URI, those that are still at work, in the order in which they began."""
        self._bar: Bar | None = None

    def goes_on(self, document: Document, plugin: str, *, is_incomplete: bool) -> None:
        """Note whether more findings of a plugin are to come for the document."""
        if is_incomplete:
            self._plugins.setdefault(document.uri, set()).add(plugin)
        elif document.uri in self._plugins:
            self._plugins[document.uri].discard(plugin)
        self._show()

    def closed(self, uri: str) -> None:
        self._plugins.pop(uri, None)
        self._show()

    def _show(self) -> None:
        at_work = next((uri for uri, plugins in self._plugins.items() if plugins), None)
        if at_work is None:
            if self._bar is not None:
                self._bar.end()
            self._bar = None
            return
        message = f"reading {at_work.rpartition('/')[2]}…"
        if self._bar is not None:
            self._bar.tell(message)
        elif self._server.client.progress:
            self._bar = Bar(self._server, message)
            self._server.spawn(self._bar.show(AFTER_SECONDS))
