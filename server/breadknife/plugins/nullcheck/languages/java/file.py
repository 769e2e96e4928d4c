"""Java, as the null check sees it."""

from __future__ import annotations

from breadknife.plugins.nullcheck.languages.file import NullFile, NullLanguage
from breadknife.plugins.nullcheck.languages.java.project import JavaProject
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.plugins.nullcheck.repairs.java.repairs import REPAIRS


class JavaFile(NullFile):
    _grammar, _rules = grammar_of("java"), REPAIRS


class Java(NullLanguage):
    _grammar = "java"
    _files, _file = JavaProject, JavaFile
