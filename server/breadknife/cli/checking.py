"""A checker that the user names by its command line, run on texts that aren't on disk."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from breadknife.cli.programs import program
from breadknife.errors import EngineDied
from breadknife.plugins.nullcheck.formats.reading import read
from breadknife.plugins.nullcheck.formats.values import Said
from breadknife.project.ignoring import NEVER

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


class CommandChecker:
    """Runs a command in a copy of the folder. What is not the project's own (`node_modules`, `.venv`) is linked."""

    def __init__(self, command: str, folder: Path) -> None:
        """Raises SettingsError for a program that isn't there."""
        words = shlex.split(command, posix=sys.platform != "win32")
        self._command = [program(words[0]), *words[1:]] if words else [program(command)]
        self._name = command
        self._folder = Path(os.path.abspath(folder))

    def __call__(self, texts: Mapping[Path, str], /) -> Sequence[Said]:
        with tempfile.TemporaryDirectory(prefix="breadknife-") as name:
            copy = Path(os.path.realpath(name)) / self._folder.name
            _copy(self._folder, copy)
            for path, text in texts.items():
                if path.is_relative_to(self._folder):
                    there = copy / path.relative_to(self._folder)
                    there.unlink(missing_ok=True)
                    there.write_bytes(text.encode("utf-8"))
            return self._run(copy)

    def _run(self, folder: Path) -> Sequence[Said]:
        try:
            done = subprocess.run(
                self._command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineDied(f"{self._name}: {error}") from error
        printed = done.stdout.decode("utf-8", "replace")
        said = read(printed) or read(done.stderr.decode("utf-8", "replace"))  # javac's is there
        if not said and done.returncode not in (0, 1):
            last = (done.stderr or done.stdout).decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise EngineDied(f"{self._name} ended with code {done.returncode}: {last}")
        return [each.at(self._back(each.path, folder)) for each in said]

    def _back(self, printed: str, copy: Path) -> str:
        path = Path(os.path.abspath(copy / printed))
        return str(self._folder / path.relative_to(copy)) if path.is_relative_to(copy) else str(path)


def new_in(before: Sequence[Said], after: Sequence[Said]) -> list[Said]:
    """What wasn't said before: lines move, so they don't tell."""
    known = Counter(map(_identity, before))
    found = list[Said]()
    for each in after:
        if known[_identity(each)]:
            known[_identity(each)] -= 1
        else:
            found.append(each)
    return found


def _identity(said: Said) -> tuple[str, str, str]:
    return said.path, said.code, said.message


def _copy(folder: Path, copy: Path) -> None:
    copy.mkdir()
    for entry in os.scandir(folder):
        there = copy / entry.name
        path = Path(entry.path)
        if entry.name in NEVER - LIBRARIES:
            continue
        if entry.is_symlink() or entry.name in LIBRARIES or (path / "pyvenv.cfg").exists():
            _link(path, there)
        elif entry.is_dir():
            _copy(path, there)
        elif entry.stat().st_size > LARGEST:
            _link(path, there)
        else:
            shutil.copyfile(entry.path, there)


def _link(path: Path, there: Path) -> None:
    target = path.resolve()
    try:
        there.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:  # Windows lets few users make links
        if target.is_dir():
            shutil.copytree(target, there, symlinks=True)
        elif target.exists():
            shutil.copyfile(target, there)
