"""Runs the tests of fixes, each set of fixes once, in a process with a time limit."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import msgspec

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.plugins.nullcheck.values import Place
from breadknife.plugins.nullcheck.verify.oracle.tools import interpreter_of
from breadknife.plugins.nullcheck.verify.proving.scenario import bodies, scenario, test_file
from breadknife.text.document import Document, TextEdit, apply_edits
from breadknife.text.syntax import SyntaxTree

Edits = tuple[TextEdit, ...]
Proofs = Mapping[Edits, str]
"""The tests that prove fixes: each is a file for pytest, which fails as the code is, and passes with the fix."""
_RUNNER = Path(__file__).parent / "runner.py"
_SECONDS = 10.0
"""How long a test may take, the imports of the module included."""
_POLL_SECONDS = 0.02
_ROOTS = ("", "src", "lib")
"""Folders of a project from which its modules may be imported, beside the one that holds the top package."""
log = logging.getLogger(__name__)


class _Answer(msgspec.Struct, frozen=True):
    test: int | None
    fixes: Sequence[str | None]
    why: str = ""


@dataclass(frozen=True)
class Tried:
    """A place with its fixes, and the interpreter that runs the project's code."""

    document: Document
    place: Place
    fixes: tuple[Edits, ...]
    root: Path
    interpreter: Path

    @classmethod
    def of(cls, document: Document, place: Place, fixes: Sequence[Edits], root: Path) -> Tried | None:
        """None where no test can be written: outside of Python. `root` is a folder that the user trusts."""
        if document.language != "python" or document.path is None or not fixes:
            return None
        return cls(document, place, tuple(fixes), root, interpreter_of(root) or Path(sys.executable))

    def covers(self, other: Tried) -> bool:
        """Whether it tries all fixes of the other."""
        is_there = (self.document, self.place, self.interpreter) == (other.document, other.place, other.interpreter)
        return is_there and set(other.fixes) <= set(self.fixes)


class Prover:
    """Safe to use from several threads. Only for folders that the user trusts: it runs their code."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(1, "proof")
        self._latest: tuple[Tried, CancelToken, Future[Proofs]] | None = None
        self._lock = threading.Lock()

    def begin(self, tried: Tried, tree: SyntaxTree) -> Future[Proofs]:
        """Look for proofs in the background, in place of what was looked for before."""
        with self._lock:
            if self._latest is not None:
                latest, cancel, found = self._latest
                if latest.covers(tried):
                    return found
                cancel.cancel()
            cancel = CancelToken()
            found = self._threads.submit(proofs, tried, tree, cancel)
            self._latest = tried, cancel, found
            return found

    def known(self, tried: Tried) -> Proofs:
        """The proofs that have been found, by fix."""
        latest = self._latest
        if latest is None or not latest[0].covers(tried) or not latest[2].done() or latest[2].exception():
            return {}
        return latest[2].result()

    def proof(self, tried: Tried, tree: SyntaxTree, seconds: float, cancel: CancelToken) -> str:
        """The test that proves the first fix in `tried`; "" where none is found in that time. Raises Cancelled."""
        found, end = self.begin(tried, tree), time.monotonic() + seconds
        while not found.done() and time.monotonic() < end:
            cancel.raise_if_cancelled()
            wait((found,), _POLL_SECONDS)
        return self.known(tried).get(tried.fixes[0], "")

    def close(self) -> None:
        with self._lock:
            if self._latest is not None:
                self._latest[1].cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)


def proofs(tried: Tried, tree: SyntaxTree, cancel: CancelToken) -> Proofs:
    """Those of a place's fixes that a test proves. Raises Cancelled."""
    found, path = scenario(tree, tried.place), tried.document.path
    if found is None or path is None:
        return {}
    folder, module = _module(path)
    folders = dict.fromkeys((str(folder), *(str(tried.root / each) for each in _ROOTS)))
    text, tests = tried.document.text, bodies(found)
    fixes = [{"text": apply_edits(text, fix), "changed": _changed(text, fix)} for fix in tried.fixes]
    question = {
        "folders": list(folders), "module": module, "path": str(path), "text": text,
        "first": found.first_line, "last": found.last_line, "tests": tests, "fixes": fixes,
    }  # fmt: skip
    answer = _asked(msgspec.json.encode(question), tried, cancel)
    if answer is None or answer.test is None:
        log.debug("no test shows the null in %s: %s", path.name, answer.why if answer is not None else "no answer")
        return {}
    said = zip(tried.fixes, answer.fixes, strict=True)
    body = tests[answer.test]
    return {fix: test_file(found, module, body, raises) for fix, raises in said if raises is not None}


def _module(path: Path) -> tuple[Path, str]:
    """The folder that the top package is in, and the module's full name."""
    parts, folder = [path.stem] if path.stem != "__init__" else [], path.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        parts.insert(0, folder.name)
        folder = folder.parent
    return folder, ".".join(parts)


def _changed(text: str, fix: Sequence[TextEdit]) -> list[tuple[int, int]]:
    changed, moved = list[tuple[int, int]](), 0
    for edit in sorted(fix, key=lambda edit: edit.span):
        first = text.count("\n", 0, edit.span.start) + 1 + moved
        lines = edit.new_text.count("\n")
        changed.append((first, first + lines))
        moved += lines - text.count("\n", edit.span.start, edit.span.end)
    return changed


def _asked(question: bytes, tried: Tried, cancel: CancelToken) -> _Answer | None:
    """What `runner.py` answers; None where it can't be run, takes too long, or ends without an answer. Raises
    Cancelled."""
    until = time.monotonic() + _SECONDS
    with TemporaryFile() as asked, TemporaryFile() as said:
        asked.write(question)
        asked.seek(0)
        try:
            command = (str(tried.interpreter), str(_RUNNER))
            process = children.start(command, folder=tried.root, environ=os.environ, stdin=asked, stdout=said)
        except OSError as error:
            log.info("%s can't be started: %s", tried.interpreter, error)
            return None
        try:
            while process.poll() is None and time.monotonic() < until:
                cancel.raise_if_cancelled()
                time.sleep(_POLL_SECONDS)
        finally:
            children.kill(children.family(process))
            process.wait()
        said.seek(0)
        with contextlib.suppress(msgspec.MsgspecError):
            return msgspec.json.decode(said.read(), type=_Answer)
    return None
