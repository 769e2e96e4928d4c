"""A cache that several machines share: what one run has found out about texts, the next one on another machine has.

A run reads one blob before it begins and writes one when it has ended, so a slow server costs it two waits. The blob
`cas/DIGEST` has answers; `ac/NAME` says which digest is the newest, and is signed. An answer is found by a digest of
all that it depends on, so an old blob is of no harm, and one of another version of no use. Who has the key can hide
findings: it belongs to runs that a project trusts. A run without it, as of a stranger's pull request, shares nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from breadknife import __version__, paths
from breadknife.cli.cache.stores import LARGEST, BlobStore, is_server, open_store, shown
from breadknife.cli.output import tell
from breadknife.disk_cache import add_answers, list_answers
from breadknife.errors import CacheError

KEY = "BREADKNIFE_CACHE_KEY"
"""The environment variable with the key that signs what is shared."""
_SHORTEST_KEY = 16
_LARGEST_UNPACKED = 4 * LARGEST
_SHARED = ("names.sqlite", "nullcheck.sqlite", "prose.sqlite")
"""Those of `disk_cache.CACHES` that a run of `lint` needs and that don't name files of one machine."""
_STDOUT = b"\x2a"
"""Bazel's servers take only an `ActionResult` of Bazel's protocol under `ac/`. This is the head of its field
`stdout_raw` (5, bytes), in which ours stands."""


class _Pointer(msgspec.Struct, frozen=True):
    """Names the newest blob."""

    digest: str
    signature: str


class SharedCache:
    """The cache at an address. Nothing depends on it: what can't be read or written is told in one line."""

    def __init__(self, url: str, key: bytes) -> None:
        self._url = url
        self._store: BlobStore = open_store(url)
        self._key = key
        about = f"breadknife {__version__} {self._signed(shown(url).rstrip('/').encode())}"
        self._name = f"ac/{hashlib.sha256(about.encode()).hexdigest()}"
        self._read: str | None = None
        """The digest of the blob that was read, empty if there was none; None if nothing is to be written."""

    @classmethod
    def of(cls, url: str, *, offline: bool) -> SharedCache | None:
        """Return the cache at an address, and tell why not if it can't be used. Raises CacheError while offline."""
        if offline and is_server(url):
            raise CacheError("--cache-url names a server, which --offline forbids; leave one of them out")
        key = os.environ.get(KEY, "").encode()
        if len(key) < _SHORTEST_KEY:
            tell(f"nothing is shared: set {KEY} to a secret of {_SHORTEST_KEY} characters or more")
            return None
        return cls(url, key)

    def fetch(self, folder: Path) -> None:
        """Add to a folder of answers what others have found out."""
        try:
            pointer = self._store.get(self._name)
            digest = self._verified(pointer) if pointer is not None else ""
            blob = self._blob(digest) if digest else None
            if blob is not None:
                self._unpack(blob, folder)
            self._read = digest if blob is not None else ""
        except CacheError as error:
            tell(f"nothing is shared: {error}")

    def publish(self, folder: Path) -> None:
        """Give others the answers of a folder, unless they have the same."""
        if self._read is None:
            return
        found = {name: list_answers(folder / name, LARGEST // len(_SHARED)) for name in _SHARED}
        blob = zlib.compress(msgspec.msgpack.encode(found), 6)
        digest = hashlib.sha256(blob).hexdigest()
        if digest == self._read or not any(found.values()):
            return
        pointer = msgspec.json.encode(_Pointer(digest, self._signed(digest.encode())))
        try:
            self._store.put(f"cas/{digest}", blob)
            self._store.put(self._name, _STDOUT + bytes(_varint(len(pointer))) + pointer)
        except CacheError as error:
            tell(f"others don't get what was found out: {error}")

    def _signed(self, value: bytes) -> str:
        return hmac.digest(self._key, value, "sha256").hex()

    def _verified(self, pointer: bytes) -> str:
        """Return the digest that a pointer names. Raises CacheError for one that isn't signed with the key."""
        try:
            start, end = pointer.index(b"{"), pointer.index(b"}") + 1  # servers add fields of their own behind it
            found = msgspec.json.decode(pointer[start:end], type=_Pointer)
        except (ValueError, msgspec.DecodeError):
            found = _Pointer("", "")
        if not hmac.compare_digest(self._signed(found.digest.encode()), found.signature):
            raise CacheError(f"what {shown(self._url)} has isn't signed with the key in {KEY}")
        return found.digest

    def _blob(self, digest: str) -> bytes | None:
        """Return the blob of a digest; None if the store has dropped it. Raises CacheError for another one."""
        blob = self._store.get(f"cas/{digest}")
        if blob is not None and hashlib.sha256(blob).hexdigest() != digest:
            raise CacheError(f"what {shown(self._url)} has for cas/{digest[:10]}… is something else")
        return blob

    def _unpack(self, blob: bytes, folder: Path) -> None:
        try:
            packed = zlib.decompressobj().decompress(blob, _LARGEST_UNPACKED)
            found = msgspec.msgpack.decode(packed, type=dict[str, list[tuple[bytes, bytes]]])
        except (zlib.error, msgspec.DecodeError) as error:
            raise CacheError(f"what {shown(self._url)} has can't be unpacked: {error}") from error
        for name in _SHARED:
            add_answers(folder / name, found.get(name, ()))


def folder_of(url: str) -> Path:
    """Return where the answers of runs with an address are kept: no others are shared."""
    return paths.cache_dir() / "shared" / hashlib.sha256(url.encode()).hexdigest()[:16]


def _varint(number: int) -> Iterator[int]:
    """Yield a number as Protocol Buffers write it: seven bits a byte, the lowest first."""
    while number >= 0x80:
        yield number & 0x7F | 0x80
        number >>= 7
    yield number
