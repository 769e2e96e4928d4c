"""Frames: what is read of a stream of bytes."""

from __future__ import annotations

import io
from typing import BinaryIO

import pytest

from breadknife.lsp.boundary.connection import LONGEST_MESSAGE, Malformed, Writer, read_messages

FRAMES = [
    (b'Content-Length: 2\r\n\r\n{}Content-Length: 4\r\n\r\n"ab"', [{}, "ab"]),
    (b"content-length:2\r\nContent-Type: x\r\n\r\n[]", [[]]),
    (b"Content-Length: 2\n\n{}", [{}]),
    (b"", []),
    (b"Content-Length: 9\r\n\r\n{}", []),  # cut off
    (b"noise\r\n\r\nContent-Length: 2\r\n\r\n{}", [Malformed, {}]),
    (b"Content-Length: -2\r\n\r\nContent-Length: 2\r\n\r\n{}", [Malformed, {}]),
    (b"Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n{}", [Malformed, {}]),
    (b"Content-Length: 1\r\n\r\n{Content-Length: 2\r\n\r\n{}", [Malformed, {}]),
    (b"Content-Length: 8\r\n\r\nInfinityContent-Length: 2\r\n\r\n{}", [Malformed, {}]),
]


@pytest.mark.parametrize(("stream", "expected"), FRAMES)
def test_what_a_stream_holds(stream: bytes, expected: list[object]) -> None:
    found = [Malformed if isinstance(each, Malformed) else each for each in read_messages(io.BytesIO(stream))]
    assert found == expected


class _Endless(io.RawIOBase):
    """A header, and then more zeros than any memory holds."""

    def __init__(self, length: int) -> None:
        self._header = io.BytesIO(b"Content-Length: %d\r\n\r\n" % length)
        self._left = length
        self.largest = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._header.readline()

    def read(self, size: int = -1, /) -> bytes:
        self.largest = max(self.largest, size)
        piece, self._left = min(size, self._left), self._left - min(size, self._left)
        return bytes(piece)


def test_a_message_that_is_too_long_is_read_past_in_pieces() -> None:
    stream = _Endless(LONGEST_MESSAGE + 1)
    assert [type(each) for each in read_messages(stream)] == [Malformed]  # pyright: ignore[reportArgumentType]
    assert stream.largest <= 1 << 20


def test_a_client_that_has_gone_is_noticed() -> None:
    gone: list[None] = []

    class Gone(io.RawIOBase):
        def write(self, data: object, /) -> int:
            raise BrokenPipeError

    stream: BinaryIO = Gone()  # pyright: ignore[reportAssignmentType]
    writer = Writer(stream, lambda: gone.append(None))
    writer.write(b"x")
    writer.close()
    assert gone == [None]
