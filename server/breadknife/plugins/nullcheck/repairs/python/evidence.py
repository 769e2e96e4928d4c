"""What the surroundings of a place say of the way that its author would choose."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from breadknife.plugins.nullcheck.repairs.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.site import Site, own_statements
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.syntax import Node, covers

_EXITS = {
    "raise_statement": Strategy.RAISE,
    "return_statement": Strategy.RETURN,
    "continue_statement": Strategy.CONTINUE,
}
_MOST = 200
"""Occurrences of a name that are looked at: a common one says little."""
_RAISED = re.compile(r"""raise ([\w.]+)\(\s*f?(?:"[^"\n]*"|'[^'\n]*')\s*\)$""")
_CAUGHT = re.compile(r"\b(?:ValueError|LookupError|RuntimeError)\b")
_HABITS = ("ValueError", "TypeError", "RuntimeError", "LookupError")
"""Exceptions that can say that a value is missing. The first is the usual one."""
_CLAUSES = ("except_clause", "except_group_clause", "finally_clause")


@dataclass(frozen=True, eq=False)
class Evidence:
    site: Site
    in_tests: bool

    @cached_property
    def habits(self) -> dict[Strategy, Node]:
        """What the file does elsewhere where the same name is None: the way, and its first statement. Where one
        method leaves early without an attribute, another one may be all about it: that is no habit."""
        found = dict[Strategy, Node]()
        if self.site.is_name:
            named = occurrences(self.site.tree, self.site.source, self.site.tree.root)
            for one in islice(named, _MOST):
                for way, done in self._guards(one) if one.role is Role.TEST else ():
                    found.setdefault(way, done)
        if self.site.node.type == "attribute":
            found = {way: done for way, done in found.items() if way in (Strategy.ASSERT, Strategy.RAISE)}
        return found

    def _guards(self, one: Occurrence) -> Iterator[tuple[Strategy, Node]]:
        key = re.escape(self.site.source)
        outer = next(node for node in reversed(one.path) if node.type.endswith("_statement") or node.type == "block")
        if outer.type == "assert_statement":
            yield Strategy.ASSERT, outer
        condition, body = outer.child_by_field_name("condition"), outer.child_by_field_name("consequence")
        if outer.type != "if_statement" or condition is None or body is None or not body.named_children:
            return
        last = body.named_children[-1]
        if re.fullmatch(rf"{key} is None|not {key}", self.site.text(condition)):
            if last.type in _EXITS:
                yield _EXITS[last.type], last
            elif re.match(rf"{key}\s*=[^=]", self.site.text(last)):
                yield Strategy.DEFAULT, last
        elif re.fullmatch(rf"{key}(?: is not None)?", self.site.text(condition)) and last is body.named_children[0]:
            yield Strategy.NARROW, last

    def skips(self, statement: Node) -> bool:
        """Whether the file skips such a statement elsewhere: one that begins with the value, too, or calls the same."""
        begins = [self.site.text(each).partition("(")[0] for each in (self.habits.get(Strategy.NARROW), statement)]
        return begins[0] == begins[1] or all(each.startswith(self.site.source) for each in begins)

    def exits_by(self, kind: str) -> list[Node]:
        """The statements by which the place's function, or for `continue` its loop, leaves elsewhere."""
        scope = self.site.loop if kind == "continue_statement" else self.site.function
        return own_statements(scope, kind) if scope is not None else []

    @cached_property
    def caught(self) -> str:
        """What the `try` around the place handles."""
        for node in reversed(self.site.path):
            if node.type == "function_definition":
                break
            if node.type == "try_statement" and covers(node.child_by_field_name("body"), self.site.node):
                clauses = (self.site.text(child) for child in node.named_children if child.type == "except_clause")
                return "\n".join(each.partition(":")[0] for each in clauses if "\n        raise" not in each)
        return ""

    @cached_property
    def under_way(self) -> str:
        """What speaks for going on in `finally` and `except`, where a check would replace the exception; else ""."""
        return "an exception in progress continues" if self._clause is not None else ""

    @property
    def may_lose_exception(self) -> bool:
        """Whether what leaves there loses an exception."""
        clause = self._clause
        return clause is not None and (clause.type == "finally_clause" or "raise" in self.site.text(clause))

    @property
    def _clause(self) -> Node | None:
        around = (node for node in reversed(self.site.path) if node.type in (*_CLAUSES, "function_definition"))
        found = next(around, None)
        return found if found is not None and found.type in _CLAUSES else None

    def exception(self) -> tuple[str, str]:
        """What a check raises, and why: callers catch what the file raises, and no other."""
        habit = self.habits.get(Strategy.RAISE)
        raised = _RAISED.match(self.site.text(habit))
        file, root = self.site.home.file, raised[1].partition(".")[0] if raised is not None else ""
        if raised is not None and (hasattr(builtins, root) or root in file.imports or root in file.classes):
            return raised[1], "the file raises elsewhere when {} is None"
        is_own_matter = self.site.node.type == "attribute"  # the object's, not what is tried or asked here
        if (handled := _CAUGHT.search(self.caught)) and not is_own_matter:
            return handled[0], "an except clause here handles it"
        done = [self.site.text(each) for each in self.exits_by("raise_statement")]
        usual = next((each for each in _HABITS if any(f"raise {each}(" in said for said in done)), _HABITS[0])
        elsewhere = bool(done) and not is_own_matter
        return usual, "the function raises elsewhere" if elsewhere else "a message says more than an AssertionError"

    def result(self) -> tuple[str, str] | None:
        """What an early `return` gives, by what the function's others do, and why; None where none would fit."""
        function = self.site.function
        if function is None:
            return None
        returned = [self.site.text(each).removeprefix("return").strip() for each in self.exits_by("return_statement")]
        annotation = self.site.text(function.child_by_field_name("return_type"))
        habit = self.site.text(self.habits.get(Strategy.RETURN)).removeprefix("return").strip()
        if Strategy.RETURN in self.habits and (habit in returned or (not habit and not any(returned))):
            return habit, "the file does so elsewhere when {} is None"
        if not any(returned):
            return None if annotation not in ("", "None") else ("", "the function returns nothing anyway")
        plain = next((each for each in ("None", "False", "[]", "{}", '""', "()") if each in returned), None)
        return (plain, "the function returns this elsewhere") if plain is not None else None
