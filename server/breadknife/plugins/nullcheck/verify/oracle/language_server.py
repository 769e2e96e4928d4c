"""A checker that speaks LSP: pyright, ty, pyrefly, TypeScript since 7."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.disk.walking import walk
from breadknife.errors import Cancelled, EngineDied
from breadknife.plugins.nullcheck.verify.oracle.process import CheckerProcess
from breadknife.plugins.nullcheck.verify.oracle.values import NO_TEXTS, CheckerProblem, offset, saved
from breadknife.project.ignoring import NEVER
from breadknife.text.document import Document

_WARNING = 2
"""LSP's severities: 1 is an error, 3 and 4 are information and hints."""
_KEPT = 64
"""Files that stay open, as long as they stand as they are saved: pyright works anew on one that it is shown again."""
_CONTENT_MODIFIED, _SERVER_CANCELLED = -32801, -32802
"""The server asks to be asked again."""
_CREATED, _CHANGED, _DELETED = 1, 2, 3
"""LSP's FileChangeType."""
_REST = 20
"""Times as long as a look took, until the next."""
_ENVIRONMENT = "pyvenv.cfg"
"""The file that makes a folder a virtual environment."""
_CAPABILITIES: Mapping[str, Any] = {
    "textDocument": {"diagnostic": {"dynamicRegistration": True}, "synchronization": {}},
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
}


@dataclass(frozen=True)
class _OpenDocument:
    version: int
    text: str


class LanguageServer:
    """See `RunningChecker`."""

    def __init__(
        self, command: Sequence[str], root: Path, language_id: Callable[[Path], str], settings: Mapping[str, Any],
        watched: Collection[str], cancel: CancelToken,
    ) -> None:  # fmt: skip
        """`settings` answers what the server asks of a section; `watched`: see `CheckerTool`. Raises EngineDied and
        Cancelled."""
        self._language_id = language_id
        self._settings = settings
        self._numbers = itertools.count(1)
        self._answers: dict[int, dict[str, Any]] = {}
        self._open: dict[Path, _OpenDocument] = {}
        self._saved = SavedFiles(root, watched)
        self._process = CheckerProcess(command, root, self._receive)
        try:
            uri = root.as_uri()
            parameters = {
                "processId": os.getpid(),
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": root.name}],
                "capabilities": _CAPABILITIES,
            }
            self._answered({None: self._ask("initialize", parameters)}, cancel)
        except BaseException:
            self._process.close()
            raise
        self._tell("initialized", {})

    def problems(
        self, texts: Mapping[Path, str], cancel: CancelToken, beside: Mapping[Path, str] = NO_TEXTS, /
    ) -> list[CheckerProblem]:
        if changes := self._saved.changes():
            self._tell("workspace/didChangeWatchedFiles", {"changes": changes})
        shown = {**beside, **texts}
        unshown = [path for path in self._open if path not in shown]
        for at, path in enumerate(unshown):
            if at >= len(unshown) - _KEPT and self._open[path].text == saved(path):
                continue
            self._tell("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
            del self._open[path]
        for path, text in shown.items():
            self._show(path, text)
        found = list[CheckerProblem]()
        waiting = list(texts)
        while waiting:
            asked = {
                path: self._ask("textDocument/diagnostic", {"textDocument": {"uri": path.as_uri()}}) for path in waiting
            }
            answers = self._answered(asked, cancel)
            waiting = [path for path, answer in answers.items() if _ask_again(answer)]
            for path in answers.keys() - waiting:
                found += _problems(path, texts[path], answers[path])
        return sorted(found)

    def close(self) -> None:
        self._ask("shutdown", None)
        self._tell("exit", None)
        self._process.close()

    def _show(self, path: Path, text: str) -> None:
        shown = self._open.get(path)
        uri = path.as_uri()
        if shown is None:  # at first as it is on disk: only of a change pyright looks at the files that import it
            shown = _OpenDocument(1, text if (on_disk := saved(path)) is None else on_disk)
            item = {"uri": uri, "languageId": self._language_id(path), "version": 1, "text": shown.text}
            self._tell("textDocument/didOpen", {"textDocument": item})
            self._open[path] = shown
        if shown.text != text:
            identifier = {"uri": uri, "version": shown.version + 1}
            self._tell("textDocument/didChange", {"textDocument": identifier, "contentChanges": [{"text": text}]})
            self._open[path] = _OpenDocument(shown.version + 1, text)

    def _ask(self, method: str, parameters: Any) -> int:
        number = next(self._numbers)
        self._process.send({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
        return number

    def _tell(self, method: str, parameters: Any) -> None:
        self._process.send({"jsonrpc": "2.0", "method": method, "params": parameters})

    def _answered(self, asked: Mapping[Any, int], cancel: CancelToken) -> dict[Any, dict[str, Any]]:
        """Return the answers to requests, by what each was asked for."""
        try:
            self._process.wait(lambda: all(number in self._answers for number in asked.values()), cancel)
        except Cancelled:
            for number in asked.values():
                self._tell("$/cancelRequest", {"id": number})
            raise
        return {about: self._answers.pop(number) for about, number in asked.items()}

    def _receive(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self._answers[message["id"]] = message
        elif "id" in message:
            result: Any = None
            if message["method"] == "workspace/configuration":
                result = [self._settings.get(item.get("section", ""), {}) for item in message["params"]["items"]]
            self._process.send({"jsonrpc": "2.0", "id": message["id"], "result": result})


def _ask_again(answer: dict[str, Any]) -> bool:
    return answer.get("error", {}).get("code") in (_CONTENT_MODIFIED, _SERVER_CANCELLED)


def _problems(path: Path, text: str, answer: dict[str, Any]) -> list[CheckerProblem]:
    if "error" in answer:
        raise EngineDied(f"the checker can't check {path.name}: {answer['error'].get('message')}")
    items = [item for item in answer["result"].get("items", ()) if item.get("severity", 1) <= _WARNING]
    document = Document(path.as_uri(), "", text)
    return [CheckerProblem(path, str(item.get("code", "")), item["message"], _start(document, item)) for item in items]


def _start(document: Document, item: dict[str, Any]) -> int:
    at = item["range"]["start"]
    if at["line"] >= document.line_count:
        return len(document.text)
    line = document.line_span(at["line"])
    return line.start + offset(document.slice(line), int(at["character"]))


Stamp = tuple[int, int]


class SavedFiles:
    """The files below a folder with one of these names' ends. An editor tells its own servers what is saved; this one
    has none but us."""

    def __init__(self, root: Path, ends: Collection[str]) -> None:
        self._root = root
        self._ends = tuple(ends)
        self._next = 0.0
        self._stamps = self._look()

    def changes(self) -> list[dict[str, str | int]]:
        """Return LSP's FileEvents since the last time."""
        if time.monotonic() < self._next:
            return []
        before, now = self._stamps, self._look()
        self._stamps = now
        changed = {path: _CHANGED if path in before else _CREATED for path in now if now[path] != before.get(path)}
        changed |= dict.fromkeys(before.keys() - now.keys(), _DELETED)
        return [{"uri": Path(path).as_uri(), "type": kind} for path, kind in changed.items()]

    def _look(self) -> dict[str, Stamp]:
        began = time.monotonic()
        found = dict(_stamps(self._root, self._ends))
        ended = time.monotonic()
        self._next = ended + _REST * (ended - began)
        return found


def _stamps(root: Path, ends: tuple[str, ...]) -> Iterator[tuple[str, Stamp]]:
    for folder, folders, files in walk(root):
        if _ENVIRONMENT in files:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".") and name not in NEVER]
        for name in files:
            if name.endswith(ends):
                path = os.path.join(folder, name)
                try:
                    status = os.stat(path)
                except OSError:
                    continue
                yield path, (status.st_mtime_ns, status.st_size)
