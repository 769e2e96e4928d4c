"""Has documents checked in this process, or in several of this machine. `cluster` has those of other machines."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Protocol

from breadknife.cli.lint.checkers import Checker, LintAnswer, LintTask

_SECONDS_ALONE = 5.0
"""How long one process checks before more are started. To start one in a folder of 2,800 files (Django 5.1) takes 3 s
of a core, so more processes would not pay for a short run, and a long one loses little by the wait."""


class Executor(Protocol):
    @property
    def width(self) -> int:
        """The number of documents that are checked at a time."""
        ...

    def check(self, task: LintTask, spread: frozenset[str], /) -> Sequence[Future[LintAnswer]]:
        """Begin to check a document.

        Of the task's plugins any process may ask those in `spread`. The others share something between documents, such
        as a program that they have started.
        """
        ...

    def close(self) -> None: ...


def divide(task: LintTask, spread: frozenset[str], any_process: Checker, one: Checker) -> Sequence[Future[LintAnswer]]:
    """Have `any_process` ask the plugins in `spread`, and `one` the others."""
    if any_process is one:
        return [one.check(task)] if task.plugins else []
    parts = ((any_process, task.plugins & spread), (one, task.plugins - spread))
    return [checker.check(replace(task, plugins=plugins)) for checker, plugins in parts if plugins]


class ProcessExecutor:
    """Checks in this process, and in others, too, once that has taken some seconds."""

    def __init__(self, local: Checker, start: Callable[[int], Checker], width: int, asked: bool) -> None:
        """Args:
        local: checks in this process.
        start: starts so many processes.
        width: how many processes there may be.
        asked: the user has asked for so many, so that they are started at once.
        """
        self.width = width
        self._local = local
        self._pool: Checker | None = None
        self._start = start
        self._seconds_alone = math.inf if width < 2 else 0.0 if asked else _SECONDS_ALONE
        self._start_at: float | None = None
        """When other processes are started, as `time.monotonic` has it; None before the first document."""

    def check(self, task: LintTask, spread: frozenset[str], /) -> Sequence[Future[LintAnswer]]:
        now = time.monotonic()
        if self._start_at is None:
            self._start_at = now + self._seconds_alone
        if self._pool is None and now >= self._start_at:
            self._pool = self._start(self.width)
        return divide(task, spread, self._pool or self._local, self._local)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
