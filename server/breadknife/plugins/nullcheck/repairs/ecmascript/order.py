"""What may stand before a statement: which JavaScript reads or changes something, and the room for a check."""

from __future__ import annotations

import re
from dataclasses import dataclass

from breadknife.plugins.nullcheck.languages.ecmascript.language import knowledge
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import FUNCTIONS
from breadknife.plugins.nullcheck.repairs.layout import indent_of
from breadknife.plugins.nullcheck.repairs.order import Accesses
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree

_READS = re.compile(
    r"(?:get|find|has|is|query|to|peek|match|exec|closest|deref|parse)(?:[A-Z]\w*)?|at|concat|entries|includes|indexOf|keys|slice|values"
)
_TAKES = frozenset({"pop", "push", "reverse", "shift", "sort", "splice", "unshift"})


def _only_reads(name: str) -> bool:
    methods = knowledge().functions["string_methods"] | knowledge().functions["array_methods"]
    return (name in methods and name not in _TAKES) or _READS.fullmatch(name) is not None


ACCESSES = Accesses(
    sets={"update_expression": "argument", "assignment_expression": "left", "augmented_assignment_expression": "left"},
    call="call_expression",
    only_reads=_only_reads,
    names=frozenset({"identifier", "shorthand_property_identifier", "this"}),
    members={"member_expression": "object", "subscript_expression": "object"},
    unread={"call_expression": "function", "variable_declarator": "name", "assignment_expression": "left"},
    later=FUNCTIONS,
    waits=frozenset({"await_expression", "yield_expression"}),
)


@dataclass(frozen=True)
class Opening:
    before: Span
    """The blanks before the statement, which lines take the place of."""
    after: Span
    """Those after it."""
    indent: str
    """Of the line that it begins on."""
    braces: bool
    """Whether there are none yet."""


def opening(tree: SyntaxTree, holder: Node, statement: Node) -> Opening | None:
    span, outer = tree.span(statement), tree.span(holder)
    if holder.type == "statement_block":
        before, after = Span(outer.start + 1, span.start), Span(span.end, outer.end - 1)
        braces = False
    else:
        condition = holder.child_by_field_name("condition")
        if condition is None or statement != holder.child_by_field_name("consequence"):
            return None
        if holder.child_by_field_name("alternative") is not None:
            return None
        before, after = Span(tree.span(condition).end, span.start), Span(span.end, span.end)
        braces = True
    is_blank = not (tree.text[before.start : before.end] + tree.text[after.start : after.end]).strip()
    if not is_blank or "\n" in tree.text[span.start : span.end] or not _is_alone(tree, outer, braces=braces):
        return None
    return Opening(before, after, indent_of(tree, holder if braces else statement), braces)


def _is_alone(tree: SyntaxTree, outer: Span, *, braces: bool) -> bool:
    """Whether the line has no other block around it, and no comment that belongs to a statement without braces."""
    line = tree.text[tree.text.rfind("\n", 0, outer.start) + 1 : outer.start]
    rest = tree.text[outer.end :].partition("\n")[0]
    return line.count("{") == line.count("}") and "}" not in rest and not (braces and rest.strip())
