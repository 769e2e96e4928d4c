"""The thread that looks at a folder's files while there is something to look at, and never takes much of a core."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger("breadknife.project")

SHARE = 0.25
"""Of one core, the most that the background takes while nobody waits for it."""
QUIET_SECONDS = 1.5
"""An edited document is looked at again when it has rested that long."""
_ENDING_SECONDS = 1.0


class IndexingThread:
    """Calls `look` with one path at a time, without the lock; what waits is kept under it."""

    def __init__(self, lock: threading.RLock, look: Callable[[Path], None]) -> None:
        self._changed = threading.Condition(lock)
        self._look = look
        self._folders = deque[Path]()
        """To be listed, before any file is read."""
        self._unread: dict[Path, None] = {}
        self._resting: dict[Path, float] = {}
        """Edited documents, and when they were."""
        self._thread: threading.Thread | None = None
        self._busy = False
        self._awaited = 0
        """How many wait for the background: it then takes no rest."""
        self._closed = False

    @property
    def files(self) -> int:
        """How many are to be looked at."""
        return len(self._unread)

    def list_soon(self, folder: Path) -> None:
        with self._changed:
            self._folders.append(folder)
            self._wake()

    def look_soon(self, path: Path) -> None:
        with self._changed:
            self._unread[path] = None
            self._wake()

    def look_when_rested(self, edited: Path) -> None:
        with self._changed:
            self._resting[edited] = time.monotonic()
            self._wake()

    def forget_edit(self, path: Path) -> None:
        with self._changed:
            self._resting.pop(path, None)

    def forget_files(self) -> None:
        with self._changed:
            self._unread.clear()

    def idle(self, seconds: float) -> bool:
        """Wait until there is nothing to look at, at most so long. Return whether that came."""
        with self._changed:
            self._awaited += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: self._closed or not (self._pending or self._busy), seconds)
            finally:
                self._awaited -= 1

    def close(self) -> None:
        """Wait a moment for the file that is being looked at: a process that ends then can crash in the parser."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._busy, _ENDING_SECONDS)

    @property
    def _pending(self) -> bool:
        return bool(self._folders or self._unread or self._resting)

    def _wake(self) -> None:
        if not self._closed and self._thread is None:
            self._thread = threading.Thread(target=self._work, name="project", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _work(self) -> None:
        while (path := self._next()) is not None:
            started = time.thread_time()
            try:
                self._look(path)
            except Exception:  # one strange file must not end the index
                log.exception("%s can't be looked at", path)
            rest = (time.thread_time() - started) * (1 / SHARE - 1)
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                # No `nice`: a thread that the system holds back would hold Python's lock, for which all others wait.
                self._changed.wait_for(lambda: self._closed or self._awaited > 0, rest)

    def _next(self) -> Path | None:
        """Return what is next to be looked at; None when nothing is left, and the thread ends."""
        with self._changed:
            while self._pending and not self._closed:
                if self._folders:
                    path = self._folders.popleft()
                elif self._unread:
                    path = next(iter(self._unread))
                    del self._unread[path]
                else:
                    path, since = next(iter(self._resting.items()))
                    rest = since + QUIET_SECONDS - time.monotonic()
                    if rest > 0:
                        self._changed.wait(rest)
                        continue
                    del self._resting[path]
                self._busy = True
                return path
            self._thread = None
            return None
