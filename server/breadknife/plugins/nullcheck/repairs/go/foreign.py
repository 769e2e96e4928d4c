"""Nil diagnostics of other checkers, recognised by what they say: rows of data, tested on the tools' real output."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from breadknife.plugins.nullcheck.values import Place, Use
from breadknife.task.values import Finding
from breadknife.text.syntax import Node, SyntaxTree, path_to


class At(StrEnum):
    """Which expression, seen from a diagnostic's start, may be nil."""

    OWNER = "the start is in a selector; what is before its dot"
    INDEXED = "the start is in an index expression; what is before its bracket"
    CALLED = "the start is in a call; what is called, or what its method is called on"
    POINTER = "the start is in a dereference; what is behind its star"
    NAMED = "the name that the message says"


@dataclass(frozen=True)
class Diagnostic:
    names: frozenset[str]
    """Its source or its code, in lower case: gopls says `nilness` as the source, golangci-lint as the code."""
    message: re.Pattern[str]
    """A group `name` names a field, method or variable."""
    use: Use
    at: At


def _row(names: str, message: str, use: Use, at: At) -> Diagnostic:
    return Diagnostic(frozenset(names.split()), re.compile(message, re.DOTALL), use, at)


_NILAWAY = r"^Potential nil panic.*"
_NILNESS = "nilness govet"

DIAGNOSTICS = (
    _row("sa5000", r"^assignment to nil map", Use.ASSIGN, At.INDEXED),
    _row("sa5001", r"before deferring (?P<name>\w+)\.", Use.ATTRIBUTE, At.NAMED),
    _row("sa5011", r"^possible nil pointer dereference", Use.ATTRIBUTE, At.OWNER),
    _row("sa5011", r"^possible nil pointer dereference", Use.OPERAND, At.POINTER),
    _row(_NILNESS, r"^nil dereference in map update", Use.ASSIGN, At.INDEXED),
    _row(_NILNESS, r"^nil dereference in (?:array |slice )?index operation", Use.SUBSCRIPT, At.INDEXED),
    _row(_NILNESS, r"^nil dereference in (?:field selection|type assertion)", Use.ATTRIBUTE, At.OWNER),
    _row(_NILNESS, r"^nil dereference in dynamic method call", Use.ATTRIBUTE, At.CALLED),
    _row(_NILNESS, r"^nil dereference in dynamic function call", Use.CALL, At.CALLED),
    _row(_NILNESS, r"^nil dereference in load", Use.OPERAND, At.POINTER),
    _row("httpresponse govet vet", r"^using (?P<name>\w+) before checking for errors", Use.ATTRIBUTE, At.NAMED),
    _row("nilaway", rf"{_NILAWAY}accessed field `(?P<name>\w+)`", Use.ATTRIBUTE, At.OWNER),
    _row("nilaway", rf"{_NILAWAY}called `(?P<name>\w+)\(\)`", Use.ATTRIBUTE, At.OWNER),
    _row("nilaway", rf"{_NILAWAY}written to at an index", Use.ASSIGN, At.INDEXED),
    _row("nilaway", rf"{_NILAWAY}sliced into", Use.SUBSCRIPT, At.INDEXED),
    _row("nilaway", rf"{_NILAWAY}dereferenced", Use.OPERAND, At.POINTER),
)

_IGNORES = {"nilaway": "nilaway", "nilness": "govet", "govet": "govet", "httpresponse": "govet"}
_STATEMENTS = ("statement_list", "block", "source_file")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def foreign_place(tree: SyntaxTree, finding: Finding) -> Place | None:
    """The place that another checker's finding is about, or None when it isn't about nil."""
    names = {finding.source.lower(), finding.code.lower()}
    said = _COLOUR.sub("", finding.message)
    for row in DIAGNOSTICS:
        if names.isdisjoint(row.names):
            continue
        message = row.message.search(said)
        if message is not None:
            node = _found(tree, finding.span.start, row.at, message.groupdict().get("name") or "")
            if node is not None:
                return Place(tree.span(node), row.use)
    return None


def ignored_by(finding: Finding) -> str:
    """The name under which the checker's ignore comment knows the finding, or ""."""
    for name in (finding.code, finding.source):
        if re.fullmatch(r"SA\d+", name):
            return f"staticcheck {name}"
        if name.lower() in _IGNORES:
            return _IGNORES[name.lower()]
    return ""


def _found(tree: SyntaxTree, start: int, at: At, name: str) -> Node | None:
    byte = tree.byte_offset(start)
    first = tree.root.descendant_for_byte_range(byte, byte + 1)
    if first is None:
        return None
    for node in (first, *reversed(path_to(tree, first))):
        if at is At.NAMED and (found := _named(node, name.encode(), byte)) is not None:
            return found
        if node.type in _STATEMENTS:
            return None
        found = _part(node, at, name)
        if found is not None:
            return found
    return None


def _part(node: Node, at: At, name: str) -> Node | None:
    match at, node.type:
        case At.OWNER, "selector_expression":
            field = node.child_by_field_name("field")
            if field is not None and (not name or field.text == name.encode()):
                return node.child_by_field_name("operand")
        case At.INDEXED, "index_expression" | "slice_expression":
            return node.child_by_field_name("operand")
        case At.INDEXED, "assignment_statement" | "inc_statement" | "dec_statement":
            left = node.child_by_field_name("left") or node
            if left.named_child_count == 1 and left.named_children[0].type == "index_expression":
                return left.named_children[0].child_by_field_name("operand")
        case At.CALLED, "call_expression":
            function = node.child_by_field_name("function")
            if function is not None and function.type == "selector_expression":
                return function.child_by_field_name("operand")
            return function
        case At.POINTER, "unary_expression":
            return node.named_children[-1] if node.children[0].type == "*" else None
        case _:
            pass
    return None


def _named(node: Node, name: bytes, start: int) -> Node | None:
    """The identifier of that name in a statement, not before `start`."""
    stack = [node] if node.type not in _STATEMENTS else []
    while stack:
        part = stack.pop()
        if part.type == "identifier" and part.text == name and part.start_byte >= start:
            return part
        stack += reversed(part.named_children)
    return None
