"""Java, as the null check sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from breadknife.plugins.nullcheck.braces.file import BracesFile, BracesLanguage, Option
from breadknife.plugins.nullcheck.java.detector import FileAnalysis
from breadknife.plugins.nullcheck.java.foreign import foreign_place, ignored_by
from breadknife.plugins.nullcheck.java.names import FileTable
from breadknife.plugins.nullcheck.java.release import java_release
from breadknife.plugins.nullcheck.java.rules import NullableMethod, users_rules
from breadknife.plugins.nullcheck.java.site import Site, site_of
from breadknife.plugins.nullcheck.java.strategies import options
from breadknife.plugins.nullcheck.java.table import summarise
from breadknife.plugins.nullcheck.summaries import OtherFiles, ProjectSummaries, current
from breadknife.plugins.nullcheck.values import Place, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import Node, SyntaxTree

_TEST_FILE = re.compile(r"/src/test/|(?:Test|Tests|IT)\.java$")


class Java(BracesLanguage):
    ids = frozenset({"java"})

    def __init__(self, nullable: Sequence[str] = ()) -> None:
        """`nullable` are the user's own rows, see `users_rules`."""
        self._rules = users_rules(nullable)
        self._summaries = ProjectSummaries("java", summarise)

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> JavaFile:
        others = OtherFiles(document, project, self._summaries) if project is not None else None
        is_test = _TEST_FILE.search(document.uri) is not None
        return JavaFile(tree, is_test, others, self._rules, partial(java_release, document, project))


class JavaFile(BracesFile):
    def __init__(
        self,
        tree: SyntaxTree,
        is_test: bool,
        others: OtherFiles[FileTable] | None,
        rules: Mapping[tuple[str, str], NullableMethod],
        release: Callable[[], int],
    ) -> None:
        self._is_test = is_test
        self._release = release
        self._analysis = FileAnalysis(tree, others, rules)
        super().__init__(self._analysis, lambda tree: FileAnalysis(tree, others, rules), current(others))

    def _options(self, place: Place, ignores: str) -> list[Option]:
        site = self._site(place)
        return options(site, self._analysis.fact_at(site.node), ignores, self._is_test, self._release)

    def _declaration(self, place: Place) -> Node | None:
        return self._site(place).member

    def _is_handed_on(self, place: Place) -> bool:
        return place.use is Use.ARGUMENT and not self._site(place).is_given_to_platform

    def _foreign(self, finding: Finding) -> Place | None:
        return foreign_place(self.tree, finding)

    def _ignored_by(self, finding: Finding) -> str:
        # SpotBugs' annotation is in a library, which the project may not have.
        if finding.code.startswith("NP_") and "SuppressFBWarnings" in self._analysis.outline.imports:
            return f"SpotBugs {finding.code}"
        return ignored_by(finding)

    def _site(self, place: Place) -> Site:
        return site_of(self.tree, self._analysis.outline, self.tree.node_at(place.span), place.use)
