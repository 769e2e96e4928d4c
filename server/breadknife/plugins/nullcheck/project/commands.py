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

from breadknife.disk.walking import size_of, walk
from breadknife.errors import EngineDied, SettingsError
from breadknife.plugins.nullcheck.formats.reading import read
from breadknife.plugins.nullcheck.formats.values import Said
from breadknife.plugins.nullcheck.project.changes import Change
from breadknife.plugins.nullcheck.verify.oracle.comparing import Moves, compared
from breadknife.plugins.nullcheck.verify.oracle.values import Problem
from breadknife.project.ignoring import NEVER
from breadknife.text.document import file_bytes

SECONDS = 600.0
LARGEST = 1 << 20
"""Bytes of a file that is copied; a link stands for a larger one."""
LIBRARIES = frozenset({"node_modules", "bower_components", ".venv", "venv", "site-packages"})
"""Folders that a checker looks into; it has no business in those of other tools."""


@dataclass(frozen=True)
class Command:
    """Run in a copy of the folder. What is not the project's own (`node_modules`, `.venv`) is linked."""

    line: str
    words: Sequence[str]
    folder: Path

    @classmethod
    def of(cls, line: str, folder: Path) -> Command:
        """Raises SettingsError for a program that isn't there."""
        name, *rest = shlex.split(line, posix=sys.platform != "win32") or [line]
        return cls(line, [_program(name), *rest], Path(os.path.abspath(folder)))

    def check(self, texts: Mapping[Path, str]) -> Sequence[Said]:
        """What it says as a checker, its paths absolute and in the folder itself, were these the files' texts. Raises
        EngineDied when it says nothing that can be read."""
        with self._run(texts) as (done, copy):
            said = read(_text(done.stdout)) or read(_text(done.stderr))  # javac's is there
            if not said and done.returncode:
                raise EngineDied(f"{self.line} ended with code {done.returncode}: {_last_line(done)}")
            return [each.at(self._back(each.path, copy)) for each in said]

    def passes(self, texts: Mapping[Path, str]) -> bool:
        """Whether its exit code is 0, as that of tests is, were these the files' texts. Raises EngineDied where it
        can't be run."""
        with self._run(texts) as (done, _):
            return done.returncode == 0

    def must_pass(self) -> None:
        """Raises SettingsError for tests that fail before anything is changed."""
        with self._run({}) as (done, _):
            if done.returncode:
                raise SettingsError(f"--tests {self.line}: they fail before anything is changed: {_last_line(done)}")

    @contextmanager
    def _run(self, texts: Mapping[Path, str]) -> Generator[tuple[subprocess.CompletedProcess[bytes], Path]]:
        """What came of it, and the copy."""
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
                raise EngineDied(f"{self.line}: {error}") from error
            yield done, copy

    def _back(self, printed: str, copy: Path) -> str:
        path = Path(os.path.abspath(copy / printed))
        return str(self.folder / path.relative_to(copy)) if path.is_relative_to(copy) else str(path)


def new_in(before: Sequence[Said], after: Sequence[Said], changes: Iterable[Change]) -> list[Said]:
    """What wasn't said before the changes."""
    moves = {each.path: Moves.of_lines(each.before, each.after) for each in changes}
    told: dict[Problem, list[Said]] = {}
    for each in after:
        told.setdefault(_problem(each), []).append(each)
    new = compared([_problem(each) for each in before], [_problem(each) for each in after], moves).new
    return [told[problem].pop() for problem in new]


def _problem(said: Said) -> Problem:
    return Problem(Path(said.path), said.code, said.message, said.line - 1)


def _program(name: str) -> str:
    """A program's path. A bare name is looked for on PATH alone, never in the folder that the command runs in.

    Raises SettingsError when there is none.
    """
    if Path(name).name != name:  # the user has said where it is
        if shutil.which(name):
            return os.path.abspath(name)
        raise SettingsError(f"{name}: no such program")
    suffixes = [*os.environ.get("PATHEXT", "").split(os.pathsep), ""] if sys.platform == "win32" else [""]
    for folder in filter(os.path.isabs, os.environ.get("PATH", "").split(os.pathsep)):
        for suffix in suffixes:
            # With a folder in its name, it isn't looked for anywhere else.
            if found := shutil.which(str(Path(folder) / f"{name}{suffix}")):
                return found
    raise SettingsError(f"{name}: no such program on PATH")


def _text(printed: bytes) -> str:
    return printed.decode("utf-8", "replace")


def _last_line(done: subprocess.CompletedProcess[bytes]) -> str:
    return _text(done.stderr.strip() or done.stdout).strip().rpartition("\n")[2]


_LEFT_OUT = NEVER - LIBRARIES


def _copy(folder: Path, copy: Path) -> None:
    """Regular files, and links to what isn't the project's own. Pipes and devices are left out."""
    for at, folders, files in walk(folder):
        there = copy / Path(at).relative_to(folder)
        there.mkdir()
        linked = {name for name in folders if name in LIBRARIES or Path(at, name, "pyvenv.cfg").exists()}
        large = {name for name in files if size_of(Path(at, name)) > LARGEST}
        for entry in os.scandir(at):
            if entry.name in _LEFT_OUT:
                continue
            if entry.is_symlink() or entry.name in linked | large:
                _link(Path(entry.path), there / entry.name)
            elif entry.name in files:
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
