"""The engine as its clients see it: a connection to the daemon, which is started when there is none."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import filelock
import msgspec

from breadknife import paths
from breadknife.cancel import CancelToken
from breadknife.engine import wire
from breadknife.engine.api import Chunk, EngineStatus, GenerateRequest
from breadknife.engine.transport import connect, private_folder
from breadknife.errors import BreadknifeError, Cancelled, EngineDied, EngineUnavailable

START_SECONDS = 20.0
"""How long a daemon may take until it listens (it loads no model before the first request)."""
STATUS_SECONDS = 5.0

Reply = wire.Output | wire.Failed | wire.Report
_Inbox = queue.SimpleQueue[Reply | BreadknifeError]


class DaemonEngine:
    """An `Engine` in the user's daemon. Safe to use from several threads; a daemon that died is started again."""

    def __init__(self, folder: Path | None = None, start: Callable[[Path], None] | None = None) -> None:
        self._folder = folder or paths.runtime_dir()
        self._start = start or start_daemon
        self._connection: _Connection | None = None
        self._lock = threading.Lock()

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        cancel.raise_if_cancelled()
        parts = (replace(part, text=_encodable(part.text)) for part in request.prompt)
        request = replace(request, prompt=tuple(parts))
        connection = self._connected(start=True)
        assert connection is not None
        id, inbox = connection.open()
        forget = cancel.on_cancel(lambda: inbox.put(Cancelled("the request was cancelled")))
        finished = False
        try:
            connection.send(wire.Generate(id, request))
            while not finished:
                try:
                    reply = inbox.get(timeout=cancel.remaining())
                except queue.Empty:
                    raise Cancelled("the request's time is up") from None
                match reply:
                    case wire.Output(chunk=chunk):
                        finished = bool(chunk.finish)
                        yield chunk
                    case wire.Failed():
                        finished = True
                        raise reply.error()
                    case BreadknifeError():
                        raise reply
                    case wire.Report():
                        pass
        finally:
            forget()
            connection.forget(id)
            if not finished:
                with contextlib.suppress(BreadknifeError):
                    connection.send(wire.Cancel(id))

    def status(self) -> EngineStatus | None:
        connection = self._connected(start=False)
        if connection is None:
            return None
        try:
            id, inbox = connection.open()
            try:
                connection.send(wire.Status(id))
                reply = inbox.get(timeout=STATUS_SECONDS)
            finally:
                connection.forget(id)
        except (queue.Empty, EngineDied):
            return None
        return reply.status if isinstance(reply, wire.Report) else None

    def close(self) -> None:
        with self._lock:
            if self._connection:
                self._connection.close()
                self._connection = None

    def _connected(self, *, start: bool) -> _Connection | None:
        with self._lock:
            if self._connection is None or self._connection.broken:
                self._connection = _try_connect(self._folder)
                if self._connection is None and start:
                    self._connection = self._start_and_connect()
            return self._connection

    def _start_and_connect(self) -> _Connection:
        private_folder(self._folder)
        try:
            # Several clients may find no daemon at the same time: one starts it, the others wait here and find it.
            with filelock.FileLock(self._folder / "start.lock", timeout=START_SECONDS):
                connection = _try_connect(self._folder)
                if connection is None:
                    self._start(self._folder)
                    connection = _try_connect(self._folder)
        except OSError as error:  # a lock that stays taken (filelock.Timeout), no process to be had
            raise EngineUnavailable(f"the engine could not be started: {error}") from error
        if connection is None:
            log = paths.state_dir() / "engine.log"
            raise EngineUnavailable(f"the engine did not start; see {log}, and run `breadknife doctor`")
        return connection


class _Connection:
    """One socket to the daemon; a thread hands each reply to the request it belongs to."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._lines = peer.makefile("rb")
        self._ids = itertools.count(1)
        self._inboxes: dict[int, _Inbox] = {}
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self.broken = False

    def greet(self, token: str) -> None:
        self._peer.sendall(wire.encode(wire.Hello(wire.PROTOCOL, token)))
        welcome = wire.decode_from_daemon(self._lines.readline())
        if not isinstance(welcome, wire.Welcome) or welcome.protocol != wire.PROTOCOL:
            raise EngineUnavailable(
                "an engine of another breadknife version is running; close the editors that use it and try again"
            )
        self._peer.settimeout(None)
        threading.Thread(target=self._read, name="engine replies", daemon=True).start()

    def open(self) -> tuple[int, _Inbox]:
        inbox: _Inbox = queue.SimpleQueue()
        with self._lock:
            if self.broken:
                raise _died()
            id = next(self._ids)
            self._inboxes[id] = inbox
        return id, inbox

    def forget(self, id: int) -> None:
        with self._lock:
            self._inboxes.pop(id, None)

    def send(self, message: wire.FromClient) -> None:
        try:
            with self._sending:
                self._peer.sendall(wire.encode(message))
        except OSError as error:
            self.broken = True
            raise _died() from error

    def close(self) -> None:
        self.broken = True
        with contextlib.suppress(OSError):
            self._peer.shutdown(socket.SHUT_RDWR)
        self._peer.close()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError, msgspec.DecodeError):
            while line := self._lines.readline():
                reply = wire.decode_from_daemon(line)
                if not isinstance(reply, wire.Welcome):
                    with self._lock:
                        inbox = self._inboxes.get(reply.id)
                    if inbox:
                        inbox.put(reply)
        with self._lock:
            self.broken = True
            waiting = list(self._inboxes.values())
        for inbox in waiting:
            inbox.put(_died())


def _died() -> EngineDied:
    return EngineDied("the engine's process ended; the next request starts a new one")


def _encodable(text: str) -> str:
    """Without lone surrogates, which an editor may send and UTF-8 can't."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _try_connect(folder: Path) -> _Connection | None:
    try:
        peer, token = connect(folder)
    except OSError:
        return None
    connection = _Connection(peer)
    try:
        connection.greet(token)
    except (OSError, msgspec.DecodeError):
        connection.close()
        return None
    return connection


def start_daemon(folder: Path) -> None:
    """Start a daemon for `folder` that outlives this process, and wait until it listens or has given up."""
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
