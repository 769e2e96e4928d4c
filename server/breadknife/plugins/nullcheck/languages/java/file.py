"""Java, as the null check sees it."""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.plugins.nullcheck.languages.file import NullFile, NullLanguage
from breadknife.plugins.nullcheck.languages.java.project import JavaProject
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.plugins.nullcheck.repairs.java.repairs import REPAIRS
from breadknife.plugins.nullcheck.repairs.repair import RepairRule
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.values import Dereference


class JavaFile(NullFile):
    _grammar = grammar_of("java")

    def _repairs(self, site: Site) -> Sequence[RepairRule[Site]]:
        return REPAIRS

    def _site(self, place: Dereference) -> Site:
        return self._seen(Site, place)


class Java(NullLanguage):
    _grammar = "java"
    _files, _file = JavaProject, JavaFile
