"""A Vale for each folder that has styles of its own; another one when they have changed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from breadknife.disk.reading import read_regular
from breadknife.disk.walking import walk
from breadknife.plugins.prose.engines import vale
from breadknife.plugins.prose.engines.background import Background
from breadknife.plugins.prose.engines.health import Health
from breadknife.plugins.prose.engines.lint import Asking, Later
from breadknife.task.plugin import Context

_LOOK_S = 2.0
"""How often the styles are looked at: a walk takes some milliseconds, and a document is checked at every key."""
_MOST_FILES = 2_000
_LARGEST = 64 * 1024
"""Bytes of a `.vale.ini`."""
_STYLES = re.compile(r"[ \t]*StylesPath[ \t]*=(.+)")

_Stamp = tuple[int, int]
"""The newest change, and how many files there are."""


@dataclass
class _Running:
    stamp: _Stamp
    looked: float
    answers: Later


class Vales:
    """Of folders that may have a program run. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._running: dict[Path, _Running] = {}
        self._lock = threading.Lock()

    def of(self, context: Context) -> Later | None:
        root = context.root
        configured = vale.configuration(root) if root is not None and context.trusted else None
        if root is None or configured is None:
            return None
        with self._lock:
            known, now = self._running.get(configured), self._clock()
            if known is not None and now < known.looked + _LOOK_S:
                return known.answers
            program = vale.program(root)
            if program is None:
                return None
            stamp = _stamp(configured)
            if known is not None and known.stamp == stamp:
                known.looked = now
                return known.answers
            made: Later = Background(Asking(vale.ValeEngine(program, configured)), health=Health(self._clock))
            self._running[configured] = _Running(stamp, now, made)
        if known is not None:
            known.answers.close(wait_s=0)
        return made

    def close(self) -> None:
        for each in self._running.values():
            each.answers.close()


def _stamp(configured: Path) -> _Stamp:
    """Of the configuration and of what its styles are made of; files that are gone by now left out."""
    newest = count = 0
    for path in islice(_files(configured), _MOST_FILES):
        try:
            newest = max(newest, path.stat().st_mtime_ns)
        except OSError:
            continue
        count += 1
    return newest, count


def _files(configured: Path) -> Iterator[Path]:
    yield configured
    try:
        lines = read_regular(configured, _LARGEST, configured.parent).decode("utf-8", "replace").splitlines()
    except (OSError, ValueError):
        return
    named = next(filter(None, map(_STYLES.fullmatch, lines)), None)
    if named is None:
        return
    for folder, folders, files in walk(configured.parent / named[1].strip(" \t")):
        folders[:] = [each for each in folders if not each.startswith(".") and each != "node_modules"]
        yield from (Path(folder, name) for name in files)
