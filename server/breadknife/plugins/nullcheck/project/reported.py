"""The findings about null that a command works on: our own, another checker's output, or both."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from breadknife.disk.reading import read_regular
from breadknife.disk.walking import walk
from breadknife.errors import DocumentError, FileRefused
from breadknife.plugins.nullcheck.formats.forms import FORMS
from breadknife.plugins.nullcheck.formats.places import may_be_of
from breadknife.plugins.nullcheck.formats.reading import fault, read
from breadknife.plugins.nullcheck.formats.values import Said
from breadknife.plugins.nullcheck.project.commands import Command
from breadknife.plugins.nullcheck.project.repairs import Repairs, named
from breadknife.plugins.nullcheck.project.values import Found
from breadknife.plugins.nullcheck.project.workspace import Workspace
from breadknife.plugins.nullcheck.wording import counted
from breadknife.task.values import Finding

_LARGEST_REPORT = 256 << 20
"""Bytes of a checker's output. A finding has about 500 in JSON."""


@dataclass(frozen=True)
class Sources:
    paths: Sequence[Path] = ()
    """Only what is in these files and folders; all of this folder without any."""
    report: str | None = None
    """A file with a checker's output; `-`: standard input."""
    checker: str | None = None
    """A checker's command line."""
    own: bool = False
    """What the null check itself finds."""


@dataclass(frozen=True)
class Told:
    found: Sequence[Found]
    paths: Sequence[Path]
    """The files that were looked at."""
    checker: Command | None
    said: Sequence[Said]
    """All that the checker says, of null and else."""
    failed: bool
    """A file couldn't be read or checked."""
    outdated: int = 0
    """Findings of a text that is another one by now."""


def gather(repairs: Repairs, sources: Sources, paths: Sequence[Path], folder: Path, *, failed: bool = False) -> Told:
    """The findings of the sources. `paths`: the files to look at. Raises BreadknifeError for what can't be read or run;
    a file with an error of its own is told and left out, and has `failed`."""
    within = [Path(os.path.abspath(path)) for path in sources.paths]
    repairs.workspace.tell("reading the project", fleeting=True)
    repairs.await_projects(paths or [folder])
    checker = Command.of(sources.checker, folder) if sources.checker else None
    said: Sequence[Said] = checker.check({}) if checker else ()
    printed = report(sources.report, repairs.workspace) if sources.report else ()
    found, outdated, is_unread = _told(repairs, [*said, *printed], folder, within)
    failed = failed or is_unread
    if sources.own:
        places = {(each.path, each.place.span) for each in found}
        for path in repairs.workspace.shown(paths, lambda path: named(path, folder)):
            try:
                found += [each for each in repairs.found(path) if (each.path, each.place.span) not in places]
            except DocumentError as error:
                repairs.workspace.tell(str(error))
                failed = True
    return Told(found, paths, checker, said, failed, outdated)


def report(source: str, workspace: Workspace) -> Sequence[Said]:
    """What a checker's output has. Raises DocumentError for a file that can't be read, or has nothing that can."""
    try:
        raw = sys.stdin.buffer.read(_LARGEST_REPORT) if source == "-" else read_regular(source, _LARGEST_REPORT)
    except (OSError, ValueError) as error:
        hint = "; pipe what a program prints to `--from -`" if isinstance(error, FileRefused) else ""
        raise DocumentError(f"{source}: {getattr(error, 'strerror', None) or error}{hint}") from error
    printed = raw.decode("utf-8", "replace")
    said = read(printed)
    if not said:
        where = "standard input" if source == "-" else source
        if why := fault(printed):
            forms = ", ".join(FORMS.names)
            raise DocumentError(f"{where}: {why}. Run the checker again, in one of the forms that are read: {forms}")
        workspace.tell(f"{where}: no findings in it: there is nothing to repair")
    return said


def findings_in(repairs: Repairs, said: Sequence[Said], folder: Path) -> Iterator[tuple[Path, Finding]]:
    """Yield the findings of the folder's files as they are by now, whatever they are about."""
    for printed, here in _by_path(said).items():
        path = _resolved(printed, folder)
        found = (each.finding(repairs.changes.document(path)) for each in here) if path is not None else ()
        yield from ((path, finding) for finding in found if path is not None and finding is not None)


def _by_path(said: Sequence[Said]) -> Mapping[str, Sequence[Said]]:
    """Group what was said by the printed path, so that each file is looked for once."""
    found = defaultdict[str, list[Said]](list)
    for each in said:
        found[each.path].append(each)
    return found


def _told(
    repairs: Repairs, said: Sequence[Said], folder: Path, within: Sequence[Path]
) -> tuple[list[Found], int, bool]:
    """The places, how many findings are of another text than the file has by now, and whether a file can't be read."""
    by_path = _by_path(said)
    found, outdated, gone = list[Found](), list[Said](), list[Said]()
    outside, failed = 0, False
    for printed in repairs.workspace.shown(list(by_path), str):
        here = by_path[printed]
        path = _resolved(printed, folder)
        if path is None and not _exists(printed, folder):
            gone += here
        elif path is None or (within and not any(path.is_relative_to(each) for each in within)):
            outside += len(here)
        else:
            try:
                document = repairs.changes.document(path)
                current = list[Said]()
                for each in here:
                    (current if may_be_of(document, each) else outdated).append(each)
                found += repairs.told(path, current)
            except DocumentError as error:
                repairs.workspace.tell(str(error))
                failed = True
    if said:
        places = f"{counted(len(found), 'place')} about null, {counted(outside, 'finding')} of other files"
        repairs.workspace.tell(f"{counted(len(said), 'finding')} read: {places}")
    if outdated:
        repairs.workspace.tell(f"{_some(outdated)}: not of the text as it is by now; run the checker again")
    if gone:
        repairs.workspace.tell(f"{_some(gone)}: no such file here; if there was one, run the checker again")
    return found, len(outdated), failed


def _exists(printed: str, folder: Path) -> bool:
    """Whether a printed path may be that of a file that is there, though none of ours, or one of several."""
    path = Path(printed)
    return os.path.exists(folder / path) or (not path.is_absolute() and path.name in _below(folder))


def _some(said: Sequence[Said]) -> str:
    first = f"{said[0].path}:{said[0].line}"
    return f"{counted(len(said), 'finding')}, {'' if len(said) == 1 else 'the first '}at {first}"


def _resolved(printed: str, folder: Path) -> Path | None:
    """The file that a checker's output means, below the folder: as it is printed, or of another machine's absolute
    path, or of SpotBugs' short one, what fits best. None for one elsewhere, and where several fit as well."""
    path = Path(os.path.abspath(folder / printed))
    if not os.path.isfile(path):  # which raises nothing, whatever is printed
        parts = Path(printed.replace("\\", "/")).parts
        tails = (folder.joinpath(*parts[start:]) for start in range(1, len(parts)) if ".." not in parts)
        path = next((tail for tail in tails if os.path.isfile(tail)), None)
        if path is None and parts and not Path(printed).is_absolute() and ".." not in parts:
            found = [each for each in _below(folder).get(parts[-1], ()) if each.parts[-len(parts) :] == parts]
            path = found[0] if len(found) == 1 else None
    # A link may lead out of the folder.
    return path if path and path.is_relative_to(folder) and path.resolve().is_relative_to(folder.resolve()) else None


@cache
def _below(folder: Path) -> Mapping[str, Sequence[Path]]:
    """The files and folders below it, by their names: a report may name many that aren't where it says."""
    found = defaultdict[str, list[Path]](list)
    for at, folders, files in walk(folder):
        for name in (*folders, *files):
            found[name].append(Path(at, name))
    return found
