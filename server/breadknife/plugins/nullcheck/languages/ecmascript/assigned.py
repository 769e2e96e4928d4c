"""Which variables a file assigns where."""

from __future__ import annotations

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
    def _innermost(self) -> Mapping[int, At]:
        """Place of an assignment -> the innermost function around it; none for those of the module."""
        return {offset: around[-1] for offset, (_, around) in self._nested.items() if around}

    @cached_property
    def _nested(self) -> Mapping[int, tuple[list[str], list[At]]]:
        """Place of an assignment -> what it assigns, and the functions around it, the innermost one last."""
        found = dict[int, tuple[list[str], list[At]]]()
        names = dict[int, list[str]]()
        for name, offsets in self.offsets.items():
            for offset in offsets:
                names.setdefault(offset, []).append(name)
        spans = sorted(at_of(node) for node in self._marks.get("function", ()))
        opened: list[At] = []
        next_ = 0
        for offset in sorted(names):
            while next_ < len(spans) and spans[next_][0] <= offset:
                opened = [each for each in opened if each[1] > spans[next_][0]]
                opened.append(spans[next_])
                next_ += 1
            opened = [each for each in opened if each[1] > offset]
            found[offset] = names[offset], list(opened)
        return found

    def function_at(self, offset: int) -> At | None:
        """The innermost function around an assignment."""
        return self._innermost.get(offset)

    @cached_property
    def _changed(self) -> Mapping[At | None, set[str]]:
        found = dict[At | None, set[str]]()
        for names, around in self._nested.values():
            for each in (None, *around[:-1]) if around else ():
                found.setdefault(each, set()).update(names)
        return found

    def _within(self, name: str, at: At) -> Iterator[int]:
        return (offset for offset in self.offsets.get(name, ()) if at[0] <= offset < at[1])

    def keeps(self, at: At, name: str) -> bool:
        return not any(True for _ in self._within(name, at))

    def changed(self, at: At | None) -> set[str]:
        """The variables that functions within a function assign; None for the module."""
        return self._changed.get(at, set())
