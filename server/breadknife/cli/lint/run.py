"""`breadknife lint`: what an editor would show, for files, on the command line."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TextIO

from breadknife.cancel import CancelToken
from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.files import tell_complaint
from breadknife.cli.formats.values import (
    FileReport,
    RelatedSpan,
    ReportedFile,
    ReportedFinding,
    RunSummary,
    named_from_here,
)
from breadknife.cli.lint.checkers import Checker, FolderState, LintAnswer, LintTask, LocalChecker, ProcessPool
from breadknife.cli.lint.options import LintOptions
from breadknife.cli.lint.plugins import plugins_left_out, split_plugins, why_unread
from breadknife.cli.lint.sources import Source, find_sources, standard_input
from breadknife.cli.lint.streams import clear_progress, opened, show
from breadknife.cli.output import INTERRUPTED, cancelled_by_signals, counted, tell, tell_progress, use_utf8
from breadknife.errors import DocumentError
from breadknife.host.host import Host
from breadknife.host.plugins.registry import rules_of
from breadknife.host.settings import Settings
from breadknife.host.workspace import root_of
from breadknife.task.values import Finding
from breadknife.text.document import MARK, Document, read_document, uri_to_path, with_newlines

_SECONDS_ALONE = 5.0
"""How long one process checks before more are started: a process that knows a folder of 2,800 files takes 3 s of a core
to start (Django 5.1), so whatever is left to check, little is lost."""
_AHEAD = 4
"""Files that are begun before they are reported, for each process."""
_LOOK_SECONDS = 0.1
"""How often is looked whether to stop, while something is waited for."""


def run(options: LintOptions) -> int:
    """Check, and return the exit code.

    Exit code: 0 clean, 1 findings, 2 something could not be checked, 130 stopped by Ctrl-C. Raises BreadknifeError for
    what can't be done at all.
    """
    use_utf8()
    options.output_format()
    sources = [standard_input(options.stdin_filename)] if options.stdin_filename else None
    host = make_host(options.engine_script)
    host.on_progress = tell_progress
    host.on_notice = tell
    host.projects.folders = (Path.cwd(),)  # as one that is open in an editor
    with ExitStack() as stack:
        cancel = stack.enter_context(cancelled_by_signals("SIGINT", second_raises=True))
        # After Ctrl-C nobody waits for LanguageTool's end: it ends with us.
        stack.callback(lambda: None if cancel.cancelled else host.close())
        out = stack.enter_context(opened(options.output_file))
        lint = _LintRun(host, options, cancel, out)
        lint.check(sources)
        return lint.end()


@dataclass(frozen=True)
class _Begun:
    """A file that is being checked, or can't be."""

    source: Source
    document: Document | None = None
    answers: Sequence[Future[LintAnswer]] = ()
    failure: str = ""

    @property
    def is_done(self) -> bool:
        return all(answer.done() for answer in self.answers)


class _LintRun:
    """Checks files side by side, and reports them in their order."""

    def __init__(self, host: Host, options: LintOptions, cancel: CancelToken, out: TextIO) -> None:
        self._host = host
        self._options = options
        self._cancel = cancel
        self._out = out
        self._format = options.output_format()
        self._writer = self._format.writer(out)
        self._began = datetime.now(UTC)
        self._settings: Mapping[Path, Settings] = {}
        self._local = LocalChecker(host)
        self._pool: ProcessPool | None = None
        self._start_pool_at: float | None = None
        self._number, self._seconds_alone = 1, math.inf
        self._root_of = cache(_workspace_of)
        self._failures = list[str]()
        self._unread = dict[str, list[Path]]()
        self._states = dict[Path, FolderState]()
        self._lock = threading.Lock()
        self._files = self._reported = self._findings = self._hidden = 0

    def check(self, sources: Sequence[Source] | None) -> None:
        """Check `sources`, or else the paths of the options, and report what is found. Raises SettingsError."""
        options = self._options
        if options.selection.selected or options.selection.ignored:
            options.selection.check(self._rules())
        left_out = plugins_left_out(self._host, options)
        sources = list(self._until_interrupted(sources or find_sources(options.paths, self._complain)))
        self._files = len(sources)
        roots = dict.fromkeys(self._root_of(source.path.parent) for source in sources)
        self._settings = {
            root: settings_for(self._host, options.offline, root, disabled_plugins=left_out) for root in roots
        }
        self._host.settings = next(iter(self._settings.values()), self._host.settings)
        self._host.settings_of = lambda root: self._settings[root] if root else self._host.settings
        jobs = 1 if options.engine_script else options.jobs  # a script is one process's
        self._number = min(jobs or _cores(), len(sources))
        self._seconds_alone = math.inf if self._number < 2 else 0.0 if jobs is not None else _SECONDS_ALONE
        try:
            self._check_all(sources)
        finally:
            self._local.close()
            if self._pool is not None:
                self._pool.close()

    def end(self) -> int:
        """Write what is written last; return the exit code."""
        code = 2 if self._failures else 1 if self._findings and not self._options.exit_zero else 0
        if self._cancel.cancelled:
            code = INTERRUPTED
        rules = self._rules() if self._format.names_rules and self._findings else dict[str, str]()
        for why, (first, *others) in self._unread.items():
            tell(f"{first}{f' and {len(others)} more' if others else ''}: {why}")
        if self._hidden:
            tell(f"{counted(self._hidden, 'unlikely finding')} not shown; `--min-confidence low` shows all")
        tell("", fleeting=True)
        self._writer.end(RunSummary(self._began, datetime.now(UTC), code, self._failures, rules))
        show(self._out)
        if self._cancel.cancelled:
            tell(f"interrupted: {self._reported} of {counted(self._files, 'file')} checked")
        return code

    def _check_all(self, sources: Sequence[Source]) -> None:
        """Begin at most `_AHEAD` files for each process before the first of them is reported. When it is interrupted,
        those that are ready are reported."""
        begun = deque[_Begun]()
        for source in self._until_interrupted(sources):
            begun.append(self._begin(source))
            while begun and (begun[0].is_done or len(begun) >= max(1, self._number) * _AHEAD):
                if not self._wait(begun[0]):
                    break
                self._report(begun.popleft())
        while begun and self._wait(begun[0]):
            self._report(begun.popleft())
        for file in begun:
            if file.is_done:
                self._report(file)

    def _until_interrupted(self, sources: Iterable[Source]) -> Iterator[Source]:
        for source in sources:
            if self._cancel.cancelled:
                return
            yield source

    def _complain(self, error: DocumentError) -> None:
        """Tell of a path that isn't there, can't be listed, or is left out."""
        if tell_complaint(error):
            self._failures.append(str(error))

    def _begin(self, source: Source) -> _Begun:
        root = self._root_of(source.path.parent)
        if not self._host.projects.read(root, _LOOK_SECONDS):
            tell(f"reading the files of {root}", fleeting=True)
            while not (self._host.projects.read(root, _LOOK_SECONDS) or self._cancel.cancelled):
                pass
        try:
            document = with_newlines(source.read(self._options.language))
        except DocumentError as error:
            return _Begun(source, failure=str(error))
        if source.is_named and (why := why_unread(self._host, self._options, source.path, document, root)):
            self._unread.setdefault(why, []).append(source.path)
        anywhere, here = split_plugins(self._host, document, root)
        self._start_pool_in_time()
        parts: Sequence[tuple[Checker, frozenset[str]]] = (
            # In one process, all plugins are asked side by side.
            [(self._local, anywhere | here)] if self._pool is None else [(self._pool, anywhere), (self._local, here)]
        )
        all_fixes = self._format.has_fixes
        answers = [checker.check(LintTask(document, root, names, all_fixes)) for checker, names in parts if names]
        return _Begun(source, document, answers)

    def _start_pool_in_time(self) -> None:
        """Start other processes once this one has checked files for some time: to start them costs as much."""
        now = time.monotonic()
        if self._start_pool_at is None:
            self._start_pool_at = now + self._seconds_alone
        if self._pool is None and now >= self._start_pool_at:
            self._pool = ProcessPool(self._number, self._host.projects.folders, self._state_of, self._host.notify)

    def _wait(self, file: _Begun) -> bool:
        """Wait for the answers. Return whether they are there; otherwise the user has interrupted."""
        tell(f"{self._reported + 1} of {self._files}: {file.source.path}", fleeting=True)
        while not self._cancel.cancelled:
            if not wait(file.answers, _LOOK_SECONDS).not_done:
                return True
        return False

    def _report(self, file: _Begun) -> None:
        report = self._report_of(file)
        self._reported += 1
        self._findings += len(report.findings)
        self._hidden += report.hidden
        clear_progress(self._out)
        for failure in report.failures:
            tell(failure)
            self._failures.append(failure)
        self._writer.add(report)
        show(self._out)

    def _report_of(self, file: _Begun) -> FileReport:
        path = file.source.path
        if file.document is None:
            return FileReport(path, failures=(file.failure,))
        answers = [answer.result() for answer in file.answers]
        if failures := [failure for answer in answers for failure in answer.failures]:
            return FileReport(path, failures=(f"{path}: {'; '.join(failures)}",))
        findings = sorted(
            (finding for answer in answers for finding in answer.findings), key=lambda f: (f.span, f.source, f.code)
        )
        selected = [finding for finding in findings if self._options.selection.keeps(finding)]
        likely = [finding for finding in selected if self._options.is_likely(finding)]
        reported = ReportedFile(path, file.document)
        return FileReport(
            path,
            [ReportedFinding(reported, finding, tuple(_related(reported, finding))) for finding in likely],
            [f"{path}: {why}" for answer in answers for why in answer.unanswered],
            hidden=len(selected) - len(likely),
        )

    def _state_of(self, root: Path) -> FolderState:
        """Pack what each process needs of a folder, which is read completely: packing takes as long as unpacking."""
        with self._lock:
            if root not in self._states:
                self._states[root] = FolderState(root, self._settings[root], self._host.projects.known(root))
            return self._states[root]

    def _rules(self) -> Mapping[str, str]:
        return {id: about for plugin in self._host.registry.plugins for id, about in rules_of(plugin).items()}


def _workspace_of(folder: Path) -> Path:
    """Return the workspace folder of the files in a folder."""
    return root_of(folder / "file", [Path.cwd()])


def _related(file: ReportedFile, finding: Finding) -> Iterator[RelatedSpan]:
    """Yield what explains a finding; without spans of files that aren't there any more, or are shorter by now."""
    for related in finding.related:
        there = file if related.uri in (None, file.document.uri) else _read_other(related.uri)
        shift = len(MARK) if there and there is not file and there.document.text.startswith(MARK) else 0
        if there and related.span.end + shift <= len(there.document.text):
            yield RelatedSpan(there, related.span.shifted(shift), related.message)


@lru_cache(maxsize=64)  # many findings come from a few declarations
def _read_other(uri: str) -> ReportedFile | None:
    """Read a file that was not named."""
    path = uri_to_path(uri)
    try:
        return named_from_here(path, read_document(path)) if path else None
    except DocumentError:
        return None


def _cores() -> int:
    """Return the number of those that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
