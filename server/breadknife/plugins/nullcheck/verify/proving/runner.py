"""Runs a test on two texts of a module, in the project's own interpreter: `python runner.py`, a JSON object on stdin.

It is given the folders that modules are imported from, the module's name, path and text, where the null is used, the
bodies of tests, and the texts after each fix with the lines that the fix has changed. The first test that meets the
null is tried on every fix. It answers a JSON object: `test`, the number of that test or null, and `fixes`, for each fix
null if the test isn't passed, else the exception that the fix itself raises, "" for none.

Only Python's standard library is imported here. The code that is run may read, and nothing else: an audit hook refuses
to write files, to connect and to start programs. That guards against accidents; the folder is one that the user trusts.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
import traceback
from typing import Any

_REFUSED = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostby",
    "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile", "os.kill",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "os.utime", "shutil.", "tempfile.", "sqlite3.connect", "winreg.", "webbrowser.", "pty.spawn", "signal.pthread_kill",
)  # fmt: skip
"""The beginnings of the names of audit events: see the table of audit events in Python's documentation."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_MEMORY = 2 << 30
"""Bytes that the process may have, where the system can limit them."""


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    is_writing = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
    if is_writing and arguments[0] == os.devnull:
        return
    if is_writing or event.startswith(_REFUSED):
        raise PermissionError(f"a test of breadknife's may not do this: {event}")


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads one text, whatever the file has."""

    text = ""

    def get_code(self, fullname: str) -> Any:
        return compile(self.text, self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, name: str, path: str) -> None:
        self.loader, self._name, self._path = _Loader(name, path), name, path

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname != self._name:
            return None
        folder = [os.path.dirname(self._path)] if os.path.basename(self._path) == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            fullname, self._path, loader=self.loader, submodule_search_locations=folder
        )


def _run(finder: _Finder, given: dict[str, Any], text: str, body: str) -> BaseException | None:
    from unittest.mock import MagicMock

    finder.loader.text = text
    sys.modules.pop(given["module"], None)
    module = importlib.import_module(given["module"])
    try:
        exec(compile(body, "<test>", "exec"), {"module": module, "MagicMock": MagicMock})
    except (Exception, SystemExit) as error:
        return error
    return None


def _line(error: BaseException, path: str) -> int:
    """Of the module, where it was raised; 0 where the module had no part in it."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == path), 0)


def _meets_null(error: BaseException | None, given: dict[str, Any]) -> bool:
    if not isinstance(error, (AttributeError, TypeError)) or "None" not in str(error):
        return False
    return given["first"] <= _line(error, given["path"]) <= given["last"]


def _passes(error: BaseException | None, given: dict[str, Any], changed: list[list[int]]) -> str | None:
    if error is None:
        return ""
    line = _line(error, given["path"])
    is_of_fix = any(first <= line <= last for first, last in changed)
    if isinstance(error, (AssertionError, AttributeError, TypeError)):  # a crash stays a crash
        return None
    return type(error).__name__ if is_of_fix and type(error).__module__ == "builtins" else None


def _answer(given: dict[str, Any]) -> dict[str, Any]:
    finder = _Finder(given["module"], given["path"])
    sys.meta_path.insert(0, finder)
    sys.path[:0] = given["folders"]
    for number, body in enumerate(given["tests"]):
        if _meets_null(_run(finder, given, given["text"], body), given):
            after = [_passes(_run(finder, given, fix["text"], body), given, fix["changed"]) for fix in given["fixes"]]
            return {"test": number, "fixes": after}
    return {"test": None, "fixes": []}


def main() -> None:
    # What the code prints must not get between our words.
    answers = os.dup(1)
    os.dup2(2, 1)
    given = json.load(sys.stdin)
    sys.dont_write_bytecode = True
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    sys.addaudithook(_refuse)
    answer: dict[str, Any]
    try:
        answer = _answer(given)
    except BaseException as error:  # the module can't even be imported
        answer = {"test": None, "fixes": [], "why": f"{type(error).__name__}: {error}"}
    os.write(answers, json.dumps(answer).encode())
    os._exit(0)  # threads and exit handlers of the code have no say


if __name__ == "__main__":
    main()
