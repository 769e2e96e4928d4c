"""Runs the checkers that a project uses, and reads what they print. `checkers.toml` lists them.

Nothing that lies in a folder is run unless the user trusts it, nor is a checker whose configuration may name a program.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import IO

import msgspec

from breadknife import children
from breadknife.errors import DocumentError
from breadknife.plugins.nullcheck.formats.reading import LARGEST_REPORT, read
from breadknife.plugins.nullcheck.formats.values import PrintedFinding
from breadknife.plugins.nullcheck.project.repairs import Repairs, named
from breadknife.plugins.nullcheck.verify.oracle.process import OFFLINE
from breadknife.plugins.nullcheck.verify.oracle.tools import (
    CheckerChoice,
    interpreter_of,
    is_configured,
    is_inside,
    programs,
)
from breadknife.text.document import language_of
from breadknife.text.printable import counted

_SECONDS = 300.0
_MOST_PROJECTS = 10
"""Of a language, in one folder: those of most files."""
_LAST_WORDS = 2000
"""Bytes of what a checker says on stderr that are kept."""
_OURS = "these are breadknife's own findings"


class CheckerCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """See `checkers.toml`, also for `CheckedLanguage`."""

    name: str
    command: tuple[str, ...]
    files: tuple[str, ...] = ()
    takes_files: bool = False
    runs_programs: bool = False


class CheckedLanguage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    name: str
    ids: frozenset[str]
    projects: tuple[str, ...]
    install: str
    needs_project: bool = False
    checkers: tuple[CheckerCommand, ...] = ()


@dataclass(frozen=True)
class CheckedProject:
    """A folder with files of one language."""

    language: CheckedLanguage
    root: Path
    paths: Sequence[Path]
    is_complete: bool
    """It has what the language's checkers need."""


@dataclass(frozen=True)
class _Installed:
    command: CheckerCommand
    program: Path


@dataclass(frozen=True)
class CheckedReport:
    project: CheckedProject
    said: Sequence[PrintedFinding] | None
    """None without a checker that can be run."""


@cache
def _languages() -> Sequence[CheckedLanguage]:
    data = files(__package__ or "").joinpath("checkers.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, tuple[CheckedLanguage, ...]])["languages"]


def reports(
    repairs: Repairs, paths: Sequence[Path], folder: Path, only: Sequence[Path] = ()
) -> Iterator[CheckedReport]:
    """Run the checker of each project that the files are of, one after the other. Tells which, and why none.

    Args:
        only: files that alone are asked about, where a checker takes files.
    """
    for project in _projects(paths, folder):
        trusted, choice = repairs.trust_and_oracle(project.paths[0])
        checker = _installed(project, trusted, choice) if choice != "off" and project.is_complete else None
        where = "" if project.root == folder else f" in {named(project.root, folder)}"
        if choice != "off" and project.is_complete:
            _tell_what_is_missing(repairs, project, checker, trusted, choice)
        said = None
        if checker is not None:
            repairs.workspace.tell(f"running {checker.command.name}{where}", fleeting=True)
            own = [path for path in only if path in project.paths] if checker.command.takes_files else []
            try:
                said = _run(checker, project.root, own, trusted)
                repairs.workspace.tell(f"{checker.command.name}{where}: {counted(len(said), 'finding')}")
            except (DocumentError, OSError) as error:
                repairs.workspace.tell(f"{checker.command.name}{where}: {error}; {_OURS}")
        yield CheckedReport(project, said)


def _tell_what_is_missing(
    repairs: Repairs, project: CheckedProject, checker: _Installed | None, trusted: bool, choice: CheckerChoice
) -> None:
    own = _installed(project, True, choice) if not trusted else None
    if own is not None and own != checker:
        of = "this folder" if project.root == Path.cwd() else str(project.root)
        instead = f"{checker.program} runs instead" if checker else _OURS
        repairs.workspace.tell(f"{own.command.name} runs once you trust {of} (breadknife trust); {instead}")
    elif checker is None:
        install = project.language.install
        repairs.workspace.tell(f"no checker of {project.language.name} is installed ({install}); {_OURS}")


def _projects(paths: Sequence[Path], folder: Path) -> Iterator[CheckedProject]:
    """Yield the projects of the files, of each language those of most files first: the outermost folders that have a
    file which says so, and for the other files all of the folder."""
    for language in _languages():
        found = defaultdict[Path | None, list[Path]](list)
        marked = dict[Path, bool]()
        for path in paths:
            if language_of(path) in language.ids:
                found[_root(path, folder, language, marked)].append(path)
        most = sorted(found.items(), key=lambda each: -len(each[1]))[:_MOST_PROJECTS]
        for root, own in most:
            yield CheckedProject(language, root or folder, own, root is not None or not language.needs_project)


def _root(path: Path, folder: Path, language: CheckedLanguage, marked: dict[Path, bool]) -> Path | None:
    for each in reversed(path.parents):
        if each.is_relative_to(folder):
            if each not in marked:
                marked[each] = any((each / file).is_file() for file in language.projects)
            if marked[each]:
                return each
    return None


def _installed(project: CheckedProject, trusted: bool, choice: CheckerChoice) -> _Installed | None:
    """Return the checker to run: a configured one before one of the folder's own, and that before others."""
    found = list[tuple[bool, bool, int, _Installed]]()
    checkers = project.language.checkers
    for at, command in enumerate([each for each in checkers if each.name == choice] or checkers):
        if command.runs_programs and not trusted:
            continue
        its = (path for path, _ in programs([command.command], project.root))
        program = next((path for path in its if trusted or not is_inside(path, project.root)), None)
        if program is not None:
            is_chosen = is_configured(command.name, command.files, project.root)
            found.append((not is_chosen, not is_inside(program, project.root), at, _Installed(command, program)))
    return min(found, key=lambda each: each[:3])[3] if found else None


def _run(checker: _Installed, root: Path, paths: Sequence[Path], trusted: bool) -> Sequence[PrintedFinding]:
    """Return what a checker prints of a folder, with absolute paths. Raises DocumentError and OSError."""
    command = [str(checker.program), *checker.command.command[1:], *map(str, paths)]
    environ = children.environment(**OFFLINE)
    if trusted and (python := interpreter_of(root)):  # whose packages it shall see
        environ |= {
            "VIRTUAL_ENV": str(python.parent.parent),
            "PATH": os.pathsep.join((str(python.parent), environ["PATH"])),
        }
    with children.start(command, folder=root, environ=environ, stdout=children.PIPE, stderr=children.PIPE) as process:
        assert process.stdout
        assert process.stderr
        last_words = bytearray()
        is_late = threading.Event()
        listener = threading.Thread(target=_listen, args=(process.stderr, last_words), daemon=True)
        timer = threading.Timer(_SECONDS, lambda: (is_late.set(), children.kill(children.family(process))))
        listener.start()
        timer.start()
        try:
            printed = process.stdout.read(LARGEST_REPORT + 1)
        finally:
            timer.cancel()
            children.kill(children.family(process))
    if is_late.is_set():
        raise DocumentError(f"it hasn't ended within {_SECONDS:g} s")
    if len(printed) > LARGEST_REPORT:
        raise DocumentError(f"it prints more than {LARGEST_REPORT >> 20} MB")
    said, why = read(printed.decode("utf-8", "replace"))
    listener.join(1)
    if why or (not said and not printed.strip() and process.returncode):
        words = last_words.decode("utf-8", "replace").strip().splitlines()
        raise DocumentError(words[-1] if words else why or f"it ends with exit code {process.returncode}")
    return [each.at(os.path.join(root, each.path)) for each in said]


def _listen(stream: IO[bytes], last_words: bytearray) -> None:
    with suppress(OSError, ValueError):
        while read := stream.read(1 << 12):
            last_words.extend(read)
            del last_words[:-_LAST_WORDS]
