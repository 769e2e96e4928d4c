"""Makes engines of the runtimes (other programs that run models) that the user's settings name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from breadknife.engine.api import Engine
from breadknife.engine.remote.runtime import Runtime
from breadknife.host.settings import Settings

if TYPE_CHECKING:
    from breadknife.engine.remote.engine import RemoteEngine


class Remotes(Mapping[str, Engine]):
    """Name -> engine, by the current settings. An engine is made when it is first needed or its settings change.

    Safe to use from several threads.
    """

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._engines: dict[str, tuple[Runtime, bool, RemoteEngine]] = {}
        """By name: the runtime and whether we are offline, which it was made for, and the engine."""
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> Engine:
        from breadknife.engine.remote.engine import (
            RemoteEngine,  # its HTTP client takes 0.2 s to import, and few need it
        )

        settings = self._settings()
        runtime = settings.engines[name]
        with self._lock:
            entry = self._engines.get(name)
            if entry is None or entry[:2] != (runtime, settings.offline):
                if entry:
                    entry[2].close()
                entry = (runtime, settings.offline, RemoteEngine(name, runtime, offline=settings.offline))
                self._engines[name] = entry
            return entry[2]

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings().engines)

    def __len__(self) -> int:
        return len(self._settings().engines)
