"""The table of one Python file for the files that import from it."""

from __future__ import annotations

from collections.abc import Mapping

from breadknife.plugins.nullcheck.python.annotations import LITERALS, annotated_class, is_followed
from breadknife.plugins.nullcheck.python.classes import Class, Variable
from breadknife.plugins.nullcheck.python.declared_types import given_annotation
from breadknife.plugins.nullcheck.python.detector import FileAnalysis
from breadknife.plugins.nullcheck.python.filled import filled_by
from breadknife.plugins.nullcheck.python.members import part_may_be_none
from breadknife.plugins.nullcheck.python.outline import Function, Outline, made_name, text
from breadknife.plugins.nullcheck.python.rule import NullableCall
from breadknife.plugins.nullcheck.python.rules import KINDS, NULLABLE
from breadknife.plugins.nullcheck.summaries import ClassSummary, FileSummary, Known, Null
from breadknife.text.document import Span
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree


def summarise(tree: SyntaxTree, rules: Mapping[str, NullableCall] = NULLABLE) -> FileSummary:
    """By this file's text alone: what its functions take from yet other files stays unknown."""
    analysis = FileAnalysis(tree, rules=rules)
    outline = analysis.outline
    names: dict[str, Known] = {
        name: known
        for name, variable in outline.variables.items()
        if (known := _variable(analysis, variable, name, None)) is not None
    }
    names |= {name: _function(analysis, function) for name, function in outline.by_name.items() if function}
    return FileSummary(
        names,
        {name: _class(analysis, class_) for name, class_ in outline.class_named.items() if class_},
        {
            here: Import(there.module, ((there.name, here),) if there.name else ())
            for here, there in outline.imported.items()
        },
    )


def _class(analysis: FileAnalysis, class_: Class) -> ClassSummary:
    members: dict[str, Known] = {}
    for name, variable in class_.variables.items() if not class_.is_enum else ():
        known = _variable(analysis, variable, name, class_)
        members[name] = known if known is not None else Known()
    for (owner, name), function in analysis.outline.methods.items():
        if owner == class_.node.start_byte:
            members[name] = _function(analysis, function) if function else Known()
    return ClassSummary(class_.bases, members)


def _function(analysis: FileAnalysis, function: Function) -> Known:
    summary = analysis.summary(function)
    annotation = function.node.child_by_field_name("return_type")
    written = text(annotation) if annotation is not None and function.is_plain else ""
    what = "the property " if function.is_property else ""
    return Known(
        _null(analysis, function.node, f"{what}`{function.name}` may return None") if summary.may_be_none else None,
        annotated_class(written),
        written if is_followed(written) else "",
        is_function=True,
        is_property=function.is_property,
        is_async=function.is_async,
        is_of_class=function.is_of_class,
        never_returns=summary.never_returns,
        items=tuple(
            _null(analysis, function.node, part_may_be_none(function.name, at)) if may_be_none else None
            for at, may_be_none in enumerate(summary.items)
        ),
        together=summary.together,
        flag=summary.flag,
        fallback=summary.fallback,
        null_where=summary.null_where,
        back_where=summary.back_where,
        tries=analysis.tries(function),
        fills=tuple(sorted(filled_by(function.node))),
    )


def _variable(analysis: FileAnalysis, variable: Variable, name: str, owner: Class | None) -> Known | None:
    cause = analysis.cause_of(variable, name, owner)
    null = _null(analysis, cause.node, cause.reason) if cause is not None else None
    type_, written = "" if variable.annotation else _made(analysis.outline, variable), variable.annotation
    if not (type_ or written) and owner is not None:
        written = given_annotation(analysis.outline, owner, variable)
    type_, holds = type_ or annotated_class(written), written if is_followed(written) else ""
    return Known(null, type_, holds) if null is not None or type_ or holds else None


def _made(outline: Outline, variable: Variable) -> str:
    """The name of the only class that the variable's values are made by, if it is one."""
    names = {_class_of(value) for value in variable.values}
    name = names.pop() if len(names) == 1 else ""
    return KINDS.get(made_name(outline, name), name)


def _class_of(value: Node) -> str:
    if LITERALS.get(value.type) == "dict":
        return "dict"
    function = value.child_by_field_name("function") if value.type == "call" else None
    return text(function) if function is not None else ""


def _null(analysis: FileAnalysis, node: Node, why: str) -> Null:
    span = analysis.tree.span(node)
    line_end = analysis.tree.text.find("\n", span.start, span.end)
    return Null(why, Span(span.start, line_end) if line_end >= 0 else span)
