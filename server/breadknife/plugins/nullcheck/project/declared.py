"""Which declaration stands at a place, by the kinds of its language's nodes."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.plugins.nullcheck.repairs.grammar import CauseKind, DeclarationNodes
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, path_to


@dataclass(frozen=True)
class DeclaredName:
    kind: CauseKind
    name: str
    """`Store.path`, `Store.find()`, `load(names)`."""
    span: Span
    """Of a parameter, else of the name."""


def declared(tree: SyntaxTree, span: Span, shapes: DeclarationNodes, value: str = "") -> DeclaredName | None:
    """Return what is declared where a null comes from: there, or around it in the same statement. `value`: which one it
    is, of several names."""
    start = tree.node_at(span)
    path = (*path_to(tree, start), start)
    for at in range(len(path) - 1, -1, -1):
        node = path[at]
        kind, field = shapes.declarations.get(node.type, (None, ""))
        name = _named(node, field) if kind is not None else None
        if kind is not None and name is not None:
            if start.type in shapes.values and kind in (CauseKind.VARIABLE, CauseKind.ATTRIBUTE):
                kind = CauseKind.FUNCTION
            part = next((each for each in name.named_children if tree.source(each) == value), name)
            return _declared(tree, kind, node, part, path[:at], shapes)
        if node.type in shapes.blocks or node.type in shapes.owners or (node.type in shapes.values and node != start):
            return None
    return None


def set_to(tree: SyntaxTree, null: Span, shapes: DeclarationNodes) -> DeclaredName | None:
    """Return what is declared with that null as its value."""
    around = path_to(tree, tree.node_at(null))
    return declared(tree, null, shapes) if around and around[-1].type in shapes.declarations else None


def given(tree: SyntaxTree, span: Span, name: str, shapes: DeclarationNodes) -> DeclaredName | None:
    """Return the parameter of that name, of the functions around a place."""
    path = path_to(tree, tree.node_at(span))
    for at in range(len(path) - 1, -1, -1):
        parameters = path[at].child_by_field_name("parameters") if _is_function(path[at], shapes) else None
        for each in parameters.named_children if parameters is not None else ():
            kind, field = shapes.declarations.get(each.type, (None, ""))
            called = _named(each, field) if kind is CauseKind.PARAMETER else None
            if called is not None and tree.source(called) == name:
                return _declared(tree, CauseKind.PARAMETER, each, called, path[: at + 1], shapes)
    return None


def _declared(
    tree: SyntaxTree, kind: CauseKind, node: Node, name: Node, around: tuple[Node, ...], shapes: DeclarationNodes
) -> DeclaredName:
    its = tree.source(name)
    owner = _owner(tree, node, around, shapes)
    scope = next((each for each in reversed(around) if each.type in shapes.owners or _is_function(each, shapes)), None)
    if kind is CauseKind.VARIABLE and scope is not None and scope.type in shapes.owners:
        kind = CauseKind.ATTRIBUTE
    for own in shapes.own:
        if its.startswith(own):
            kind, its = CauseKind.ATTRIBUTE, its.removeprefix(own)
    if kind is CauseKind.FUNCTION:
        inside = any(_is_function(outer, shapes) for outer in around)
        return DeclaredName(kind, f"{owner}.{its}()" if owner and not inside else f"{its}()", tree.span(name))
    if kind is CauseKind.ATTRIBUTE:
        return DeclaredName(kind, f"{owner}.{its}" if owner else its, tree.span(name))
    function = next((each for each in reversed(around) if _is_function(each, shapes)), None)
    called = _named(function, shapes.declarations[function.type][1]) if function is not None else None
    if function is not None and called is not None:
        outer = around[: around.index(function)]
        is_method = owner and not any(_is_function(each, shapes) for each in outer)
        its = f"{owner}.{tree.source(called)}({its})" if is_method else f"{tree.source(called)}({its})"
    return DeclaredName(kind, its, tree.span(node if kind is CauseKind.PARAMETER else name))


def owner_of(tree: SyntaxTree, span: Span, shapes: DeclarationNodes) -> str:
    """Return the class around a place; "" where there is none."""
    node = tree.node_at(span)
    return _owner(tree, node, path_to(tree, node), shapes)


def _is_function(node: Node, shapes: DeclarationNodes) -> bool:
    return shapes.declarations.get(node.type, (None, ""))[0] is CauseKind.FUNCTION


def _owner(tree: SyntaxTree, node: Node, around: tuple[Node, ...], shapes: DeclarationNodes) -> str:
    if (receiver := node.child_by_field_name("receiver")) is not None:  # Go's methods stand outside their types
        return tree.source(receiver).strip("()").rpartition(" ")[2].lstrip("*").partition("[")[0]
    owner = next((each for each in reversed(around) if each.type in shapes.owners), None)
    name = _named(owner, shapes.owners[owner.type]) if owner is not None else None
    return tree.source(name) if name is not None else ""


def _named(node: Node, field: str) -> Node | None:
    if not field:
        return node.named_children[0] if node.named_children else None
    found: Node | None = node
    for part in field.split("."):
        found = found.child_by_field_name(part) if found is not None else None
    return found
