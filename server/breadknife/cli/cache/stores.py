"""A shared cache lies in a folder, or on a server that speaks HTTP as Bazel's remote caches do."""

from __future__ import annotations

import base64
import contextlib
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

from breadknife.disk.in_time import in_time
from breadknife.disk.reading import read_regular
from breadknife.errors import CacheError, FileRefused
from breadknife.paths import write_atomically

LARGEST = 64 << 20
"""Bytes of the largest blob that is read or written."""
SECONDS = 20.0
"""How long one transfer may take."""
_SILENCE_S = 5.0


class BlobStore(Protocol):
    """Bytes by names such as `cas/DIGEST`. Every method raises CacheError."""

    def get(self, name: str, /) -> bytes | None:
        """Return what has this name; None if nothing has."""
        ...

    def put(self, name: str, blob: bytes, /) -> None: ...


def open_store(url: str) -> BlobStore:
    """Return the store at an address: a folder's path, or `http` or `https`."""
    return HttpStore(url) if is_server(url) else FolderStore(Path(url).absolute())


def is_server(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")


def shown(url: str) -> str:
    """Return an address without the password in it."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@dataclass(frozen=True)
class FolderStore:
    folder: Path

    def get(self, name: str, /) -> bytes | None:
        try:
            return read_regular(self.folder / name, LARGEST, self.folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CacheError(f"{name} can't be read: {error}") from error

    def put(self, name: str, blob: bytes, /) -> None:
        try:
            write_atomically(self.folder / name, blob, mode=0o644)
        except OSError as error:
            raise CacheError(f"{name} can't be written: {error}") from error


@dataclass(frozen=True)
class HttpStore:
    """A server. No proxy of the environment is asked, and no redirect followed: each is another machine than the one
    that was named."""

    url: str

    def get(self, name: str, /) -> bytes | None:
        status, body = self._send("GET", name)
        return body if status != HTTPStatus.NOT_FOUND else None

    def put(self, name: str, blob: bytes, /) -> None:
        self._send("PUT", name, blob)

    def _send(self, method: str, name: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Return the status of the reply, which is 404 or means success, and its body. Raises CacheError."""
        try:
            status, found = in_time(partial(self._exchange, method, name, body), SECONDS)
        except FileRefused as error:
            raise CacheError(f"{shown(self.url)} hasn't answered within {SECONDS:g} s") from error
        except (OSError, ValueError, HTTPException) as error:
            raise CacheError(f"{shown(self.url)} can't be reached: {error}") from error
        if status // 100 != 2 and not (method == "GET" and status == HTTPStatus.NOT_FOUND):
            raise CacheError(f"{shown(self.url)} answers {status}")
        return status, found

    def _exchange(self, method: str, name: str, body: bytes | None) -> tuple[int, bytes]:
        """Return the status of the reply, and its body."""
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        headers = {"Content-Type": "application/octet-stream"}
        if parts.username is not None:
            login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        with contextlib.closing(kind(parts.hostname or "", parts.port, timeout=_SILENCE_S)) as connection:
            connection.request(method, f"{parts.path.rstrip('/')}/{name}", body, headers)
            reply = connection.getresponse()
            found = reply.read(LARGEST + 1)
        if len(found) > LARGEST:
            raise ValueError(f"more than {LARGEST >> 20} MB came")
        return reply.status, found
