"""Which variables a file assigns where."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.core.il import At
from breadknife.plugins.nullcheck.languages.ecmascript.building import at_of, bound
from breadknife.plugins.nullcheck.languages.ecmascript.types import text
from breadknife.text.syntax import Node, SyntaxTree, captures

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
    def _marks(self) -> Mapping[str, list[Node]]:
        return captures(self.tree, _ASSIGNED)

    @cached_property
    def offsets(self) -> Mapping[str, list[int]]:
        found = dict[str, list[int]]()
        for node in self._marks.get("to", ()):
            if node.type == "identifier":
                found.setdefault(text(node), []).append(node.start_byte)
            else:
                for name in bound(node):
                    found.setdefault(name, []).append(node.start_byte)
        return {name: sorted(offsets) for name, offsets in found.items()}

    @cached_property
    def _spans(self) -> list[At]:
        return sorted(at_of(node) for node in self._marks.get("function", ()))

    def function_at(self, offset: int) -> At | None:
        """The innermost function around a place."""
        at = bisect_left(self._spans, At(offset + 1, 0)) - 1
        while at >= 0 and self._spans[at].end <= offset:
            at -= 1
        return self._spans[at] if at >= 0 else None

    def _within(self, name: str, at: At) -> Iterator[int]:
        return (offset for offset in self.offsets.get(name, ()) if at.start <= offset < at.end)

    def keeps(self, at: At, name: str) -> bool:
        return not any(True for _ in self._within(name, at))

    def changed(self, at: At) -> set[str]:
        return {
            name
            for name in self.offsets
            if any(self.function_at(offset) not in (at, None) for offset in self._within(name, at))
        }
