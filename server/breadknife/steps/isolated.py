"""Runs steps in processes of their own, so that one that crashes, hangs or eats memory harms nothing else.

A process serves one entry point and stays for the next request. Both sides speak MessagePack, each message behind its
length in four bytes.
"""

from __future__ import annotations

import logging
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import IO, Any

import msgspec
import psutil

from breadknife import children
from breadknife.errors import PluginError
from breadknife.steps.registry import AnyStep, Installed
from breadknife.steps.step import StepContext
from breadknife.task.values import Silence

MAX_MEMORY = 1 << 30
"""Bytes of a process, as the system counts its resident pages."""
MAX_ANSWER = 64 << 20
"""Bytes."""
LOOK_SECONDS = 0.05
"""Between two looks at a process that works."""
MOST = 4
"""Processes that wait for their next request."""
log = logging.getLogger("breadknife.steps")


@dataclass(frozen=True)
class Call:
    """What the process is asked."""

    step: str
    given: bytes
    """The step's input as MessagePack."""
    root: str
    trusted: bool


@dataclass(frozen=True)
class Answer:
    """What it says: what the step gave, a silence, or why it failed."""

    gave: bytes = b""
    """As MessagePack; empty if it gave nothing."""
    silence: Silence | None = None
    error: str = ""


def write_message(stream: IO[bytes], message: object) -> None:
    body = msgspec.msgpack.encode(message)
    stream.write(struct.pack("<I", len(body)) + body)
    stream.flush()


def read_message(stream: IO[bytes], limit: int = MAX_ANSWER) -> bytes:
    """Raises EOFError at the stream's end, PluginError for a message beyond the limit."""
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


@dataclass
class _Process:
    """One worker and what it has answered."""

    entry: str
    _popen: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        command = children.python_module("breadknife.steps.worker", self.entry)
        self._popen = children.start(command, stdin=children.PIPE, stdout=children.PIPE)

    @property
    def is_alive(self) -> bool:
        return self._popen.poll() is None

    def ask(self, call: Call, seconds: float, context: StepContext) -> Answer:
        """Raises Cancelled, and PluginError when it dies, hangs, or takes too much memory; it is killed then."""
        answers: list[bytes | Exception] = []
        reader = threading.Thread(target=self._exchange, args=(call, answers), daemon=True, name="step")
        reader.start()
        end = time.monotonic() + seconds
        try:
            while reader.is_alive():
                reader.join(LOOK_SECONDS)
                context.cancel.raise_if_cancelled()
                if time.monotonic() > end:
                    raise PluginError(f"it has not answered within {seconds:g} s")
                if self._memory() > MAX_MEMORY:
                    raise PluginError(f"it takes more than {MAX_MEMORY >> 20} MB of memory")
        except BaseException:
            self.kill()
            raise
        [answer] = answers
        if isinstance(answer, Exception):
            code = self.kill()
            raise answer if isinstance(answer, PluginError) else PluginError(f"its process ended (exit code {code})")
        return msgspec.msgpack.decode(answer, type=Answer)

    def _exchange(self, call: Call, answers: list[bytes | Exception]) -> None:
        assert self._popen.stdin
        assert self._popen.stdout
        try:
            write_message(self._popen.stdin, call)
            answers.append(read_message(self._popen.stdout))
        except (OSError, EOFError, ValueError, PluginError) as error:
            answers.append(error)

    def _memory(self) -> int:
        try:
            return psutil.Process(self._popen.pid).memory_info().rss
        except psutil.Error:
            return 0

    def kill(self) -> int:
        """Return its exit code."""
        self._popen.kill()
        code = self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout):
            try:
                if stream:
                    stream.close()
            except OSError:  # what was still to be written
                pass
        return code


class Isolation:
    """Runs a step where it belongs: ours here, all others in processes of their own. Safe from several threads."""

    def __init__(self, steps: dict[str, Installed]) -> None:
        self._steps = steps
        self._idle: list[_Process] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def __call__(self, kind: AnyStep, given: Any, context: StepContext) -> Any:
        """Raises what a step of ours raises; PluginError for another one that fails."""
        if not kind.isolated:
            return kind.run(given, context)
        installed = self._steps[kind.name]
        call = Call(kind.name, msgspec.msgpack.encode(given), str(context.root or ""), context.trusted)
        process = self._take(installed.entry)
        try:
            answer = process.ask(call, kind.seconds, context)
        except PluginError as error:
            raise PluginError(f"step `{kind.name}` of {installed.package} failed: {error}; update it") from error
        self._give_back(process)
        if answer.silence is not None:
            return answer.silence
        if not answer.gave:
            raise PluginError(f"step `{kind.name}` of {installed.package} failed: {answer.error}; update it")
        try:
            return msgspec.msgpack.decode(answer.gave, type=kind.gives)
        except msgspec.DecodeError as error:
            raise PluginError(f"step `{kind.name}` of {installed.package} gives {error}; update it") from error

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for process in idle:
            process.kill()

    def _take(self, entry: str) -> _Process:
        with self._lock:
            for process in self._idle:
                if process.entry == entry and process.is_alive:
                    self._idle.remove(process)
                    return process
        return _Process(entry)

    def _give_back(self, process: _Process) -> None:
        surplus = [process]
        with self._lock:
            if not self._is_closed:
                self._idle.append(process)
                surplus = self._idle[:-MOST]
                self._idle = self._idle[-MOST:]
        for each in surplus:
            each.kill()
