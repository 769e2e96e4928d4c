"""Steps that read a function's syntax: what it raises, returns and calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import Symbol
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, line_break
from breadknife.text.syntax import Node, SyntaxTree, nodes_in

OWN_SCOPE = frozenset({"function_definition", "class_definition", "lambda"})
"""Nodes of Python with a scope of their own."""
LONGEST_CONDITION = 60
"""Code points of a condition that is short enough to be quoted."""


@dataclass(frozen=True)
class FactsWanted:
    document: Document
    symbol: Symbol


@dataclass(frozen=True)
class Facts:
    raises: tuple[str, ...]
    """The exceptions that its own `raise` statements name, each once, in the order of the text."""
    conditions: tuple[str, ...]
    """For each of them the condition of the `if` that it stands in; empty where that isn't the whole story."""
    returns: bool
    """Whether it returns a value."""
    yields: bool
    returned: str
    """The annotation of what it returns; empty without one."""
    calls: tuple[str, ...]
    """The last part of each name that it calls."""
    statements: int
    """In its body, at the top level."""
    head_end: Span
    """Where a docstring can be put: behind the line of the head. Empty."""
    indent: str
    """Of its body."""
    line_break: str


def symbol_facts(given: FactsWanted, context: StepContext) -> Facts | Silence:
    """Return what the syntax of a Python function says: exceptions, whether it returns or yields, and what it calls."""
    tree = context.tree(given.document)
    if tree is None or given.document.language != "python":
        return Silence("no-facts", f"Facts of functions are read in Python, not in {given.document.language}.")
    function = function_at(tree, given.symbol.span, given.symbol.name)
    body = function.child_by_field_name("body") if function else None
    if function is None or body is None or not body.named_children:
        return Silence("no-facts", "The function has no body that can be read.")
    colon = next(child for child in reversed(function.children) if child.type == ":")
    if body.start_point.row == colon.end_point.row:
        return Silence("one-line", "Its body is in the line of its head.", "put it into a line of its own")
    end = given.document.line_span(given.document.line_at(tree.offset(colon.start_byte))).end
    row = given.document.line_text(given.document.line_at(tree.offset(body.start_byte)))
    own = list(nodes_in(body, OWN_SCOPE))
    raised: dict[str, str] = {}
    for name, condition in _raised(tree, body, own):  # of two conditions, neither is the whole story
        raised[name] = condition if name not in raised else ""
    kind = function.child_by_field_name("return_type")
    return Facts(
        tuple(raised),
        tuple(raised.values()),
        any(node.type == "return_statement" and node.named_children and not _is_none(node) for node in own),
        any(node.type == "yield" for node in own),
        tree.source(kind) if kind else "",
        tuple(dict.fromkeys(filter(None, (_called(tree, node) for node in own if node.type == "call")))),
        len([child for child in body.named_children if child.type != "comment"]),
        Span(end, end),
        row[: len(row) - len(row.lstrip())],
        line_break(given.document.text),
    )


def function_at(tree: SyntaxTree, span: Span, name: str = "") -> Node | None:
    """Return the Python function that has this span, with or without its decorators; of this name, if there is one."""
    at: Node | None = tree.node_at(span)
    while at is not None and at.type not in ("function_definition", "decorated_definition"):
        at = at.parent
    if at is not None and at.type == "decorated_definition":
        at = at.child_by_field_name("definition")
    if at is None or at.type != "function_definition":
        return None
    found = at.child_by_field_name("name")
    return at if not name or (found is not None and tree.source(found) == name) else None


def _is_none(statement: Node) -> bool:
    return statement.named_children[0].type == "none"


def _raised(tree: SyntaxTree, body: Node, own: list[Node]) -> Iterator[tuple[str, str]]:
    for node in own:
        if node.type != "raise_statement" or not node.named_children:
            continue
        what = node.named_children[0]
        called = what.child_by_field_name("function") if what.type == "call" else what
        name = tree.source(called) if called is not None else ""
        # `raise error` raises what a variable holds; `raise make()` what a function gives.
        if not re.fullmatch(r"(\w+\.)*[A-Z]\w*", name) or _is_caught(tree, node, body, name):
            continue
        yield name, _condition(tree, node, body)


def _is_caught(tree: SyntaxTree, node: Node, body: Node, name: str) -> bool:
    """Whether a `try` around it, in the same function, names that exception, or all of them."""
    below, at = node, node.parent
    while at is not None and at.id != body.id:
        if at.type == "try_statement" and at.child_by_field_name("body") == below:
            for clause in at.named_children:
                if clause.type == "except_clause":
                    head = tree.source(clause).partition(":")[0]
                    if re.search(rf"\b({re.escape(name)}|Exception|BaseException)\b|^except\s*$", head):
                        return True
        below, at = at, at.parent
    return False


def _condition(tree: SyntaxTree, node: Node, body: Node) -> str:
    """Of the one `if` that it stands in, at the top of the function; empty if there is more to it."""
    block = node.parent
    choice = block.parent if block is not None else None
    if block is None or choice is None or choice.type != "if_statement" or choice.parent is None:
        return ""
    test = choice.child_by_field_name("condition")
    if choice.parent.id != body.id or choice.child_by_field_name("consequence") != block or test is None:
        return ""
    text = tree.source(test)
    return text if len(text) <= LONGEST_CONDITION and not re.search(r"[\n\"\\`]", text) else ""


def _called(tree: SyntaxTree, call: Node) -> str:
    function = call.child_by_field_name("function")
    if function is not None and function.type == "attribute":
        function = function.child_by_field_name("attribute")
    return tree.source(function) if function is not None and function.type == "identifier" else ""


FUNCTIONS = (StepType("symbol.facts", 1, Kind.RULE, FactsWanted, Facts, symbol_facts, from_outside=True),)
