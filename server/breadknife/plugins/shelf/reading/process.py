"""Asks the process that reads files, and ends it when it takes too long or too much."""

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
"""Bytes of the process and all that it has started: a file of the largest size, and what is made of one page."""


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
        """Requests without the last part of their answers."""
        self._answers: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(
        self, request: ReadRequest, cancel: CancelToken, following: ReadRequest | None = None
    ) -> Iterator[ReadResponse]:
        """Yield the parts of the answer. The process begins with `following`, which must be the next request, while the
        caller works on this one. A file that ends the process gives an error, as any other bad file.

        Raises Cancelled; the process is ended then, as it is when the caller doesn't take all parts.
        """
        is_over = False
        try:
            process = self._started()
            if self._sent and self._sent[0] != request:
                self.close()
                process = self._started()
            if not self._sent:
                self._send(process, request)
            if following is not None:
                self._send(process, following)
            while not is_over:
                part = self._part(process, cancel)
                is_over = part.is_last
                if is_over and self._sent:
                    self._sent.popleft()
                yield part
        finally:
            if not is_over:
                self.close()

    def _send(self, process: subprocess.Popen[bytes], request: ReadRequest) -> None:
        assert process.stdin
        with contextlib.suppress(OSError):  # that it has ended is its answer
            write_message(process.stdin, request)
        self._sent.append(request)

    def _part(self, process: subprocess.Popen[bytes], cancel: CancelToken) -> ReadResponse:
        end = time.monotonic() + self._part_seconds
        while True:
            cancel.raise_if_cancelled()
            try:
                answer = self._answers.get(timeout=children.LOOK_SECONDS)
                break
            except queue.Empty:
                if time.monotonic() > end:
                    return self._given_up(f"it takes longer than {self._part_seconds:g} s; split it")
                if self._family is not None and self._family.takes_more_than(self._max_memory):
                    return self._given_up(f"it takes more than {self._max_memory >> 20} MB of memory; split it")
        if not isinstance(answer, Exception):
            with contextlib.suppress(PluginError):
                return decode(answer, ReadResponse)
        return self._given_up("reading it ended the program that reads; save it again in another program")

    def _given_up(self, error: str) -> ReadResponse:
        self.close()
        return ReadResponse(is_last=True, error=error)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._popen is None or self._family is None or not self._family.is_alive():
            self.close()
            self._popen = children.start(self._program, stdin=children.PIPE, stdout=children.PIPE, own_group=True)
            self._family = children.Family(self._popen)
            self._answers = queue.SimpleQueue()
            assert self._popen.stdout
            threading.Thread(
                target=_listen, args=(self._popen.stdout, self._answers), daemon=True, name="shelf-reading"
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


def _listen(stream: IO[bytes], answers: queue.SimpleQueue[bytes | Exception]) -> None:
    """Pass on the messages of the process until it ends."""
    try:
        with stream:
            while True:
                answers.put(read_message(stream))
    except (OSError, EOFError, ValueError, PluginError) as error:
        answers.put(error)
