"""The table of one Java file for those that name its classes."""

from __future__ import annotations

from breadknife.plugins.nullcheck.java.detector import FileAnalysis
from breadknife.plugins.nullcheck.java.names import ClassTable, FileTable, Known
from breadknife.plugins.nullcheck.java.outline import Class, Method, Variable
from breadknife.plugins.nullcheck.wording import first_line
from breadknife.text.syntax import SyntaxTree


def summarise(tree: SyntaxTree) -> FileTable:
    """By this file's text alone."""
    analysis = FileAnalysis(tree)
    classes = {its.name: _class(analysis, its) for its in analysis.outline.classes.values()}
    return FileTable(classes, analysis.outline.imports)


def _class(analysis: FileAnalysis, its: Class) -> ClassTable:
    methods = {name: _method(analysis, found[0]) if len(found) == 1 else None for name, found in its.methods.items()}
    return ClassTable(
        its.parent, methods, {name: _field(analysis, name, variable) for name, variable in its.fields.items()}
    )


def _method(analysis: FileAnalysis, method: Method) -> Known:
    span = first_line(analysis.tree, method.node)
    if method.nullable:
        return Known(method.type, span, f"`{method.name}` is annotated as nullable")
    if not analysis.returns_null(method):
        return Known(method.type, span)
    return Known(method.type, span, f"`{method.name}` may return null", True, *analysis.counts.of(method.name))


def _field(analysis: FileAnalysis, name: str, variable: Variable) -> Known:
    why = f"the field `{name}` is annotated as nullable" if variable.nullable else ""
    return Known(variable.type, first_line(analysis.tree, variable.node), why)
