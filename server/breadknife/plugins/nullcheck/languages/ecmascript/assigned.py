"""Which variables a file assigns where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.core.il import At
from breadknife.plugins.nullcheck.languages.ecmascript.statements import bound
from breadknife.plugins.nullcheck.languages.reading import at_of
from breadknife.text.syntax import SyntaxTree, captures

_ASSIGNED = """
(assignment_expression left: [(identifier) (object_pattern) (array_pattern)] @to)
(augmented_assignment_expression left: (identifier) @to)
(update_expression argument: (identifier) @to)
(for_in_statement left: (identifier) @to)
[(arrow_function) (function_expression) (generator_function) (method_definition) (function_declaration)
 (generator_function_declaration)] @function
"""


@dataclass(frozen=True)
class Assigned:
    """By the names alone: a variable that has the name of another one is taken for both."""

    tree: SyntaxTree

    @cached_property
    def _places(self) -> Sequence[tuple[int, str, tuple[At, ...]]]:
        """Where something is assigned, its name, and the functions around, the innermost one last."""
        marks = captures(self.tree, _ASSIGNED)
        functions = sorted(map(at_of, marks.get("function", ())), reverse=True)
        opened, found = list[At](), list[tuple[int, str, tuple[At, ...]]]()
        for node in sorted(marks.get("to", ()), key=lambda node: node.start_byte):
            while functions and functions[-1][0] <= node.start_byte:
                opened.append(functions.pop())
            opened = [each for each in opened if each[1] > node.start_byte]
            found += ((node.start_byte, name, tuple(opened)) for name in bound(node))
        return found

    @cached_property
    def offsets(self) -> Mapping[str, list[int]]:
        found = dict[str, list[int]]()
        for offset, name, _ in self._places:
            found.setdefault(name, []).append(offset)
        return found

    @cached_property
    def in_functions(self) -> frozenset[int]:
        """The places that are in a function."""
        return frozenset(offset for offset, _, around in self._places if around)

    @cached_property
    def _changed(self) -> Mapping[At | None, set[str]]:
        found = dict[At | None, set[str]]()
        for _, name, around in self._places:
            for each in (None, *around[:-1]) if around else ():
                found.setdefault(each, set()).add(name)
        return found

    def changed(self, at: At | None) -> set[str]:
        """The variables that functions within a function assign; None for the module."""
        return self._changed.get(at, set())
