"""`breadknife lint --stale-ignores`: comments, lines and words that suppress findings, and need not any more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cache, partial
from pathlib import Path

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.files import find_files, tell_complaint
from breadknife.cli.output import say, suggest, tell
from breadknife.errors import BreadknifeError, DocumentError
from breadknife.host.host import Host
from breadknife.host.workspace import root_of
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.rule_log import RuleLog
from breadknife.plugins.prose.stale_suppressions import (
    LoggedCheck,
    StaleSuppression,
    find_stale_comments,
    find_stale_lines,
    find_stale_words,
)
from breadknife.task.values import CheckRequest
from breadknife.text.document import Document, read_document, with_newlines
from breadknife.text.printable import escaped_name


def run(paths: Sequence[Path], *, offline: bool, engine_script: Path | None) -> int:
    """Print each suppression that nothing needs any more. Return the exit code: 2 if something could not be checked, 1
    if a suppression is surely stale, else 0."""
    host = make_host(engine_script)
    host.on_notice, host.on_suggestion = tell, suggest
    settings_of = cache(partial(settings_for, host, offline))
    found, roots, failed = list[StaleSuppression](), dict[Path, None](), False

    def add(find: Callable[[], Sequence[StaleSuppression]]) -> None:
        nonlocal failed
        try:
            found.extend(find())
        except BreadknifeError as error:
            tell(str(error))
            failed = True

    def complain(error: DocumentError) -> None:
        nonlocal failed
        failed = tell_complaint(error) or failed

    with closing(host):
        for path in find_files(paths, complain):
            root = root_of(path, [Path.cwd()])
            roots[root] = None
            host.settings = settings_of(root)
            add(lambda path=path, root=root: [*find_stale_comments(_document(path), partial(_check, host, root))])
        for root in roots:
            host.settings = settings_of(root)
            add(lambda root=root: find_stale_lines(root, _documents(root), partial(_check, host, root)))
            add(lambda root=root: find_stale_words(root, _documents(root)))
    for suppression in found:
        say(f"{escaped_name(os.path.relpath(suppression.path))}:{suppression.line}: {suppression.why}")
    return 2 if failed else 1 if any(suppression.certain for suppression in found) else 0


def _check(host: Host, root: Path, document: Document) -> LoggedCheck:
    """Check a document, and log which rules of the prose plugin look at what. Raises DocumentError if a plugin
    fails."""
    log = RuleLog()
    for plugin in host.registry.plugins:
        if isinstance(plugin, ProsePlugin):
            plugin.rule_log = log
    reply = host.ask(CheckRequest(document, whole=True, all_fixes=False, each_place=True), root=root)
    if failures := reply.failures:
        raise DocumentError(f"{document.path}: {'; '.join(failure.sentence for failure in failures)}")
    return LoggedCheck(reply.findings, log)


def _document(path: Path) -> Document:
    return with_newlines(read_document(path))


def _documents(root: Path) -> Iterator[Document]:
    """Yield every document of a workspace folder that can be read."""
    for path in find_files([root]):
        try:
            yield _document(path)
        except BreadknifeError:  # such as a binary file, which has no sentences
            continue
