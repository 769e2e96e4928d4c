"""Go, as the null check sees it."""

from __future__ import annotations

from breadknife.plugins.nullcheck.languages.file import NullFile, NullLanguage
from breadknife.plugins.nullcheck.languages.go.project import GoProject
from breadknife.plugins.nullcheck.repairs.go.repairs import REPAIRS
from breadknife.plugins.nullcheck.repairs.go.site import GoSite
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.plugins.nullcheck.values import Dereference, Use
from breadknife.task.values import Finding


class GoFile(NullFile):
    _grammar, _rules, _site_type = grammar_of("go"), REPAIRS, GoSite

    def _is_shown(self, finding: Finding) -> bool:
        """Tell whether a finding is shown. In a test, an ignored error is meant to be: it would end the test anyway."""
        if not self.document.uri.endswith("_test.go"):
            return True
        assignment = self._site(Dereference(finding.span, Use(finding.code))).given
        return assignment is None or self.tree.source(assignment.tells) != "_"


class Go(NullLanguage):
    _grammar = "go"
    _files, _file = GoProject, GoFile
