"""Finds the declaration that stands at a place, by the kinds of its language's nodes."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.plugins.nullcheck.repairs.grammar import CauseKind, DeclarationNodes
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, path_to


@dataclass(frozen=True)
class DeclaredName:
    """A declaration, as people name it."""

    kind: CauseKind
    name: str
    """`Store.path`, `Store.find()`, `load(names)`."""
    span: Span
    """The span of a parameter; of anything else, that of its name."""


def declaration_at(tree: SyntaxTree, span: Span, shapes: DeclarationNodes, value: str = "") -> DeclaredName | None:
    """Return what is declared at a place, or around it in the same statement; None if nothing is. If a declaration has
    several names, `value` is the one that is meant. A function without a name goes by that of what it is put into."""
    start = tree.node_at(span)
    path = (*path_to(tree, start), start)
    for depth in range(len(path) - 1, -1, -1):
        node = path[depth]
        kind, field = shapes.declarations.get(node.type, (None, ""))
        name = _named(node, field) if kind is not None else None
        if kind is not None and name is not None:
            if start.type in shapes.values and kind in (CauseKind.VARIABLE, CauseKind.ATTRIBUTE):
                kind = CauseKind.FUNCTION
            meant = next((child for child in name.named_children if tree.source(child) == value), name)
            return _declared(tree, kind, node, meant, path[:depth], shapes)
        if node.type in shapes.blocks or node.type in shapes.owners or (node.type in shapes.values and node != start):
            return None
    return None


def declaration_with_value(tree: SyntaxTree, null: Span, shapes: DeclarationNodes) -> DeclaredName | None:
    """Return what is declared with the null at this place as its value; None if it isn't the value of a declaration."""
    around = path_to(tree, tree.node_at(null))
    return declaration_at(tree, null, shapes) if around and around[-1].type in shapes.declarations else None


def parameter_named(tree: SyntaxTree, span: Span, name: str, shapes: DeclarationNodes) -> DeclaredName | None:
    """Return the parameter of this name of the innermost function around a place that has one; None if none has."""
    path = path_to(tree, tree.node_at(span))
    for depth in range(len(path) - 1, -1, -1):
        parameters = path[depth].child_by_field_name("parameters") if _is_function(path[depth], shapes) else None
        for parameter in parameters.named_children if parameters is not None else ():
            kind, field = shapes.declarations.get(parameter.type, (None, ""))
            name_node = _named(parameter, field) if kind is CauseKind.PARAMETER else None
            if name_node is not None and tree.source(name_node) == name:
                return _declared(tree, CauseKind.PARAMETER, parameter, name_node, path[: depth + 1], shapes)
    return None


def _declared(
    tree: SyntaxTree, kind: CauseKind, node: Node, name: Node, around: tuple[Node, ...], shapes: DeclarationNodes
) -> DeclaredName:
    """Return a declaration with its label: with the class in front of a member, and the function around a parameter or
    a variable. `around` are the nodes around `node`, from the outermost on."""
    label = tree.source(name)
    owner = _owner(tree, node, around, shapes)
    scope = next((each for each in reversed(around) if each.type in shapes.owners or _is_function(each, shapes)), None)
    if kind is CauseKind.VARIABLE and scope is not None and scope.type in shapes.owners:
        kind = CauseKind.ATTRIBUTE
    for prefix in shapes.own:
        if label.startswith(prefix):
            kind, label = CauseKind.ATTRIBUTE, label.removeprefix(prefix)
    if kind is CauseKind.FUNCTION:
        is_inside = any(_is_function(outer, shapes) for outer in around)
        return DeclaredName(kind, f"{owner}.{label}()" if owner and not is_inside else f"{label}()", tree.span(name))
    if kind is CauseKind.ATTRIBUTE:
        return DeclaredName(kind, f"{owner}.{label}" if owner else label, tree.span(name))
    function = next((each for each in reversed(around) if _is_function(each, shapes)), None)
    function_name = _named(function, shapes.declarations[function.type][1]) if function is not None else None
    if function is not None and function_name is not None:
        outer = around[: around.index(function)]
        is_method = owner and not any(_is_function(each, shapes) for each in outer)
        label = (
            f"{owner}.{tree.source(function_name)}({label})" if is_method else f"{tree.source(function_name)}({label})"
        )
    return DeclaredName(kind, label, tree.span(node if kind is CauseKind.PARAMETER else name))


def owner_of(tree: SyntaxTree, span: Span, shapes: DeclarationNodes) -> str:
    """Return the class around a place; "" where there is none."""
    node = tree.node_at(span)
    return _owner(tree, node, path_to(tree, node), shapes)


def _is_function(node: Node, shapes: DeclarationNodes) -> bool:
    return shapes.declarations.get(node.type, (None, ""))[0] is CauseKind.FUNCTION


def _owner(tree: SyntaxTree, node: Node, around: tuple[Node, ...], shapes: DeclarationNodes) -> str:
    """Return the name of the class whose member a node is; "" where there is none."""
    if (receiver := node.child_by_field_name("receiver")) is not None:  # Go's methods stand outside their types
        return tree.source(receiver).strip("()").rpartition(" ")[2].lstrip("*").partition("[")[0]
    owner = next((each for each in reversed(around) if each.type in shapes.owners), None)
    name = _named(owner, shapes.owners[owner.type]) if owner is not None else None
    return tree.source(name) if name is not None else ""


def _named(node: Node, field: str) -> Node | None:
    """Return the name of a declaration, which is in this field, or through others with dots; "" for its first child."""
    if not field:
        return node.named_children[0] if node.named_children else None
    name: Node | None = node
    for part in field.split("."):
        name = name.child_by_field_name(part) if name is not None else None
    return name
