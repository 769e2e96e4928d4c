"""`breadknife lint`: what an editor would show, for files, on the command line."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from io import TextIOWrapper
from pathlib import Path

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.files import find_files
from breadknife.cli.formats.table import FORMATS, File, Problem, Told
from breadknife.cli.output import counted, shown, tell
from breadknife.errors import BreadknifeError, DocumentError, FileRefused, SettingsError
from breadknife.host.host import Host
from breadknife.host.workspace import root_of
from breadknife.task.plugin import ANY_LANGUAGE, Plugin
from breadknife.task.values import CheckRequest, Confidence, Finding, Severity
from breadknife.text.document import MARK, Document, language_of, read_document, uri_to_path, with_newlines


@dataclass(frozen=True)
class Wanted:
    """Which files are checked, and as what."""

    paths: Sequence[Path]
    language: str | None = None
    """What each file is taken for; else its name tells."""
    only: Collection[str] = ()
    """Plugins: no other is asked. Without any all are."""
    min_confidence: Confidence | None = None
    """No finding below it is shown. Without it, no hint that its plugin isn't sure of."""

    def shows(self, finding: Finding) -> bool:
        if self.min_confidence is None:
            return finding.severity is not Severity.HINT or finding.confidence is Confidence.HIGH
        return finding.confidence.reaches(self.min_confidence)


def run(wanted: Wanted, format: str, *, offline: bool, engine_script: Path | None) -> int:
    """Exit code: 0 clean, 1 findings, 2 something could not be checked."""
    if format not in FORMATS:
        raise SettingsError(f"--format {format}: the formats are {', '.join(FORMATS)}")
    # A redirected stream isn't UTF-8 everywhere, and a file's name isn't valid Unicode everywhere.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    host = make_host(engine_script)
    host.on_notice = tell
    host.projects.folders = (Path.cwd(),)  # as one that is open in an editor
    failed, hidden = False, 0
    problems, unread = list[Problem](), dict[str, list[Path]]()
    with closing(host):
        settings_of = cache(partial(settings_for, host, offline, unasked=_unasked(host, wanted)))
        read = cache(host.projects.read)
        named = frozenset(wanted.paths)

        def complain(error: DocumentError) -> None:
            nonlocal failed
            tell(str(error))
            failed = failed or not isinstance(error, FileRefused)

        for path in shown(list(find_files(wanted.paths, complain)), str):
            root = root_of(path, [Path.cwd()])
            host.settings = settings_of(root)
            read(root)
            try:
                document = with_newlines(read_document(path, wanted.language))
                checked = check(host, path, root, document, all_fixes=FORMATS[format].has_fixes)
                shown_here = [each for each in checked.problems if wanted.shows(each.finding)]
                hidden += len(checked.problems) - len(shown_here)
                problems += shown_here
                for why in checked.unanswered:
                    tell(f"{path}: {why}")
                    failed = True
                if path in named and (why := _unread(host, wanted, path, document, root)):
                    unread.setdefault(why, []).append(path)
            except BreadknifeError as error:
                tell(str(error))
                failed = True
    for why, (first, *others) in unread.items():
        tell(f"{first}{f' and {len(others)} more' if others else ''}: {why}")
    if hidden:
        tell(f"{counted(hidden, 'finding')} not shown that most likely cannot happen (--min-confidence low shows all)")
    FORMATS[format].write(problems, sys.stdout)
    return 2 if failed else 1 if problems else 0


def _unasked(host: Host, wanted: Wanted) -> frozenset[str]:
    """The plugins that have no say. Raises SettingsError for names of none."""
    checking = {
        plugin.name: plugin.serves[CheckRequest] for plugin in host.registry.plugins if CheckRequest in plugin.serves
    }
    if wrong := sorted({*wanted.only} - {*checking}):
        raise SettingsError(f"--only {wrong[0]}: no such plugin checks files; there are {', '.join(sorted(checking))}")
    known = {id for name, ids in checking.items() if not wanted.only or name in wanted.only for id in ids}
    if wanted.language is not None and known.isdisjoint((wanted.language, ANY_LANGUAGE)):
        raise SettingsError(f"--language {wanted.language}: no plugin checks it; there are {', '.join(sorted(known))}")
    return frozenset({*checking} - {*wanted.only}) if wanted.only else frozenset()


def _checks(plugin: Plugin, language: str) -> bool:
    return not {language, ANY_LANGUAGE}.isdisjoint(plugin.serves.get(CheckRequest, ()))


def _unread(host: Host, wanted: Wanted, path: Path, document: Document, root: Path) -> str:
    """Why a file looks clean, and hasn't been looked at as what it is; "" where it has."""
    serving = {plugin.name for plugin in host.registry.plugins if _checks(plugin, document.language)}
    asked = serving - host.settings_for(document, root).disabled
    is_guessed = wanted.language is None and path.suffix and language_of(path) is None
    if is_guessed or not serving:
        return f"nothing checks files of this kind{'; it is read as plain text' if asked else ''}"
    off = sorted(serving & {*wanted.only} if wanted.only else serving)
    if asked or not off:  # who asks one plugin alone knows which
        return ""
    return f"not checked: {' and '.join(off)} {'is' if len(off) == 1 else 'are'} off"


@dataclass(frozen=True)
class Checked:
    """One file's findings, and a sentence for each checker that gave no answer: it may have found more."""

    problems: Sequence[Problem]
    unanswered: Sequence[str]


def check(host: Host, path: Path, root: Path, document: Document, *, all_fixes: bool) -> Checked:
    """Raises DocumentError for what a plugin failed with."""
    reply = host.ask(CheckRequest(document, whole=True, all_fixes=all_fixes), root=root)
    if failures := reply.failures:
        raise DocumentError(f"{path}: {'; '.join(failure.sentence for failure in failures)}")
    file = File(path, document)
    return Checked([Problem(file, each, tuple(_related(file, each))) for each in reply.findings], reply.unanswered)


def _related(file: File, finding: Finding) -> Iterator[Told]:
    """What explains it; without places of files that aren't there any more, or are shorter by now."""
    for each in finding.related:
        there = file if each.uri in (None, file.document.uri) else _other(each.uri)
        by = len(MARK) if there and there is not file and there.document.text.startswith(MARK) else 0
        if there and each.span.end + by <= len(there.document.text):
            yield Told(there, each.span.shifted(by), each.message)


@lru_cache(maxsize=64)  # many findings come from a few declarations
def _other(uri: str) -> File | None:
    """A file that was not named, by its path from here."""
    path = uri_to_path(uri)
    try:
        document = read_document(path) if path else None
    except DocumentError:
        return None
    here = Path.cwd()
    shown = path.relative_to(here) if path and path.is_relative_to(here) else path
    return File(shown, document) if shown and document else None
