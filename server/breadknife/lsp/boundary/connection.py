"""Reads and writes messages as LSP's base protocol has them: `Content-Length: N`, a blank line, N bytes of JSON.

Reading and writing have a thread each, so that a client that writes or reads slowly never stops the event loop.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

LONGEST_MESSAGE = 1 << 28
"""Bytes. A longer message is read past and refused."""
_LONGEST_LINE = 1 << 13
"""Bytes of a header's line that are read at once."""
_PIECE = 1 << 20
"""Bytes that are read past at once."""
_MOST_UNHANDLED = 1_000
"""So many messages are read ahead of the event loop; then the client has to wait."""
_CLOSE_SECONDS = 2.0
"""The longest that `close` waits for a client that doesn't read."""


@dataclass(frozen=True)
class Malformed:
    """Something that isn't a message, and why."""

    reason: str


def read_messages(stream: BinaryIO) -> Iterator[object]:
    """Yield every message of a stream as JSON values, and a `Malformed` in the place of what isn't one, until its
    end."""
    while (length := _read_header(stream)) is not None:
        if length == 0:
            yield Malformed("a message has no Content-Length")
        elif length > LONGEST_MESSAGE:
            if not _skip(stream, length):
                return
            yield Malformed(f"a message of {length} bytes is longer than {LONGEST_MESSAGE}")
        else:
            body = stream.read(length)
            if len(body) < length:
                return
            yield _parse(body)


def _read_header(stream: BinaryIO) -> int | None:
    """Return the length in bytes that a header gives, 0 if it gives none, or None at the end of the stream."""
    length = 0
    while line := stream.readline(_LONGEST_LINE):
        if not line.strip():
            return length
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
    return None


def _skip(stream: BinaryIO, length: int) -> bool:
    """Read past `length` bytes. Returns False if the stream ends before."""
    while length:
        piece = stream.read(min(length, _PIECE))
        if not piece:
            return False
        length -= len(piece)
    return True


def _parse(body: bytes) -> object:
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        return Malformed(f"a message is not JSON: {error}")


def _refuse_constant(name: str) -> NoReturn:
    """Raise ValueError for NaN and Infinity, which Python's parser takes and JSON doesn't have."""
    raise ValueError(f"{name} is no JSON value")


class Reader:
    """Hands each message of a stream to `handle`, in a thread of its own."""

    def __init__(self, stream: BinaryIO, handle: Callable[[object], None], ended: Callable[[], None]) -> None:
        """`handle` gets each message, and whoever deals with it calls `handled()` afterwards; `ended` is called at the
        end of the stream. Both are called in the reader's thread."""
        self._stream = stream
        self._handle = handle
        self._ended = ended
        self._room = threading.Semaphore(_MOST_UNHANDLED)

    def start(self) -> None:
        threading.Thread(target=self._read, name="reader", daemon=True).start()

    def handled(self) -> None:
        """Note that a message was dealt with, so that one more may be read ahead."""
        self._room.release()

    def _read(self) -> None:
        try:
            for message in read_messages(self._stream):
                self._room.acquire()
                self._handle(message)
        except (OSError, ValueError):  # the stream broke, or was closed
            pass
        finally:
            self._ended()


class Writer:
    """Writes to a stream in a thread of its own. `broken` is called, in that thread, when the client has gone."""

    def __init__(self, stream: BinaryIO, broken: Callable[[], None]) -> None:
        self._stream = stream
        self._broken = broken
        self._unwritten: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        self._unwritten.put(data)

    def close(self) -> None:
        """Return once everything is written, or after a while if the client doesn't read."""
        self._unwritten.put(None)
        self._thread.join(_CLOSE_SECONDS)

    def _write(self) -> None:
        try:
            while (data := self._unwritten.get()) is not None:
                self._stream.write(data)
                self._stream.flush()
        except (OSError, ValueError):
            self._broken()
