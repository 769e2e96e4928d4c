"""What the surroundings of a place say of the way that its author would choose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.repairs.python.reading.nodes import key_of, text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site, own_nodes
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.syntax import Node, covers

_EXITS = {
    "raise_statement": Strategy.RAISE,
    "return_statement": Strategy.RETURN,
    "continue_statement": Strategy.CONTINUE,
    "break_statement": Strategy.BREAK,
}
_MAX_LOOKED_AT = 200
"""Occurrences of a name that are looked at: a common one says little."""


@dataclass(frozen=True, eq=False)
class Evidence:
    site: Site
    in_tests: bool

    @cached_property
    def guards(self) -> Counter[Strategy]:
        """What the file does elsewhere where the same name is None."""
        return Counter(strategy for strategy, _ in self._guards)

    @cached_property
    def _guards(self) -> list[tuple[Strategy, Node]]:
        key = key_of(self.site.node)
        if not key:
            return []
        found = list[tuple[Strategy, Node]]()
        for at, one in enumerate(occurrences(self.site.tree, key, self.site.tree.root)):
            if at >= _MAX_LOOKED_AT:
                break
            if one.role is Role.TEST:
                found += _guard(one, key)
        return found

    def exit_of(self, strategy: Strategy) -> str:
        """The source of the first exit by which the file guards the same name, or ""."""
        return next(map(text, self.exits_by(strategy)), "")

    def exits_by(self, strategy: Strategy) -> Iterator[Node]:
        return (node for one, node in self._guards if one is strategy)

    @cached_property
    def exits(self) -> Counter[Strategy]:
        """How the place's function leaves, or skips, where something is wrong."""
        function = self.site.function
        if function is None:
            return Counter()
        found = Counter({_EXITS[kind]: len(own_nodes(function, kind)) for kind in _EXITS})
        loop = self.site.loop
        skips = own_nodes(loop, "continue_statement") if loop is not None else []
        found[Strategy.CONTINUE] = len(skips)
        return found

    @cached_property
    def is_assertion_caught(self) -> bool:
        """Whether a `try` around the place goes on after a failed assertion."""
        clauses = (text(clause).partition(":") for clause in self._handlers)
        return any("AssertionError" in caught and "raise" not in done for caught, _, done in clauses)

    @cached_property
    def caught(self) -> str:
        """The exception that a `try` around the place handles, if it is one that says a value is wrong."""
        for clause in self._handlers:
            caught = text(clause).partition(":")[0]
            if found := re.search(r"\b(?:ValueError|LookupError|RuntimeError)\b", caught):
                return found[0]
        return ""

    @cached_property
    def _handlers(self) -> list[Node]:
        """The `except` clauses around the place, the nearest first."""
        found = list[Node]()
        for node in reversed(self.site.path):
            if node.type == "function_definition":
                break
            if node.type == "try_statement" and covers(node.child_by_field_name("body"), self.site.node):
                found += [child for child in node.named_children if child.type == "except_clause"]
        return found


def _guard(one: Occurrence, key: str) -> Iterator[tuple[Strategy, Node]]:
    """What is done in the branch of a test where the key is None."""
    for at in range(len(one.path) - 1, -1, -1):
        node = one.path[at]
        if node.type == "assert_statement":
            yield Strategy.ASSERT, node
            return
        if node.type in ("block", "function_definition"):
            return
        if node.type != "if_statement":
            continue
        condition, body = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
        if condition is None or body is None or not covers(condition, one.node) or not body.named_child_count:
            return
        said, last = text(condition), body.named_children[-1]
        if re.match(rf"(?:{re.escape(key)} is None|not {re.escape(key)})\b(?!\s+and\b)", said):
            given = [each for each in body.named_children if re.match(rf"{re.escape(key)}\s*=[^=]", text(each))]
            if last.type in _EXITS and not given:  # a loop may be left, too, once the name has a value
                yield _EXITS[last.type], last
            elif last in given and not re.search(r"\bor\b", said):  # else it isn't for a None alone
                yield Strategy.DEFAULT, last
        elif re.match(rf"{re.escape(key)}(?: is not None)?$", said) and node.child_by_field_name("alternative") is None:
            yield Strategy.NARROW, last
        return
