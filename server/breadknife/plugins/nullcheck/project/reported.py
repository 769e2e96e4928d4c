"""The findings about null that a command works on: our own, or another checker's output."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.disk.reading import read_regular
from breadknife.errors import DocumentError, FileRefused
from breadknife.plugins.nullcheck.formats.reading import FORMS, read
from breadknife.plugins.nullcheck.formats.values import PrintedFinding
from breadknife.plugins.nullcheck.project.places import may_be_of
from breadknife.plugins.nullcheck.project.repairs import Repairs, named
from breadknife.plugins.nullcheck.project.values import DereferenceFinding
from breadknife.plugins.nullcheck.wording import counted
from breadknife.task.values import Finding

_LARGEST_REPORT = 256 << 20
"""Bytes of a checker's output. A finding has about 500 in JSON."""


@dataclass(frozen=True)
class FindingSources:
    paths: Sequence[Path] = ()
    """Only what is in these files and folders; all of this folder without any."""
    report: str | None = None
    """A file with a checker's output; `-`: standard input. Without one, the null check's own findings."""


@dataclass(frozen=True)
class GatheredFindings:
    found: Sequence[DereferenceFinding]
    paths: Sequence[Path]
    """The files that were looked at."""
    failed: bool
    """A file couldn't be read or checked."""
    outdated: int = 0
    """Findings of a text that is another one by now."""


def gather(
    repairs: Repairs, sources: FindingSources, paths: Sequence[Path], folder: Path, *, failed: bool = False
) -> GatheredFindings:
    """Return the findings of the sources. `paths`: the files to look at. Raises BreadknifeError for what can't be read;
    a file with an error of its own is told and left out, and has `failed`."""
    repairs.workspace.tell("reading the project", fleeting=True)
    repairs.await_projects(paths or [folder])
    if sources.report:
        return _told(repairs, report(repairs, sources.report), paths, folder, failed=failed)
    found = list[DereferenceFinding]()
    for path in repairs.workspace.shown(paths, lambda path: named(path, folder)):
        try:
            found += repairs.found(path)
        except DocumentError as error:
            repairs.workspace.tell(str(error))
            failed = True
    return GatheredFindings(found, paths, failed)


def report(repairs: Repairs, source: str) -> Sequence[PrintedFinding]:
    """Return what a checker's output has. Raises DocumentError for a file that can't be read, or has nothing that
    can."""
    try:
        raw = sys.stdin.buffer.read(_LARGEST_REPORT) if source == "-" else read_regular(source, _LARGEST_REPORT)
    except (OSError, ValueError) as error:
        hint = "; pipe what a program prints to `--from -`" if isinstance(error, FileRefused) else ""
        raise DocumentError(f"{source}: {getattr(error, 'strerror', None) or error}{hint}") from error
    said, why = read(raw.decode("utf-8", "replace"))
    where = "standard input" if source == "-" else source
    if why:
        raise DocumentError(f"{where}: {why}. Run the checker again, in one of the forms that are read: {FORMS.names}")
    if not said:
        repairs.workspace.tell(f"{where}: no findings in it: there is nothing to repair")
    return said


def findings_in(
    repairs: Repairs, said: Sequence[PrintedFinding], paths: Sequence[Path], folder: Path
) -> Iterator[tuple[Path, Finding]]:
    """Yield the findings of these files as they are by now, whatever they are about."""
    files = _Files(paths, folder)
    for printed, here in _by_path(said).items():
        path = files.meant(printed)
        found = (each.finding(repairs.changes.document(path)) for each in here) if path is not None else ()
        yield from ((path, finding) for finding in found if path is not None and finding is not None)


def _by_path(said: Sequence[PrintedFinding]) -> Mapping[str, Sequence[PrintedFinding]]:
    """Group what was said by the printed path, so that each file is looked for once."""
    found = defaultdict[str, list[PrintedFinding]](list)
    for each in said:
        found[each.path].append(each)
    return found


def _told(
    repairs: Repairs, said: Sequence[PrintedFinding], paths: Sequence[Path], folder: Path, *, failed: bool
) -> GatheredFindings:
    by_path, files = _by_path(said), _Files(paths, folder)
    found, outdated, gone, elsewhere = list[DereferenceFinding](), list[PrintedFinding](), list[PrintedFinding](), 0
    for printed in repairs.workspace.shown(list(by_path), str):
        here, path = by_path[printed], files.meant(printed)
        if path is None and not os.path.exists(folder / printed):
            gone += here
        elif path is None:
            elsewhere += len(here)
        else:
            try:
                document = repairs.changes.document(path)
                outdated += [each for each in here if not may_be_of(document, each)]
                found += repairs.told(path, (each for each in here if may_be_of(document, each)))
            except DocumentError as error:
                repairs.workspace.tell(str(error))
                failed = True
    if said:
        places = f"{counted(len(found), 'place')} about null, {counted(elsewhere, 'finding')} of other files"
        repairs.workspace.tell(f"{counted(len(said), 'finding')} read: {places}")
    if outdated:
        repairs.workspace.tell(f"{_some(outdated)}: not of the text as it is by now; run the checker again")
    if gone:
        repairs.workspace.tell(f"{_some(gone)}: no such file here; if there was one, run the checker again")
    return GatheredFindings(found, paths, failed, len(outdated))


def _some(said: Sequence[PrintedFinding]) -> str:
    first = f"{said[0].path}:{said[0].line}"
    return f"{counted(len(said), 'finding')}, {'' if len(said) == 1 else 'the first '}at {first}"


class _Files:
    """The files that findings may be about."""

    def __init__(self, paths: Sequence[Path], folder: Path) -> None:
        self._folder = folder
        self._paths = defaultdict[str, list[Path]](list)
        for path in map(Path, map(os.path.abspath, paths)):
            if path.is_relative_to(folder) and path.resolve().is_relative_to(folder.resolve()):  # a link may lead out
                self._paths[path.name].append(path)

    def meant(self, printed: str) -> Path | None:
        """Return the one that a checker's output means: as it is printed, or of another machine's absolute path, or of
        SpotBugs' short one, what fits best. None for none of them, and where several fit as well."""
        path, parts = Path(os.path.abspath(self._folder / printed)), Path(printed.replace("\\", "/")).parts
        named = self._paths.get(path.name, [])
        if path in named or path.exists() or ".." in parts:
            return path if path in named else None
        foreign = (each for each in named if parts[-len(own := each.relative_to(self._folder).parts) :] == own)
        longest = max(foreign, key=lambda each: len(each.parts), default=None)
        short = [each for each in named if each.parts[-len(parts) :] == parts]
        return longest or (short[0] if len(short) == 1 else None)
