"""Go, as the null check sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from breadknife.plugins.nullcheck.braces.file import BracesFile, BracesLanguage, Option
from breadknife.plugins.nullcheck.go.detector import FileAnalysis
from breadknife.plugins.nullcheck.go.foreign import foreign_place, ignored_by
from breadknife.plugins.nullcheck.go.names import FileTable
from breadknife.plugins.nullcheck.go.rules import NilResult, users_rules
from breadknife.plugins.nullcheck.go.site import Site, site_of
from breadknife.plugins.nullcheck.go.strategies import options
from breadknife.plugins.nullcheck.go.table import summarise
from breadknife.plugins.nullcheck.summaries import OtherFiles, ProjectSummaries, current
from breadknife.plugins.nullcheck.values import Place
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import Node, SyntaxTree


class Go(BracesLanguage):
    ids = frozenset({"go"})

    def __init__(self, nullable: Sequence[str] = ()) -> None:
        """`nullable` are the user's own rows, see `users_rules`."""
        self._rules = users_rules(nullable)
        self._summaries = ProjectSummaries("go", summarise)

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> GoFile:
        others = OtherFiles(document, project, self._summaries) if project is not None else None
        return GoFile(tree, document.uri.endswith("_test.go"), others, self._rules)


class GoFile(BracesFile):
    def __init__(
        self, tree: SyntaxTree, is_test: bool, others: OtherFiles[FileTable] | None, rules: Mapping[str, NilResult]
    ) -> None:
        self._analysis = FileAnalysis(tree, is_test, others, rules)
        super().__init__(self._analysis, lambda tree: FileAnalysis(tree, is_test, others, rules), current(others))

    def _options(self, place: Place, ignores: str) -> list[Option]:
        site = self._site(place)
        return options(site, self._analysis.fact_at(site.node), ignores, self._analysis.names)

    def _declaration(self, place: Place) -> Node | None:
        return self._site(place).declaration

    def _foreign(self, finding: Finding) -> Place | None:
        return foreign_place(self.tree, finding)

    def _ignored_by(self, finding: Finding) -> str:
        return ignored_by(finding)

    def _site(self, place: Place) -> Site:
        return site_of(self.tree, self._analysis.outline, self.tree.node_at(place.span), place.use)
