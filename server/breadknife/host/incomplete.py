"""Knows which plugins have more findings to come for which documents."""

from __future__ import annotations

import threading
from collections.abc import Callable


class IncompleteChecks:
    """The checks that go on after their first answer. Safe to use from several threads."""

    def __init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None
        """Called in any thread when `uris` may return something else."""
        self._plugins: dict[str, set[str]] = {}
        """By document's URI the plugins' names; the documents in the order in which their checks began."""
        self._lock = threading.Lock()

    def note(self, uri: str, plugin: str, *, is_incomplete: bool) -> None:
        """Note whether more findings of a plugin are to come for a document."""
        with self._lock:
            plugins = self._plugins.setdefault(uri, set())
            (plugins.add if is_incomplete else plugins.discard)(plugin)
            if not plugins:
                del self._plugins[uri]
        self.on_change()

    def close(self, uri: str) -> None:
        """Note that nobody waits for findings of a document any longer."""
        with self._lock:
            self._plugins.pop(uri, None)
        self.on_change()

    def uris(self) -> tuple[str, ...]:
        """Return the URIs of the documents that more findings are to come for."""
        with self._lock:
            return tuple(self._plugins)
