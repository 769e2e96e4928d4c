"""TypeScript's own server, which speaks a protocol of its own: a line of JSON for each request."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineDied
from breadknife.plugins.nullcheck.verify.oracle.process import Process
from breadknife.plugins.nullcheck.verify.oracle.values import NO_PARTS, NO_TEXTS, Problem, offset
from breadknife.text.document import Span
from breadknife.text.syntax import difference

OPTIONS = ("--disableAutomaticTypingAcquisition", "--noGetErrOnBackgroundUpdate")
"""It would download packages of types, and tell of what nobody has asked."""
_LONG = 500
"""Lines: of a shorter file it checks no part. Blank ones at the end count."""
_CHECKS_PARTS = (5, 6)
"""The version since which it can."""
_CHECKS = ("syntacticDiagnosticsSync", "semanticDiagnosticsSync")
_COUNTED = frozenset({"error", "warning"})
_LINE_END = re.compile(r"\r(?!\n)|[\n\u2028\u2029]")


class TypeScriptServer:
    """See `Checker`. What nobody waits for any more is taken back: it looks for a file of the request's number."""

    def __init__(self, command: Sequence[str], root: Path) -> None:
        """Raises EngineDied."""
        self._root = str(root)
        self._numbers = itertools.count(1)
        self._asked = set[int]()
        """What isn't over."""
        self._answers: dict[int, dict[str, Any]] = {}
        self._events: dict[str, dict[str, Any]] = {}
        """Those of the last `geterr`."""
        self._telling: deque[int] = deque()
        """The `geterr` that aren't over, of which the first is what the events that come are about."""
        self._taken_back = TemporaryDirectory(prefix="breadknife-")
        self._version: tuple[int, ...] | None = None
        self._open: dict[Path, str] = {}
        options = (*OPTIONS, "--cancellationPipeName", f"{self._file('')}*")
        self._process = Process([*command, *options], root, self._receive)

    def problems(
        self, texts: Mapping[Path, str], cancel: CancelToken, beside: Mapping[Path, str] = NO_TEXTS,
        parts: Mapping[Path, Span] = NO_PARTS, /,
    ) -> list[Problem]:  # fmt: skip
        parts = parts if parts and self._checks_parts(cancel) else NO_PARTS
        self._show({**beside, **texts, **{path: _long(texts[path]) for path in parts}})
        found, whole = list[Problem](), list(texts)
        for path, part in parts.items():
            if (said := self._of_part(path, texts[path], part, cancel)) is not None:
                whole.remove(path)
                found += said
        checks = [(path, check) for path in texts for check in (_CHECKS if path in whole else _CHECKS[:1])]
        asked = {
            self._ask(check, {"file": path.as_posix(), "includeLinePosition": True}): (path, check)
            for path, check in checks
        }
        try:
            self._process.wait(lambda: asked.keys() <= self._answers.keys(), cancel)
        except Cancelled:
            for number in asked:
                self._take_back(number)
            raise
        for number, (path, check) in asked.items():
            found += _problems(path, texts[path], self._answers[number], is_of_syntax=check == _CHECKS[0])
        return sorted(found)

    def _of_part(self, path: Path, text: str, part: Span, cancel: CancelToken) -> list[Problem] | None:
        """What the types in a part of a file say; None where it has looked at the whole of it already."""
        start, end = _place(text, part.start), _place(text, part.end)
        lines = {"startLine": start["line"], "startOffset": start["offset"],
                 "endLine": end["line"], "endOffset": end["offset"]}  # fmt: skip
        file = {"file": path.as_posix(), "ranges": [lines]}
        self._events.clear()
        number = self._ask("geterr", {"delay": 0, "files": [file]})
        try:
            self._process.wait(lambda: bool(self._events.keys() & {"regionSemanticDiag", "requestCompleted"}), cancel)
        finally:
            self._take_back(number)
        event = self._events.get("regionSemanticDiag")
        if event is None:
            return None
        return [
            Problem(path, str(item["code"]), item["text"], _offset(text, item["start"]))
            for item in event["diagnostics"]
            if item["category"] in _COUNTED
        ]

    def _checks_parts(self, cancel: CancelToken) -> bool:
        if self._version is None:
            number = self._ask("status", {})
            self._process.wait(lambda: number in self._answers, cancel)
            version = re.match(r"(\d+)\.(\d+)", self._answers[number].get("body", {}).get("version", ""))
            self._version = (int(version[1]), int(version[2])) if version else ()
        return self._version >= _CHECKS_PARTS

    def close(self) -> None:
        self._ask("exit", {})
        self._process.close()
        self._taken_back.cleanup()

    def _show(self, texts: Mapping[Path, str]) -> None:
        changed = [path for path, text in texts.items() if self._open.get(path, text) != text]
        opened = [path for path in texts if path not in self._open]
        closed = [path for path in self._open if path not in texts]
        self._answers.clear()
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
        self._asked.add(number)
        if command == "geterr":
            self._telling.append(number)
        message = {"seq": number, "type": "request", "command": command, "arguments": arguments}
        self._process.send(message, header=False)
        return number

    def _receive(self, message: dict[str, Any]) -> None:
        if message["type"] == "response":
            self._answers[message["request_seq"]] = message
            self._is_over(message["request_seq"])
        elif message["type"] == "event":
            self._happened(message["event"], message.get("body") or {})

    def _happened(self, event: str, body: dict[str, Any]) -> None:
        if len(self._telling) == 1:
            self._events[event] = body
        if event == "regionSemanticDiag":  # it would check the whole now
            self._take_back(self._telling[0])
        elif event == "requestCompleted" and body.get("request_seq") in self._telling:
            self._telling.popleft()
            self._is_over(body["request_seq"])

    def _file(self, number: object) -> str:
        return os.path.join(self._taken_back.name, f"taken-back-{number}")

    def _take_back(self, number: int) -> None:
        with contextlib.suppress(OSError):
            Path(self._file(number)).touch()
        if number not in self._asked:  # it has come meanwhile
            self._is_over(number)

    def _is_over(self, number: int) -> None:
        """There is nothing to take back any more."""
        self._asked.discard(number)
        with contextlib.suppress(OSError):
            os.unlink(self._file(number))


def _long(text: str) -> str:
    return text + "\n" * max(0, _LONG - text.count("\n"))


def _change(text: str, new: str) -> dict[str, Any]:
    """What isn't changed needn't be parsed again."""
    edit = difference(text, new)
    return {"start": _place(text, edit.span.start), "end": _place(text, edit.span.end), "newText": edit.new_text}


def _place(text: str, at: int) -> dict[str, int]:
    """Lines and columns are from 1; TypeScript also ends lines at U+2028 and U+2029."""
    ends = [each.end() for each in _LINE_END.finditer(text) if each.end() <= at]
    column = len(text[ends[-1] if ends else 0 : at].encode("utf-16-le", "surrogatepass")) // 2
    return {"line": len(ends) + 1, "offset": column + 1}


def _offset(text: str, place: Mapping[str, int]) -> int:
    """See `_place`."""
    starts = [0, *(each.end() for each in _LINE_END.finditer(text)), len(text)]
    start, end = starts[place["line"] - 1 :][:2]
    return start + offset(text[start:end], place["offset"] - 1)


def _problems(path: Path, text: str, answer: dict[str, Any], *, is_of_syntax: bool) -> list[Problem]:
    """Within the text: what isn't closed is told at the end of what was shown, see `_long`."""
    if not answer["success"]:
        raise EngineDied(f"TypeScript can't check {path.name}: {answer.get('message')}")
    items = [item for item in answer["body"] if item["category"] in _COUNTED]
    return [
        Problem(path, str(item["code"]), item["message"], min(offset(text, item["start"]), len(text)), is_of_syntax)
        for item in items
    ]
