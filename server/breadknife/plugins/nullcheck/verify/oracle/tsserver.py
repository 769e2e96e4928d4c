"""TypeScript's own server, which speaks a protocol of its own: a line of JSON for each request."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.errors import EngineDied
from breadknife.plugins.nullcheck.verify.oracle.process import CheckerProcess
from breadknife.plugins.nullcheck.verify.oracle.values import NO_TEXTS, CheckerProblem, offset
from breadknife.text.syntax import difference

OPTIONS = ("--disableAutomaticTypingAcquisition", "--noGetErrOnBackgroundUpdate")
"""It would download packages of types, and tell of what nobody has asked."""
_CHECKS = ("syntacticDiagnosticsSync", "semanticDiagnosticsSync")
_COUNTED = frozenset({"error", "warning"})
_LINE_END = re.compile(r"\r(?!\n)|[\n\u2028\u2029]")


class TypeScriptServer:
    """See `RunningChecker`."""

    def __init__(self, command: Sequence[str], root: Path) -> None:
        """Raises EngineDied."""
        self._root = str(root)
        self._numbers = itertools.count(1)
        self._answers: dict[int, dict[str, Any]] = {}
        self._open: dict[Path, str] = {}
        self._process = CheckerProcess([*command, *OPTIONS], root, self._receive)

    def problems(
        self, texts: Mapping[Path, str], cancel: CancelToken, beside: Mapping[Path, str] = NO_TEXTS, /
    ) -> list[CheckerProblem]:
        self._show({**beside, **texts})
        self._answers.clear()
        asked = {
            self._ask(check, {"file": path.as_posix(), "includeLinePosition": True}): path
            for path in texts
            for check in _CHECKS
        }
        self._process.wait(lambda: asked.keys() <= self._answers.keys(), cancel)
        found = (_problems(path, texts[path], self._answers[number]) for number, path in asked.items())
        return sorted(itertools.chain.from_iterable(found))

    def close(self) -> None:
        self._ask("exit", {})
        self._process.close()

    def _show(self, texts: Mapping[Path, str]) -> None:
        changed = [path for path, text in texts.items() if self._open.get(path, text) != text]
        opened = [path for path in texts if path not in self._open]
        closed = [path for path in self._open if path not in texts]
        if not (changed or opened or closed):
            return
        arguments = {
            "closedFiles": [path.as_posix() for path in closed],
            "changedFiles": [
                {"fileName": path.as_posix(), "textChanges": [_change(self._open[path], texts[path])]}
                for path in changed
            ],
            "openFiles": [
                {"file": path.as_posix(), "fileContent": texts[path], "projectRootPath": self._root} for path in opened
            ],
        }
        self._ask("updateOpen", arguments)
        self._open = dict(texts)

    def _ask(self, command: str, arguments: Any) -> int:
        number = next(self._numbers)
        message = {"seq": number, "type": "request", "command": command, "arguments": arguments}
        self._process.send(message, header=False)
        return number

    def _receive(self, message: dict[str, Any]) -> None:
        if message["type"] == "response":
            self._answers[message["request_seq"]] = message


def _change(text: str, new: str) -> dict[str, Any]:
    """Return what isn't changed needn't be parsed again."""
    edit = difference(text, new)
    return {"start": _place(text, edit.span.start), "end": _place(text, edit.span.end), "newText": edit.new_text}


def _place(text: str, at: int) -> dict[str, int]:
    """Lines and columns are from 1; TypeScript also ends lines at U+2028 and U+2029."""
    ends = [each.end() for each in _LINE_END.finditer(text) if each.end() <= at]
    column = len(text[ends[-1] if ends else 0 : at].encode("utf-16-le", "surrogatepass")) // 2
    return {"line": len(ends) + 1, "offset": column + 1}


def _problems(path: Path, text: str, answer: dict[str, Any]) -> list[CheckerProblem]:
    if not answer["success"]:
        raise EngineDied(f"TypeScript can't check {path.name}: {answer.get('message')}")
    return [
        CheckerProblem(path, str(item["code"]), item["message"], offset(text, item["start"]))
        for item in answer["body"]
        if item["category"] in _COUNTED
    ]
