"""How findings and titles name what they are about."""

from __future__ import annotations

from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree

_MAX_QUOTE = 40
"""Longest expression, in code points, that a message quotes."""


def quote(expression: str) -> str:
    """An expression within a message for people."""
    return f"`{expression}`" if len(expression) <= _MAX_QUOTE and "\n" not in expression else "this value"


def in_comment(expression: str, otherwise: str) -> str:
    """An expression within a comment in the code, on one line and whole, else `otherwise`: half of a name is none. A
    backslash may mean more there: Java ends a comment at an escaped line break."""
    said = " ".join(expression.split())
    return said if len(said) <= _MAX_QUOTE and said.isprintable() and "\\" not in said else otherwise


def capitalised(clause: str) -> str:
    return clause[0].upper() + clause[1:]


def first_line(tree: SyntaxTree, node: Node) -> Span:
    """Of a function that says enough."""
    span = tree.span(node)
    line_end = tree.text.find("\n", span.start, span.end)
    return Span(span.start, line_end) if line_end >= 0 else span
