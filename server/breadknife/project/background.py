"""The thread that reads a folder's files in the background. It takes at most a share of one core."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger("breadknife.project")

SHARE = 0.25
"""The share of one core that the thread takes at most, while nobody waits for it."""
QUIET_SECONDS = 1.5
"""An edited document is read again when nobody has changed it for so long."""
_ENDING_SECONDS = 1.0
"""How long `close` waits for the file that is being read."""


class IndexingThread:
    """Calls `look` with one path after the other: first folders, then files, then edited documents that rest.

    `lock` guards what waits here; callers may hold it. `look` is called without it. The thread starts when there is
    something to do, and ends when there is nothing left.
    """

    def __init__(self, lock: threading.RLock, look: Callable[[Path], None]) -> None:
        self._changed = threading.Condition(lock)
        self._look = look
        self._folders = deque[Path]()
        """Folders to be listed."""
        self._unread: dict[Path, None] = {}
        """Files to be read, in order: a set that keeps it."""
        self._resting: dict[Path, float] = {}
        """Edited documents, and when each was last edited, as `time.monotonic()` returns it."""
        self._thread: threading.Thread | None = None
        self._busy = False
        """True if `look` runs now."""
        self._waiters = 0
        """Callers that wait in `idle`. While there are any, the thread takes no rest."""
        self._closed = False

    @property
    def files(self) -> int:
        """The number of files that are still to be read."""
        return len(self._unread)

    def list_soon(self, folder: Path) -> None:
        """Have `look` called with a folder, before any file."""
        with self._changed:
            self._folders.append(folder)
            self._wake()

    def look_soon(self, path: Path) -> None:
        """Have `look` called with a file."""
        with self._changed:
            self._unread[path] = None
            self._wake()

    def look_when_rested(self, edited: Path) -> None:
        """Have `look` called with an edited document when nobody has changed it for `QUIET_SECONDS`."""
        with self._changed:
            self._resting[edited] = time.monotonic()
            self._wake()

    def forget_edit(self, path: Path) -> None:
        """Undo `look_when_rested`."""
        with self._changed:
            self._resting.pop(path, None)

    def forget_files(self) -> None:
        """Undo `look_soon` for all files."""
        with self._changed:
            self._unread.clear()

    def idle(self, seconds: float) -> bool:
        """Wait until there is nothing left to do, for at most `seconds`. Return whether that is so, or the thread is
        closed."""
        with self._changed:
            self._waiters += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: self._closed or not (self._pending or self._busy), seconds)
            finally:
                self._waiters -= 1

    def close(self) -> None:
        """End the thread. This waits up to `_ENDING_SECONDS` for the file that is being read: a process that ends
        meanwhile can crash in the parser."""
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
            # Work of t seconds and rest of 3 t are a quarter of a core.
            rest = (time.thread_time() - started) * (1 / SHARE - 1)
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                # No `nice`: a thread that the system holds back would hold Python's lock, for which all others wait.
                self._changed.wait_for(lambda: self._closed or self._waiters > 0, rest)

    def _next(self) -> Path | None:
        """Wait for the next path and return it; None if nothing is left or the thread is closed, so that it ends."""
        with self._changed:
            while self._pending and not self._closed:
                if self._folders:
                    path = self._folders.popleft()
                elif self._unread:
                    path = next(iter(self._unread))
                    del self._unread[path]
                else:
                    path, edited_at = next(iter(self._resting.items()))
                    quiet_left = edited_at + QUIET_SECONDS - time.monotonic()
                    if quiet_left > 0:
                        self._changed.wait(quiet_left)
                        continue  # meanwhile something more urgent may have come
                    del self._resting[path]
                self._busy = True
                return path
            self._thread = None
            return None
