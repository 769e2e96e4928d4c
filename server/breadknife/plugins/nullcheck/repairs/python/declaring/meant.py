"""Whether an attribute's None is meant: its author says so and reckons with it, or it is left to data."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from breadknife.plugins.nullcheck.repairs.python.declaring.declarations import Attribute
from breadknife.plugins.nullcheck.repairs.python.reading.annotations import is_optional
from breadknife.plugins.nullcheck.repairs.python.reading.kinds import annotation_of
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import parameter_of, text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import own_nodes
from breadknife.text.syntax import Node, SyntaxTree

FIRST = ("__init__", "__new__", "__post_init__", "setUp")
"""Methods that set attributes before anything uses them."""


def is_meant(found: Attribute, tested_elsewhere: Callable[[], bool]) -> bool:
    """`tested_elsewhere`: whether another file of the project tests an attribute of that name; it takes a while."""
    if is_left_to_data(found):
        return True
    if not _is_option(found):
        return False
    if any(_is_said(one) for one in found.sets):
        return found.is_tested or tested_elsewhere()
    return any(map(is_from_nullable, found.sets)) and any(one.role is Role.TEST for one in found.own)


def _is_option(found: Attribute) -> bool:
    """Whether it is as who makes the object says: what a method sets later on is only None until then."""
    setting = (one.inside("function_definition") for one in found.sets)
    return all(function is None or name_of(function) in FIRST for function in setting)


def is_left_to_data(found: Attribute) -> bool:
    """Whether what it is set to besides None depends on what there is: it stands in a branch, or in a round of a loop,
    of the method that makes the object with None, or is given by a function that may find nothing."""
    others = [one for one in found.others if one.role is Role.SET]
    if any(_may_find_nothing(found.tree, one.value) for one in (*found.sets, *others)):
        return True
    sets = [one for one in found.sets if one.value is not None or one.assignment is None]
    given = [one for one in sets if one not in found.none_sets]
    setting = {one.function_start for one in given}
    if others or len(setting) != 1 or not found.none_sets:
        return False
    in_class = any(one.function_start < 0 for one in found.none_sets)
    if in_class and name_of(given[0].inside("function_definition")) not in FIRST:
        return False
    return {one.function_start for one in found.none_sets} <= {*setting, -1} and all(map(_is_conditional, given))


def _is_conditional(one: Occurrence) -> bool:
    """Whether its method may end without it, not by an exception."""
    for outer, inner in reversed([*pairwise((*one.path, one.node))]):
        match outer.type:
            case "function_definition":
                return False
            case "if_statement" | "for_statement" | "match_statement":
                return True
            case "while_statement" if text(outer.child_by_field_name("condition") or outer) != "True":
                return True
            case "try_statement" if inner.type == "except_clause" or _goes_on(outer):
                return inner.type != "finally_clause"
            case _:
                pass
    return False


def _goes_on(attempt: Node) -> bool:
    """Whether a `try` catches something and doesn't raise another exception instead."""
    handlers = [each.named_children for each in attempt.named_children if each.type == "except_clause"]
    done = [each.named_children for parts in handlers for each in parts if each.type == "block"]
    return any(not statements or statements[-1].type != "raise_statement" for statements in done)


def _may_find_nothing(tree: SyntaxTree, value: Node | None) -> bool:
    """Whether it is given by a function of the file, the only one of its name, that says `return None` somewhere."""
    callee = value.child_by_field_name("function") if value is not None and value.type == "call" else None
    name = text(callee).rpartition(".")[2] if callee is not None else ""
    if not name.isidentifier():
        return False
    called = (one for one in occurrences(tree, name, tree.root) if one.path[-1].type == "function_definition")
    functions = [one.path[-1] for one in called if one.path[-1].child_by_field_name("name") == one.node]
    if len(functions) != 1:
        return False
    returned = own_nodes(functions[0], "return_statement")
    nothing = [one for one in returned if one.named_children and one.named_children[0].type == "none"]
    return 0 < len(nothing) < len(returned)


def _is_said(one: Occurrence) -> bool:
    """Whether an annotation allows it to be None: its own, or that of the parameter that it is set to."""
    return (one.annotation is not None and is_optional(text(one.annotation))) or is_said_by_parameter(one)


def is_state(found: Attribute) -> bool:
    """Whether its author says that it may be None, and it is so again later on."""
    later = (one.inside("function_definition") for one in found.none_sets)
    is_optional_said = any(one.annotation is not None and is_optional(text(one.annotation)) for one in found.sets)
    return is_optional_said and any(function is not None and name_of(function) not in FIRST for function in later)


def is_from_nullable(one: Occurrence) -> bool:
    """Whether it is set to a parameter that may be None."""
    function = one.inside("function_definition")
    if one.value is None or one.value.type != "identifier" or function is None:
        return False
    declared = parameter_of(function, text(one.value))
    if declared is None:
        return False
    if _is_checked(one, text(one.value)):
        return False
    default, annotation = declared.child_by_field_name("value"), declared.child_by_field_name("type")
    by_default = default is not None and default.type == "none"
    return by_default or (annotation is not None and is_optional(text(annotation)))


def is_said_by_parameter(one: Occurrence) -> bool:
    """Whether it is set to a parameter whose annotation allows None."""
    function = one.inside("function_definition")
    if one.value is None or function is None or not is_from_nullable(one):
        return False
    return is_optional(annotation_of(function, text(one.value)))


def _is_checked(one: Occurrence, name: str) -> bool:
    """Whether it is set in the branch of a test where the name isn't None."""
    for outer, inner in pairwise(one.path):
        condition = outer.child_by_field_name("condition") if outer.type == "if_statement" else None
        if condition is None:
            continue
        is_else = inner.type == "else_clause" and len(outer.children_by_field_name("alternative")) == 1
        if text(condition) in ((f"{name} is None", f"not {name}") if is_else else (f"{name} is not None", name)):
            return inner in (outer.child_by_field_name("consequence"), outer.child_by_field_name("alternative"))
    return False


def name_of(function: Node | None) -> str:
    return text(function.child_by_field_name("name") or function) if function is not None else ""
