"""Programs that the user names by their command lines, a checker and the tests, run on texts that aren't on disk."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from breadknife.disk.walking import size_of, walk
from breadknife.errors import EngineDied, SettingsError
from breadknife.plugins.nullcheck.formats.reading import read
from breadknife.plugins.nullcheck.formats.values import Said
from breadknife.plugins.nullcheck.project.changes import Change
from breadknife.plugins.nullcheck.project.programs import program
from breadknife.plugins.nullcheck.verify.oracle.comparing import Moves, compared
from breadknife.plugins.nullcheck.verify.oracle.values import Problem
from breadknife.project.ignoring import NEVER
from breadknife.text.document import file_bytes

SECONDS = 600.0
LARGEST = 1 << 20
"""Bytes of a file that is copied; a link stands for a larger one."""

LIBRARIES = frozenset({"node_modules", "bower_components", ".venv", "venv", "site-packages"})
"""Folders that a checker looks into; it has no business in those of other tools."""


class Checker(Protocol):
    def __call__(self, texts: Mapping[Path, str], /) -> Sequence[Said]:
        """What it says, its paths absolute and in the folder itself, were these the files' texts.

        Raises EngineDied when it says nothing that can be read.
        """
        ...


@dataclass(frozen=True)
class Command:
    """Run in a copy of the folder. What is not the project's own (`node_modules`, `.venv`) is linked."""

    name: str
    words: Sequence[str]
    folder: Path

    @classmethod
    def of(cls, line: str, folder: Path) -> Command:
        """Raises SettingsError for a program that isn't there."""
        words = shlex.split(line, posix=sys.platform != "win32")
        found = [program(words[0]), *words[1:]] if words else [program(line)]
        return cls(line, found, Path(os.path.abspath(folder)))

    @contextmanager
    def run(self, texts: Mapping[Path, str]) -> Generator[tuple[subprocess.CompletedProcess[bytes], Path]]:
        """What came of it, and the copy. Raises EngineDied where it can't be run, or takes too long."""
        with tempfile.TemporaryDirectory(prefix="breadknife-", ignore_cleanup_errors=True) as name:
            copy = Path(os.path.realpath(name)) / self.folder.name
            _copy(self.folder, copy)
            for path, text in texts.items():
                if path.is_relative_to(self.folder):
                    there = copy / path.relative_to(self.folder)
                    there.unlink(missing_ok=True)
                    there.write_bytes(file_bytes(path, text))
            try:
                done = subprocess.run(
                    self.words, cwd=copy, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise EngineDied(f"{self.name}: {error}") from error
            yield done, copy


class CommandChecker:
    def __init__(self, command: str, folder: Path) -> None:
        """Raises SettingsError for a program that isn't there."""
        self._command = Command.of(command, folder)

    def __call__(self, texts: Mapping[Path, str], /) -> Sequence[Said]:
        with self._command.run(texts) as (done, copy):
            printed = done.stdout.decode("utf-8", "replace")
            said = read(printed) or read(done.stderr.decode("utf-8", "replace"))  # javac's is there
            if not said and done.returncode:
                raise EngineDied(f"{self._command.name} ended with code {done.returncode}: {last_line(done)}")
            return [each.at(self._back(each.path, copy)) for each in said]

    def _back(self, printed: str, copy: Path) -> str:
        path = Path(os.path.abspath(copy / printed))
        return str(self._command.folder / path.relative_to(copy)) if path.is_relative_to(copy) else str(path)


class Tests(Protocol):
    def __call__(self, texts: Mapping[Path, str], /) -> bool:
        """Whether they pass, were these the files' texts. Raises EngineDied where they can't be run."""
        ...


class CommandTests:
    """Whose exit code is 0 where they pass, such as `pytest -q tests`."""

    def __init__(self, command: str, folder: Path) -> None:
        """Raises SettingsError for a program that isn't there, and for tests that fail before anything is changed."""
        self._command = Command.of(command, folder)
        with self._command.run({}) as (done, _):
            if done.returncode:
                raise SettingsError(f"--tests {command}: they fail before anything is changed: {last_line(done)}")

    def __call__(self, texts: Mapping[Path, str], /) -> bool:
        with self._command.run(texts) as (done, _):
            return done.returncode == 0


def last_line(done: subprocess.CompletedProcess[bytes]) -> str:
    return (done.stderr.strip() or done.stdout).decode("utf-8", "replace").strip().rpartition("\n")[2]


def new_in(before: Sequence[Said], after: Sequence[Said], changes: Iterable[Change]) -> list[Said]:
    """What wasn't said before the changes."""
    moves = {each.path: Moves.of_lines(each.before, each.after) for each in changes}
    was, now = ([_problem(each) for each in said] for said in (before, after))
    told: dict[Problem, list[Said]] = {}
    for problem, each in zip(now, after, strict=True):
        told.setdefault(problem, []).append(each)
    return [told[problem].pop() for problem in compared(was, now, moves).new]


def _problem(said: Said) -> Problem:
    return Problem(Path(said.path), said.code, said.message, said.line - 1)


_LEFT_OUT = NEVER - LIBRARIES


def _copy(folder: Path, copy: Path) -> None:
    """Regular files, and links to what isn't the project's own. Pipes and devices are left out."""
    for at, folders, files in walk(folder):
        there = copy / Path(at).relative_to(folder)
        there.mkdir()
        kept = [entry for entry in os.scandir(at) if entry.name not in _LEFT_OUT]
        linked = {name for name in folders if name in LIBRARIES or Path(at, name, "pyvenv.cfg").exists()}
        large = {name for name in files if size_of(Path(at, name)) > LARGEST}
        links, regular = linked | large, {*files}
        for entry in kept:
            if entry.is_symlink() or entry.name in links:
                _link(Path(entry.path), there / entry.name)
            elif entry.name in regular:
                shutil.copyfile(entry.path, there / entry.name)
        folders[:] = [name for name in folders if name not in linked | NEVER]


def _link(path: Path, there: Path) -> None:
    target = path.resolve()
    try:
        there.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:  # Windows lets few users make links
        if target.is_dir():
            shutil.copytree(target, there, symlinks=True)
        elif target.exists():
            shutil.copyfile(target, there)
