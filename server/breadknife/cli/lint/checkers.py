"""Checks documents: in this process, or in several, since Python code uses one core of a process."""

from __future__ import annotations

import contextlib
import pickle
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Protocol

from breadknife import children
from breadknife.host.host import Host
from breadknife.host.settings import Settings
from breadknife.task.values import CheckRequest, Finding, Findings
from breadknife.text.document import Document

_DEATHS = 2
"""A document is given up after so many processes have ended over it."""
_END_SECONDS = 2.0
"""How long a process takes to end once it has closed its pipe."""


@dataclass(frozen=True)
class LintTask:
    document: Document
    root: Path
    plugins: frozenset[str]
    """The names of the plugins that are asked."""
    all_fixes: bool
    """See `CheckRequest.all_fixes`."""


@dataclass(frozen=True)
class LintAnswer:
    checks: Mapping[str, Findings] = field(default_factory=dict[str, Findings])
    """By plugin, what it has answered."""
    failures: tuple[str, ...] = ()
    """A sentence for each plugin that failed: none of its findings are there."""
    notices: tuple[str, ...] = ()
    """Messages to the user, from another process that has no way to show them."""
    suggestions: tuple[str, ...] = ()
    """The same, about optional parts that aren't set up."""

    @property
    def findings(self) -> list[Finding]:
        return [finding for found in self.checks.values() for finding in found.items]


@dataclass(frozen=True)
class FolderState:
    """The state of a workspace folder that a process needs before its first task there."""

    root: Path
    settings: Settings
    known: bytes | None
    """The files of the folder, as `Projects.known` packs them for `Projects.adopt`."""


class Checker(Protocol):
    """Checks documents one after the other, or several at once."""

    def check(self, task: LintTask, /) -> Future[LintAnswer]: ...

    def close(self) -> None: ...


def check(host: Host, task: LintTask) -> LintAnswer:
    """Check a document in this process. Waits until its workspace folder is known and every plugin has answered."""
    while not host.projects.read(task.root):
        pass
    if missing := task.plugins - {plugin.name for plugin in host.registry.plugins}:  # another machine's, for instance
        return LintAnswer(failures=(f"{', '.join(sorted(missing))} can't be loaded where it is checked",))
    request = CheckRequest(task.document, whole=True, all_fixes=task.all_fixes)
    reply = host.ask(request, root=task.root, among=task.plugins)
    return LintAnswer(reply.checks, tuple(failure.sentence for failure in reply.failures))


class LocalChecker:
    """Checks in this process, one document at a time: its plugins are asked side by side."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lint")

    def check(self, task: LintTask, /) -> Future[LintAnswer]:
        return self._thread.submit(check, self._host, task)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True)
class _Job:
    task: LintTask
    future: Future[LintAnswer] = field(default_factory=Future[LintAnswer])


class ProcessPool:
    """Several processes, each of which checks one document at a time.

    If a process dies, another one takes its place and checks the document again.
    """

    def __init__(
        self,
        number: int,
        folders: Sequence[Path],
        state_of: Callable[[Path], FolderState],
        notify: Callable[[str], None],
        suggest: Callable[[str], None] = lambda message: None,
    ) -> None:
        """Start the processes.

        Args:
            number: how many.
            folders: folders that are projects even without a mark, such as the one where the command runs.
            state_of: returns what a process must know of a workspace folder. Called from several threads.
            notify: is called with messages to the user, from several threads.
            suggest: is called with those about optional parts that aren't set up.
        """
        self._folders = folders
        self._state_of = state_of
        self._notify, self._suggest = notify, suggest
        self._jobs = queue.SimpleQueue[_Job | None]()
        self._processes = set[_LintProcess]()
        self._lock = threading.Lock()
        self._closed = False
        self._number = number
        for index in range(number):
            threading.Thread(target=self._serve, name=f"lint process {index}", daemon=True).start()

    def check(self, task: LintTask, /) -> Future[LintAnswer]:
        job = _Job(task)
        self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """End the processes, even if they are checking something. Jobs that wait are never answered."""
        with self._lock:
            self._closed = True
            processes = list(self._processes)
        for _ in range(self._number):
            self._jobs.put(None)  # ends one thread
        for process in processes:
            process.kill()

    def _serve(self) -> None:
        """Give jobs to one process after the other. Runs in a thread of its own for each process of the pool."""
        process: _LintProcess | None = None
        while (job := self._jobs.get()) is not None:
            end = ""
            for _ in range(_DEATHS):
                process = process or self._start()
                if process is None:  # the pool is closed
                    return
                try:
                    answer = process.check(job.task, self._state_of)
                except (EOFError, OSError, pickle.UnpicklingError):
                    with self._lock:
                        self._processes.discard(process)
                    end, process = f"ended with code {process.wait()}", None
                    continue
                for notice in answer.notices:
                    self._notify(notice)
                for suggestion in answer.suggestions:
                    self._suggest(suggestion)
                job.future.set_result(answer)
                break
            else:
                failure = f"The process that checks it {end}, {_DEATHS} times; try `--jobs 1`."
                job.future.set_result(LintAnswer(failures=(failure,)))

    def _start(self) -> _LintProcess | None:
        """Start a process; None if the pool is closed."""
        process = _LintProcess(self._folders)
        with self._lock:
            if self._closed:
                process.kill()
                return None
            self._processes.add(process)
        return process


class _LintProcess:
    """A process that runs `breadknife.cli.lint.worker`. Not safe to use from several threads, but for `kill`."""

    def __init__(self, folders: Sequence[Path]) -> None:
        # Not by `multiprocessing`, whose children import what they find in the current folder.
        command = children.python_module("breadknife.cli.lint.worker")
        self._process = children.start(
            command, folder=Path.cwd(), stdin=children.PIPE, stdout=children.PIPE, stderr=None, own_group=True
        )
        self._sent_roots = set[Path]()
        """Workspace folders whose state it has."""
        self._unsent_folders: Sequence[Path] | None = folders
        """The first that is sent; None afterwards."""

    def check(self, task: LintTask, state_of: Callable[[Path], FolderState]) -> LintAnswer:
        """Send a task, with what the process must know before, and wait for the answer.

        Raises EOFError, OSError or UnpicklingError if the process has ended.
        """
        assert self._process.stdin
        assert self._process.stdout
        if self._unsent_folders is not None:
            pickle.dump(tuple(self._unsent_folders), self._process.stdin)
            self._unsent_folders = None
        if task.root not in self._sent_roots:
            pickle.dump(state_of(task.root), self._process.stdin)
            self._sent_roots.add(task.root)
        pickle.dump(task, self._process.stdin)
        self._process.stdin.flush()
        answer = pickle.load(self._process.stdout)
        assert isinstance(answer, LintAnswer)
        return answer

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def wait(self) -> int:
        """Return the exit code of a process that has ended, or is about to."""
        with contextlib.suppress(TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self.kill()
        return self._process.returncode
