"""Finds where a file assigns which variables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.il import ByteRange
from breadknife.plugins.nullcheck.languages.ecmascript.statements import bound
from breadknife.plugins.nullcheck.languages.outlining import at_of
from breadknife.text.syntax import SyntaxTree, captures

_ASSIGNED = """
(assignment_expression left: [(identifier) (object_pattern) (array_pattern)] @to)
(augmented_assignment_expression left: (identifier) @to)
(update_expression argument: (identifier) @to)
(for_in_statement left: (identifier) @to)
[(arrow_function) (function_expression) (generator_function) (method_definition) (function_declaration)
 (generator_function_declaration)] @function
"""


class AssignmentIndex(NamedTuple):
    """Where variables are assigned, by their names alone: those that share a name are taken for one."""

    places: Mapping[str, list[tuple[ByteRange, bool]]]
    """Variable -> the ranges of its assignments, each with whether that is in a function."""
    within: Mapping[ByteRange | None, set[str]]
    """Range of a function, or None for the module -> the variables that functions within it assign."""


def assigned(tree: SyntaxTree) -> AssignmentIndex:
    """Return where the variables of a file are assigned after their declarations."""
    marks, around = captures(tree, _ASSIGNED), list[ByteRange]()
    functions = sorted(map(at_of, marks.get("function", ())), reverse=True)
    index = AssignmentIndex(defaultdict(list), defaultdict(set))
    for node in sorted(marks.get("to", ()), key=lambda node: node.start_byte):
        while functions and functions[-1][0] <= node.start_byte:
            around.append(functions.pop())
        around = [function for function in around if function[1] > node.start_byte]
        for name in bound(node):
            index.places[name].append((at_of(node), bool(around)))
            for outer in (None, *around[:-1]) if around else ():
                index.within[outer].add(name)
    return index
