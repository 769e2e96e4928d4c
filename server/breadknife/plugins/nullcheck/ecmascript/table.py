"""The table of one file for those that import from it."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.ecmascript.declaring import signature
from breadknife.plugins.nullcheck.ecmascript.detector import FileAnalysis
from breadknife.plugins.nullcheck.ecmascript.hooks import made_type
from breadknife.plugins.nullcheck.ecmascript.imports import links
from breadknife.plugins.nullcheck.ecmascript.modules import FileTable, Known, Property, Shape
from breadknife.plugins.nullcheck.ecmascript.outline import FUNCTIONS, Declared, Member
from breadknife.plugins.nullcheck.ecmascript.types import CLASS_ITSELF, Type
from breadknife.plugins.nullcheck.wording import first_line
from breadknife.text.syntax import Node, SyntaxTree

_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration", "function_signature"})


def summarise(tree: SyntaxTree) -> FileTable:
    """By this file's text alone: what its functions hand on from yet other files stays unknown."""
    analysis, found = FileAnalysis(tree), links(tree.root)
    functions, values = dict[str, Known](), dict[str, Property]()
    overloaded = set[str]()
    for node in _top_level(tree.root):
        name = node.child_by_field_name("name")
        if name is None or name.type not in ("identifier", "type_identifier"):
            continue
        written, value = analysis.outline.text(name), node.child_by_field_name("value")
        if node.type in _FUNCTIONS:
            overloaded |= {written} & functions.keys()
            functions[written] = _function(analysis, node, written)
        elif node.type == "variable_declarator" and value is not None and value.type in FUNCTIONS:
            functions[written] = _function(analysis, value, written)
        elif node.type == "variable_declarator" and (annotation := node.child_by_field_name("type")) is not None:
            values[written] = Property(first_line(tree, node), analysis.outline.type_of(annotation))
        elif node.type == "variable_declarator" and (made := made_type(analysis.outline, value)) is not None:
            values[written] = Property(first_line(tree, node), made)
    for name in overloaded:
        del functions[name]
    types = {name: _shape(analysis, declared) for name, declared in analysis.outline.all_declared()}
    return FileTable(functions, values, types, found.imports, found.exports, found.passed_on, tuple(found.stars))


def _top_level(root: Node) -> Iterator[Node]:
    """Functions, and declarators of constants."""
    for node in root.named_children:
        if node.type == "export_statement":
            node = node.child_by_field_name("declaration") or node
        if node.type == "ambient_declaration" and node.named_child_count:
            node = node.named_children[0]
        if node.type == "lexical_declaration" and node.children[0].type == "const":
            yield from node.named_children
        else:
            yield node


def _function(analysis: FileAnalysis, node: Node, name: str) -> Known:
    said = signature(analysis.outline, node)
    span = first_line(analysis.tree, node)
    has_body, typed = node.child_by_field_name("body") is not None, analysis.outline.typed
    if not has_body or (said.returns is not None and (typed or _is_never(said.returns))):
        return Known(span, said.returns, None, said.is_async, _is_never(said.returns), said.asserts)
    summary = analysis.summary(node, analysis.outline.source)
    if said.returns is not None:
        return Known(span, said.returns, None, said.is_async, summary.never_returns and not said.is_async)
    null = summary.cause.null if summary.cause is not None else None
    never = summary.never_returns and not said.is_async
    calls, checks = analysis.counts(name) if null is not None and not typed else (0, 0)
    return Known(span, None, null, said.is_async, never, False, summary.null_for, calls, checks)


def _is_never(type: Type | None) -> bool:
    return type is not None and type.name == "never"


def _shape(analysis: FileAnalysis, declared: Declared) -> Shape:
    members = {name: _member(analysis, member, name) if member else None for name, member in declared.members.items()}
    return Shape(members, declared.parents, declared.alias, declared.is_alias)


def _member(analysis: FileAnalysis, member: Member, name: str) -> Property:
    type, method = analysis.outline.resolved(member.type), None
    if member.is_method and (function := member.function) is not None:
        method = _function(analysis, function, name.removeprefix(CLASS_ITSELF))
    elif member.is_method:
        method = Known(first_line(analysis.tree, member.node), type)
    return Property(first_line(analysis.tree, member.node), type, method)
