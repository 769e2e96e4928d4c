"""Python, as the null check sees it."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path

from breadknife.plugins.nullcheck.core.findings import Explained, explained
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.languages.python import installed
from breadknife.plugins.nullcheck.languages.python.language import known_with
from breadknife.plugins.nullcheck.languages.python.project import PythonProject
from breadknife.plugins.nullcheck.repairs.python.foreign import foreign_place
from breadknife.plugins.nullcheck.repairs.python.offers import Offers
from breadknife.plugins.nullcheck.shown.silenced import unsilenced
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, TextEdit
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree


class Python:
    ids = frozenset({"python"})

    def __init__(self, nullable: Sequence[str] = ()) -> None:
        """`nullable` are the user's own rows, see `rows`."""
        self._known = known_with(nullable)
        self._projects = dict[Path, tuple[Project, PythonProject]]()
        """Folder -> what is known of its files."""
        self._lock = threading.RLock()
        """Of the projects, which are for one thread at a time."""

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> PythonFile:
        with self._lock:
            return PythonFile(document, tree, self._project(project), project, self._lock)

    def _project(self, project: Project | None) -> PythonProject:
        if project is None:
            return PythonProject(lambda _imported, _document: (), lambda _path: None, known=self._known)
        kept = self._projects.get(project.root)
        if kept is not None and kept[0] is project:
            return kept[1]

        def paths(imported: Import, document: Document) -> Sequence[Path]:
            return project.module(imported, document) or installed.module(imported, document, project.root)

        def text(path: Path) -> str | None:
            own = project.text(path)
            return own if own is not None else installed.text(path)

        made = PythonProject(paths, text, known=self._known, revision=project.revision)
        self._projects[project.root] = project, made
        return made

    def literal(self, default: str, like: str, /) -> bool:
        try:
            return type(ast.literal_eval(default)) is type(ast.literal_eval(like))
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return False


class PythonFile:
    def __init__(
        self,
        document: Document,
        tree: SyntaxTree,
        project_files: PythonProject,
        project: Project | None,
        lock: threading.RLock,
    ) -> None:
        """`lock`: of `project_files`."""
        self.tree = tree
        self._document, self._files, self._project, self._lock = document, project_files, project, lock
        self._home = project_files.open(document, tree)

    def is_current(self) -> bool:
        with self._lock:
            return self._files.is_current(self._home)

    @cached_property
    def _explained(self) -> Sequence[Explained]:
        with self._lock:
            return unsilenced(self.tree, explained(self._home))

    @cached_property
    def _findings(self) -> Sequence[Finding]:
        return tuple(each.finding for each in self._explained)

    def findings(self) -> Sequence[Finding]:
        return self._findings

    def kind(self, place: Place, /) -> OriginKind | None:
        return next((each.kind for each in self._explained if each.finding.span == place.span), None)

    def place(self, finding: Finding, /) -> Place | None:
        if finding.source == SOURCE:
            return Place(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        return foreign_place(self.tree, finding)

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        with self._lock:
            yield from list(self._offers.offers(place, about))

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> tuple[TextEdit, ...] | None:
        with self._lock:
            return self._offers.repair(place, strategy, content)

    @cached_property
    def _offers(self) -> Offers:
        """Only what is shown counts as found."""
        spans = {each.finding.span for each in self._explained}
        uses = {self._home.file.span(each.use.at): each for each in self._home.findings()}
        found = {span: each for span, each in uses.items() if span in spans}
        analysed = partial(self._files.analysed, self._document)
        return Offers(self._document, self.tree, self._home, analysed, self._project, found)
