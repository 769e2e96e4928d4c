"""Spreads checks over processes: what is written in Python uses one core of a process, whatever threads there are."""

from __future__ import annotations

import multiprocessing
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from breadknife.cli.lint.asking import Answer, Checker, Task
from breadknife.cli.lint.worker import Folder, Reply, work

_DEATHS = 2
"""A document is given up after so many processes have ended over it."""

_END_SECONDS = 2.0
"""How long a process takes to end once it has closed its pipe."""


@dataclass(frozen=True)
class _Job:
    task: Task
    future: Future[Answer] = field(default_factory=Future[Answer])


class Processes:
    """So many processes that check one document each at a time. One that dies is replaced, and its document is checked
    again."""

    def __init__(
        self, number: int, folders: Sequence[Path], folder: Callable[[Path], Folder], notify: Callable[[str], None]
    ) -> None:
        """`folder` gives what a process must know of a root. It and `notify` are called from several threads."""
        self._folders = folders
        self._folder = folder
        self._notify = notify
        self._jobs = queue.SimpleQueue[_Job | None]()
        self._workers = set[_Worker]()
        self._lock = threading.Lock()
        self._closed = False
        self._number = number
        for at in range(number):
            threading.Thread(target=self._serve, name=f"lint process {at}", daemon=True).start()

    def check(self, task: Task, /) -> Future[Answer]:
        job = _Job(task)
        self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """End the processes, whatever they do."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for _ in range(self._number):
            self._jobs.put(None)
        for worker in workers:
            worker.kill()

    def _serve(self) -> None:
        """Gives jobs to one process. Runs in a thread for each."""
        worker: _Worker | None = None
        while (job := self._jobs.get()) is not None:
            ended = ""
            for _ in range(_DEATHS):
                worker = worker or self._started()
                if worker is None:  # closed
                    return
                try:
                    reply = worker.check(job.task, self._folder)
                except (EOFError, OSError):
                    ended = self._ended(worker)
                    worker = None
                    continue
                for notice in reply.notices:
                    self._notify(notice)
                job.future.set_result(reply.answer)
                break
            else:
                job.future.set_result(
                    Answer(failures=(f"The process that checks it {ended}, {_DEATHS} times; try `--jobs 1`.",))
                )

    def _started(self) -> _Worker | None:
        worker = _Worker(self._folders)
        with self._lock:
            if self._closed:
                worker.kill()
                return None
            self._workers.add(worker)
        return worker

    def _ended(self, worker: _Worker) -> str:
        with self._lock:
            self._workers.discard(worker)
        return f"ended with code {worker.wait()}"


class Spreading:
    """One checker at first, and processes once that has gone on for some time: to start them costs as much."""

    def __init__(self, here: Checker, processes: Callable[[], Processes], seconds: float) -> None:
        """`processes` starts them, `seconds` after `checker` was first called."""
        self._here = here
        self._start = processes
        self._seconds = seconds
        self._processes: Processes | None = None
        self._began: float | None = None

    def checker(self) -> Checker:
        """Return the one that the next document is for."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
        if self._processes is None and now - self._began >= self._seconds:
            self._processes = self._start()
        return self._processes or self._here

    def close(self) -> None:
        if self._processes is not None:
            self._processes.close()


class _Worker:
    """One process. Not safe to use from several threads, but for `kill`."""

    def __init__(self, folders: Sequence[Path]) -> None:
        context = multiprocessing.get_context("spawn")  # a copy of this process would have locks that nobody releases
        self._connection: Connection
        self._connection, theirs = context.Pipe()  # pyright: ignore[reportAttributeAccessIssue]
        self._process: SpawnProcess = context.Process(target=work, args=(theirs, folders), daemon=True)
        self._process.start()
        theirs.close()
        self._known = set[Path]()

    def check(self, task: Task, folder: Callable[[Path], Folder]) -> Reply:
        """Raises EOFError or OSError when the process has ended."""
        if task.root not in self._known:
            self._connection.send(folder(task.root))
            self._known.add(task.root)
        self._connection.send(task)
        reply = self._connection.recv()
        assert isinstance(reply, Reply)
        return reply

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def wait(self) -> int | None:
        """Return the exit code of a process that has ended, or is about to."""
        self._process.join(_END_SECONDS)
        self.kill()
        return self._process.exitcode
