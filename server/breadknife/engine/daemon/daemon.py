"""The engine's process: one per user, shared by all editors and lint runs, gone when nobody has used it for a while.

Run as `python -m breadknife.engine.daemon.daemon FOLDER`. It computes in one thread (see `scheduler`) and talks in
another (asyncio).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

import filelock
import psutil

from breadknife import __version__
from breadknife.engine import wire
from breadknife.engine.api import CELLS, EngineAnswer, EngineRequest, EngineStatus
from breadknife.engine.crashes import CrashLedger
from breadknife.engine.daemon.logs import open_log
from breadknife.engine.daemon.pool import Pool, from_store
from breadknife.engine.daemon.scheduler import Scheduler
from breadknife.engine.daemon.session import ClientSession, log_fields
from breadknife.engine.gpu.choices import without_device
from breadknife.engine.grammars.gate import GrammarGate
from breadknife.engine.installed import gpu_libraries, llama_build
from breadknife.engine.kinds import ModelKind
from breadknife.engine.liveness import announce, withdraw
from breadknife.engine.model import AnyModel
from breadknife.engine.settings import EngineSettings, read_engine_settings
from breadknife.engine.transport import BACKLOG, Endpoint, connect, forget, listen, private_folder
from breadknife.errors import BreadknifeError, Cancelled, EngineError, EngineUnavailable, ModelError
from breadknife.offline import forbid_network
from breadknife.paths import lock_file, state_dir

IDLE_SECONDS = 600.0
"""A daemon that was asked nothing for so long ends."""
STEP_DOWN_SECONDS = 20.0
"""How long a new daemon waits for one that is finishing its work."""
LEAVING_SECONDS = 2.0
"""How long clients may take to hang up on a daemon that is ending."""
STUCK_LOOKS = 600
"""Looks, one a second, at a thread that computes one and the same: no model takes ten minutes to load, nor a decode."""
GPU_STUCK_LOOKS = 60
"""The same for a GPU, which can't be interrupted, and was tried before."""
CRASHED = 70
"""Exit code: EX_SOFTWARE of <sysexits.h>."""
SEQUENCES = 36
"""Sequences of each model's KV cache."""
WIDTH = 128
"""The most tokens of one decode."""
log = logging.getLogger("breadknife.engine")


class Daemon:
    """Serves connections until nothing was asked for `idle_seconds`, or a newer one takes over. It finishes what it has
    begun; who is still connected then connects to the next one."""

    def __init__(self, scheduler: Scheduler, ledger: CrashLedger, *, idle_seconds: float, log_text: bool) -> None:
        self.scheduler = scheduler
        self._ledger = ledger
        self._idle_seconds = idle_seconds
        self._log_text = log_text
        self.grammars = GrammarGate()
        self._build = llama_build()
        self._process = psutil.Process()
        self._started = self._last_used = time.monotonic()
        self._sessions: dict[asyncio.Task[None], ClientSession] = {}
        self._stuck = (0, 0)
        """The scheduler's turns at the last look, and the looks for which they have been the same."""
        self._leaving = asyncio.Event()
        self._stopped = asyncio.Event()

    async def serve(self, server: socket.socket, endpoint: Endpoint, unlist: Callable[[], None]) -> None:
        """Serve until it is time to end and all is done. `unlist` is called as soon as no new connection is taken."""
        self._stop_at_sigterm()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            session = self._sessions[task] = ClientSession(self, reader, writer)
            if self._leaving.is_set():
                session.leave()
            try:
                await session.run(endpoint)
            finally:
                del self._sessions[task]

        listening = await asyncio.start_server(connected, sock=server, backlog=BACKLOG, limit=wire.MAX_LINE)
        while not self._leaving.is_set() and not self._idle():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), min(1.0, self._idle_seconds / 4))
        self._leaving.set()
        listening.close()
        unlist()
        await self._finish()

    async def _finish(self) -> None:
        """Finish what was begun, give clients some time to hang up, and end the connections that are left."""
        for session in self._sessions.values():
            session.leave()
        while not self._stopped.is_set() and any(session.busy for session in self._sessions.values()):
            await _either(self._stopped, 0.05)
        end = time.monotonic() + LEAVING_SECONDS
        while not self._stopped.is_set() and self._sessions and time.monotonic() < end:
            await _either(self._stopped, 0.02)
        for session in list(self._sessions.values()):
            session.hang_up()
        for task in list(self._sessions):
            task.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    def _idle(self) -> bool:
        """Tell whether nothing was asked for so long that the daemon ends; also look whether it is stuck."""
        if self.scheduler.busy:
            self._last_used = time.monotonic()
            self._end_if_stuck()
        return time.monotonic() - max(self._last_used, self.scheduler.last_submit) >= self._idle_seconds

    def _end_if_stuck(self) -> None:
        """Treat a decode that never returns as a crash. Looks are counted, not seconds: a machine may sleep."""
        turns, looks = self._stuck
        self._stuck = self.scheduler.turns, looks + 1 if turns == self.scheduler.turns else 0
        if self._stuck[1] >= (GPU_STUCK_LOOKS if without_device(self.scheduler.computing or "")[1] else STUCK_LOOKS):
            die(self._ledger, "the computing thread is stuck")

    def _stop_at_sigterm(self) -> None:
        """End in order at the end of a user's session, which isn't a crash. (Windows has no such signal.)"""
        if sys.platform != "win32" and threading.current_thread() is threading.main_thread():

            def stop() -> None:
                self._stopped.set()
                self._leaving.set()

            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)

    # what sessions need (`session.SessionHost`)

    def welcome(self) -> wire.Welcome:
        return wire.Welcome(wire.PROTOCOL, __version__, os.getpid(), build=self._build)

    def retire(self) -> None:
        log.info("a newer breadknife takes over")
        self._leaving.set()

    def finished(self, client: str, request: EngineRequest, answer: EngineAnswer | BreadknifeError, text: str) -> None:
        fields = log_fields(client, request, answer, text, with_text=self._log_text)
        failed = isinstance(answer, BreadknifeError) and not isinstance(answer, Cancelled)
        log.log(logging.WARNING if failed else logging.INFO, "answered", extra={"fields": fields})
        if failed:
            self._ledger.failed(type(answer).__name__, f"{request.model}: {answer}")

    def status(self) -> EngineStatus:
        return EngineStatus(
            pid=os.getpid(),
            version=__version__,
            uptime=round(time.monotonic() - self._started, 1),
            clients=tuple(session.client() for session in self._sessions.values() if session.greeted),
            resident_bytes=self._process.memory_info().rss,
            models=self.scheduler.models(),
            lanes=self.scheduler.lanes(),
            failures=self._ledger.failures(),
            set_aside=self._ledger.set_aside(),
        )


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than `seconds`."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def load_model(name: str, settings: EngineSettings) -> AnyModel:
    """Return a model in memory. Raises ModelError or EngineError."""
    try:
        from breadknife.engine.llama.encoder import LlamaEncoder  # llama.cpp is imported when a model is needed
        from breadknife.engine.llama.gpu import gpu_name, load_gpu_libraries
        from breadknife.engine.llama.recurrent import open_model
        from breadknife.engine.llama.weights import Weights
    except Exception as error:  # llama_cpp raises RuntimeError for a library that can't be loaded
        raise EngineUnavailable(
            f"the engine can't be loaded: {error}; `breadknife setup engine` installs it anew"
        ) from error

    def opened(gpu: str, failed: str = "") -> AnyModel:
        weights = Weights(path, gpu, failed)
        # The pool says how many threads.
        if weights.kind is ModelKind.DECODER:
            return open_model(weights, cells=CELLS, sequences=SEQUENCES, threads=1, width=WIDTH)
        return LlamaEncoder(weights, threads=1)

    file, on_gpu = without_device(name)
    path = from_store(file)
    if on_gpu:
        load_gpu_libraries()
    gpu = "" if gpu_libraries() and not on_gpu else gpu_name()
    if on_gpu and not gpu:
        raise EngineError("the GPU is gone")
    started = time.monotonic()
    try:
        model = opened(gpu)
    except (ModelError, EngineError) as error:
        if not gpu or on_gpu:
            raise
        log.warning("%s can't be loaded with %s, so the CPU computes it: %s", name, gpu, error)
        model = opened("", f"{gpu} failed: {error}")
    log.info("loaded %s from %s in %.1f s", name, path, time.monotonic() - started)
    return model


def run(
    folder: Path, *, idle_seconds: float = IDLE_SECONDS, load: Callable[[str, EngineSettings], AnyModel] = load_model
) -> None:
    """Serve until idle; return at once when another daemon serves this folder."""
    forbid_network()  # the engine has no business on the network, ever
    warnings: list[str] = []
    settings = read_engine_settings(warnings.append)
    logging.basicConfig(
        level=logging.INFO, handlers=[open_log(state_dir() / "engine.log", with_error_messages=settings.log_text)]
    )
    for warning in warnings:
        log.warning("%s", warning)
    try:
        private_folder(folder)
        lock = _lock_of(folder)
        if lock is None:
            log.info("another daemon serves %s", folder)
            return
        with lock:
            _serve_locked(folder, idle_seconds, load, settings)
    except Exception:
        log.exception("the engine ended")
        raise


def _serve_locked(
    folder: Path, idle_seconds: float, load: Callable[[str, EngineSettings], AnyModel], settings: EngineSettings
) -> None:
    ledger = CrashLedger(state_dir(), folder)
    if model := ledger.settle(psutil.boot_time()):
        log.warning("the engine before died while it computed with %s", model)
    ledger.listen()
    threading.excepthook = partial(_on_thread_error, ledger)
    announce(folder)

    def checked(name: str) -> AnyModel:
        ledger.check(name)
        return load(name, settings)

    async def serve() -> None:
        scheduler = Scheduler(Pool(settings, checked, has_crashed=ledger.has_crashed_over), ledger.computing)
        try:
            server, endpoint = listen(folder)
            daemon = Daemon(scheduler, ledger, idle_seconds=idle_seconds, log_text=settings.log_text)
            await daemon.serve(server, endpoint, lambda: forget(folder))
        finally:
            scheduler.close()

    try:
        asyncio.run(serve())
    finally:
        forget(folder)
        withdraw(folder)
        ledger.computing(None)


def _lock_of(folder: Path) -> contextlib.AbstractContextManager[object] | None:
    """Take the folder's lock; None when another daemon serves, or goes on finishing its work."""
    end = time.monotonic() + STEP_DOWN_SECONDS
    while True:
        lock = lock_file(folder / "engine.lock", 0.1)
        with contextlib.suppress(filelock.Timeout):
            return lock.acquire()
        with contextlib.suppress(OSError):
            connect(folder, timeout=1.0)[0].close()
            return None
        if time.monotonic() > end:
            return None


def _on_thread_error(ledger: CrashLedger, failure: threading.ExceptHookArgs) -> None:
    """End the process: a thread that ended by an error leaves its work undone, and its clients waiting."""
    error = failure.exc_value or failure.exc_type()
    log.critical("a thread ended", exc_info=(failure.exc_type, error, failure.exc_traceback))
    die(ledger, f"a thread ended: {error!r}")


def die(ledger: CrashLedger, why: str) -> NoReturn:
    """End as a crash, which clients are told of."""
    log.critical("%s", why)
    ledger.last_words(why)
    os._exit(CRASHED)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
