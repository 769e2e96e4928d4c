"""Gives the settings of each workspace folder while a server runs; they are read again when one of their files
changes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from breadknife.engine.models.catalog import read_models, user_file
from breadknife.host.host import Host
from breadknife.host.settings.layers import Layer, settings_files
from breadknife.host.settings.resolve import load
from breadknife.host.settings.values import Settings

_Stamp = tuple[int, int, int] | None
"""A file's time of change, size and inode; None if there is no file."""


class LiveSettings:
    """Gives a host its settings. Each request looks at the files' stamps, five calls of `stat`: no watcher is needed
    for a change to count, only to show it sooner. Safe to use from several threads."""

    def __init__(
        self,
        host: Host,
        stronger: Callable[[Path | None, bool | None], Sequence[Layer]],
        trusted: Callable[[Path | None], bool | None],
    ) -> None:
        """`trusted` returns whether the editor trusts a folder, or None if it doesn't say; `stronger` returns the
        layers above those of the files, for a folder and that word."""
        self.on_change: Callable[[], None] = lambda: None
        """Called in any thread when a file of a folder that was asked for has changed."""
        self._host = host
        self._stronger = stronger
        self._trusted = trusted
        self._known: dict[Path | None, tuple[dict[Path, _Stamp], Settings]] = {}
        """By root: the stamps of its files when they were read, and the settings."""
        self._lock = threading.Lock()

    def __call__(self, root: Path | None) -> Settings:
        """Return the settings of a workspace folder, read again if a file has changed."""
        stamps = {path: _stamp(path) for path in settings_files(root)}
        with self._lock:
            known = self._known.get(root)
            if known and known[0] == stamps:
                return known[1]
            if known and known[0][user_file()] != stamps[user_file()]:
                self._host.catalog = read_models()
            trusted = self._trusted(root)
            types = self._host.registry.settings_types
            settings, problems = load(root, types, *self._stronger(root, trusted), trusted=trusted)
            self._known[root] = (stamps, settings)
            # What the remote engines are made from is the user's own, the same in all folders.
            self._host.settings = replace(self._host.settings, engines=settings.engines, offline=settings.offline)
        for problem in problems:
            self._host.notify(str(problem))
        if known:
            self.on_change()
        return settings

    def look(self) -> None:
        """Notice what has changed, without a request."""
        for root in list(self._known):
            self(root)

    def forget(self) -> None:
        """Forget what was read, because other layers than the files' have changed."""
        with self._lock:
            self._known.clear()


def _stamp(path: Path) -> _Stamp:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
