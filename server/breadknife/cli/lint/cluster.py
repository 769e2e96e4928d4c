"""Checks documents on a Ray cluster that is there already: `breadknife lint --executor ray`.

On a node an actor of Ray only hands on what it gets to a process of ours, as `checkers` starts it. So nothing is
imported from the folder that is checked, and what is checked there is the same as here. Each node must have this
breadknife, and the folder at the same path.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import socket
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from breadknife import children, disk_cache
from breadknife.cli.lint.checkers import FolderState, LintAnswer, LintTask, ProcessPool
from breadknife.cli.lint.executors import divide
from breadknife.errors import ClusterError, DocumentError, PackageMissing
from breadknife.text.document import uri_to_path

ADDRESS = "RAY_ADDRESS"
"""The environment variable that names the cluster. Nothing else does: Ray itself would take what stands in a folder
that every user of a machine can write to."""
_REACH_SECONDS = 10.0
_JOIN_SECONDS = 60.0
"""How long is waited for a core of a node to be free."""
_TRIES = 3
"""A document is given up after so many workers were lost over it."""
_PACKAGE = Path(__file__).parents[2]


class _Worker:
    """Hands documents on to a process of ours. It runs on a node, as an actor of Ray."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._states = dict[Path, Any]()
        self._processes = ProcessPool(1, folders, self._state_of, lambda _notice: None)  # answers have the notices

    def version(self) -> str:
        return disk_cache.code_of(_PACKAGE)

    def check(self, task: LintTask, listing: bytes, state: Sequence[Any]) -> LintAnswer:
        """Check a document. `listing` is what `_listing` has returned elsewhere. `state` has the reference to the state
        of its workspace folder: Ray would send the state itself with each task, were it not in a list."""
        if _listing(_folder_of(task)) != listing:
            raise DocumentError(f"{_folder_of(task)} has other files there")
        self._states.setdefault(task.root, state[0])
        return self._processes.check(task).result()

    def _state_of(self, root: Path) -> FolderState:
        return _ray().get(self._states[root])


@dataclass(frozen=True)
class _Job:
    task: LintTask
    tries: int = 0
    future: Future[LintAnswer] = field(default_factory=Future[LintAnswer])


class _Crew:
    """The workers of a cluster. Each has a thread here that gives it one job after the other.

    A worker stays with the files of a folder, since it knows by then what they import. If it is lost, others do its job
    again.
    """

    def __init__(
        self,
        nodes: Mapping[str, int],
        folders: Sequence[Path],
        reference_of: Callable[[Path], Any],
        notify: Callable[[str], None],
        suggest: Callable[[str], None],
    ) -> None:
        """`nodes` has the number of workers of each node, by its id. `reference_of` returns a reference to what must be
        known of a workspace folder; for the others see `ProcessPool`. All are called from several threads."""
        ray = _ray()
        self._reference_of = reference_of
        self._notify, self._suggest = notify, suggest
        self._waiting = list[_Job]()
        self._folders = dict[Any, Path]()
        """Worker -> the folder whose files it checks."""
        self._changed = threading.Condition()
        self._closed = False
        self._losses = set[str]()
        names = {node["NodeID"]: node["NodeManagerAddress"] for node in ray.nodes()}
        actor: Any = ray.remote(_Worker)
        self._workers: dict[Any, str] = {
            actor.options(
                num_cpus=1,
                max_restarts=0,
                scheduling_strategy=ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node, soft=False),
            ).remote(folders): names[node]
            for node, number in nodes.items()
            for _ in range(number)
        }
        """Worker that isn't lost -> the address of its node."""
        for worker in list(self._workers):
            threading.Thread(target=self._serve, args=(worker,), name="lint node", daemon=True).start()

    def check(self, task: LintTask, /) -> Future[LintAnswer]:
        job = _Job(task)
        self._put(job)
        return job.future

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for worker in list(self._workers):
            _ray().kill(worker)

    def _put(self, job: _Job) -> None:
        with self._changed:
            if self._workers and job.tries < _TRIES:
                self._waiting.insert(0 if job.tries else len(self._waiting), job)
                self._changed.notify()
                return
        why = "the cluster has no node left to check it" if not self._workers else f"{_TRIES} nodes were lost over it"
        job.future.set_result(LintAnswer(failures=(why,)))

    def _serve(self, worker: Any) -> None:
        """Give jobs to a worker, until it is lost or the run ends."""
        get = _ray().get
        job: _Job | None = None
        try:
            if get(worker.version.remote(), timeout=_JOIN_SECONDS) != disk_cache.code_of(_PACKAGE):
                raise ClusterError("it has another breadknife; install the same one on each node")
            while (job := self._next(worker)) is not None:
                state = [self._reference_of(job.task.root)]
                answer: LintAnswer = get(worker.check.remote(job.task, _listing(_folder_of(job.task)), state))
                for notice in answer.notices:
                    self._notify(notice)
                for suggestion in answer.suggestions:
                    self._suggest(suggestion)
                job.future.set_result(answer)
        except Exception as error:  # whatever Ray raises, or has brought from there
            self._lose(worker, job, error)

    def _next(self, worker: Any) -> _Job | None:
        """Take the oldest job of the folder that the worker is at, else of one where no other is, else of any. None at
        the end of the run."""
        with self._changed:
            while not self._closed:
                mine = self._folders.pop(worker, None)
                others = {*self._folders.values()}
                folders = [_folder_of(job.task) for job in self._waiting]
                ranks = [(folder != mine, folder in others, at) for at, folder in enumerate(folders)]
                if ranks:
                    *_, at = min(ranks)
                    self._folders[worker] = folders[at]
                    return self._waiting.pop(at)
                self._changed.wait()
        return None

    def _lose(self, worker: Any, job: _Job | None, error: Exception) -> None:
        """Go on without a worker. `job` is what it was doing."""
        with self._changed:
            if self._closed:
                return
            node = self._workers.pop(worker)
            self._folders.pop(worker, None)
            left = self._waiting if not self._workers else []
            if not self._workers:
                self._waiting = []
            loss = f"the node {node} isn't used any more: {_reason(error)}"
            is_new = loss not in self._losses
            self._losses.add(loss)
        if is_new:
            self._notify(loss)
        if job is not None:
            self._put(_Job(job.task, job.tries + 1, job.future))
        for each in left:
            self._put(each)


class RayExecutor:
    """Checks on the cluster that `RAY_ADDRESS` names. Of plugins that may not be spread, one worker of each node asks
    its own."""

    def __init__(
        self,
        folders: Sequence[Path],
        state_of: Callable[[Path], FolderState],
        notify: Callable[[str], None],
        suggest: Callable[[str], None],
    ) -> None:
        """See `ProcessPool`. Raises ClusterError, and PackageMissing."""
        _connect()
        ray = _ray()
        self._stack = ExitStack()
        self._stack.enter_context(redirect_stdout(io.StringIO()))  # where Ray prints what happens to its nodes
        self._stack.callback(ray.shutdown)

        @cache
        def reference_of(root: Path) -> Any:
            return ray.put(state_of(root))

        cores = {node["NodeID"]: int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]}
        cores = {node: number for node, number in cores.items() if number}
        if not cores:
            raise ClusterError(f"no node of the cluster at {os.environ[ADDRESS]} has a core; `ray status` shows them")
        self.width = sum(cores.values())
        self._crew = _Crew(cores, folders, reference_of, notify, suggest)
        self._make_single = lambda: _Crew(dict.fromkeys(cores, 1), folders, reference_of, notify, suggest)
        self._single: _Crew | None = None
        """Asks the plugins that may not be spread; None before there is one."""

    def check(self, task: LintTask, spread: frozenset[str], /) -> Sequence[Future[LintAnswer]]:
        if self._single is None and task.plugins - spread:
            self._single = self._make_single()
        return divide(task, spread, self._crew, self._single or self._crew)

    def close(self) -> None:
        for crew in (self._crew, self._single):
            if crew is not None:
                crew.close()
        self._stack.close()


def _connect() -> None:
    """Connect to the cluster. Ray would have its nodes import modules from the current folder, and upload that folder
    if `uv run` has started us: the folder that is checked, which is somebody else's."""
    address = os.environ.get(ADDRESS)
    if not address:
        raise ClusterError(f"--executor ray: no cluster is named; set {ADDRESS} to its address, such as 10.0.0.1:6379")
    _reach(address)
    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"
    try:
        with _in_own_folder():
            _ray().init(address, log_to_driver=False, logging_level=logging.ERROR, runtime_env={})
    except PackageMissing:
        raise
    except Exception as error:  # of many types, some of them Ray's own
        raise ClusterError(f"--executor ray: {address}: {_reason(error)}; `ray status` shows a cluster") from error


def _reach(address: str) -> None:
    """Raise ClusterError if nothing answers at an address: Ray would try for minutes."""
    try:
        url = urlsplit(address if "://" in address else f"//{address}")
        if url.hostname and url.port:  # or else it is a word of Ray's, such as `auto`
            socket.create_connection((url.hostname, url.port), _REACH_SECONDS).close()
    except (OSError, ValueError) as error:
        raise ClusterError(f"--executor ray: {address}: {error}; set {ADDRESS} to the cluster's address") from error


def _ray() -> Any:
    """Return Ray's module, of which only some has types. Raises PackageMissing."""
    try:
        return import_module("ray")
    except ImportError as error:
        raise PackageMissing("the package `ray` is missing: pip install 'breadknife[ray]'") from error


@contextmanager
def _in_own_folder() -> Generator[None]:
    before = Path.cwd()
    os.chdir(children.own_folder())
    try:
        yield
    finally:
        os.chdir(before)


def _reason(error: Exception) -> str:
    """Return why a worker can't be used, in one line."""
    known = _ray().exceptions
    if isinstance(error, known.GetTimeoutError):
        return "none of its cores is free"
    if isinstance(error, known.RayActorError):
        return "it is gone"
    cause = getattr(error, "cause", None) or error
    return next(iter(str(cause).splitlines()), type(cause).__name__)


def _folder_of(task: LintTask) -> Path:
    return (uri_to_path(task.document.uri) or task.root).parent


@cache
def _listing(folder: Path) -> bytes:
    """Return a digest of the names and sizes of the files in a folder."""
    try:
        with os.scandir(folder) as entries:
            files = sorted((entry.name, entry.stat().st_size) for entry in entries if entry.is_file())
    except OSError:
        files = []
    return hashlib.sha256(repr(files).encode("utf-8", "surrogatepass")).digest()
