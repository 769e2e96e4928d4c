"""One document is checked, in whichever process."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from breadknife.host.host import Host
from breadknife.host.settings import Settings
from breadknife.task.values import CheckRequest, Finding
from breadknife.text.document import Document


@dataclass(frozen=True)
class Task:
    document: Document
    root: Path
    plugins: frozenset[str]
    """Those that are asked."""
    all_fixes: bool


@dataclass(frozen=True)
class Answer:
    findings: tuple[Finding, ...] = ()
    failures: tuple[str, ...] = ()
    """A sentence for each plugin that failed: none of its findings are there."""
    unanswered: tuple[str, ...] = ()
    """A sentence for each part of a plugin that gave no answer: it may have found more."""


@dataclass(frozen=True)
class Folder:
    """Comes before the first task in the folder."""

    root: Path
    settings: Settings
    known: bytes | None
    """This is what `Projects.known` says of the folder's files."""


@dataclass(frozen=True)
class Reply:
    answer: Answer
    notices: tuple[str, ...]
    """The user should read these sentences."""


class Checker(Protocol):
    """Checks documents one after the other, or several at once."""

    def check(self, task: Task, /) -> Future[Answer]: ...

    def close(self) -> None: ...


def ask(host: Host, task: Task) -> Answer:
    """Waits until the folder is known and every plugin has answered."""
    while not host.projects.read(task.root):
        pass
    request = CheckRequest(task.document, whole=True, all_fixes=task.all_fixes)
    reply = host.ask(request, root=task.root, among=task.plugins)
    failures = tuple(failure.sentence for failure in reply.failures)
    return Answer(tuple(reply.findings), failures, tuple(reply.unanswered))


class Here:
    """Checks in this process, one document at a time: its plugins are asked side by side."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lint")

    def check(self, task: Task, /) -> Future[Answer]:
        return self._thread.submit(ask, self._host, task)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
