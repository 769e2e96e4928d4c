"""JavaScript and TypeScript, as the null check sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from breadknife.plugins.nullcheck.languages.ecmascript.project import EcmaScriptProject
from breadknife.plugins.nullcheck.languages.file import NullFile, NullLanguage
from breadknife.plugins.nullcheck.repairs.ecmascript.repairs import REPAIRS
from breadknife.plugins.nullcheck.repairs.ecmascript.site import EcmaScriptSite
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.plugins.nullcheck.repairs.repair import RepairRule
from breadknife.plugins.nullcheck.values import Dereference
from breadknife.task.values import Finding

_LONGEST_MEAN = 300
"""Code points of a line: people stay far below that."""
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
"""Files that only say what code elsewhere, or none, is like: no edit of them changes what happens."""


class EcmaScriptFile(NullFile):
    _grammar, _rules, _site_type = grammar_of("ecmascript"), REPAIRS, EcmaScriptSite

    def _rules_at(self, site: Any) -> Sequence[RepairRule[EcmaScriptSite]]:
        return () if self.document.uri.endswith(_DECLARATIONS) else REPAIRS

    def _is_written(self) -> bool:
        """Not by a program, as minified code is."""
        text = self.tree.text
        is_short = len(text) <= _LONGEST_MEAN * (text.count("\n") + 1)
        return is_short and not self.document.uri.endswith(_DECLARATIONS)

    def place(self, finding: Finding, /) -> Dereference | None:
        place = super().place(finding)
        found = self._found(place.span) if place is not None else None
        return Dereference(place.span, found.dereference.kind) if place is not None and found is not None else place


class EcmaScript(NullLanguage):
    _grammar = "typescript"
    _files, _file = EcmaScriptProject, EcmaScriptFile
