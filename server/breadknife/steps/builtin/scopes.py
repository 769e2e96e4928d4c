"""Local variables of Python functions: every place that names one, and whether it can have another name."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from breadknife.steps.builtin.functions import function_at
from breadknife.steps.builtin.tables import read_table
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, nodes_in

_REFLECTS = re.compile(r"\b(?:locals|vars|eval|exec)\s*\(")
_PARAMETERS = frozenset({"parameters", "lambda_parameters"})
_INNER = frozenset({"function_definition", "class_definition"})


class Tables(msgspec.Struct, frozen=True):
    """`renaming.toml`."""

    weak: str
    never: frozenset[str]
    verbs: frozenset[str]
    calls: dict[str, str]


def tables() -> Tables:
    return read_table("renaming", Tables)


@dataclass(frozen=True)
class Local:
    """A local variable of a Python function: each place in the function that names it."""

    name: str
    function: Node
    places: tuple[Node, ...]


def local_at(tree: SyntaxTree, span: Span) -> Local | str:
    """Return the local variable at a place, or why there is none that can be renamed."""
    node = tree.node_at(span)
    if node.type != "identifier":
        return "The cursor is in no name."
    if is_foreign(node):
        return "This name belongs to something else."
    name = tree.source(node)
    function = function_at(tree, tree.span(node))
    if function is None:
        return "The name is in no function: others may use it."
    return local_of(tree, function, name)


def local_of(tree: SyntaxTree, function: Node, name: str) -> Local | str:
    """Return a variable of a function, or why it can't be renamed within it."""
    body = function.child_by_field_name("body")
    if body is None:
        return "The function has no body."
    head = tree.text[tree.offset(function.start_byte) : tree.offset(body.start_byte)]
    if re.search(rf"\b{re.escape(name)}\b", head):
        return f"`{name}` is in the function's head, which callers see."
    if _REFLECTS.search(tree.source(body)):
        return "The function looks at its variables by their names."
    named = [node for node in nodes_in(body) if node.type == "identifier" and tree.source(node) == name]
    places = tuple(node for node in named if not is_foreign(node))
    if not any(is_bound(node) for node in places):
        return f"`{name}` gets no value in this function."
    for node in places:
        if why := _other_scope(node, function):
            return f"`{name}` is also the name of {why}."
    return Local(name, function, places)


def is_foreign(node: Node) -> bool:
    """Tell whether it names an attribute or a keyword of a call."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        return parent.child_by_field_name("attribute") == node
    return parent.type == "keyword_argument" and parent.child_by_field_name("name") == node


def is_bound(node: Node) -> bool:
    """Tell whether it gets a value here by an assignment, a loop or a `with`."""
    at, parent = node, node.parent
    while parent is not None and parent.type in ("pattern_list", "tuple_pattern", "as_pattern_target"):
        at, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("assignment", "for_statement"):
        return parent.child_by_field_name("left") == at
    return parent.type == "as_pattern" or (
        parent.type == "named_expression" and parent.child_by_field_name("name") == at
    )


def _other_scope(node: Node, function: Node) -> str:
    """What else has the name here, if anything has: then the places don't all mean one variable."""
    parent = node.parent
    if parent is not None and parent.type in ("global_statement", "nonlocal_statement"):
        return "something outside of the function"
    if parent is not None and parent.type in (*_INNER, "dotted_name", "aliased_import"):
        return "something that is defined or imported in it"
    at = node
    while at.parent is not None and at.id != function.id:
        at = at.parent
        if at.type in _PARAMETERS:
            return "an inner function's parameter"
        if at.type == "for_in_clause":
            left = at.child_by_field_name("left")
            if left is not None and left.start_byte <= node.start_byte < left.end_byte:
                return "a comprehension's variable"
        if at.type in _INNER and at.id != function.id and is_bound(node):
            return "an inner function's variable"
    return ""


def weak_locals(tree: SyntaxTree) -> list[tuple[Span, Span]]:
    """(Function, first place) of each local variable whose name says nothing and that can be renamed."""
    found: list[tuple[Span, Span]] = []
    for function in nodes_in(tree.root):
        if function.type != "function_definition" or (body := function.child_by_field_name("body")) is None:
            continue
        names = {tree.source(node) for node in nodes_in(body) if node.type == "identifier" and is_bound(node)}
        for name in sorted(each for each in names if re.match(tables().weak, each)):
            local = local_of(tree, function, name)
            if isinstance(local, Local) and function_at(tree, tree.span(local.places[0])) == function:
                found.append((tree.span(function), tree.span(local.places[0])))
    return found


def objection(tree: SyntaxTree, local: Local, name: str) -> str:
    """Why the variable can't have that name; empty if it can."""
    if not re.fullmatch("[a-z][a-z0-9_]{1,29}", name) or keyword.iskeyword(name):
        return "it is no name"
    if re.match(tables().weak, name) or name in tables().never:
        return "it says as little"
    if hasattr(builtins, name):
        return "it is one of Python's own names"
    for node in nodes_in(local.function):
        if node.type == "identifier" and not is_foreign(node) and tree.source(node) == name:
            return "the function has that name already"
    return ""


def renamed(tree: SyntaxTree, local: Local, name: str, span: Span) -> str:
    """Return a part of the text with the variable called otherwise."""
    return "".join(_pieces(tree, (tree.span(node) for node in local.places), name, span))


def _pieces(tree: SyntaxTree, places: Iterable[Span], name: str, span: Span) -> Iterator[str]:
    at = span.start
    for place in places:
        if span.contains(place):
            yield tree.text[at : place.start]
            yield name
            at = place.end
    yield tree.text[at : span.end]
