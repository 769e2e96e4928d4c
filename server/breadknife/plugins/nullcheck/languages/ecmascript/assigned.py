"""Which variables a file assigns where."""

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
    """By the names alone: a variable that has the name of another one is taken for both."""

    places: Mapping[str, list[tuple[ByteRange, bool]]]
    """Variable -> where it is assigned, and whether that is in a function."""
    within: Mapping[ByteRange | None, set[str]]
    """Function -> the variables that functions within it assign; None for the module."""


def assigned(tree: SyntaxTree) -> AssignmentIndex:
    marks, opened = captures(tree, _ASSIGNED), list[ByteRange]()
    functions = sorted(map(at_of, marks.get("function", ())), reverse=True)
    index = AssignmentIndex(defaultdict(list), defaultdict(set))
    for node in sorted(marks.get("to", ()), key=lambda node: node.start_byte):
        while functions and functions[-1][0] <= node.start_byte:
            opened.append(functions.pop())
        opened = [function for function in opened if function[1] > node.start_byte]
        for name in bound(node):
            index.places[name].append((at_of(node), bool(opened)))
            for around in (None, *opened[:-1]) if opened else ():
                index.within[around].add(name)
    return index
