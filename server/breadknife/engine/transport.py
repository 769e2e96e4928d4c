"""How a client finds the user's own daemon: a Unix socket in a folder of the user's, or loopback TCP with a token.

TCP is for systems without Unix sockets (Windows). Its endpoint file, readable by the user alone, holds port and token.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import stat
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from breadknife.errors import EngineUnavailable

HAS_UNIX_SOCKETS = hasattr(socket, "AF_UNIX") and sys.platform != "win32"


@dataclass(frozen=True)
class Endpoint:
    """Where a TCP daemon listens, and the secret that it asks for."""

    port: int
    token: str


def private_folder(folder: Path) -> Path:
    """Make sure that `folder` exists and that only this user can enter it. Raises EngineUnavailable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if HAS_UNIX_SOCKETS:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                raise EngineUnavailable(f"{folder} belongs to somebody else; set BREADKNIFE_HOME to a folder of yours")
            folder.chmod(0o700)
    except OSError as error:
        raise EngineUnavailable(
            f"can't use {folder}: {error.strerror or error}; set BREADKNIFE_HOME to a folder of yours"
        ) from error
    return folder


def listen(folder: Path, *, unix: bool = HAS_UNIX_SOCKETS) -> tuple[socket.socket, str]:
    """A listening socket in (or announced in) `folder`, and the token that clients must show ("" on a Unix socket).

    The caller holds the folder's lock: a socket file found here belongs to a daemon that is gone.
    """
    if unix:
        path = folder / "engine.sock"
        path.unlink(missing_ok=True)
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            server.bind(os.fspath(path))
        except OSError as error:  # a path of more than about 100 bytes
            raise EngineUnavailable(f"can't listen at {path}: {error}; set BREADKNIFE_HOME to a short path") from error
        path.chmod(0o600)
        server.listen(256)
        return server, ""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind(("127.0.0.1", 0))
    server.listen(256)
    endpoint = Endpoint(server.getsockname()[1], secrets.token_urlsafe(32))
    path = folder / "engine.json"
    temporary = path.with_suffix(".new")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(endpoint))
    temporary.replace(path)
    return server, endpoint.token


def connect(folder: Path, *, unix: bool = HAS_UNIX_SOCKETS, timeout: float = 5.0) -> tuple[socket.socket, str]:
    """A connection to the daemon of `folder`, and the token to show. Raises OSError when there is none."""
    if unix:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(timeout)
        try:
            client.connect(os.fspath(folder / "engine.sock"))
        except OSError:
            client.close()
            raise
        return client, ""
    try:
        endpoint = msgspec.json.decode((folder / "engine.json").read_bytes(), type=Endpoint)
    except msgspec.DecodeError as error:
        raise ConnectionRefusedError(f"{folder / 'engine.json'} is broken") from error
    client = socket.create_connection(("127.0.0.1", endpoint.port), timeout)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client, endpoint.token


def forget(folder: Path) -> None:
    """Remove what `listen` left in the folder."""
    with contextlib.suppress(OSError):
        (folder / "engine.sock").unlink(missing_ok=True)
        (folder / "engine.json").unlink(missing_ok=True)


def same_user(peer: socket.socket) -> bool:
    """Whether the process at the other end of a Unix socket is this user's (where the system can tell)."""
    if sys.platform == "linux" and peer.family == socket.AF_UNIX:
        _pid, uid, _gid = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return uid == os.getuid()
    if sys.platform == "darwin" and peer.family == socket.AF_UNIX:
        # struct xucred of <sys/ucred.h>: version, uid, …; option LOCAL_PEERCRED = 1 at level SOL_LOCAL = 0
        _version, uid = struct.unpack_from("Ii", peer.getsockopt(0, 1, 76))
        return uid == os.getuid()
    return True
