"""Go, as the null check sees it."""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.plugins.nullcheck.core.analysis import Found
from breadknife.plugins.nullcheck.languages.file import CoreLanguage, OptionFile
from breadknife.plugins.nullcheck.languages.go.language import known
from breadknife.plugins.nullcheck.languages.go.project import GoProject
from breadknife.plugins.nullcheck.repairs.go.foreign import foreign_place, ignored_by
from breadknife.plugins.nullcheck.repairs.go.site import GoSite
from breadknife.plugins.nullcheck.repairs.go.strategies import options
from breadknife.plugins.nullcheck.repairs.option import Option
from breadknife.plugins.nullcheck.values import Place, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import Node, SyntaxTree


class Go(CoreLanguage[GoProject]):
    ids = frozenset({"go"})

    def __init__(self, nullable: Sequence[str] = ()) -> None:
        """`nullable` are the user's own rows, see `rows`."""
        its = known(nullable)
        super().__init__(lambda project: GoProject(project, its))

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> GoFile:
        return GoFile(document, tree, self.files(project))


class GoFile(OptionFile):
    def _options(self, place: Place, found: Found | None, ignores: str) -> list[Option]:
        return options(self._site(place, found), ignores)

    def _declaration(self, place: Place) -> Node | None:
        return self._site(place).declaration

    def _is_shown(self, finding: Finding) -> bool:
        """In a test an error that is ignored is meant to be: it would end the test as well as a check does."""
        if not self.document.uri.endswith("_test.go"):
            return True
        given = self._site(Place(finding.span, Use(finding.code))).given_by()
        return given is None or self.tree.source(given.tells) != "_"

    def _foreign(self, finding: Finding) -> Place | None:
        return foreign_place(self.tree, finding)

    def _ignored_by(self, finding: Finding) -> str:
        return ignored_by(finding)

    def _site(self, place: Place, found: Found | None = None) -> GoSite:
        return GoSite(self.tree, self.home, self.tree.node_at(place.span), place.use, found)
