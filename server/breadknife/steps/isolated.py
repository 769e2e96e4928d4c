"""Runs steps in processes of their own, so that one that crashes, hangs or eats memory harms nothing else.

A process serves one entry point and stays for the next request. What a step has started ends with it.
"""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from breadknife import children
from breadknife.errors import PluginError
from breadknife.steps.channel import decode, one_line, read_message, write_message
from breadknife.steps.registry import AnyStep, Installed
from breadknife.steps.step import StepContext
from breadknife.task.values import Silence

MAX_MEMORY = 1 << 30
"""Bytes of a process and all that it has started, as the system counts their resident pages."""
MAX_IDLE = 4
"""So many processes at most wait for their next request."""
_CLOSING_S = 1.0
"""Seconds until the pipes of a process that was killed are closed."""
log = logging.getLogger("breadknife.steps")


@dataclass(frozen=True)
class WorkerCall:
    """A request to a process: run this step."""

    step: str
    given: bytes
    """The step's input as MessagePack."""
    root: str
    trusted: bool
    number: int = 0
    """Which of the process's calls this is, from 1."""


@dataclass(frozen=True)
class WorkerAnswer:
    """A process's answer to a `WorkerCall`: what the step gave, a silence, or why it failed."""

    gave: bytes = b""
    """As MessagePack; empty if it gave nothing."""
    silence: Silence | None = None
    error: str = ""
    number: int = 0
    """The number of the call that it answers."""


@dataclass
class _Process:
    """One process of `breadknife.steps.worker`, for the steps of one entry point."""

    entry: str
    _popen: subprocess.Popen[bytes] = field(init=False)
    _family: children.Family = field(init=False)
    _call_count: int = 0
    _exchange_thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        command = children.python_module("breadknife.steps.worker", self.entry)
        self._popen = children.start(command, stdin=children.PIPE, stdout=children.PIPE, own_group=True)
        self._family = children.Family(self._popen)

    @property
    def is_alive(self) -> bool:
        return self._family.is_alive()

    def ask(self, call: WorkerCall, seconds: float, context: StepContext) -> WorkerAnswer:
        """Return the answer to a call. Raises Cancelled, and PluginError when the process dies, hangs (answers nothing
        for `seconds`), takes too much memory, or writes something that is no answer."""
        self._call_count += 1
        call = replace(call, number=self._call_count)
        answers: list[bytes | Exception] = []
        self._exchange_thread = threading.Thread(target=self._exchange, args=(call, answers), daemon=True, name="step")
        self._exchange_thread.start()
        end = time.monotonic() + seconds
        while True:
            self._exchange_thread.join(children.LOOK_SECONDS)
            if not self._exchange_thread.is_alive():
                break
            context.cancel.raise_if_cancelled()
            if time.monotonic() > end:
                raise PluginError(f"it has not answered within {seconds:g} s")
            if self._family.takes_more_than(MAX_MEMORY):
                raise PluginError(f"it takes more than {MAX_MEMORY >> 20} MB of memory")
        [message] = answers
        if isinstance(message, PluginError):
            raise message
        if isinstance(message, Exception):
            raise PluginError(f"its process ended (exit code {self.kill()})") from message
        answer: WorkerAnswer = decode(message, WorkerAnswer)
        if answer.number != call.number:
            raise PluginError("it has answered what nobody asked")
        return answer

    def _exchange(self, call: WorkerCall, answers: list[bytes | Exception]) -> None:
        """Write a call and wait for its answer; append that to `answers`, or the error."""
        assert self._popen.stdin
        assert self._popen.stdout
        try:
            write_message(self._popen.stdin, call)
            answers.append(read_message(self._popen.stdout))
        except (OSError, EOFError, ValueError, MemoryError, PluginError) as error:
            answers.append(error)

    @property
    def has_left_something(self) -> bool:
        """Tell whether what a step has started still runs."""
        return not self._family.is_alone()

    def kill(self) -> int:
        """End it and all that it has started. Return its exit code."""
        code = self._family.end()
        if self._exchange_thread is not None:
            self._exchange_thread.join(_CLOSING_S)
            # A process that the step started has got away and still holds the pipe: closing that here would wait.
            if self._exchange_thread.is_alive():
                return code
        for stream in (self._popen.stdin, self._popen.stdout):
            try:
                if stream:
                    stream.close()
            except OSError:  # closing writes what is still in the buffer, which nobody reads any more
                pass
        return code


class Isolation:
    """Runs a step in this process or, if it is isolated, in one of its own. Safe from several threads."""

    def __init__(self, steps: dict[str, Installed]) -> None:
        self._steps = steps
        self._idle: list[_Process] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def __call__(self, kind: AnyStep, given: Any, context: StepContext) -> Any:
        """Return what a step gives, or a Silence. Raises what a step of ours raises, Cancelled, and PluginError for an
        isolated one that fails."""
        if not kind.isolated:
            return kind.run(given, context)
        installed = self._steps[kind.name]
        call = WorkerCall(kind.name, msgspec.msgpack.encode(given), str(context.root or ""), context.trusted)
        process = self._take(installed.entry)
        try:
            answer = process.ask(call, kind.seconds, context)
            gave = decode(answer.gave, kind.gives) if answer.gave else None
        except PluginError as error:
            process.kill()
            raise PluginError(f"step `{kind.name}` of {installed.package} failed: {error}; update it") from error
        except BaseException:
            process.kill()
            raise
        self._give_back(process)
        if answer.silence is not None:
            return answer.silence
        if gave is None:
            why = one_line(answer.error) or "it gives nothing"
            raise PluginError(f"step `{kind.name}` of {installed.package} failed: {why}; update it")
        return gave

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for process in idle:
            process.kill()

    def _take(self, entry: str) -> _Process:
        """Return a process for an entry point: one that waits, or a new one."""
        while True:
            with self._lock:
                process = next((idle for idle in self._idle if idle.entry == entry), None)
                if process is None:
                    return _Process(entry)
                self._idle.remove(process)
            if process.is_alive:
                return process
            process.kill()

    def _give_back(self, process: _Process) -> None:
        """Keep a process for the next call, unless its step has left something running; end what is too many."""
        surplus = [process]
        is_reusable = not process.has_left_something
        with self._lock:
            if is_reusable and not self._is_closed:
                self._idle.append(process)
                surplus = self._idle[:-MAX_IDLE]
                self._idle = self._idle[-MAX_IDLE:]
        for unneeded in surplus:
            unneeded.kill()
