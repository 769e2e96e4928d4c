"""What passes between this process and one that works for it: MessagePack, each message behind its length in four
bytes."""

from __future__ import annotations

import faulthandler
import os
import struct
import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import IO, Any, NoReturn

import msgspec

from breadknife import children
from breadknife.errors import PluginError

MAX_ANSWER = 64 << 20
"""Bytes of the largest answer that is read."""
_MAX_ERROR = 300
"""Characters of another process's words that an error quotes."""


def write_message(stream: IO[bytes], message: object) -> None:
    body = msgspec.msgpack.encode(message)
    stream.write(struct.pack("<I", len(body)) + body)
    stream.flush()


def read_message(stream: IO[bytes], limit: int = MAX_ANSWER) -> bytes:
    """Return the next message, without its length. Raises EOFError at the stream's end, and PluginError for a message
    of more than `limit` bytes."""
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError
    (length,) = struct.unpack("<I", head)
    if length > limit:
        raise PluginError(f"its answer has more than {limit >> 20} MB")
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return body


def decode(body: bytes, kind: type[Any]) -> Any:
    """Return the value of the type `kind` that a message holds. Raises PluginError, in one line, if it holds none."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except Exception as error:  # anybody's bytes, and types that are anybody's
        raise PluginError(f"it gives {one_line(str(error) or type(error).__name__)}") from error


def one_line(text: str) -> str:
    """Return the beginning of what a program says, as one line of at most 300 characters."""
    return " ".join(text[: 2 * _MAX_ERROR].split())[:_MAX_ERROR]


def serve(answer: Callable[[bytes], Iterable[object]], seconds: float) -> NoReturn:
    """Write what `answer` yields for each message, until whoever asks has ended: this process then ends at once, with
    all that it has started, whatever it does.

    Between two parts of an answer, `seconds` may pass. Then this process ends by itself, also while code that is
    written in C keeps the interpreter's lock, so that no thread can see that nobody asks any more.
    """
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What a library reads or prints must not get between our messages.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    messages: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(requests, messages), daemon=True, name="asked").start()
    while True:
        message = messages.get()
        faulthandler.dump_traceback_later(seconds, exit=True, file=2)
        for part in answer(message):
            write_message(answers, part)
            faulthandler.dump_traceback_later(seconds, exit=True, file=2)
        faulthandler.cancel_dump_traceback_later()


def _receive(requests: IO[bytes], messages: SimpleQueue[bytes]) -> None:
    """Pass messages on until the other process closes the pipe or ends; then end this process."""
    try:
        while True:
            messages.put(read_message(requests))
    finally:
        children.end_this()
