"""What a caller needs to know of a function of the file, read off its `return`s."""

from __future__ import annotations

import re
from dataclasses import dataclass

from breadknife.plugins.nullcheck.go.outline import Function, Outline
from breadknife.plugins.nullcheck.go.rules import NO_RETURN, NO_RETURN_METHODS
from breadknife.text.syntax import Node

_TELLING = frozenset({"nil", "false", '""', "0"})
"""What a caller can test in place of another result."""


@dataclass(frozen=True)
class Summary:
    nil_with_error: frozenset[int] = frozenset()
    """Positions of results that are nil where the last one is an error, or false."""
    nil_alone: frozenset[int] = frozenset()
    """Those that are nil with a nil error, or where no result tells, though on another path they aren't."""
    never_returns: bool = False

    @property
    def may_be_nil(self) -> bool:
        return bool(self.nil_with_error or self.nil_alone)


def summarize(outline: Outline, function: Function) -> Summary:
    results = function.results
    returns = returns_in(function.body)
    if not returns and not results:
        return Summary(never_returns=_ends(outline, function.body))
    if not results or (function.named_results and any(not node.named_children for node in returns)):
        return Summary()
    tells = results[-1] if results[-1] in ("error", "bool") and len(results) > 1 else ""
    if results.count("bool") > (tells == "bool") and tells != "error":
        tells = ""  # which of them it is isn't known
    with_error, alone, given = set[int](), set[int](), set[int]()
    for node in returns:
        values = node.named_children[0].named_children if node.named_children else []
        if len(values) != len(results):
            given.update(range(len(results)))  # `return f()`
            continue
        last = outline.text(values[-1])
        # `nil, false, nil`: another result tells; `if x == nil { return nil }`: whoever gives nil gets it.
        values_only = values[:-1] if tells else values
        told = sum(outline.text(value) in _TELLING for value in values_only) > (
            any(value.type == "nil" for value in values_only)
        ) or _is_given_nil(outline, function, node)
        for at, value in enumerate(values):
            if value.type != "nil":
                given.add(at)
            elif told and (not tells or last == "nil"):
                pass
            elif not tells or last == ("nil" if tells == "error" else "true"):
                alone.add(at)
            elif tells == "error" or last == "false":
                with_error.add(at)
    nilable = {at for at, kind in enumerate(results) if not kind.startswith("[]") and kind != "error"}
    return Summary(frozenset(with_error & nilable), frozenset(alone & nilable & given))


def _is_given_nil(outline: Outline, function: Function, node: Node) -> bool:
    """Whether a `return` stands under a test of the receiver or a parameter for nil."""
    block = node.parent.parent if node.parent is not None else None
    test = block.parent if block is not None else None
    condition = test.child_by_field_name("condition") if test is not None and test.type == "if_statement" else None
    if condition is None or test is None or test.child_by_field_name("consequence") != block:
        return False
    parameters = function.node.child_by_field_name("parameters")
    names = [
        outline.text(name)
        for parameter in (parameters.named_children if parameters is not None else ())
        for name in parameter.children_by_field_name("name")
    ]
    compared = re.findall(r"(?<![\w.])(\w+) == nil\b", outline.text(condition))
    return not {function.receiver, *names}.isdisjoint(compared)


def returns_in(body: Node) -> list[Node]:
    """The `return`s of a function, without those of functions in it."""
    found, stack = list[Node](), [body]
    while stack:
        for node in stack.pop().named_children:
            if node.type == "return_statement":
                found.append(node)
            elif node.type.endswith(("_statement", "_case", "block", "_list")) and node.type not in (
                "expression_statement", "assignment_statement", "defer_statement", "go_statement", "expression_list",
            ):  # fmt: skip
                stack.append(node)
    return sorted(found, key=lambda node: node.start_byte)


def _ends(outline: Outline, body: Node) -> bool:
    statements = body.named_children[0].named_children if body.named_child_count else []
    if not statements or statements[-1].type != "expression_statement":
        return False
    call = statements[-1].named_children[0]
    return call.type == "call_expression" and never_returns(outline, call)


def never_returns(outline: Outline, call: Node) -> bool:
    function = call.child_by_field_name("function")
    name = outline.text(function) if function is not None else ""
    return name in NO_RETURN or ("." in name and name.rpartition(".")[2] in NO_RETURN_METHODS)
