"""Starts the process that reads files, sends it requests, and ends it if it takes too much time or memory."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import IO

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.errors import PluginError
from breadknife.plugins.shelf.reading.values import PART_SECONDS, ReadRequest, ReadResponse
from breadknife.steps.channel import decode, read_message, write_message

MAX_MEMORY = 2 << 30
"""Bytes of the process and all that it has started. A file of the largest size and what is made of one page fit in."""


class ReadingProcess:
    """Reads files one after the other, in a process that is started for the first and again after a bad one."""

    def __init__(
        self,
        part_seconds: float = PART_SECONDS,
        max_memory: int = MAX_MEMORY,
        program: Sequence[str] = tuple(children.python_module("breadknife.plugins.shelf.reading.worker")),
    ) -> None:
        self._program = program
        self._part_seconds = part_seconds
        self._max_memory = max_memory
        self._popen: subprocess.Popen[bytes] | None = None
        self._family: children.Family | None = None
        self._sent: deque[ReadRequest] = deque()
        """Requests whose last response hasn't come yet, the oldest first."""
        self._messages: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
        """Responses as bytes, and an exception once the process has ended."""

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(
        self, request: ReadRequest, cancel: CancelToken, following: ReadRequest | None = None
    ) -> Iterator[ReadResponse]:
        """Yield the responses to a request, the last one with `is_last`. A file that ends the process, or with which it
        takes too much time or memory, gives a response with an error, as any other bad file does.

        `following` is the request of the next call, if it is known: the process begins with it while the caller works
        on this one. Raises Cancelled. The process is ended then, as it is if the caller doesn't take all responses.
        """
        is_complete = False
        try:
            process = self._started()
            if self._sent and self._sent[0] != request:  # another request was announced as the following one
                self.close()
                process = self._started()
            if not self._sent:
                self._send(process, request)
            if following is not None:
                self._send(process, following)
            while not is_complete:
                response = self._receive(cancel)
                is_complete = response.is_last
                if is_complete and self._sent:  # it is empty if the process was ended
                    self._sent.popleft()
                yield response
        finally:
            if not is_complete:
                self.close()

    def _send(self, process: subprocess.Popen[bytes], request: ReadRequest) -> None:
        assert process.stdin
        with contextlib.suppress(OSError):  # the process has ended, which `_receive` notices
            write_message(process.stdin, request)
        self._sent.append(request)

    def _receive(self, cancel: CancelToken) -> ReadResponse:
        """Wait for the next response and return it; end the process if it exceeds a limit. Raises Cancelled."""
        deadline = time.monotonic() + self._part_seconds
        while True:
            cancel.raise_if_cancelled()
            try:
                message = self._messages.get(timeout=children.LOOK_SECONDS)
                break
            except queue.Empty:
                if time.monotonic() > deadline:
                    return self._give_up(f"it takes longer than {self._part_seconds:g} s; split it")
                if self._family is not None and self._family.takes_more_than(self._max_memory):
                    return self._give_up(f"it takes more than {self._max_memory >> 20} MB of memory; split it")
        if not isinstance(message, Exception):
            with contextlib.suppress(PluginError):
                return decode(message, ReadResponse)
        return self._give_up("reading it ended the program that reads; save it again in another program")

    def _give_up(self, error: str) -> ReadResponse:
        """End the process, and return the error as the last response."""
        self.close()
        return ReadResponse(is_last=True, error=error)

    def _started(self) -> subprocess.Popen[bytes]:
        """Return the process, which is started if it doesn't run."""
        if self._popen is None or self._family is None or not self._family.is_alive():
            self.close()
            self._popen = children.start(self._program, stdin=children.PIPE, stdout=children.PIPE, own_group=True)
            self._family = children.Family(self._popen)
            self._messages = queue.SimpleQueue()
            assert self._popen.stdout
            threading.Thread(
                target=_listen, args=(self._popen.stdout, self._messages), daemon=True, name="shelf-reading"
            ).start()
        return self._popen

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._popen = self._popen, None
        family, self._family = self._family, None
        self._sent.clear()
        if process is None or family is None:
            return
        family.end()
        if process.stdin:
            with contextlib.suppress(OSError):  # what was still to be written
                process.stdin.close()


def _listen(stream: IO[bytes], messages: queue.SimpleQueue[bytes | Exception]) -> None:
    """Put the messages of the process into the queue until it ends, and then the exception that says so."""
    try:
        with stream:
            while True:
                messages.put(read_message(stream))
    except (OSError, EOFError, ValueError, PluginError) as error:
        messages.put(error)
