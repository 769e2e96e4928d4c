"""The engine's client: it connects to the daemon, and starts one if there is none."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import psutil

from breadknife import __version__, children, paths
from breadknife.cancel import CancelToken
from breadknife.engine import api
from breadknife.engine.connection import Connection, DaemonHangs, DaemonLeaving, newer, open_connection
from breadknife.engine.crashes import CrashLedger
from breadknife.engine.installed import is_installed, llama_build
from breadknife.engine.liveness import read_daemon_process, withdraw
from breadknife.engine.transport import connect, private_folder
from breadknife.errors import Cancelled, EngineDied, EngineMissing, EngineUnavailable

START_SECONDS = 20.0
"""How long a daemon may take until it listens: it loads no model before the first request, but an older one that it
replaces may have work to finish."""
STATUS_SECONDS = 5.0
"""How long a daemon may take to tell its status."""
END_SECONDS = 5.0
"""How long a process may take to be gone once it is killed."""
ATTEMPTS = 3
"""How often a request is sent if each daemon is ending or hangs."""
_T = TypeVar("_T")


class DaemonEngine:
    """An `Engine` in the user's daemon. Safe to use from several threads.

    A daemon that died is started again. One that hangs, or belongs to an older breadknife, is replaced. `client` is our
    name in `breadknife status`. `require` is called with a model's name before a daemon is started for it, and may
    raise what is wrong with it.
    """

    def __init__(
        self,
        folder: Path | None = None,
        start: Callable[[Path], None] | None = None,
        client: str = "",
        require: Callable[[str], None] = lambda model: None,
    ) -> None:
        self._folder = folder or paths.runtime_dir()
        self._start = start or start_daemon
        self._require = require
        self._client = client or Path(sys.argv[0]).name
        self._ledger = CrashLedger(paths.state_dir(), self._folder)
        self._connection: Connection | None = None
        self._own_build = ""
        self._hanging: DaemonHangs | None = None
        """The error of the daemon that hung last; None once it is gone."""
        self._lock = threading.Lock()

    def generate(self, request: api.GenerateRequest, cancel: CancelToken) -> Iterator[api.Chunk]:
        return self._ask(request, api.Chunk, cancel)

    def chat(self, request: api.ChatRequest, cancel: CancelToken) -> Iterator[api.Chunk]:
        from breadknife.engine.models.chat import as_generation  # templates take time to import, and few need them

        return self.generate(as_generation(request), cancel)

    def score(self, request: api.ScoreRequest, cancel: CancelToken) -> api.Scores:
        (scores,) = self._ask(request, api.Scores, cancel)
        return scores

    def embed(self, request: api.EmbedRequest, cancel: CancelToken) -> api.Embeddings:
        (embeddings,) = self._ask(request, api.Embeddings, cancel)
        return embeddings

    def rerank(self, request: api.RerankRequest, cancel: CancelToken) -> api.Relevances:
        (relevances,) = self._ask(request, api.Relevances, cancel)
        return relevances

    def classify(self, request: api.ClassifyRequest, cancel: CancelToken) -> api.Classes:
        (classes,) = self._ask(request, api.Classes, cancel)
        return classes

    def status(self) -> api.EngineStatus | None:
        with self._lock:
            connection = self._connected()
            if connection is None:
                return None
        try:
            (status,) = connection.ask(api.StatusRequest(), api.EngineStatus, CancelToken.after(STATUS_SECONDS))
        except (DaemonLeaving, EngineDied):
            return None
        except Cancelled as error:
            pid = connection.welcome.pid
            raise EngineUnavailable(f"the engine (process {pid}) has no time to answer; ask again") from error
        return status

    def build(self) -> str:
        """Return the build of the daemon that we are connected to, or else of the one that would be started, so that
        the first check of a document needn't wait for a start."""
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

    def _ask(self, request: api.EngineRequest, kind: type[_T], cancel: CancelToken) -> Generator[_T, None, None]:
        """Yield the daemon's answers; if it leaves or hangs before it answers, those of the next one."""
        may_be_repeated = True
        for _ in range(ATTEMPTS):
            cancel.raise_if_cancelled()
            with self._lock:
                connection = self._connected_or_started(request.model)
            try:
                with contextlib.closing(connection.ask(request, kind, cancel)) as answers:
                    for answer in answers:
                        may_be_repeated = False
                        yield answer
                return
            except DaemonLeaving:
                continue
            except DaemonHangs as hangs:
                self._hanging = hangs
                if not may_be_repeated:  # once, as it may hang over the request itself
                    raise EngineDied("the engine stopped answering while it worked; ask again") from hangs
                may_be_repeated = False
        raise EngineUnavailable(f"the engine was ending or didn't answer {ATTEMPTS} times; see {_log()}, and ask again")

    def _connected_or_started(self, model: str) -> Connection:
        with contextlib.suppress(DaemonHangs):
            if connection := self._connected_to_ours():
                return connection
        self._require(model)
        return self._start_and_connect()

    def _connected(self) -> Connection | None:
        """Return a usable connection; None if there is no daemon. Raises DaemonHangs, EngineUnavailable."""
        if self._connection is None or not self._connection.usable:
            self._connection = None
            if self._hanging:
                if self._hanging.daemon == read_daemon_process(self._folder):
                    raise DaemonHangs(self._hanging.daemon, stopped=self._hanging.stopped)
                self._hanging = None
            try:
                self._connection = open_connection(self._folder, self._client, __version__)
            except DaemonHangs as hangs:
                self._hanging = hangs
                raise
        return self._connection

    def _connected_to_ours(self) -> Connection | None:
        """Return a connection to a daemon of our version or a newer one; None if there is none, or after an older one
        was told to end. Raises DaemonHangs, EngineUnavailable."""
        connection = self._connected()
        if connection and newer(__version__, connection.welcome):
            connection.retire()
            return None
        return connection

    def _start_and_connect(self) -> Connection:
        private_folder(self._folder)
        try:
            # Several clients may find no daemon at the same time: one starts it, the others wait here and find it.
            with paths.lock_file(self._folder / "start.lock", START_SECONDS):
                connection = self._connected_or_ended()
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
        raise EngineUnavailable("another engine is finishing its work; ask again")

    def _connected_or_ended(self) -> Connection | None:
        """Return what `_connected_to_ours` does; None also after a daemon that hangs was killed. The caller holds the
        lock for starting one: of several clients that see it hang, one kills it, and the others find the next."""
        try:
            return self._connected_to_ours()
        except DaemonHangs as hangs:
            self._end(hangs)
            return None

    def _end(self, hangs: DaemonHangs) -> None:
        """Kill a daemon that hangs. Raises EngineUnavailable if that can't be done."""
        daemon = hangs.daemon
        process = daemon.process() if daemon else None
        try:
            if process:
                process.kill()
            with paths.lock_file(self._folder / "engine.lock", END_SECONDS if process else 0):
                if process:
                    self._ledger.replaced(process.pid, stopped=hangs.stopped)
                withdraw(self._folder)
        except (OSError, psutil.Error) as error:
            # A lock that stays taken (filelock.Timeout), or a process that isn't ours.
            which = f"process {daemon.pid}" if daemon else "nobody knows its process"
            raise EngineUnavailable(
                f"the engine ({which}) doesn't answer and can't be ended: end it yourself"
            ) from error
        self._hanging = None

    def _wait_after_crashes(self) -> None:
        """Raise EngineUnavailable if the engine may not be started again yet, instead of waiting until it may."""
        self._settle()
        wait = self._ledger.delay()
        if wait:
            raise EngineUnavailable(
                f"the engine crashed several times and is not started again for {wait:.0f} s; see {_log()}"
            )

    def _settle(self) -> bool:
        """Count the death of the last daemon, if it died; return False if it is alive."""
        try:
            with paths.lock_file(self._folder / "engine.lock", 0):
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
    command = children.python_module("breadknife.engine.daemon.daemon", os.fspath(folder))
    process = children.start(command, detached=True)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            connect(folder, timeout=1.0)[0].close()
            return
        time.sleep(0.02)
