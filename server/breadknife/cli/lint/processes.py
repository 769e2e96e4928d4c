"""Spreads checks over processes: what is written in Python uses one core of a process, whatever threads there are."""

from __future__ import annotations

import contextlib
import pickle
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired

from breadknife import children
from breadknife.cli.lint.asking import Answer, Checker, Folder, Reply, Task

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
                except (EOFError, OSError, pickle.UnpicklingError):
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
        # Not by `multiprocessing`, whose children import what they find in the current folder.
        command = children.python_module("breadknife.cli.lint.worker")
        self._process = children.start(
            command, folder=Path.cwd(), stdin=children.PIPE, stdout=children.PIPE, stderr=None, own_group=True
        )
        self._known = set[Path]()
        self._folders: Sequence[Path] | None = folders
        """To be sent first."""

    def check(self, task: Task, folder: Callable[[Path], Folder]) -> Reply:
        """Raises EOFError, OSError or UnpicklingError when the process has ended."""
        assert self._process.stdin
        assert self._process.stdout
        if self._folders is not None:
            pickle.dump(tuple(self._folders), self._process.stdin)
            self._folders = None
        if task.root not in self._known:
            pickle.dump(folder(task.root), self._process.stdin)
            self._known.add(task.root)
        pickle.dump(task, self._process.stdin)
        self._process.stdin.flush()
        reply = pickle.load(self._process.stdout)
        assert isinstance(reply, Reply)
        return reply

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def wait(self) -> int:
        """Return the exit code of a process that has ended, or is about to."""
        with contextlib.suppress(TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self.kill()
        return self._process.returncode
