"""The host as the null check's work on a project sees it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from breadknife.cancel import CancelToken
from breadknife.cli import output
from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.files import find_files, tell_complaint
from breadknife.errors import DocumentError
from breadknife.host.host import Host
from breadknife.host.settings import Settings
from breadknife.host.workspace import root_of
from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.project.changes import UnsavedDocuments
from breadknife.plugins.nullcheck.project.repairs import CHECKER_SECONDS, Repairs
from breadknife.plugins.nullcheck.project.reported import FindingSources, GatheredFindings, gather
from breadknife.plugins.nullcheck.project.values import PluginAnswer
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import SOURCE
from breadknife.plugins.nullcheck.verify.oracle.tools import InstalledChecker
from breadknife.plugins.nullcheck.verify.oracle.values import CheckerProblem
from breadknife.project.values import Project
from breadknife.task.values import Request
from breadknife.text.document import Document, language_of

_Item = TypeVar("_Item")


class HostedWorkspace:
    """Implements `plugins.nullcheck.project.values.Workspace` by a host."""

    def __init__(self, host: Host, settings_of: Callable[[Path], Settings], cancel: CancelToken) -> None:
        self._host = host
        self._settings_of = settings_of
        self._cancel = cancel
        self.plugin = next(plugin for plugin in host.registry.plugins if isinstance(plugin, NullCheckPlugin))

    def tell(self, message: str, *, fleeting: bool = False) -> None:
        output.tell(message, fleeting=fleeting)

    def shown(self, items: Sequence[_Item], what: Callable[[_Item], str]) -> Iterator[_Item]:
        for item in output.shown(items, what):
            self._cancel.raise_if_cancelled()
            yield item

    def root(self, path: Path) -> Path:
        return root_of(path, [Path.cwd()])

    def settings(self, document: Document, root: Path) -> tuple[bool, NullCheckSettings]:
        settings = self._settings_of(root).for_document(document, root)
        return settings.trusted, settings.plugins.get(SOURCE) or NullCheckSettings()

    def ask(self, request: Request, root: Path) -> PluginAnswer:
        self._host.settings = self._settings_of(root)
        reply = self._host.ask(request, self._cancel, root=root, plugin=SOURCE, seconds=CHECKER_SECONDS)
        self._cancel.raise_if_cancelled()
        return PluginAnswer(
            reply.findings,
            [action for _, action in reply.actions],
            reply.failures[0].sentence if reply.failures else "",
            reply.receipts[0].sentence if reply.receipts else "",
        )

    def problems(
        self, checker: InstalledChecker, document: Document, beside: Mapping[Path, str], seconds: float
    ) -> Sequence[CheckerProblem]:
        texts = {path: document.text} if (path := document.path) else {}
        return self.plugin.ladder.problems(checker, document.language, texts, beside, seconds)

    def project(self, root: Path) -> Project | None:
        return self._host.projects.of(root)

    def read(self, root: Path) -> None:
        self._host.projects.read(root)

    def changed(self, document: Document, root: Path) -> None:
        self._host.projects.changed(document, root)


@contextmanager
def opened(
    engine_script: Path | None = None, *, offline: bool, cancel: CancelToken | None = None
) -> Generator[Repairs]:
    """Give what repairs the files of the current folder. Its host is closed when the block ends. Once `cancel` is set,
    what is asked of it raises Cancelled."""
    output.use_utf8(newline="\n")  # a diff's lines are the file's
    with closing(make_host(engine_script)) as host:
        host.on_progress = output.tell_progress
        host.on_notice = output.tell
        host.projects.folders = (Path.cwd(),)
        settings = cache(partial(settings_for, host, offline, checker_seconds=CHECKER_SECONDS))
        workspace = HostedWorkspace(host, settings, cancel or CancelToken())
        workspace.plugin.ladder.looks_ahead = False
        yield Repairs(workspace, UnsavedDocuments())


def files(within: Sequence[Path], folder: Path) -> tuple[list[Path], bool]:
    """Return the files in a language of the null check, and whether something couldn't be read.

    Args:
        within: files and folders, relative to `folder`; if empty, all of `folder`.
    """
    complaints = list[DocumentError]()
    found = find_files([folder / path for path in within] or [folder], complaints.append, LANGUAGE_IDS)
    paths = [path for path in found if language_of(path) in LANGUAGE_IDS]
    failures = [tell_complaint(complaint) for complaint in complaints]  # a list, so that each is told
    return paths, any(failures)


def findings(repairs: Repairs, sources: FindingSources, folder: Path) -> GatheredFindings:
    """Return the findings of the sources. A file with an error of its own is told and left out. Raises BreadknifeError
    for what can't be read."""
    paths, failed = files(sources.paths, folder)
    return gather(repairs, sources, paths, folder, failed=failed)
