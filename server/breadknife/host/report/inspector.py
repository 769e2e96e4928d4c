"""Lets `breadknife why` query the running servers of this user: one line of JSON in each direction.

A server listens in a folder named after its process, as the engine's daemon does in its own (see `engine.transport`).
"""

from __future__ import annotations

import contextlib
import hmac
import logging
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import psutil

from breadknife import paths
from breadknife.engine.transport import connect, forget, listen, private_folder, same_user
from breadknife.errors import EngineUnavailable
from breadknife.host.host import Host
from breadknife.host.report.status import status

SECONDS = 2.0
"""How long a server waits for the command line; the command line waits twice as long."""
LONGEST = 1 << 16
"""The most bytes of a request."""
log = logging.getLogger("breadknife.host")


@dataclass(frozen=True)
class InspectorRequest:
    ask: str
    """`why` or `status`."""
    token: str = ""
    uri: str | None = None
    limit: int = 20


@dataclass(frozen=True)
class InspectorResponse:
    proof: str
    value: Any = None
    error: str = ""


def inspect(host: Host) -> Inspector:
    """Serve this process's receipts and status. Raises OSError or EngineUnavailable."""
    return Inspector(
        {
            "why": lambda request: host.ledger.newest(request.uri, request.limit),
            "status": lambda request: status(host),
        }
    )


class Inspector:
    """Answers questions in a thread of its own until it is closed. Raises OSError or EngineUnavailable."""

    def __init__(self, answers: dict[str, Callable[[InspectorRequest], Any]], folder: Path | None = None) -> None:
        self._answers = answers
        self._folder = folder or servers_folder() / str(os.getpid())
        private_folder(self._folder)
        self._socket, self._endpoint = listen(self._folder)
        threading.Thread(target=self._serve, name="inspector", daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes `accept`, which closing alone doesn't
        self._socket.close()
        forget(self._folder)
        with contextlib.suppress(OSError):
            self._folder.rmdir()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:  # closed
                return
            with peer, contextlib.suppress(OSError, msgspec.DecodeError):
                peer.settimeout(SECONDS)
                if same_user(peer):
                    peer.sendall(msgspec.json.encode(self._reply(_read_line(peer, LONGEST))) + b"\n")

    def _reply(self, line: bytes) -> InspectorResponse:
        request = msgspec.json.decode(line, type=InspectorRequest)
        if not hmac.compare_digest(request.token, self._endpoint.token):
            return InspectorResponse("", error="a wrong token")
        answer = self._answers.get(request.ask)
        if answer is None:
            return InspectorResponse(self._endpoint.proof, error=f"no such request: {request.ask}")
        try:
            return InspectorResponse(self._endpoint.proof, msgspec.to_builtins(answer(request)))
        except Exception as error:
            log.exception("a request could not be answered")
            return InspectorResponse(self._endpoint.proof, error=f"{type(error).__name__}: {error}")


def ask_servers(request: InspectorRequest, folder: Path | None = None) -> Iterator[tuple[int, Any]]:
    """Yield the process id and the answer of each running server. Servers that don't answer are left out."""
    folder = folder or servers_folder()
    for server in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not server.name.isdigit():
            continue
        if not psutil.pid_exists(int(server.name)):
            shutil.rmtree(server, ignore_errors=True)
            continue
        with contextlib.suppress(OSError, msgspec.DecodeError, EngineUnavailable):
            answer = _ask_server(server, request)
            if answer is not None:
                yield int(server.name), answer


def running_servers(folder: Path | None = None) -> list[int]:
    """Return the process ids of the running servers."""
    folder = folder or servers_folder()
    numbers = [int(server.name) for server in folder.iterdir() if server.name.isdigit()] if folder.is_dir() else []
    return [number for number in sorted(numbers) if psutil.pid_exists(number)]


def servers_folder() -> Path:
    return paths.runtime_dir() / "servers"


def _ask_server(server: Path, request: InspectorRequest) -> Any:
    """Return the answer of the server with that folder; None if it has none, or isn't the one that made the folder."""
    peer, endpoint = connect(server, SECONDS)
    with peer:
        peer.settimeout(2 * SECONDS)
        line = msgspec.json.encode(replace(request, token=endpoint.token))
        peer.sendall(line + b"\n")
        reply = msgspec.json.decode(_read_line(peer, 1 << 26), type=InspectorResponse)
    return reply.value if hmac.compare_digest(reply.proof, endpoint.proof) and not reply.error else None


def _read_line(peer: socket.socket, longest: int) -> bytes:
    """Return the next line, or what there is of it at the end or after about `longest` bytes."""
    line = b""
    while not line.endswith(b"\n") and len(line) < longest:
        piece = peer.recv(1 << 16)
        if not piece:
            break
        line += piece
    return line
