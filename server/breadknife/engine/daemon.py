"""The engine's process: one per user, shared by all editors and lint runs, gone when nobody has used it for a while.

Run as `python -m breadknife.engine.daemon FOLDER`. It computes in one thread (see `scheduler`) and talks in another
(asyncio).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

import filelock
import msgspec
import psutil

from breadknife import __version__
from breadknife.engine import wire
from breadknife.engine.api import CONTEXT_SIZE, Chunk, EngineStatus
from breadknife.engine.scheduler import Job, Model, Scheduler
from breadknife.engine.transport import forget, listen, private_folder, same_user
from breadknife.errors import BreadknifeError
from breadknife.offline import forbid_network
from breadknife.paths import state_dir

IDLE_SECONDS = 600.0
STEP_DOWN_SECONDS = 3.0
"""How long a new daemon waits for one that is just ending."""
SEQUENCES = 4
log = logging.getLogger("breadknife.engine")


class Daemon:
    """Serves connections until nothing was asked for `idle_seconds`; who is still connected then connects anew."""

    def __init__(self, load: Callable[[str], Model], idle_seconds: float) -> None:
        self._scheduler = Scheduler(load)
        self._idle_seconds = idle_seconds
        self._started = self._last_used = time.monotonic()
        self._clients = 0
        self._connections: set[asyncio.Task[None]] = set()

    async def serve(self, server: socket.socket, token: str) -> None:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
            await self._converse(reader, writer, token)

        listening = await asyncio.start_server(connected, sock=server, limit=wire.MAX_LINE)
        async with listening:
            while self._scheduler.busy or time.monotonic() - self._last_used < self._idle_seconds:
                if self._scheduler.busy:
                    self._last_used = time.monotonic()
                await asyncio.sleep(min(1.0, self._idle_seconds / 4))
        for connection in self._connections:
            connection.cancel()
        self._scheduler.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        jobs: dict[int, Job] = {}
        self._clients += 1
        try:
            if await self._greet(reader, writer, token):
                while line := await reader.readline():
                    self._handle(wire.decode_from_client(line), writer, jobs)
        except (msgspec.DecodeError, ValueError, TimeoutError) as error:
            log.warning("a client sent garbage: %s", error)
        except ConnectionError:
            pass
        finally:
            for job in jobs.values():
                self._scheduler.cancel(job)
            self._clients -= 1
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> bool:
        peer: socket.socket | None = writer.get_extra_info("socket")
        line = await asyncio.wait_for(reader.readline(), 5)
        if not line:  # somebody only looked whether we are there
            return False
        hello = wire.decode_from_client(line)
        welcome = wire.Welcome(wire.PROTOCOL, __version__, os.getpid())
        if not isinstance(hello, wire.Hello) or not secrets.compare_digest(hello.token, token):
            return False
        if peer is not None and not same_user(peer):
            return False
        writer.write(wire.encode(welcome))
        return hello.protocol == wire.PROTOCOL

    def _handle(self, message: wire.FromClient, writer: asyncio.StreamWriter, jobs: dict[int, Job]) -> None:
        loop = asyncio.get_running_loop()

        def send(reply: wire.FromDaemon) -> None:
            loop.call_soon_threadsafe(write, reply)

        def write(reply: wire.FromDaemon) -> None:
            if isinstance(reply, wire.Failed) or (isinstance(reply, wire.Output) and reply.chunk.finish):
                jobs.pop(reply.id, None)
            if not writer.is_closing():
                writer.write(wire.encode(reply))

        match message:
            case wire.Generate(id=id, request=request):

                def on_chunk(chunk: Chunk) -> None:
                    send(wire.Output(id, chunk))

                def on_error(error: BreadknifeError) -> None:
                    log.warning("request for %s failed: %s", request.model, error)
                    send(wire.failed(id, error))

                self._last_used = time.monotonic()
                jobs[id] = Job(request, on_chunk, on_error)
                self._scheduler.submit(jobs[id])
            case wire.Cancel(id=id):
                if job := jobs.pop(id, None):
                    self._scheduler.cancel(job)
            case wire.Status(id=id):
                write(wire.Report(id, self._status()))
            case wire.Hello():
                pass

    def _status(self) -> EngineStatus:
        return EngineStatus(
            pid=os.getpid(),
            version=__version__,
            uptime=round(time.monotonic() - self._started, 1),
            clients=self._clients,
            resident_bytes=psutil.Process().memory_info().rss,
            models=self._scheduler.models(),
        )


def load_model(name: str) -> Model:
    """A model of the catalog, its file checked by SHA-256, in memory. Raises ModelError or EngineError."""
    from breadknife.engine.catalog import builtin_catalog
    from breadknife.engine.llama import LlamaModel
    from breadknife.engine.store import ModelStore

    path = ModelStore().verified(builtin_catalog().model(name))
    started = time.monotonic()
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    model = LlamaModel(path, cells=2 * CONTEXT_SIZE, sequences=SEQUENCES, threads=min(cores, 8))
    log.info("loaded %s from %s in %.1f s", name, path, time.monotonic() - started)
    return model


def main(folder: Path, idle_seconds: float = IDLE_SECONDS, load: Callable[[str], Model] = load_model) -> None:
    """Serve until idle; return at once when another daemon serves this folder."""
    forbid_network()  # the engine has no business on the network, ever
    private_folder(folder)
    lock = filelock.FileLock(folder / "engine.lock")
    try:
        with lock.acquire(timeout=STEP_DOWN_SECONDS):
            server, token = listen(folder)
            try:
                asyncio.run(Daemon(load, idle_seconds).serve(server, token))
            finally:
                forget(folder)
    except filelock.Timeout:
        log.info("another daemon serves %s", folder)


def _log_to_file() -> None:
    state_dir().mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(state_dir() / "engine.log", maxBytes=1 << 20, backupCount=2, encoding="utf-8")
    logging.basicConfig(
        level=logging.INFO, handlers=[handler], format="%(asctime)s %(process)d %(levelname)s %(message)s"
    )


if __name__ == "__main__":
    _log_to_file()
    try:
        main(Path(sys.argv[1]))
    except Exception:
        log.exception("the engine ended")
        raise
