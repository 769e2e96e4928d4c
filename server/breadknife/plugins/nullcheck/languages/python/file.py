"""Python, as the null check sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from breadknife.plugins.nullcheck.core.il import ByteRange
from breadknife.plugins.nullcheck.languages.file import NullFile, NullLanguage
from breadknife.plugins.nullcheck.languages.python.project import PythonProject
from breadknife.plugins.nullcheck.queries.stored import Card, store_of
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.plugins.nullcheck.repairs.python.declarations import is_declaration
from breadknife.plugins.nullcheck.repairs.python.foreign import foreign_place
from breadknife.plugins.nullcheck.repairs.python.ignoring import caught, ignore
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.plugins.nullcheck.repairs.python.strategies import DECLARING, REPAIRS
from breadknife.plugins.nullcheck.repairs.repair import RepairRule
from breadknife.plugins.nullcheck.values import DECLARATION, Dereference, RepairOffer, Strategy, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import uri_to_path

_LONGEST = 200_000
"""Code points of another file."""
_INNER = frozenset(Strategy) - DECLARATION - {Strategy.WIDEN}
_FAILING = frozenset({Strategy.ASSERT, Strategy.RAISE})
"""After these a function gives what it gave."""


class PythonFile(NullFile):
    _grammar, _rules, _site_type = grammar_of("python"), REPAIRS, PythonSite

    def _offered(self, site: PythonSite) -> Iterator[RepairOffer]:
        for each in super()._offered(site):
            is_inner = each.strategy in _INNER and (site.has_declared_result or each.strategy in _FAILING)
            yield replace(each, is_inner=is_inner and not site.is_given_back)

    def _rules_at(self, site: PythonSite) -> Sequence[RepairRule[PythonSite]]:
        return DECLARING if is_declaration(site) else (ignore,) if caught(site) else REPAIRS

    def _pointed_at(self, finding: Finding) -> Dereference | None:
        return foreign_place(self.tree, finding)

    def _site(self, place: Dereference) -> PythonSite:
        return replace(super()._site(place), project=self._project, elsewhere=self._elsewhere)

    def _elsewhere(self, uri: str, at: ByteRange) -> PythonSite | None:
        """Return a declaration in another file; None where that isn't the project's own, or is too long for a menu."""
        path, project, files = uri_to_path(uri), self._project, self.files
        if path is None or project is None or project.outline(path) is None:
            return None
        home, tree = files.home(path), files.tree(path)
        if home is None or tree is None or len(tree.text) > _LONGEST:
            return None
        node = tree.root.named_descendant_for_byte_range(*at) or tree.root
        node = node.child_by_field_name("name") or node
        return PythonSite(tree, home, self._grammar, node, Use.ASSIGN, home.uri, project=project)


class Python(NullLanguage):
    _grammar = "python"
    _file = PythonFile

    @staticmethod
    def _files(project: Project | None) -> PythonProject:
        return PythonProject(project, cards=store_of("python", Card))
