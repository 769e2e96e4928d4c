"""Vale: a program of the user's, with the styles that a project has chosen in its `.vale.ini`."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from breadknife import children
from breadknife.disk.reading import read_regular
from breadknife.disk.walking import walk
from breadknife.errors import EngineDied, EngineUnavailable
from breadknife.plugins.prose.engines.engine_health import EngineHealth
from breadknife.plugins.prose.engines.lint import BackgroundLinter, Lint, printable
from breadknife.task.plugin import Context
from breadknife.text.document import Span

_CONFIGURATIONS = (".vale.ini", "_vale.ini", "vale.ini")
_CHECK_S = 20
_LOOK_S = 2.0
"""How often the styles are looked at: a walk takes some milliseconds, and a document is checked at every key."""
_MOST_FILES = 2_000
_LARGEST = 64 * 1024
"""Bytes of a `.vale.ini`."""
_STYLES = re.compile(r"[ \t]*StylesPath[ \t]*=(.+)")


def configuration(root: Path) -> Path | None:
    """Return the file that says which styles a folder wants."""
    return next((root / name for name in _CONFIGURATIONS if (root / name).is_file()), None)


def program(root: Path) -> Path | None:
    """Return the `vale` on the path, if it isn't the folder's own."""
    path = children.find_program("vale", outside=root)
    return Path(path) if path else None


class ValeEngine:
    """One process for a paragraph. What it reads is our plain prose, so that it needs no reader of its own."""

    name = "vale"

    def __init__(self, vale: Path, configured: Path) -> None:
        self._command = [str(vale), "--output=JSON", "--no-wrap", "--ext=.md", f"--config={configured}"]
        self._folder = configured.parent

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        """Raises EngineDied when it hangs, and EngineUnavailable when it says that it can't work so."""
        plain = printable(text).replace("\n", " ")
        try:
            given = plain.encode("utf-8", "replace")
            done = children.run(self._command, folder=self._folder, given=given, seconds=_CHECK_S)
        except TimeoutError as error:
            raise EngineDied("Vale hung while it checked a paragraph") from error
        except OSError as error:
            raise EngineUnavailable(f"Vale did not start: {error}") from error
        try:
            by_file = json.loads(done.stdout or "{}").values()
            lints = [_lint(plain, alert) for alerts in by_file for alert in alerts]
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise EngineUnavailable(f"Vale's output can't be read: {_error_of(done)}") from error
        if done.returncode not in (0, 1):
            raise EngineUnavailable(f"Vale failed: {_error_of(done)}")
        return tuple(lint for lint in lints if lint is not None)

    def close(self) -> None: ...


def _error_of(done: CompletedProcess[bytes]) -> str:
    output = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    try:
        return str(json.loads(output)["Text"]).strip().removesuffix(".")
    except (ValueError, KeyError, TypeError):
        return output.splitlines()[0][:200] if output else f"exit code {done.returncode}"


def _lint(text: str, alert: dict[str, Any]) -> Lint | None:
    first, last = alert["Span"]
    match, span = str(alert["Match"]), Span(first - 1, last)
    if text[span.start : span.end] != match:
        at = text.find(match)
        if at < 0 or not match:
            return None
        span = Span(at, at + len(match))
    action: dict[str, Any] = alert.get("Action") or {}
    replacements = tuple(map(str, action.get("Params") or ())) if action.get("Name") == "replace" else ()
    if action.get("Name") == "remove":
        replacements = ("",)
    return Lint("vale", alert["Check"], span, alert["Message"], replacements, alert["Severity"])


_Stamp = tuple[int, int]
"""The newest change of a configuration's files, in nanoseconds, and how many files there are."""


@dataclass
class _RunningVale:
    stamp: _Stamp
    checked_at: float
    linter: BackgroundLinter


class ValeRegistry:
    """A Vale for each folder that has styles of its own and may have a program run; another one when the styles have
    changed. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._running: dict[Path, _RunningVale] = {}
        self._lock = threading.Lock()

    def find(self, context: Context) -> BackgroundLinter | None:
        """Return the Vale of the context's folder; None where there are no styles, no trust or no program."""
        root = context.root
        configured = configuration(root) if root is not None and context.trusted else None
        if root is None or configured is None:
            return None
        with self._lock:
            running, now = self._running.get(configured), self._clock()
            if running is not None and now < running.checked_at + _LOOK_S:
                return running.linter
            vale = program(root)
            if vale is None:
                return None
            stamp = _stamp(configured)
            if running is not None and running.stamp == stamp:
                running.checked_at = now
                return running.linter
            engine = ValeEngine(vale, configured)
            linter = BackgroundLinter(lambda request: engine.check(request.text), health=EngineHealth(self._clock))
            self._running[configured] = _RunningVale(stamp, now, linter)
        if running is not None:
            running.linter.close(wait_s=0)
        return linter

    def close(self) -> None:
        for running in self._running.values():
            running.linter.close()


def _stamp(configured: Path) -> _Stamp:
    """Return the stamp of the configuration and of what its styles are made of, without files that are gone by now."""
    newest = count = 0
    for path in islice(_list_files(configured), _MOST_FILES):
        try:
            newest = max(newest, path.stat().st_mtime_ns)
        except OSError:
            continue
        count += 1
    return newest, count


def _list_files(configured: Path) -> Iterator[Path]:
    yield configured
    try:
        lines = read_regular(configured, _LARGEST, configured.parent).decode("utf-8", "replace").splitlines()
    except (OSError, ValueError):
        return
    styles = next(filter(None, map(_STYLES.fullmatch, lines)), None)
    if styles is None:
        return
    for folder, folders, files in walk(configured.parent / styles[1].strip(" \t")):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
        yield from (Path(folder, name) for name in files)
