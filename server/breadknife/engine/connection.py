"""A client's connection to the daemon."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import selectors
import socket
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import NoReturn, TypeVar

import msgspec
from packaging.version import InvalidVersion, Version

from breadknife.cancel import CancelToken
from breadknife.engine import wire
from breadknife.engine.api import EngineRequest, StatusRequest
from breadknife.engine.liveness import DaemonProcess, HangDetector, read_daemon_process
from breadknife.engine.transport import connect
from breadknife.errors import BreadknifeError, Cancelled, EngineDied, EngineUnavailable, PromptTooLong

GREETING_SECONDS = 5.0
"""How long a daemon may take to welcome us if the machine is busy."""
LOOK_SECONDS = 0.25
"""The time between two looks at a daemon that says nothing."""

_Inbox = queue.SimpleQueue[wire.Answer | wire.Failed | BreadknifeError]
_T = TypeVar("_T")


class DaemonLeaving(EngineUnavailable):
    """The daemon ended before it took the request: another one can be asked the same."""


class DaemonHangs(EngineUnavailable):
    """The daemon doesn't answer: it has to be replaced before it can be asked the same."""

    def __init__(self, daemon: DaemonProcess | None, *, stopped: bool) -> None:
        name = f"the engine (process {daemon.pid})" if daemon else "the engine"
        super().__init__(f"{name} doesn't answer; it is replaced when something is asked of it")
        self.daemon = daemon
        self.stopped = stopped
        """True if its process was stopped, as by a signal."""


class Connection:
    """A socket to a daemon that has welcomed us; a thread hands each reply to the request it belongs to.

    `daemon` is the daemon's process, as far as it is known.
    """

    def __init__(
        self, peer: socket.socket, lines: LineReader, welcome: wire.Welcome, daemon: DaemonProcess | None
    ) -> None:
        self._peer = peer
        self._lines = lines
        self.welcome = welcome
        self._daemon = daemon
        self._heard_at = time.monotonic()
        self._detector: HangDetector | None = None
        """Watches the daemon since a ping to which it hasn't answered; None if nothing is due."""
        self._ids = itertools.count(1)
        self._inboxes: dict[int, _Inbox] = {}
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._leaving = False
        self._closed = False
        peer.settimeout(LOOK_SECONDS)
        self._reader = threading.Thread(target=self._read, name="engine replies", daemon=True)
        self._reader.start()

    @property
    def usable(self) -> bool:
        """Tell whether new requests may go over this connection."""
        return not self._leaving

    def ask(
        self, request: EngineRequest | StatusRequest, kind: type[_T], cancel: CancelToken
    ) -> Generator[_T, None, None]:
        """Yield the answers to one request, which are of type `kind`; closing the iterator stops the work.

        Raises DaemonLeaving, DaemonHangs, Cancelled, EngineDied, or what the daemon says went wrong.
        """
        id, inbox = self._open()
        forget = cancel.on_cancel(lambda: inbox.put(Cancelled("the request was cancelled")))
        finished = False
        try:
            self._send(wire.call(id, request))
            self._ping()
            while not finished:
                message = self._next(inbox, cancel)
                if isinstance(message, BreadknifeError):
                    raise message
                finished = isinstance(message, wire.Failed) or message.last
                if isinstance(message, wire.Failed):
                    raise message.error()
                yield message.decoded(kind)
        finally:
            forget()
            if self._forget(id) and not finished:
                with contextlib.suppress(BreadknifeError):
                    self._send(wire.Cancel(id))
            self._close_if_left()

    def _next(self, inbox: _Inbox, cancel: CancelToken) -> wire.Answer | wire.Failed | BreadknifeError:
        """Return the next message, as long as the daemon shows that it lives. Raises Cancelled, DaemonHangs."""
        while True:
            remaining = cancel.remaining()
            try:
                return inbox.get(timeout=LOOK_SECONDS if remaining is None else min(LOOK_SECONDS, remaining))
            except queue.Empty:
                if cancel.remaining() == 0:
                    raise Cancelled("the request's time is up") from None
                self._ping()

    def retire(self) -> None:
        """Tell the daemon to end when its work is done, and return when it no longer listens."""
        with contextlib.suppress(BreadknifeError):
            self._send(wire.Retire())
        self._reader.join(GREETING_SECONDS)
        self.close()

    def close(self) -> None:
        with self._lock:
            self._leaving = True
            self._hang_up()
        if threading.current_thread() is not self._reader:
            self._reader.join(GREETING_SECONDS)

    def _open(self) -> tuple[int, _Inbox]:
        """Return the number and the inbox of a new request. Raises DaemonLeaving."""
        inbox: _Inbox = queue.SimpleQueue()
        with self._lock:
            if self._leaving:
                raise DaemonLeaving("the engine is ending")
            id = next(self._ids)
            self._inboxes[id] = inbox
        return id, inbox

    def _forget(self, id: int) -> bool:
        """Remove a request's inbox; return False if it was removed already."""
        with self._lock:
            return self._inboxes.pop(id, None) is not None

    def _send(self, message: wire.FromClient) -> None:
        """Send a message. Raises PromptTooLong, DaemonLeaving, DaemonHangs."""
        line = wire.encode(message)
        if len(line) > wire.MAX_LINE:
            raise PromptTooLong(f"a request of {len(line) >> 20} MB; the engine takes {wire.MAX_LINE >> 20} MB")
        with self._sending:
            self._send_line(memoryview(line))

    def _send_line(self, unsent: memoryview) -> None:
        """Send a line. Raises DaemonLeaving, and DaemonHangs if the daemon doesn't read it."""
        detector: HangDetector | None = None
        while unsent:
            try:
                unsent, detector = unsent[self._peer.send(unsent) :], None
            except TimeoutError:
                detector = detector or _detector_for(self._daemon)
                if detector.is_hanging():
                    with self._lock:
                        self._give_up(detector)
            except OSError as error:  # it can't have got the whole line, so it hasn't begun
                self.close()
                raise DaemonLeaving("the engine ended") from error

    def _ping(self) -> None:
        """If the daemon has said nothing for a while, send a ping; if it hasn't answered the last one, look whether it
        hangs. Raises DaemonHangs."""
        with self._lock:
            if time.monotonic() - self._heard_at < LOOK_SECONDS:
                return
            detector = self._detector
            if detector is None:
                self._detector = _detector_for(self._daemon)
            elif detector.is_hanging():
                self._give_up(detector)
        if detector is None:
            self._send(wire.Ping())

    def _give_up(self, detector: HangDetector) -> NoReturn:
        """End all requests with DaemonHangs, hang up, and raise it. The caller holds the lock."""
        self._leaving = True
        for inbox in self._inboxes.values():
            inbox.put(DaemonHangs(self._daemon, stopped=detector.stopped))
        self._inboxes.clear()
        self._hang_up()
        raise DaemonHangs(self._daemon, stopped=detector.stopped)

    def _read(self) -> None:
        """Receive messages until the connection ends, then end all requests with an error. A thread runs this."""
        with contextlib.suppress(OSError, ValueError, msgspec.DecodeError):
            while line := self._lines.next_or_wait():
                self._receive(wire.decode_from_daemon(line))
        with self._lock:
            self._hang_up()
            self._leaving = self._closed = True
            waiting, self._inboxes = self._inboxes, {}
            detector = self._detector
        with self._sending:  # a file that is opened meanwhile could get the number, and what is being sent
            self._peer.close()
        for inbox in waiting.values():
            # It didn't answer for a while: somebody else was quicker to end it.
            hangs = DaemonHangs(self._daemon, stopped=detector.stopped) if detector and detector.is_long else None
            died = EngineDied("the engine's process ended while it worked; ask again to have it started again")
            inbox.put(hangs or died)

    def _receive(self, message: wire.FromDaemon) -> None:
        with self._lock:
            self._heard_at, self._detector = time.monotonic(), None
        match message:
            case wire.Leaving(doing=doing):
                with self._lock:
                    self._leaving = True
                    refused = [self._inboxes.pop(id) for id in list(self._inboxes) if id not in doing]
                for inbox in refused:
                    inbox.put(DaemonLeaving("the engine is ending"))
                self._close_if_left()
            case wire.Welcome() | wire.Pong():
                pass
            case _:
                with self._lock:
                    inbox = self._inboxes.get(message.id)
                if inbox:
                    inbox.put(message)

    def _close_if_left(self) -> None:
        """Hang up once nothing is awaited of a daemon that is leaving: it waits for that."""
        with self._lock:
            if self._leaving and not self._inboxes:
                self._hang_up()

    def _hang_up(self) -> None:
        """Shut the socket down. The caller holds the lock."""
        if not self._closed:
            with contextlib.suppress(OSError):
                self._peer.shutdown(socket.SHUT_RDWR)  # also ends a `send` that waits


def open_connection(folder: Path, client: str, version: str) -> Connection | None:
    """Return a connection to the daemon of `folder`; None if there is none.

    Raises DaemonHangs, and EngineUnavailable if the daemon has no time for us, or if it has another protocol and isn't
    older than we, so that we may not replace it.
    """
    try:
        peer, endpoint = connect(folder, GREETING_SECONDS)
    except OSError:
        return None
    daemon = read_daemon_process(folder)
    lines = LineReader(peer)
    try:
        peer.sendall(wire.encode(wire.Hello(wire.PROTOCOL, endpoint.token, version, client, os.getpid())))
        welcome = wire.decode_from_daemon(_first_line(peer, lines, daemon))
    except EngineUnavailable:
        peer.close()
        raise
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
    known = daemon if daemon and daemon.pid == welcome.pid else None
    return Connection(peer, lines, welcome, known)


def _first_line(peer: socket.socket, lines: LineReader, daemon: DaemonProcess | None) -> bytes:
    """Return the daemon's first line; empty if it hangs up. Raises DaemonHangs, EngineUnavailable, OSError."""
    peer.settimeout(LOOK_SECONDS)
    detector = _detector_for(daemon)
    end = time.monotonic() + GREETING_SECONDS
    while True:
        with contextlib.suppress(TimeoutError):
            return lines.next()
        if detector.is_hanging():
            raise DaemonHangs(daemon, stopped=detector.stopped)
        if time.monotonic() > end:
            raise EngineUnavailable("the engine is there, but has no time to answer; ask again")


def _detector_for(daemon: DaemonProcess | None) -> HangDetector:
    return HangDetector(lambda: daemon.process() if daemon else None)


def newer(version: str, than: wire.Welcome) -> bool:
    """Tell whether we, of this version, are newer than a daemon. Versions are compared by PEP 440; one that isn't a
    version of PEP 440 is older than any."""
    return (_parsed(version), wire.PROTOCOL) > (_parsed(than.version), than.protocol)


def _parsed(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion:
        return Version("0.dev0")


class LineReader:
    """Reads lines from a socket that has a time-out."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._buffer = bytearray()

    def next(self) -> bytes:
        """Return the next line; empty at the end. Raises OSError, TimeoutError included, and ValueError for a line that
        is longer than `wire.MAX_LINE`."""
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
        """Return what `next` does, without a time-out."""
        with selectors.DefaultSelector() as readable:
            readable.register(self._peer, selectors.EVENT_READ)
            while True:
                if b"\n" not in self._buffer:
                    readable.select()
                with contextlib.suppress(TimeoutError):
                    return self.next()
