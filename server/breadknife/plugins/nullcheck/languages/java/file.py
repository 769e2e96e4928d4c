"""Java, as the null check sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from breadknife.plugins.nullcheck.core.analysis import Found
from breadknife.plugins.nullcheck.languages.file import CoreLanguage, OptionFile
from breadknife.plugins.nullcheck.languages.java.language import known
from breadknife.plugins.nullcheck.languages.java.project import JavaProject
from breadknife.plugins.nullcheck.languages.packages import PackageHome
from breadknife.plugins.nullcheck.languages.project import ProjectFiles
from breadknife.plugins.nullcheck.menu.never_first import is_test
from breadknife.plugins.nullcheck.repairs.java.foreign import foreign_place, ignored_by
from breadknife.plugins.nullcheck.repairs.java.release import java_release
from breadknife.plugins.nullcheck.repairs.java.site import JavaSite
from breadknife.plugins.nullcheck.repairs.java.strategies import options
from breadknife.plugins.nullcheck.repairs.option import Option
from breadknife.plugins.nullcheck.values import Place, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import Node, SyntaxTree


class Java(CoreLanguage[JavaProject]):
    ids = frozenset({"java"})

    def __init__(self, nullable: Sequence[str] = ()) -> None:
        """`nullable` are the user's own rows, see `rows`."""
        its = known(nullable)
        super().__init__(lambda project: JavaProject(project, its))

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> JavaFile:
        return JavaFile(document, tree, self.files(project), partial(java_release, document, project))


class JavaFile(OptionFile):
    def __init__(
        self, document: Document, tree: SyntaxTree, files: ProjectFiles[PackageHome], release: Callable[[], int]
    ) -> None:
        super().__init__(document, tree, files)
        self._release = release

    def _options(self, place: Place, found: Found | None, ignores: str) -> list[Option]:
        return options(self._site(place, found), ignores, is_test(self.document.uri), self._release)

    def _declaration(self, place: Place) -> Node | None:
        return self._site(place).member

    def _is_handed_on(self, place: Place) -> bool:
        return place.use is Use.ARGUMENT and not self._site(place).is_given_to_platform

    def _foreign(self, finding: Finding) -> Place | None:
        return foreign_place(self.tree, finding)

    def _ignored_by(self, finding: Finding) -> str:
        # SpotBugs' annotation is in a library, which the project may not have.
        if finding.code.startswith("NP_") and "SuppressFBWarnings" in self.home.file.imports:
            return f"SpotBugs {finding.code}"
        return ignored_by(finding)

    def _site(self, place: Place, found: Found | None = None) -> JavaSite:
        return JavaSite(self.tree, self.home, self.tree.node_at(place.span), place.use, found)
