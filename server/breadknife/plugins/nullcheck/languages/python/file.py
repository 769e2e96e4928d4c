"""Python, as the null check sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from breadknife.plugins.nullcheck.core.analysis import Found
from breadknife.plugins.nullcheck.core.il import At
from breadknife.plugins.nullcheck.languages.cards import Card, kept_of
from breadknife.plugins.nullcheck.languages.file import CoreFile, CoreLanguage
from breadknife.plugins.nullcheck.languages.python.language import knowledge
from breadknife.plugins.nullcheck.languages.python.project import PythonProject
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.plugins.nullcheck.repairs.python.declarations import is_declaration
from breadknife.plugins.nullcheck.repairs.python.foreign import foreign_place
from breadknife.plugins.nullcheck.repairs.python.ignoring import caught, ignore
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.plugins.nullcheck.repairs.python.strategies import DECLARING, REPAIRS
from breadknife.plugins.nullcheck.repairs.repair import Repair
from breadknife.plugins.nullcheck.values import DECLARATION, Offer, Place, Strategy, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, uri_to_path
from breadknife.text.syntax import SyntaxTree

_LONGEST = 200_000
"""Code points of another file."""
_INNER = frozenset(Strategy) - DECLARATION - {Strategy.WIDEN}
_FAILING = frozenset({Strategy.ASSERT, Strategy.RAISE})
"""After these a function gives what it gave."""


class Python(CoreLanguage[PythonProject]):
    def __init__(self) -> None:
        cards = kept_of("python", Card)
        super().__init__(lambda project: PythonProject(project, knowledge(), cards=cards), "python")

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> PythonFile:
        return PythonFile(document, tree, self.files(project), project)


class PythonFile(CoreFile[PythonSite]):
    _grammar = grammar_of("python")

    def __init__(self, document: Document, tree: SyntaxTree, files: PythonProject, project: Project | None) -> None:
        super().__init__(document, tree, files)
        self._project = project

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        site = self._site(place)
        for each in super().offers(place, about):
            is_inner = each.strategy in _INNER and (site.has_declared_result or each.strategy in _FAILING)
            yield replace(each, is_inner=is_inner and not site.is_given_back)

    def _repairs(self, site: PythonSite) -> Sequence[Repair[PythonSite]]:
        return DECLARING if is_declaration(site) else (ignore,) if caught(site) else REPAIRS

    def _pointed_at(self, finding: Finding) -> Place | None:
        return foreign_place(self.tree, finding)

    @cached_property
    def _shown(self) -> Mapping[Span, Found]:
        """Only what is shown counts."""
        shown = {each.finding.span for each in self._explained}
        found = {self.home.file.span(each.use.at): each for each in self.home.findings()}
        return {span: each for span, each in found.items() if span in shown}

    def _found(self, span: Span) -> Found | None:
        return self._shown.get(span)

    def _site(self, place: Place) -> PythonSite:
        node, found = self.tree.node_at(place.span), self._found(place.span)
        uri, about = self.document.uri, self._about.get(place, ())
        return PythonSite(self.tree, self.home, self._grammar, node, place.use, uri, found, about, self._project,
                          elsewhere=self._elsewhere)  # fmt: skip

    def _elsewhere(self, uri: str, at: At) -> PythonSite | None:
        """A declaration in another file; None where that isn't the project's own, or is too long for a menu."""
        path, project, files = uri_to_path(uri), self._project, self.files
        if path is None or project is None or project.outline(path) is None:
            return None
        home, tree = files.home(path), files.tree(path)
        if home is None or tree is None or len(tree.text) > _LONGEST:
            return None
        node = tree.root.named_descendant_for_byte_range(*at) or tree.root
        node = node.child_by_field_name("name") or node
        return PythonSite(tree, home, self._grammar, node, Use.ASSIGN, home.uri, project=project)
