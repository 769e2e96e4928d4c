"""One connection to the daemon, as its clients see it."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import socket
import threading
from collections.abc import Callable, Generator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, cast

import msgspec
from packaging.version import InvalidVersion, Version

from breadknife.cancel import CancelToken
from breadknife.engine import wire
from breadknife.engine.transport import connect
from breadknife.errors import BreadknifeError, Cancelled, EngineDied, EngineUnavailable, PromptTooLong

GREETING_SECONDS = 5.0
SEND_SECONDS = 10.0
"""A daemon that takes nothing for so long hangs."""

Reply = wire.Output | wire.Scored | wire.Embedded | wire.Report
_Inbox = queue.SimpleQueue[Reply | wire.Failed | BreadknifeError]


class Left(EngineUnavailable):
    """The daemon ended before it took the request: another one can be asked the same."""


class Connection:
    """A socket to a daemon that has welcomed us; a thread hands each reply to the request it belongs to."""

    def __init__(self, peer: socket.socket, lines: _Lines, welcome: wire.Welcome) -> None:
        self._peer = peer
        self._lines = lines
        self.welcome = welcome
        self._ids = itertools.count(1)
        self._inboxes: dict[int, _Inbox] = {}
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._leaving = False
        self._closed = False
        peer.settimeout(SEND_SECONDS)
        self._reader = threading.Thread(target=self._read, name="engine replies", daemon=True)
        self._reader.start()

    @property
    def usable(self) -> bool:
        """Whether new requests may go over it."""
        return not self._leaving

    def ask(self, message: Callable[[int], wire.FromClient], cancel: CancelToken) -> Generator[Reply, None, None]:
        """The replies to one request, the last one included; closing the iterator stops the work.

        Raises Left, Cancelled, EngineDied, or what the daemon says went wrong.
        """
        id, inbox = self._open()
        forget = cancel.on_cancel(lambda: inbox.put(Cancelled("the request was cancelled")))
        finished = False
        try:
            self._send(message(id))
            while not finished:
                try:
                    reply = inbox.get(timeout=cancel.remaining())
                except queue.Empty:
                    raise Cancelled("the request's time is up") from None
                if isinstance(reply, BreadknifeError):
                    raise reply
                finished = not isinstance(reply, wire.Output) or bool(reply.chunk.finish)
                if isinstance(reply, wire.Failed):
                    raise reply.error()
                yield reply
        finally:
            forget()
            if self._forget(id) and not finished:
                with contextlib.suppress(BreadknifeError):
                    self._send(wire.Cancel(id))
            self._close_if_left()

    def retire(self) -> None:
        """Have the daemon end when its work is done; returns when it no longer listens."""
        with contextlib.suppress(BreadknifeError):
            self._send(wire.Retire())
        self._reader.join(GREETING_SECONDS)
        self.close()

    def close(self) -> None:
        with self._lock:
            self._leaving = True
            if not self._closed:
                with contextlib.suppress(OSError):
                    self._peer.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._reader:
            self._reader.join(GREETING_SECONDS)

    def _open(self) -> tuple[int, _Inbox]:
        inbox: _Inbox = queue.SimpleQueue()
        with self._lock:
            if self._leaving:
                raise Left("the engine is ending")
            id = next(self._ids)
            self._inboxes[id] = inbox
        return id, inbox

    def _forget(self, id: int) -> bool:
        with self._lock:
            return self._inboxes.pop(id, None) is not None

    def _send(self, message: wire.FromClient) -> None:
        try:
            line = wire.encode(message)
        except UnicodeEncodeError:
            line = wire.encode(_encodable(message))
        if len(line) > wire.MAX_LINE:
            raise PromptTooLong(f"a request of {len(line) >> 20} MB; the engine takes {wire.MAX_LINE >> 20} MB")
        try:
            with self._sending:
                self._peer.sendall(line)
        except TimeoutError as error:
            self.close()
            raise EngineUnavailable("the engine hangs; end its process (`breadknife status` names it)") from error
        except OSError as error:  # it can't have got the whole line, so it hasn't begun
            self.close()
            raise Left("the engine ended") from error

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError, msgspec.DecodeError):
            while line := self._lines.next_or_wait():
                self._receive(wire.decode_from_daemon(line))
        with self._lock:
            self._leaving = self._closed = True
            waiting, self._inboxes = self._inboxes, {}
            with contextlib.suppress(OSError):
                self._peer.shutdown(socket.SHUT_RDWR)  # ends a `sendall` that waits
        with self._sending:  # a file that is opened meanwhile could get the number, and what is being sent
            self._peer.close()
        for inbox in waiting.values():
            inbox.put(EngineDied("the engine's process ended while it worked; ask again to have it started again"))

    def _receive(self, message: wire.FromDaemon) -> None:
        match message:
            case wire.Leaving(doing=doing):
                with self._lock:
                    self._leaving = True
                    refused = [self._inboxes.pop(id) for id in list(self._inboxes) if id not in doing]
                for inbox in refused:
                    inbox.put(Left("the engine is ending"))
                self._close_if_left()
            case wire.Welcome():
                pass
            case _:
                with self._lock:
                    inbox = self._inboxes.get(message.id)
                if inbox:
                    inbox.put(message)

    def _close_if_left(self) -> None:
        """A daemon that is leaving waits until we hang up."""
        with self._lock:
            if self._leaving and not self._inboxes and not self._closed:
                with contextlib.suppress(OSError):
                    self._peer.shutdown(socket.SHUT_RDWR)


def open_connection(folder: Path, client: str, version: str) -> Connection | None:
    """A connection to the daemon of `folder`; None when there is none (or none that answers).

    Raises EngineUnavailable when we can't talk to it and are not newer, so that we may not replace it either.
    """
    try:
        peer, endpoint = connect(folder, GREETING_SECONDS)
    except OSError:
        return None
    lines = _Lines(peer)
    try:
        peer.sendall(wire.encode(wire.Hello(wire.PROTOCOL, endpoint.token, version, client, os.getpid())))
        welcome = wire.decode_from_daemon(lines.next())
    except (OSError, ValueError, msgspec.DecodeError):
        peer.close()
        return None
    if not isinstance(welcome, wire.Welcome) or welcome.proof != endpoint.proof:
        peer.close()
        return None
    if welcome.protocol != wire.PROTOCOL and not newer(version, welcome):
        peer.close()
        raise EngineUnavailable(
            f"an engine of breadknife {welcome.version} is running (process {welcome.pid}), which this one ({version})"
            " can't talk to: update this one, or close the editors that use the other"
        )
    return Connection(peer, lines, welcome)


def newer(version: str, than: wire.Welcome) -> bool:
    """Whether we are newer than a daemon, by PEP 440; a version that is none is older than any."""
    return (_parsed(version), wire.PROTOCOL) > (_parsed(than.version), than.protocol)


def _parsed(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion:
        return Version("0.dev0")


class _Lines:
    """Lines from a socket that has a time-out."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._buffer = bytearray()

    def next(self) -> bytes:
        """The next line; empty at the end. Raises OSError, ValueError for a line that never ends."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > wire.MAX_LINE:
                raise ValueError("an endless line")
            data = self._peer.recv(1 << 16)
            if not data:
                return b""
            self._buffer += data
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return line

    def next_or_wait(self) -> bytes:
        """`next`, without a time-out."""
        while True:
            with contextlib.suppress(TimeoutError):
                return self.next()


def _encodable(value: Any) -> Any:
    """Without lone surrogates, which an editor may send and UTF-8 can't."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, tuple):
        return tuple(map(_encodable, cast("tuple[Any, ...]", value)))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _encodable(getattr(value, field.name)) for field in fields(value)})
    if isinstance(value, msgspec.Struct):
        changed = {name: _encodable(getattr(value, name)) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **changed)
    return value
