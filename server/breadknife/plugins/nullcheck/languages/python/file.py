"""Python, as the null check sees it."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from breadknife.plugins.nullcheck.core.analysis import Found
from breadknife.plugins.nullcheck.core.findings import Explained, explained
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.languages.python import installed
from breadknife.plugins.nullcheck.languages.python.language import known_with
from breadknife.plugins.nullcheck.languages.python.project import PythonProject
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.plugins.nullcheck.repairs.offering import Offering
from breadknife.plugins.nullcheck.repairs.python.declarations import is_declaration
from breadknife.plugins.nullcheck.repairs.python.doubts import doubt
from breadknife.plugins.nullcheck.repairs.python.foreign import foreign_place
from breadknife.plugins.nullcheck.repairs.python.ignoring import ignore
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.plugins.nullcheck.repairs.python.strategies import DECLARING, REPAIRS
from breadknife.plugins.nullcheck.repairs.repair import Order, Repair
from breadknife.plugins.nullcheck.repairs.verified import Verification
from breadknife.plugins.nullcheck.shown.silenced import unsilenced
from breadknife.plugins.nullcheck.values import DECLARATION, SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree

_INNER = frozenset(Strategy) - DECLARATION - {Strategy.WIDEN}
_FAILING = frozenset({Strategy.ASSERT, Strategy.RAISE})
"""After these a function gives what it gave."""
_GRAMMAR = grammar_of("python")


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
            site = self._site(place, about)
            repairs = DECLARING if is_declaration(site) else (ignore,) if doubt(site) else REPAIRS
            offers = list(self._offering(repairs).offers(site))
        for each in offers:
            is_inner = each.strategy in _INNER and (site.has_declared_result or each.strategy in _FAILING)
            yield replace(each, is_inner=is_inner and not site.is_given_back)

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> tuple[TextEdit, ...] | None:
        with self._lock:
            return self._offering(REPAIRS).repair(self._site(place), strategy, content)

    def _offering(self, repairs: Sequence[Repair[PythonSite]]) -> Offering[PythonSite]:
        verification = Verification(self._home, self.tree, partial(self._files.analysed, self._document))
        return Offering(repairs, Order(_GRAMMAR.order), verification)

    @cached_property
    def _found(self) -> Mapping[Span, Found]:
        """Only what is shown counts."""
        shown = {each.finding.span for each in self._explained}
        found = {self._home.file.span(each.use.at): each for each in self._home.findings()}
        return {span: each for span, each in found.items() if span in shown}

    def _site(self, place: Place, about: Sequence[Finding] = ()) -> PythonSite:
        node, found = self.tree.node_at(place.span), self._found.get(place.span)
        uri, told = self._document.uri, tuple(about)
        site = PythonSite(self.tree, self._home, _GRAMMAR, node, place.use, uri, found, told, self._project)
        return replace(site, nullable=tuple(self._nullable(node))) if site.is_name else site

    def _nullable(self, node: Node) -> Iterator[str]:
        """What a dotted name begins with that may be None, too, the shortest first."""
        inner = node.child_by_field_name("object")
        if inner is not None:
            yield from self._nullable(inner)
            if self.tree.span(inner) in self._found:
                yield self.tree.source(inner)
