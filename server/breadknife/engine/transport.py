"""How a client finds the user's own daemon: a Unix socket in a folder of the user's, or loopback TCP with secrets.

TCP is for systems without Unix sockets (Windows), and for folders that can't hold one: a long path, a file system that
has none. Its endpoint file, readable by the user alone, says the port and what each side must show to the other.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import stat
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from breadknife.errors import EngineUnavailable
from breadknife.paths import make_folder, write_atomically

HAS_UNIX_SOCKETS = hasattr(socket, "AF_UNIX") and sys.platform != "win32"
BACKLOG = 256
"""Connections that may wait to be taken."""


@dataclass(frozen=True)
class Endpoint:
    """Where a daemon listens; all empty for a Unix socket, whose peers the system vouches for."""

    port: int = 0
    token: str = ""
    """What the daemon asks of clients."""
    proof: str = ""
    """What clients ask of the daemon: after a crash, somebody else may listen at its port."""


def private_folder(folder: Path) -> Path:
    """Make sure that `folder` exists and that only this user can enter it. Raises EngineUnavailable."""
    try:
        make_folder(folder)
        if sys.platform != "win32":  # there it is below the user's profile, which is closed to others
            stat_result = folder.lstat()
            if not stat.S_ISDIR(stat_result.st_mode) or stat_result.st_uid != os.getuid():
                raise EngineUnavailable(f"{folder} belongs to somebody else; set BREADKNIFE_HOME to a folder of yours")
            folder.chmod(0o700)
    except OSError as error:
        raise EngineUnavailable(
            f"can't use {folder}: {error.strerror or error}; set BREADKNIFE_HOME to a folder of yours"
        ) from error
    return folder


def listen(folder: Path) -> tuple[socket.socket, Endpoint]:
    """Return a listening socket in (or announced in) `folder`. Raises OSError.

    The caller holds the folder's lock: what is found here belongs to a daemon that is gone.
    """
    forget(folder)
    if HAS_UNIX_SOCKETS:
        with contextlib.suppress(OSError):
            return _listen_unix(folder / "engine.sock"), Endpoint()
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        server.bind(("127.0.0.1", 0))
        server.listen(BACKLOG)
        endpoint = Endpoint(server.getsockname()[1], secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        write_atomically(folder / "engine.json", msgspec.json.encode(endpoint))
    except OSError:
        server.close()
        raise
    return server, endpoint


def _listen_unix(path: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        server.bind(os.fspath(path))
        path.chmod(0o600)
        server.listen(BACKLOG)
    except OSError:
        server.close()
        raise
    return server


def connect(folder: Path, timeout: float = 5.0) -> tuple[socket.socket, Endpoint]:
    """Return a connection to the daemon of `folder`. Raises OSError when there is none of this user's."""
    try:
        with (folder / "engine.json").open("rb") as file:
            if sys.platform != "win32" and os.fstat(file.fileno()).st_uid != os.getuid():
                raise ConnectionRefusedError(f"{file.name} is somebody else's")
            endpoint = msgspec.json.decode(file.read(), type=Endpoint)
    except FileNotFoundError:
        if not HAS_UNIX_SOCKETS:
            raise
        return _connect_unix(folder / "engine.sock", timeout), Endpoint()
    except msgspec.DecodeError as error:
        raise ConnectionRefusedError(f"{folder / 'engine.json'} is broken") from error
    client = socket.create_connection(("127.0.0.1", endpoint.port), timeout)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client, endpoint


def _connect_unix(path: Path, timeout: float) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.settimeout(timeout)
        _connect_in_time(client, os.fspath(path), time.monotonic() + timeout)
        if not same_user(client):
            raise ConnectionRefusedError(f"{path} is somebody else's")
    except OSError:
        client.close()
        raise
    return client


def _connect_in_time(client: socket.socket, path: str, end: float) -> None:
    while True:
        try:
            return client.connect(path)
        except BlockingIOError:  # more than BACKLOG came at once: Linux doesn't let them wait
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def forget(folder: Path) -> None:
    """Remove what `listen` left in the folder."""
    for name in ("engine.sock", "engine.json"):
        with contextlib.suppress(OSError):
            (folder / name).unlink(missing_ok=True)


def same_user(peer: socket.socket) -> bool:
    """Tell whether the process at the other end of a Unix socket is this user's (where the system can tell)."""
    if sys.platform == "linux" and peer.family == socket.AF_UNIX:
        _pid, uid, _gid = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return uid == os.getuid()
    if sys.platform == "darwin" and peer.family == socket.AF_UNIX:
        # struct xucred of <sys/ucred.h>: version, uid, …; option LOCAL_PEERCRED = 1 at level SOL_LOCAL = 0
        _version, uid = struct.unpack_from("Ii", peer.getsockopt(0, 1, 76))
        return uid == os.getuid()
    return True
