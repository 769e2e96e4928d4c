"""Go, as the null check sees it."""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.plugins.nullcheck.languages.file import NullFile, NullLanguage
from breadknife.plugins.nullcheck.languages.go.project import GoProject
from breadknife.plugins.nullcheck.repairs.go.repairs import REPAIRS
from breadknife.plugins.nullcheck.repairs.go.site import GoSite
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.plugins.nullcheck.repairs.repair import RepairRule
from breadknife.plugins.nullcheck.values import Dereference, Use
from breadknife.task.values import Finding


class GoFile(NullFile):
    _grammar = grammar_of("go")

    def _repairs(self, site: GoSite) -> Sequence[RepairRule[GoSite]]:
        return REPAIRS

    def _is_shown(self, finding: Finding) -> bool:
        """In a test an error that is ignored is meant to be: it would end the test as well as a check does."""
        if not self.document.uri.endswith("_test.go"):
            return True
        given = self._site(Dereference(finding.span, Use(finding.code))).given
        return given is None or self.tree.source(given.tells) != "_"

    def _site(self, place: Dereference) -> GoSite:
        return self._seen(GoSite, place)


class Go(NullLanguage):
    _grammar = "go"
    _files, _file = GoProject, GoFile
