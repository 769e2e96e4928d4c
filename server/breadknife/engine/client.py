"""The engine as its clients see it: a connection to the daemon, which is started when there is none."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import filelock
import psutil

from breadknife import __version__, paths
from breadknife.cancel import CancelToken
from breadknife.engine import wire
from breadknife.engine.api import (
    Chunk,
    Embeddings,
    EmbedRequest,
    EngineStatus,
    GenerateRequest,
    ScoreRequest,
    Scores,
)
from breadknife.engine.connection import Connection, Left, Reply, newer, open_connection
from breadknife.engine.crashes import CrashLedger
from breadknife.engine.installed import is_installed, llama_build
from breadknife.engine.transport import connect, private_folder
from breadknife.errors import Cancelled, EngineDied, EngineMissing, EngineUnavailable

START_SECONDS = 20.0
"""How long a daemon may take until it listens: it loads no model before the first request, but an older one that it
replaces may have work to finish."""
STATUS_SECONDS = 5.0
ATTEMPTS = 3
"""To find a daemon that isn't just ending."""


class DaemonEngine:
    """An `Engine` in the user's daemon. Safe to use from several threads; a daemon that died is started again.

    An older breadknife's daemon is replaced. `client` is who we are, for `breadknife status`.
    """

    def __init__(
        self, folder: Path | None = None, start: Callable[[Path], None] | None = None, client: str = ""
    ) -> None:
        self._folder = folder or paths.runtime_dir()
        self._start = start or start_daemon
        self._client = client or Path(sys.argv[0]).name
        self._ledger = CrashLedger(paths.state_dir(), self._folder)
        self._connection: Connection | None = None
        self._own_build = ""
        self._lock = threading.Lock()

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        with contextlib.closing(self._ask(lambda id: wire.Generate(id, request), cancel)) as replies:
            for reply in replies:
                assert isinstance(reply, wire.Output)
                yield reply.chunk

    def score(self, request: ScoreRequest, cancel: CancelToken) -> Scores:
        (reply,) = self._ask(lambda id: wire.Score(id, request), cancel)
        assert isinstance(reply, wire.Scored)
        return reply.scores

    def embed(self, request: EmbedRequest, cancel: CancelToken) -> Embeddings:
        (reply,) = self._ask(lambda id: wire.Embed(id, request), cancel)
        assert isinstance(reply, wire.Embedded)
        return reply.embeddings

    def status(self) -> EngineStatus | None:
        with self._lock:
            connection = self._connected()
            if connection is None:
                return None
        try:
            (reply,) = connection.ask(wire.Status, CancelToken.after(STATUS_SECONDS))
        except (Left, EngineDied, Cancelled):
            return None
        assert isinstance(reply, wire.Report)
        return reply.status

    def build(self) -> str:
        """Of the daemon that we are connected to, or of what one would be started from: whoever asks for that at a
        document's first check doesn't wait for its start."""
        connection = self._connection
        if connection and connection.usable:
            return connection.welcome.build
        self._own_build = self._own_build or llama_build()  # it may be installed while we run
        return self._own_build

    def close(self) -> None:
        with self._lock:
            if self._connection:
                self._connection.close()
                self._connection = None

    def _ask(self, message: Callable[[int], wire.FromClient], cancel: CancelToken) -> Generator[Reply, None, None]:
        for _ in range(ATTEMPTS):
            cancel.raise_if_cancelled()
            with self._lock:
                connection = self._connected_to_ours() or self._start_and_connect()
            try:
                yield from connection.ask(message, cancel)
                return
            except Left:
                continue
        raise EngineUnavailable(f"the engine was ending {ATTEMPTS} times; see {_log()}, and ask again")

    def _connected(self) -> Connection | None:
        if self._connection is None or not self._connection.usable:
            self._connection = open_connection(self._folder, self._client, __version__)
        return self._connection

    def _connected_to_ours(self) -> Connection | None:
        """None also after an older daemon was told to go."""
        connection = self._connected()
        if connection and newer(__version__, connection.welcome):
            connection.retire()
            return None
        return connection

    def _start_and_connect(self) -> Connection:
        private_folder(self._folder)
        try:
            # Several clients may find no daemon at the same time: one starts it, the others wait here and find it.
            with filelock.FileLock(self._folder / "start.lock", timeout=START_SECONDS):
                connection = self._connected_to_ours()
                if connection is None:
                    self._wait_after_crashes()
                    self._start(self._folder)
                    connection = self._connected()
        except OSError as error:  # a lock that stays taken (filelock.Timeout), no process to be had
            raise EngineUnavailable(f"the engine could not be started: {error}") from error
        if connection:
            return connection
        if self._settle():
            self._ledger.died("", "the engine did not start")
            raise EngineUnavailable(f"the engine did not start; see {_log()}, and run `breadknife doctor`")
        raise EngineUnavailable("another engine is finishing its work (or hangs: then end its process); ask again")

    def _wait_after_crashes(self) -> None:
        """Raises EngineUnavailable as long as the engine may not be started again: nobody is kept waiting for that."""
        self._settle()
        wait = self._ledger.delay()
        if wait:
            raise EngineUnavailable(
                f"the engine crashed several times and is not started again for {wait:.0f} s; see {_log()}"
            )

    def _settle(self) -> bool:
        """Count the death of the daemon before, if it died; False when one is alive."""
        try:
            with filelock.FileLock(self._folder / "engine.lock", timeout=0):
                self._ledger.settle(psutil.boot_time())
        except OSError:  # filelock.Timeout is one
            return False
        return True


def _log() -> Path:
    return paths.state_dir() / "engine.log"


def start_daemon(folder: Path) -> None:
    """Start a daemon for `folder` that outlives this process, and wait until it listens or has given up.

    Raises EngineMissing.
    """
    if not is_installed():
        raise EngineMissing
    command = [sys.executable, "-P", "-m", "breadknife.engine.daemon", os.fspath(folder)]
    flags = (
        subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        if sys.platform == "win32"
        else 0
    )
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=os.path.expanduser("~"),
        start_new_session=sys.platform != "win32",
        creationflags=flags,
    )
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            connect(folder, timeout=1.0)[0].close()
            return
        time.sleep(0.02)
