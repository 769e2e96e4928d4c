"""`breadknife lint`: what an editor would show, for files, on the command line."""

from __future__ import annotations

import os
import threading
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TextIO

from breadknife.cancel import CancelToken
from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.baseline.file import baseline_path
from breadknife.cli.cache.shared import SharedCache
from breadknife.cli.files import tell_complaint
from breadknife.cli.formats.table import WriterOfAll
from breadknife.cli.formats.values import (
    FileReport,
    ReportedFile,
    ReportedFinding,
    ReportWriter,
    RunSummary,
)
from breadknife.cli.lint.changed import ChangedSources, brought_by_change, find_affected
from breadknife.cli.lint.checkers import FolderState, LintAnswer, LintTask, LocalChecker, ProcessPool
from breadknife.cli.lint.executors import Executor, ProcessExecutor
from breadknife.cli.lint.kept import KeptFindings
from breadknife.cli.lint.known import KnownFindings
from breadknife.cli.lint.options import RAY, LintOptions
from breadknife.cli.lint.plugins import plugins_left_out, split_plugins, why_unread
from breadknife.cli.lint.related import report_finding
from breadknife.cli.lint.sources import Source, find_sources, standard_input
from breadknife.cli.lint.streams import clear_progress, opened, pace_of
from breadknife.cli.output import INTERRUPTED, cancelled_by_signals, suggest, tell, tell_progress, use_utf8
from breadknife.disk_cache import why_unusable
from breadknife.engine.machine import cores
from breadknife.errors import DocumentError, SettingsError
from breadknife.host.host import Host
from breadknife.host.plugins.registry import rules_of
from breadknife.host.settings import Settings
from breadknife.host.workspace import root_of
from breadknife.paths import answers_dir
from breadknife.task.values import Finding
from breadknife.text.document import Document, language_of, with_newlines
from breadknife.text.printable import counted

_FILES_AHEAD = 4
"""How many files, for each process, are being checked or wait to be reported at a time."""
_POLL_SECONDS = 0.1
"""How often is looked for Ctrl-C while something is waited for."""


def run(options: LintOptions, writer: ReportWriter | None = None) -> int:
    """Check, and return the exit code. `writer` gets what is found, in place of the format of the options.

    Exit code: 0 clean, 1 findings, 2 something could not be checked, 130 stopped by Ctrl-C. Raises BreadknifeError if
    nothing can be checked, for instance because an option is wrong.
    """
    use_utf8()
    options.output_format()  # raises an error before anything is read
    sources = [standard_input(options.stdin_filename)] if options.stdin_filename else None
    if why := why_unusable(answers_dir()):
        tell(f"{answers_dir()}: {why}; each run takes as long as the first; name another folder by `--cache-dir`")
    shared = SharedCache.of(options.cache_url, offline=options.offline) if options.cache_url else None
    if shared is not None:
        shared.fetch(answers_dir())
    host = make_host(options.engine_script)
    host.on_progress = tell_progress
    host.on_notice, host.on_suggestion = tell, suggest
    host.projects.folders = (Path.cwd(),)  # as one that is open in an editor
    with ExitStack() as stack:
        cancel = stack.enter_context(cancelled_by_signals("SIGINT", second_raises=True))
        # After Ctrl-C don't wait until LanguageTool has ended: it ends with this process.
        stack.callback(lambda: None if cancel.cancelled else host.close())
        out = stack.enter_context(opened(options.output_file))
        reports = [(report.format, stack.enter_context(opened(report.path, "--report"))) for report in options.reports]
        lint = _LintRun(host, options, cancel, out, writer or WriterOfAll.of(options.output_format(), out, reports))
        lint.check(sources)
        code = lint.end()
        if shared is not None and not cancel.cancelled:
            shared.publish(answers_dir())
        return code


@dataclass(frozen=True)
class _PendingFile:
    """A file that is being checked, or that can't be read."""

    source: Source
    document: Document | None = None
    """None if it can't be read, or nobody need be asked."""
    answers: Sequence[Future[LintAnswer]] = ()
    """One from each checker that some of the plugins are asked through."""
    failure: str = ""
    """Why it can't be read."""
    kept: Mapping[str, Sequence[Finding]] = field(default_factory=dict[str, Sequence[Finding]])
    """Plugin that need not be asked -> what it finds."""

    @property
    def is_done(self) -> bool:
        return all(answer.done() for answer in self.answers)


class _LintRun:
    """Checks files side by side, and reports them in their order."""

    def __init__(
        self, host: Host, options: LintOptions, cancel: CancelToken, out: TextIO, writer: ReportWriter
    ) -> None:
        self._host = host
        self._options = options
        self._cancel = cancel
        self._out = out
        self._format = options.output_format()
        self._writer = writer
        self._began = datetime.now(UTC)
        self._settings: Mapping[Path, Settings] = {}
        self._local = LocalChecker(host)
        self._root_of = cache(_workspace_of)
        self._failures = list[str]()
        self._unread = dict[str, list[Path]]()
        """The files that no plugin reads as what they are, by the reason."""
        self._states = dict[Path, FolderState]()
        self._lock = threading.Lock()
        """Guards `_states`, which the pool's threads ask for."""
        self._changed: ChangedSources | None = None
        """None if everything is checked."""
        self._known = KnownFindings()
        self._kept = KeptFindings(host, all_fixes=self._format.has_fixes)
        self._file_count = self._reported_count = self._finding_count = self._hidden_count = 0

    def check(self, sources: Sequence[Source] | None) -> None:
        """Check `sources`, or else the paths of the options, and report what is found. Raises SettingsError."""
        options = self._options
        if options.selection.selected or options.selection.ignored:
            options.selection.check(self._rules())
        left_out = plugins_left_out(self._host, options)
        if options.changes is not None:
            self._changed = ChangedSources.of(options.paths, options.changes)
            for changes in self._changed.changes:
                tell(f"{counted(len(changes.files), 'file')} changed since {changes.base.about}")
        sources = list(self._until_interrupted(sources or find_sources(options.paths, self._complain, self._changed)))
        if self._cancel.cancelled:
            return
        roots = dict.fromkeys(self._root_of(source.path.parent) for source in sources)
        self._settings = {
            root: settings_for(
                self._host, options.offline, root, disabled_plugins=left_out,
                base=self._changed.base_of(root) if self._changed is not None else "",
            )
            for root in roots
        }  # fmt: skip
        self._host.settings = next(iter(self._settings.values()), self._host.settings)
        self._host.settings_of = lambda root: self._settings[root] if root else self._host.settings
        if options.uses_baseline:
            for root in roots:
                self._known.load(root)
        if self._changed is not None and self._changed.by_lines:
            affected = find_affected(self._changed, [source.path for source in sources], self._importers)
            sources += (Source(Path(os.path.relpath(path)), is_named=False) for path in affected)
        self._file_count = len(sources)
        numbers = Counter(self._root_of(source.path.parent) for source in sources)
        for root in roots if not (options.engine_script or options.changes) else ():
            self._kept.load(root, numbers[root])
        with closing(self._executor(len(sources))) as executor, closing(self._local):
            self._check_all(sources, executor)
        if not self._cancel.cancelled:
            self._kept.save()

    def end(self) -> int:
        """Write the end of the output, tell what isn't in it, and return the exit code."""
        code = 2 if self._failures else 1 if self._finding_count and not self._options.exit_zero else 0
        if self._cancel.cancelled:
            code = INTERRUPTED
        rules = self._rules() if self._format.names_rules and self._finding_count else dict[str, str]()
        for why, (first, *others) in self._unread.items():
            tell(f"{first}{f' and {len(others)} more' if others else ''}: {why}")
        if self._hidden_count:
            tell(f"{counted(self._hidden_count, 'unlikely finding')} not shown; `--min-confidence low` shows all")
        for root, stale in self._known.stale().items() if self._is_whole else ():
            if stale:
                file = os.path.relpath(baseline_path(root))
                tell(f"{counted(len(stale), 'line')} of {file} stale; `breadknife baseline --prune` removes them")
        tell("", fleeting=True)
        self._writer.end(RunSummary(self._began, datetime.now(UTC), code, self._failures, rules))
        self._out.flush()
        if self._cancel.cancelled:
            done = f": {self._reported_count} of {counted(self._file_count, 'file')} checked"
            tell(f"interrupted{done if self._file_count else ' while looking for files'}")
        return code

    def _executor(self, file_count: int) -> Executor:
        """Return what checks so many files. Raises SettingsError and ClusterError."""
        options, host = self._options, self._host
        tell_optional = partial(host.notify, optional=True)
        if options.executor == RAY:
            if any(settings.offline for settings in self._settings.values()):
                raise SettingsError(f"--executor {RAY}: a cluster needs the network; leave `offline` out")
            from breadknife.cli.lint.cluster import RayExecutor

            return RayExecutor(host.projects.folders, self._state_of, host.notify, tell_optional)
        jobs = 1 if options.engine_script else options.jobs  # the lines of a script are answered by one process
        return ProcessExecutor(
            self._local,
            lambda number: ProcessPool(number, host.projects.folders, self._state_of, host.notify, tell_optional),
            width=max(1, min(jobs or cores()[1], file_count)),
            asked=jobs is not None,
        )

    def _check_all(self, sources: Sequence[Source], executor: Executor) -> None:
        """Check the files side by side, at most `_FILES_AHEAD` for each process at a time, and report them in their
        order. After Ctrl-C only those that are done are reported."""
        pending = deque[_PendingFile]()
        most_pending = executor.width * _FILES_AHEAD
        for source in self._until_interrupted(sources):
            pending.append(self._begin(source, executor))
            while pending and (pending[0].is_done or len(pending) >= most_pending):
                if not self._wait(pending[0]):
                    break
                self._report(pending.popleft())
        while pending and self._wait(pending[0]):
            self._report(pending.popleft())
        for file in pending:
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

    def _begin(self, source: Source, executor: Executor) -> _PendingFile:
        """Read a file, and begin to check it once its workspace folder is known."""
        root = self._root_of(source.path.parent)
        plugins, kept = self._find_kept(source, root)
        if plugins and not plugins - kept.keys():
            return _PendingFile(source, kept=kept)
        try:
            document = with_newlines(source.read(self._options.language))
        except DocumentError as error:
            return _PendingFile(source, failure=str(error))
        if source.is_named and (why := why_unread(self._host, self._options, source.path, document, root)):
            self._unread.setdefault(why, []).append(source.path)
        plugins, spread = split_plugins(self._host, document, root)
        if plugins:
            self._await_project(root)
        task = LintTask(document, root, plugins - kept.keys(), all_fixes=self._format.has_fixes)
        answers = executor.check(task, spread)
        return _PendingFile(source, document, answers, kept=kept)

    def _find_kept(self, source: Source, root: Path) -> tuple[frozenset[str], Mapping[str, Sequence[Finding]]]:
        """Return the plugins that check a file, and of those that need not be asked what they find; nothing of a file
        that must be read to know that."""
        language = language_of(source.path)
        is_unknown = source.is_named or source.content is not None or self._options.language is not None
        if is_unknown or language is None or not self._kept.has(root):
            return frozenset(), {}
        document = Document(source.path.absolute().as_uri(), language, "")
        plugins, _ = split_plugins(self._host, document, root)
        return plugins, self._kept.find(root, document, plugins)

    def _await_project(self, root: Path) -> None:
        """Wait until the files of a workspace folder are known, or the user interrupts."""
        if self._host.projects.read(root, _POLL_SECONDS):
            return
        tell(f"reading the files of {root}", fleeting=True)
        while not (self._host.projects.read(root, _POLL_SECONDS) or self._cancel.cancelled):
            pass

    def _wait(self, file: _PendingFile) -> bool:
        """Wait for all answers about a file. Return False if the user has interrupted before."""
        done, seconds = self._reported_count, (datetime.now(UTC) - self._began).total_seconds()
        pace = pace_of(done, self._file_count, seconds)
        tell(f"{done + 1} of {self._file_count}{pace}: {file.source.path}", fleeting=True)
        while not self._cancel.cancelled:
            if not wait(file.answers, _POLL_SECONDS).not_done:
                return True
        return False

    def _report(self, file: _PendingFile) -> None:
        """Write what was found in a file, and count it."""
        report = self._report_of(file)
        self._reported_count += 1
        self._finding_count += len(report.findings)
        self._hidden_count += report.hidden
        clear_progress(self._out)
        for failure in report.failures:
            tell(failure)
            self._failures.append(failure)
        self._writer.add(report)
        self._out.flush()  # so that the user sees each file's findings at once

    def _report_of(self, file: _PendingFile) -> FileReport:
        """Return the findings that the options select. A file of which a plugin has failed is reported as not checked,
        without the findings of others."""
        path, document, root = file.source.path, file.document, self._root_of(file.source.path.parent)
        if file.failure:
            return FileReport(path, failures=(file.failure,))
        answers = [answer.result() for answer in file.answers]
        if failures := [failure for answer in answers for failure in answer.failures]:
            return FileReport(path, failures=(f"{path}: {'; '.join(failures)}",))
        checks = {name: check for answer in answers for name, check in answer.checks.items()}
        unanswered = [f"{path}: {why}" for check in checks.values() for why in check.unanswered]
        if document is not None:
            self._kept.keep(root, document, checks)
        found = [finding for check in checks.values() for finding in check.items]
        found += (finding for findings in file.kept.values() for finding in findings)
        if not found:
            return FileReport(path, self._new(path, ()), unanswered)
        findings = sorted(found, key=lambda finding: finding.order)
        selected = [finding for finding in findings if self._options.selection.keeps(finding)]
        likely = [finding for finding in selected if self._options.is_likely(finding)]
        try:
            reported = ReportedFile(path, document or with_newlines(file.source.read(None)))
        except DocumentError as error:
            return FileReport(path, failures=(str(error),))
        problems = [report_finding(reported, finding) for finding in likely]
        return FileReport(
            path,
            self._new(path, problems),
            unanswered,
            hidden=len(selected) - len(likely),
        )

    def _new(self, path: Path, problems: Sequence[ReportedFinding]) -> Sequence[ReportedFinding]:
        """Return those findings of a file that the baseline doesn't keep, and if only lines count, that a change has
        brought."""
        root = self._root_of(path.parent)
        known = self._known.match(root, problems, path)
        if self._changed is not None and self._changed.by_lines:
            brought = brought_by_change(self._changed, problems, partial(self._findings, root))
        else:
            brought = [True] * len(problems)
        new = zip(problems, known, brought, strict=True)
        return [problem for problem, entry, is_brought in new if entry is None and is_brought]

    def _findings(self, root: Path, document: Document) -> Sequence[Finding]:
        """Return the findings of another text of a file; none if the user interrupts."""
        plugins = frozenset(self._host.checkers(document, root))
        answer = self._local.check(LintTask(document, root, plugins, all_fixes=False))
        while not self._cancel.cancelled:
            if not wait((answer,), _POLL_SECONDS).not_done:
                return answer.result().findings
        return ()

    def _importers(self, path: Path) -> Collection[Path]:
        """Return the files of the workspace folder that import this one, if nulls are looked for."""
        if "nullcheck" not in (self._options.only or ("nullcheck",)):
            return ()
        root = self._root_of(path.parent)
        self._await_project(root)
        return self._host.projects.importers(path, root)

    @property
    def _is_whole(self) -> bool:
        """True if all findings of the checked files are looked at, so that an entry without one is stale."""
        options = self._options
        is_narrow = options.selection.selected or options.selection.ignored or options.only or options.language
        return not (is_narrow or options.min_confidence or self._failures or self._cancel.cancelled)

    def _state_of(self, root: Path) -> FolderState:
        """Return what each process needs of a folder, whose files are all known by now. It is packed once for all
        processes, since packing takes as long as unpacking."""
        with self._lock:
            if root not in self._states:
                self._states[root] = FolderState(root, self._settings[root], self._host.projects.known(root))
            return self._states[root]

    def _rules(self) -> Mapping[str, str]:
        """Return a sentence about each rule of all plugins, by its id."""
        return {id: about for plugin in self._host.registry.plugins for id, about in rules_of(plugin).items()}


def _workspace_of(folder: Path) -> Path:
    """Return the workspace folder of the files in a folder."""
    return root_of(folder / "file", [Path.cwd()])
