"""Conditions of what is refused: there a None may pass that should not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.site import Site
from breadknife.text.syntax import Node

_RAISES = re.compile(r"_*(?:raise|fail|abort|die|exit|error|refuse|reject|usage)(?:_|[A-Z]|$)\w*")
"""Functions that say by their name that what was asked isn't done."""
_LOGS = re.compile(r"\blog(?:ger|ging)?\.|\bwarnings\.")


def lets_pass(site: Site) -> bool:
    """Whether a None that isn't let into the block around goes unrefused."""
    owner = next((node for node in reversed(site.path) if node.child_by_field_name("condition") is not None), None)
    branch = owner and (owner.child_by_field_name("consequence") or owner.child_by_field_name("body"))
    return branch is not None and refuses(branch)


def refuses(block: Node) -> bool:
    """Whether what is done there says that something isn't right: by an exception, or `return False`."""
    done = [child for child in block.named_children if child.type != "comment"]
    return may_end_in_exception(block) or (bool(done) and text(done[-1]) == "return False")


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
