"""`breadknife lint`: what an editor would show, for files, on the command line."""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.files import tell_complaint
from breadknife.cli.formats.table import Format
from breadknife.cli.formats.values import Checked, Run
from breadknife.cli.lint.asking import Folder, Here
from breadknife.cli.lint.checks import Checks, Roots
from breadknife.cli.lint.output import make_way, opened, show
from breadknife.cli.lint.plugins import unasked, why_unread
from breadknife.cli.lint.processes import Processes, Spreading
from breadknife.cli.lint.sources import Source, files, standard_input
from breadknife.cli.lint.stopping import Stop
from breadknife.cli.lint.wanted import Report, Wanted
from breadknife.cli.output import INTERRUPTED, counted, tell, tell_progress
from breadknife.errors import DocumentError
from breadknife.host.host import Host
from breadknife.host.plugins.registry import rules_of
from breadknife.host.settings import Settings
from breadknife.text.document import Document

_SECONDS_ALONE = 5.0
"""How long one process checks before more are started: a process that knows a folder of 2,800 files takes 3 s of a core
to start (Django 5.1), so whatever is left to check, little is lost."""
_AHEAD = 4
"""Files that are begun before they are told, for each process."""


def run(
    wanted: Wanted,
    report: Report = Report(),
    *,
    jobs: int | None = None,
    offline: bool = False,
    engine_script: Path | None = None,
) -> int:
    """Check, and return the exit code. `jobs`: how many processes check; None for one at first, and one for each core
    where there is much to check.

    Exit code: 0 clean, 1 findings, 2 something could not be checked, 130 stopped by Ctrl-C. Raises BreadknifeError for
    what can't be done at all.
    """
    # A redirected stream isn't UTF-8 everywhere, and a file's name isn't valid Unicode everywhere.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    form = report.written_as()
    given = [standard_input(wanted.stdin_filename)] if wanted.stdin_filename else None
    host = make_host(engine_script)
    host.on_progress = tell_progress
    host.on_notice = tell
    host.projects.folders = (Path.cwd(),)  # as one that is open in an editor
    with ExitStack() as stack:
        stop = stack.enter_context(Stop())
        # After Ctrl-C nobody waits for LanguageTool's end: it ends with us.
        stack.callback(lambda: None if stop.asked else host.close())
        out = stack.enter_context(opened(report.output_file))
        run = _Run(host, wanted, report, form, stop, out)
        run.check(given, jobs=1 if engine_script else jobs, offline=offline)  # a script is one process's
        return run.end()


class _Run:
    def __init__(self, host: Host, wanted: Wanted, report: Report, form: Format, stop: Stop, out: TextIO) -> None:
        self._host = host
        self._wanted = wanted
        self._report = report
        self._stop = stop
        self._out = out
        self._format = form
        self._writer = form.writer(out)
        self._began = datetime.now(UTC)
        self._failures = list[str]()
        self._unread = dict[str, list[Path]]()
        self._folders = dict[Path, Folder]()
        self._lock = threading.Lock()
        self._files = self._checked = self._findings = self._hidden = 0

    def check(self, given: Sequence[Source] | None, *, jobs: int | None, offline: bool) -> None:
        """Check `given`, or else the paths that are wanted, and write what is found. Raises SettingsError."""
        if self._wanted.selection.is_any:
            self._wanted.selection.check(self._rules())
        leave_out = unasked(self._host, self._wanted)
        sources = list(self._until_stopped(given or files(self._wanted.paths, self._complain)))
        self._files = len(sources)
        roots = Roots(Path.cwd())
        settings = {
            root: settings_for(self._host, offline, root, unasked=leave_out)
            for root in dict.fromkeys(roots.of(source.path) for source in sources)
        }
        self._host.settings = next(iter(settings.values()), self._host.settings)
        self._host.settings_of = lambda root: settings[root] if root else self._host.settings
        number = min(jobs or _cores(), len(sources))
        with ExitStack() as stack:
            here = stack.enter_context(closing(Here(self._host)))
            spread = stack.enter_context(
                closing(Spreading(here, partial(self._processes, number, settings), _when(number, jobs)))
            )
            checks = Checks(self._host, here, spread, roots, self._wanted, self._format.has_fixes, self._stop)
            for checked in checks.of(
                sources, max(1, number) * _AHEAD, self._begin, self._show_progress, self._show_reading
            ):
                self._tell(checked)

    def end(self) -> int:
        """Write what is written last; the exit code."""
        code = 2 if self._failures else 1 if self._findings and not self._report.exit_zero else 0
        if self._stop.asked:
            code = INTERRUPTED
        rules = self._rules() if self._format.names_rules and self._findings else dict[str, str]()
        for why, (first, *others) in self._unread.items():
            tell(f"{first}{f' and {len(others)} more' if others else ''}: {why}")
        if self._hidden:
            tell(f"{counted(self._hidden, 'unlikely finding')} not shown; `--min-confidence low` shows all")
        tell("", fleeting=True)
        self._writer.end(Run(self._began, datetime.now(UTC), code, self._failures, rules))
        show(self._out)
        if self._stop.asked:
            tell(f"interrupted: {self._checked} of {counted(self._files, 'file')} checked")
        return code

    def _until_stopped(self, sources: Iterable[Source]) -> Iterator[Source]:
        for source in sources:
            if self._stop.asked:
                return
            yield source

    def _complain(self, error: DocumentError) -> None:
        """Tells of a path that isn't there, can't be listed, or is left out."""
        if tell_complaint(error):
            self._failures.append(str(error))

    def _begin(self, source: Source, document: Document, root: Path) -> None:
        if source.is_named and (why := why_unread(self._host, self._wanted, source.path, document, root)):
            self._unread.setdefault(why, []).append(source.path)

    def _show_progress(self, source: Source) -> None:
        tell(f"{self._checked + 1} of {self._files}: {source.path}", fleeting=True)

    def _show_reading(self, root: Path) -> None:
        tell(f"reading the files of {root}", fleeting=True)

    def _tell(self, checked: Checked) -> None:
        self._checked += 1
        self._findings += len(checked.problems)
        self._hidden += checked.hidden
        make_way(self._out)
        for failure in checked.failures:
            tell(failure)
            self._failures.append(failure)
        self._writer.add(checked)
        show(self._out)

    def _processes(self, number: int, settings: Mapping[Path, Settings]) -> Processes:
        return Processes(number, self._host.projects.folders, partial(self._folder, settings), self._host.notify)

    def _folder(self, settings: Mapping[Path, Settings], root: Path) -> Folder:
        """Packs what each process needs of a folder, which is read complete: packing takes as long as unpacking."""
        with self._lock:
            if root not in self._folders:
                self._folders[root] = Folder(root, settings[root], self._host.projects.known(root))
            return self._folders[root]

    def _rules(self) -> Mapping[str, str]:
        return {id: about for plugin in self._host.registry.plugins for id, about in rules_of(plugin).items()}


def _when(number: int, jobs: int | None) -> float:
    """After how many seconds of checking so many processes are started."""
    if number < 2:
        return math.inf
    return 0.0 if jobs is not None else _SECONDS_ALONE


def _cores() -> int:
    """Those that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
