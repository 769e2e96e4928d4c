"""Conditions of what is refused: there a None may pass that should not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from breadknife.plugins.nullcheck.repairs.python.reading.evaluation import has_effect
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import text
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site
from breadknife.text.syntax import Node

_RAISES = re.compile(r"_*(?:raise|fail|abort|die|exit|error|refuse|reject|usage)(?:_|[A-Z]|$)\w*")
"""Functions that say by their name that what was asked isn't done."""
_LOGS = re.compile(r"(?:\b|_)(?i:log)(?i:ger|ging)?\.|\bwarnings\.|^print$")
_MAY_BE_MEANT = re.compile(r"\breturn False\b|(?<!sys\.)\b_*(?:exit|die)\w*\(")
"""Ways to end that say no more than that it is the end."""
_LEAVES = ("return", "return None", "continue", "break")


def lets_pass(site: Site) -> bool:
    """Whether a None that isn't let into the block around goes unrefused."""
    owner = next((node for node in reversed(site.path) if node.child_by_field_name("condition") is not None), None)
    branch = owner and (owner.child_by_field_name("consequence") or owner.child_by_field_name("body"))
    return branch is not None and refuses(branch)


def refuses(block: Node) -> bool:
    """Whether what is done there says that something isn't right: by an exception, or `return False`."""
    done = [child for child in block.named_children if child.type != "comment"]
    return may_end_in_exception(block) or (bool(done) and text(done[-1]) == "return False")


def only_refuses(block: Node) -> bool:
    """Whether nothing else is done there, apart from what is logged and named: a None may be let in."""
    done = [child for child in block.named_children if child.type != "comment"]
    if not refuses(block) or not all(map(_is_idle, done[:-1])):
        return False
    last = done[-1]
    if last.type != "if_statement":
        return last.type in ("expression_statement", "raise_statement", "return_statement")
    parts = (last, *last.children_by_field_name("alternative"))
    conditions = (each.child_by_field_name("condition") for each in parts)
    return not any(each and has_effect(each) for each in conditions) and all(map(only_refuses, _blocks_of(last)))


def only_leaves(block: Node) -> bool:
    """Whether it is left with nothing, and nothing else is done there."""
    *done, last = [child for child in block.named_children if child.type != "comment"] or [block]
    return text(last) in _LEAVES and all(map(_is_idle, done))


def may_be_meant(refusal: Node) -> bool:
    """Whether it is `return False`, or an end by its name alone, which may be what is wanted, too; so is any that gives
    nothing."""
    return _MAY_BE_MEANT.search(text(refusal)) is not None or only_leaves(refusal)


def only_assigns(statement: Node) -> bool:
    inner = statement.named_children[0] if statement.type == "expression_statement" else None
    return statement.type == "comment" or (
        inner is not None
        and inner.type in ("assignment", "augmented_assignment")
        and (left := inner.child_by_field_name("left")) is not None
        and left.type == "identifier"
    )


def is_logged(statement: Node) -> bool:
    call = statement.named_child(0) if statement.type == "expression_statement" else None
    callee = call.child_by_field_name("function") if call is not None else None
    return callee is not None and _LOGS.search(text(callee)) is not None


def _is_idle(statement: Node) -> bool:
    return is_logged(statement) or (only_assigns(statement) and not has_effect(statement))


def may_end_in_exception(block: Node) -> bool:
    """Whether its last statement, or that of a block which it is, raises one, or calls what is named as if it did."""
    done = [child for child in block.named_children if child.type != "comment"]
    if not done or done[-1].type == "raise_statement":
        return bool(done)
    call = done[-1].named_child(0) if done[-1].type == "expression_statement" else None
    callee = call.child_by_field_name("function") if call is not None else None
    if callee is not None and not _LOGS.search(text(callee)) and _RAISES.fullmatch(text(callee).rpartition(".")[2]):
        return True
    return any(may_end_in_exception(each) for each in _blocks_of(done[-1]))


def _blocks_of(statement: Node) -> Iterator[Node]:
    for child in statement.named_children if statement.type not in ("function_definition", "class_definition") else ():
        if child.type == "block":
            yield child
        elif child.type in ("elif_clause", "else_clause"):
            yield from _blocks_of(child)


def is_negated(site: Site) -> bool:
    """Whether a None would count as what is well: `if not x.is_valid(): raise`."""
    inside = takewhile(lambda node: node != site.statement, reversed(site.path))
    return any(node.type == "not_operator" for node in inside)
