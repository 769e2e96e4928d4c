"""`breadknife lint --stale-ignores`: what is ignored, and need not be any more."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache, partial
from pathlib import Path

from breadknife.cli.assemble import make_host
from breadknife.cli.files import find_files
from breadknife.cli.lint import settings_for
from breadknife.errors import BreadknifeError, DocumentError
from breadknife.host.workspace import root_of
from breadknife.plugins.prose.stale import Stale, stale_comments, stale_lines
from breadknife.task.values import CheckRequest, Finding
from breadknife.text.document import Document, read_document


def run(paths: Sequence[Path], *, offline: bool, engine_script: Path | None) -> int:
    """Exit code as of lint. Raises DocumentError for a path that doesn't exist."""
    host = make_host(engine_script)
    host.on_notice = lambda message: print(f"breadknife: {message}", file=sys.stderr)
    settings_of = cache(partial(settings_for, host, offline))
    found, roots, failed = list[Stale](), dict[Path, None](), False

    def findings(document: Document, root: Path) -> Sequence[Finding]:
        reply = host.ask(CheckRequest(document, whole=True), root=root)
        if failures := reply.failures:
            raise DocumentError(f"{document.path}: {'; '.join(failure.sentence for failure in failures)}")
        return reply.findings

    with closing(host):
        for path in find_files(paths):
            root = root_of(path, [Path.cwd()])
            roots[root] = None
            host.settings = settings_of(root)
            try:
                found += stale_comments(read_document(path), partial(findings, root=root))
            except BreadknifeError as error:
                print(f"breadknife: {error}", file=sys.stderr)
                failed = True
    for root in roots:
        found += stale_lines(root, _documents(root))
    for each in found:
        print(f"{os.path.relpath(each.path)}:{each.line}: {each.why}")
    return 2 if failed else 1 if found else 0


def _documents(root: Path) -> Iterator[Document]:
    for path in find_files([root]):
        try:
            yield read_document(path)
        except BreadknifeError:  # it has no sentences
            continue
