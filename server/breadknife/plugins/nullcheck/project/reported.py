"""The findings about null that a command works on: our own, or another checker's output."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from breadknife.disk.reading import read_regular
from breadknife.errors import DocumentError, FileRefused
from breadknife.plugins.nullcheck.formats.reading import FORMS, LARGEST_REPORT, read
from breadknife.plugins.nullcheck.formats.values import PrintedFinding
from breadknife.plugins.nullcheck.project.checkers import reports
from breadknife.plugins.nullcheck.project.places import may_be_of
from breadknife.plugins.nullcheck.project.repairs import Repairs, named
from breadknife.plugins.nullcheck.project.values import DereferenceFinding
from breadknife.task.values import Finding
from breadknife.text.document import Document, uri_to_path
from breadknife.text.printable import counted

_LINE = re.compile(r"(.+?):(\d+)(?::\d+)?")

CHECKER = "checker"
"""In place of a report: run the project's own checkers."""
_MOST = 5000
"""Findings about null that are placed: what comes of more, nobody reads."""


@dataclass(frozen=True)
class FindingSources:
    paths: Sequence[Path] = ()
    """Only what is in these files and folders; all of this folder without any."""
    report: str | None = None
    """A file with a checker's output; `-`: standard input; `CHECKER`: the project's own checkers are run. Without one,
    the null check's own findings."""
    lines: Mapping[Path, Set[int]] = field(default_factory=dict[Path, Set[int]])
    """Of these files only what is on these lines, which count from 1."""

    @classmethod
    def of(cls, words: Sequence[Path], report: str | None) -> FindingSources:
        """Return what a command line names: files, folders, and lines of files, as `FILE:LINE`."""
        paths, lines = list[Path](), defaultdict[Path, set[int]](set)
        for word in words:
            said = _LINE.fullmatch(str(word)) if not word.exists() else None
            paths.append(Path(said[1]) if said else word)
            if said:
                lines[Path(os.path.abspath(said[1]))].add(int(said[2]))
        return cls(list(dict.fromkeys(paths)), report, lines)

    def have(self, path: Path, document: Document, finding: Finding) -> bool:
        """Tell whether a finding is on one of the lines, if its file has any."""
        return path not in self.lines or document.line_at(finding.span.start) + 1 in self.lines[path]


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
    if sources.report == CHECKER:
        said, unchecked = list[PrintedFinding](), list[Path]()
        asked = [folder / path for path in sources.paths]
        only = list(map(Path, map(os.path.abspath, asked))) if all(map(os.path.isfile, asked)) else []
        for report in reports(repairs, paths, folder, only):
            said += report.said or ()
            unchecked += report.project.paths if report.said is None else ()
        gathered = gather_printed(repairs, said, paths, folder) if said else GatheredFindings((), paths, False)
    elif sources.report:
        read = read_report(repairs, sources.report)
        gathered, unchecked = gather_printed(repairs, read, paths, folder, _report_folder(sources.report)), ()
    else:
        gathered, unchecked = GatheredFindings((), paths, False), paths
    own, own_failed = _found(repairs, unchecked, folder)
    found = [
        each
        for each in (*gathered.found, *own)
        if sources.have(each.path, repairs.changes.document(each.path), each.finding)
    ]
    return replace(gathered, found=found, failed=failed or own_failed or gathered.failed)


def _found(repairs: Repairs, paths: Sequence[Path], folder: Path) -> tuple[Sequence[DereferenceFinding], bool]:
    """Return the null check's own findings, and whether it has failed in a file, which is told."""
    found, failed = list[DereferenceFinding](), False
    for path in repairs.workspace.shown(paths, lambda path: named(path, folder)):
        try:
            found += repairs.found(path)
        except DocumentError as error:
            repairs.workspace.tell(str(error))
            failed = True
    return found, failed


def read_report(repairs: Repairs, source: str) -> Sequence[PrintedFinding]:
    """Return what a checker's output has. Raises DocumentError for a file that can't be read, or has nothing that
    can."""
    try:
        raw = sys.stdin.buffer.read(LARGEST_REPORT + 1) if source == "-" else read_regular(source, LARGEST_REPORT)
    except (OSError, ValueError) as error:
        hint = "; pipe what a program prints to `--from -`" if isinstance(error, FileRefused) else ""
        raise DocumentError(f"{source}: {getattr(error, 'strerror', None) or error}{hint}") from error
    where = "standard input" if source == "-" else source
    if len(raw) > LARGEST_REPORT:
        raise DocumentError(f"{where}: more than {LARGEST_REPORT >> 20} MB; run the checker on a part of the project")
    said, why = read(raw.decode("utf-8", "replace"))
    if why:
        raise DocumentError(f"{where}: {why}. Run the checker again, in one of the forms that are read: {FORMS.names}")
    if not said:
        repairs.workspace.tell(f"{where}: no findings in it: there is nothing to repair")
    return said


def _report_folder(source: str) -> Path | None:
    return None if source == "-" else Path(os.path.abspath(source)).parent


def _by_path(said: Sequence[PrintedFinding]) -> Mapping[str, Sequence[PrintedFinding]]:
    """Group what was said by the printed path, so that each file is looked for once."""
    found = defaultdict[str, list[PrintedFinding]](list)
    for each in said:
        found[each.path].append(each)
    return found


def gather_printed(
    repairs: Repairs,
    said: Sequence[PrintedFinding],
    paths: Sequence[Path],
    folder: Path,
    report_folder: Path | None = None,
) -> GatheredFindings:
    """Return those of a checker's findings that are about null, in their files. `report_folder`: where the report lies,
    since its paths may be seen from there."""
    by_path, files = _by_path(said), _Files(paths, folder, report_folder)
    found, outdated, elsewhere, failed = (
        list[DereferenceFinding](),
        list[PrintedFinding](),
        list[PrintedFinding](),
        False,
    )
    read, left_out, unread = 0, 0, list[PrintedFinding]()
    for printed in repairs.workspace.shown(list(by_path), str):
        here, path = by_path[printed], files.meant(printed)
        if path is None:
            its = Path(os.path.abspath(folder / printed))
            is_left_out = its.is_relative_to(folder) and its.exists()  # by the paths that are named
            left_out += len(here) if is_left_out else 0
            elsewhere += () if is_left_out else here
            continue
        if len(found) >= _MOST:
            break
        read += len(here)
        try:
            document = repairs.changes.document(path)
            outdated += [each for each in here if not may_be_of(document, each)]
            about_null = [each for each in here if may_be_of(document, each) and repairs.is_about_null(path, each)]
            unread += about_null if about_null and repairs.file(path) is None else ()
            found += repairs.told(path, about_null)
        except DocumentError as error:
            repairs.workspace.tell(str(error))
            failed = True
    tell = repairs.workspace.tell
    if said:
        tell(f"{counted(len(said), 'finding')} read: {counted(len(found), 'place')} about null")
    if (late := len(said) - read - left_out - len(elsewhere)) > 0:
        rest = counted(late, "finding")
        tell(f"{rest} left out, after {_MOST:,} places: name files or folders to look at others")
    if outdated:
        tell(f"{_some(outdated)}: not of the text as it is by now; run the checker again")
    if unread:
        tell(f"{_some(unread)}: the file is too long to be analysed, as generated code is; it isn't sorted")
    if elsewhere:
        tell(f"{_some(elsewhere)}: of no file that is looked at; run this in the folder that the checker ran in")
    return GatheredFindings(found, paths, failed, len(outdated))


def _some(said: Sequence[PrintedFinding]) -> str:
    first = f"{said[0].path}:{said[0].line}"
    return f"{counted(len(said), 'finding')}, {'' if len(said) == 1 else 'the first '}at {first}"


class _Files:
    """The files that findings may be about."""

    def __init__(self, paths: Sequence[Path], folder: Path, report_folder: Path | None = None) -> None:
        self._folder = folder
        self._bases = [folder, *([report_folder] if report_folder else ())]
        self._paths = defaultdict[str, list[Path]](list)
        for path in map(Path, map(os.path.abspath, paths)):
            if path.is_relative_to(folder) and path.resolve().is_relative_to(folder.resolve()):  # a link may lead out
                self._paths[path.name].append(path)

    def meant(self, printed: str) -> Path | None:
        """Return the one that a checker's output means: as it is printed, seen from here or from the report, or of
        another machine's absolute path, of another folder's relative one, or of SpotBugs' short one, what fits best.
        None for none of them, and where several fit as well."""
        said = uri_to_path(printed) if printed.startswith("file:") else None
        written = str(said or printed)
        parts = [part for part in Path(written.replace("\\", "/")).parts if part not in ("..", ".")]
        its = self._paths.get(parts[-1], []) if parts else []
        for base in self._bases:
            path = Path(os.path.abspath(base / written))
            if path in its:
                return path
            if path.exists():
                return None
        foreign = (each for each in its if parts[-len(own := self._below(each)) :] == own)
        longest = max(foreign, key=lambda each: len(each.parts), default=None)
        short = [each for each in its if self._below(each)[-len(parts) :] == parts]
        return longest or (short[0] if len(short) == 1 else None)

    def _below(self, path: Path) -> list[str]:
        return list(path.relative_to(self._folder).parts)
