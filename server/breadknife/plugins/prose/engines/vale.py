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
"""Files of styles that are looked at for changes."""
_LARGEST = 64 * 1024
"""Bytes of a `.vale.ini`."""
_STYLES = re.compile(r"[ \t]*StylesPath[ \t]*=(.+)")


def configuration(root: Path) -> Path | None:
    """Return the `.vale.ini` that says which styles a folder wants; None where there is none."""
    return next((root / name for name in _CONFIGURATIONS if (root / name).is_file()), None)


def program(root: Path) -> Path | None:
    """Return the `vale` on the path; None if there is none, or only one inside `root`, which isn't to be trusted."""
    path = children.find_program("vale", outside=root)
    return Path(path) if path else None


class ValeEngine:
    """Runs Vale once for each paragraph. It gets plain prose, so its own readers of formats have nothing to do."""

    name = "vale"

    def __init__(self, vale: Path, ini: Path) -> None:
        self._command = [str(vale), "--output=JSON", "--no-wrap", "--ext=.md", f"--config={ini}"]
        self._folder = ini.parent

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        """Return what the styles say of a paragraph, whatever its language. Raises EngineDied when Vale hangs, and
        EngineUnavailable when it doesn't start, fails, or prints what can't be read."""
        plain = printable(text).replace("\n", " ")
        try:
            stdin = plain.encode("utf-8", "replace")
            done = children.run(self._command, folder=self._folder, given=stdin, seconds=_CHECK_S)
        except TimeoutError as error:
            raise EngineDied("Vale hung while it checked a paragraph") from error
        except OSError as error:
            raise EngineUnavailable(f"Vale did not start: {error}") from error
        try:
            by_file = json.loads(done.stdout or "{}").values()
            lints = [_convert(plain, alert) for alerts in by_file for alert in alerts]
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise EngineUnavailable(f"Vale's output can't be read: {_error_of(done)}") from error
        if done.returncode not in (0, 1):  # 1: it has found errors
            raise EngineUnavailable(f"Vale failed: {_error_of(done)}")
        return tuple(lint for lint in lints if lint is not None)

    def close(self) -> None: ...


def _error_of(done: CompletedProcess[bytes]) -> str:
    """Return what Vale says is wrong: the `Text` of an error in JSON, or else the first line."""
    output = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    try:
        return str(json.loads(output)["Text"]).strip().removesuffix(".")
    except (ValueError, KeyError, TypeError):
        return output.splitlines()[0][:200] if output else f"exit code {done.returncode}"


def _convert(text: str, alert: dict[str, Any]) -> Lint | None:
    """Return an alert of Vale in the form that all engines share; None where its words aren't in the text."""
    first, last = alert["Span"]  # counted from 1, and the last one belongs to it
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
    """The Vale of one `.vale.ini`; `checked_at` is when the stamp was last compared with the disk."""

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
        ini = configuration(root) if root is not None and context.trusted else None
        if root is None or ini is None:
            return None
        with self._lock:
            running, now = self._running.get(ini), self._clock()
            if running is not None and now < running.checked_at + _LOOK_S:
                return running.linter
            vale = program(root)
            if vale is None:
                return None
            stamp = _stamp(ini)
            if running is not None and running.stamp == stamp:
                running.checked_at = now
                return running.linter
            engine = ValeEngine(vale, ini)
            linter = BackgroundLinter(lambda request: engine.check(request.text), health=EngineHealth(self._clock))
            self._running[ini] = _RunningVale(stamp, now, linter)
        if running is not None:
            running.linter.close(wait_s=0)
        return linter

    def close(self) -> None:
        for running in self._running.values():
            running.linter.close()


def _stamp(ini: Path) -> _Stamp:
    """Return the stamp of the configuration and of what its styles are made of, without files that are gone by now."""
    newest = count = 0
    for path in islice(_list_files(ini), _MOST_FILES):
        try:
            newest = max(newest, path.stat().st_mtime_ns)
        except OSError:
            continue
        count += 1
    return newest, count


def _list_files(ini: Path) -> Iterator[Path]:
    """Yield the `.vale.ini` and the files in the folder of its styles."""
    yield ini
    try:
        lines = read_regular(ini, _LARGEST, ini.parent).decode("utf-8", "replace").splitlines()
    except (OSError, ValueError):
        return
    styles = next(filter(None, map(_STYLES.fullmatch, lines)), None)
    if styles is None:
        return
    for folder, folders, files in walk(ini.parent / styles[1].strip(" \t")):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
        yield from (Path(folder, name) for name in files)
