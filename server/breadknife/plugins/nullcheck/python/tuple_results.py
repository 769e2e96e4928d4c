"""What a function gives back as a tuple that may have a None in it, where who takes it apart relies on a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.python.classes import TUPLE_PATTERNS
from breadknife.plugins.nullcheck.python.declarations import Cure, defined_here, is_local, last_set
from breadknife.plugins.nullcheck.python.kinds import (
    MAX_UNION,
    any_type,
    are_deferred,
    has_type_comment,
    is_defined_before,
    type_of,
)
from breadknife.plugins.nullcheck.python.modules import Elsewhere, Function, Module
from breadknife.plugins.nullcheck.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.python.outline import callee_of, text
from breadknife.plugins.nullcheck.python.site import Site, own_nodes
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree, path_to

_RELIANCE = 2
"""So many callers rely on values for each that looks for a None: more of them, and it isn't meant for most."""
_MAX_STEPS = 3
"""From a function to the one whose result it hands on."""


@dataclass(frozen=True, eq=False)
class Unpacked:
    """`a, b = f()`, of which a name is one."""

    call: Node
    index: int
    names: tuple[str, ...]
    """"" for what is no name."""


def unpacked(site: Site) -> Unpacked | None:
    """Where the place's name was set last in its function."""
    if site.node.type != "identifier":
        return None
    last = last_set(site, text(site.node))
    return _unpacking(last.path[-2], last.path[-1], last.node) if last is not None and len(last.path) > 1 else None


def _unpacking(assignment: Node, pattern: Node, name: Node | None = None) -> Unpacked | None:
    value = assignment.child_by_field_name("right") if assignment.type == "assignment" else None
    call = value.named_children[0] if value is not None and value.type == "await" else value
    parts = pattern.named_children
    if call is None or call.type != "call" or pattern.type not in TUPLE_PATTERNS:
        return None
    if any(part.type == "list_splat_pattern" for part in parts) or (name is not None and name not in parts):
        return None
    names = tuple(text(part) if part.type == "identifier" else "" for part in parts)
    return Unpacked(call, parts.index(name) if name is not None else 0, names)


def of_tuple(site: Site, here: Module) -> Iterator[Elsewhere]:
    found = unpacked(site)
    callee = found.call.child_by_field_name("function") if found is not None else None
    if found is None or callee is None:
        return
    function = defined_here(site.tree, text(callee), site.path)
    there = Function(here, function) if function is not None else None
    if there is None and not is_local(site, text(callee).partition(".")[0]):
        there = here.imported_function(text(callee))
    if there is None:
        return
    tree = there.module.tree
    returned = _returned(tree, there.node)
    uses, doubts = _relying(site, found, text(callee))
    if returned is None or found.index >= len(returned[1][0]) or len(uses) <= max(1, _RELIANCE * doubts):
        return
    if all(values[found.index].type != "none" for values in returned[1]):
        return
    cure = _opened(tree, *returned, uses, "" if tree is site.tree else f"in {there.module.name}")
    if cure is not None:
        yield Elsewhere(cure, there.module)


def _returned(tree: SyntaxTree, function: Node) -> tuple[Node, list[list[Node]]] | None:
    """The function that makes the tuples, and what is in each of them: as many values in all."""
    for _ in range(_MAX_STEPS):
        returned = [one.named_children[0] for one in own_nodes(function, "return_statement") if one.named_children]
        callee = callee_of(returned[0]) if len(returned) == 1 else ""
        if not callee:
            made = [one.named_children for one in returned if one.type in ("expression_list", "tuple")]
            is_whole = len(made) == len(returned) and len({len(values) for values in made}) == 1
            plain = all(not text(value).startswith(("*", "#")) for values in made for value in values)
            return (function, made) if is_whole and plain else None
        following = defined_here(tree, callee, path_to(tree, function))
        if following is None or following == function:
            return None
        function = following
    return None


def _relying(site: Site, found: Unpacked, callee: str) -> tuple[tuple[Span, ...], int]:
    """The place and the uses of what else in the file takes such a result apart, one of each; and how many of those
    who do look for a None."""
    uses, doubts = [site.span], 0
    for one in occurrences(site.tree, callee, site.tree.root):
        call, path = one.path[-1], one.path[:-1]
        if call.type != "call" or call.child_by_field_name("function") != one.node:
            continue
        if path[-1].type == "await":
            path = path[:-1]
        left = path[-1].child_by_field_name("left") if path[-1].type == "assignment" else None
        other = _unpacking(path[-1], left) if left is not None else None
        if other is None:
            continue
        scope = one.inside("function_definition") or site.tree.root
        of_names = [use for name in other.names if name for use in occurrences(site.tree, name, scope)]
        after = [use for use in of_names if use.node.start_byte > call.end_byte]
        relying = [site.tree.span(use.node) for use in after if use.role is Role.USE]
        doubts += any(use.role is Role.TEST for use in after)
        if other.call != found.call:
            uses += relying[:1]
    return tuple(uses), doubts


def _opened(
    tree: SyntaxTree, function: Node, made: list[list[Node]], ends: tuple[Span, ...], where: str
) -> Cure | None:
    name, parameters = function.child_by_field_name("name"), function.child_by_field_name("parameters")
    opened, imports = any_type(tree)
    is_said = function.child_by_field_name("return_type") is not None or has_type_comment(function)
    if name is None or parameters is None or not opened or is_said:
        return None
    parts = [_part(tree, function, [values[at] for values in made], opened) for at in range(len(made[0]))]
    kind = f"tuple[{', '.join(parts)}]"
    if not is_defined_before(tree, kind, function, imports):
        return None
    written = kind if are_deferred(tree) else f'"{kind}"'
    at = tree.span(parameters).end
    return Cure(
        Strategy.RETURN_TYPE,
        f"Declare that {in_title(text(name))} returns {in_title(kind)}",
        (TextEdit(Span(at, at), f" -> {written}"), *imports),
        52,
        "most of its callers rely on a value",
        ends,
        ", ".join(part for part in ("fails where that has a None", where) if part),
    )


def _part(tree: SyntaxTree, function: Node, values: list[Node], opened: str) -> str:
    given = [value for value in values if value.type != "none"]
    kinds = sorted({type_of(tree, value, function).strip("'\"") for value in given})
    if not kinds or "" in kinds or len(kinds) > MAX_UNION:
        return opened
    return " | ".join(kinds if len(given) == len(values) else [*kinds, opened])
