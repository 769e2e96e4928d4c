"""A checker's process: JSON messages over its standard input and output."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

import msgspec

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.errors import EngineDied

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.02
_END_SECONDS = 2.0
_NOWHERE = "http://127.0.0.1:9"
"""The discard port, where nobody listens: checkers that would fetch something of their own (pyright's launcher,
tsserver) can't."""
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
OFFLINE = {
    **{name: _NOWHERE for each in _PROXIES for name in (each, each.lower())},
    "npm_config_offline": "true",
    "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    "NoDefaultCurrentDirectoryInExePath": "1",
}
"""Variables with which a checker fetches nothing, and which keep Windows from looking for programs in the folder that
is checked."""


class CheckerProcess:
    """Started at once. What it says is read, and what is sent is written, in threads of their own: a program that
    doesn't read must not hold up who asks."""

    def __init__(self, command: Sequence[str], folder: Path, received: Callable[[dict[str, Any]], None]) -> None:
        """`received` is called with each message, from the reading thread. Raises EngineDied if it can't start."""
        try:
            self._process = children.start(
                command,
                folder=folder,
                environ=children.environment(**OFFLINE),
                stdin=children.PIPE,
                stdout=children.PIPE,
                own_group=True,
            )
        except OSError as error:
            raise EngineDied(f"{command[0]} can't be started: {error}") from error
        assert self._process.stdin
        assert self._process.stdout
        self._received = received
        self._sent = SimpleQueue[bytes | None]()
        self._changed = threading.Condition()
        self._ended = False
        for work, stream in ((self._read, self._process.stdout), (self._write, self._process.stdin)):
            threading.Thread(target=work, args=(stream,), name="checker", daemon=True).start()

    def send(self, message: object, *, header: bool = True) -> None:
        """Send a message. `header`: as LSP frames it; else a line."""
        body = msgspec.json.encode(message)
        self._sent.put(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) if header else body + b"\n")

    def wait(self, arrived: Callable[[], bool], cancel: CancelToken) -> None:
        """Wait until `arrived()`. Raises Cancelled, and EngineDied when the process ends before."""
        with self._changed:
            while not arrived():
                if self._ended:
                    raise EngineDied("the checker has ended")
                cancel.raise_if_cancelled()
                self._changed.wait(_POLL_SECONDS)

    def close(self) -> None:
        """End it and what it has started, whatever it does."""
        family = children.family(self._process)
        self._sent.put(None)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        children.kill(family)
        self._process.wait()

    def _write(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError), stream:
            while (message := self._sent.get()) is not None:
                stream.write(message)
                stream.flush()

    def _read(self, stream: IO[bytes]) -> None:
        try:
            with stream:
                while (length := _length(stream)) is not None:
                    message = msgspec.json.decode(stream.read(length))
                    with self._changed:
                        self._received(message)
                        self._changed.notify_all()
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            log.warning("a checker's message can't be read: %s", error)
        with self._changed:
            self._ended = True
            self._changed.notify_all()


def _length(stream: IO[bytes]) -> int | None:
    """Return the next message's, in bytes; None at the end of the stream."""
    length: int | None = None
    while line := stream.readline():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif not line.strip() and length is not None:
            return length
    return None
