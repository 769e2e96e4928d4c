"""The place of one value that may be None in Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.il import ByteRange, Null
from breadknife.plugins.nullcheck.repairs.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.signatures import accepts_null, argument_of, arguments_of, called
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.values import Use
from breadknife.project.values import Project
from breadknife.text.syntax import Node, covers, nodes_in, path_to

COMPREHENSIONS = frozenset({
    "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression",
})  # fmt: skip
_SCOPES = ("function_definition", "class_definition")
_FALLS_BACK = re.compile(r"(?:.*\.)?(?:next|getattr|get|pop)\(", re.DOTALL)
"""Calls that give their last argument where there is nothing else."""


@dataclass(frozen=True, eq=False)
class PythonSite(Site):
    project: Project | None = None
    elsewhere: Callable[[str, ByteRange], PythonSite | None] = lambda _uri, _at: None
    """A declaration in another file of the project, if that may be edited."""

    @property
    def around_function(self) -> Function | None:
        """Return the function as the analysis knows it."""
        around = self.function
        functions = self.home.file.functions if around is not None else ()
        return next((each for each in functions if around and each.at == (around.start_byte, around.end_byte)), None)

    @property
    def is_meant(self) -> bool:
        """Tell whether code gets it that may reckon with it: a library's functions do what their annotations say."""
        if self.use is not Use.ARGUMENT:
            left = self.parent.child_by_field_name("left") if self.use is Use.ASSIGN else None
            is_variable = left is not None and left.type == "identifier" and self.function is not None
            return self.node.type != "none" and self.use in self.grammar.meant and not is_variable
        call, around = self.call, self.around_function
        root = re.split(r"\W", self.text(call))[0]
        is_own = around is not None and root in around.parameter_names
        is_foreign = root in self.home.file.imports or root in self.home.knowledge.builtins or not root
        if call is None or (is_foreign and not is_own):
            return False
        target = called(self, call, around)
        given = argument_of(target, call, self.node) if target is not None else None
        return target is None or given is None or accepts_null(self.home, target, given.name)

    @property
    def call(self) -> Node | None:
        """Return the call that it is an argument of."""
        outer = [node for node in self.path[-3:] if node.type != "keyword_argument"]
        return outer[-2] if len(outer) > 1 and outer[-1].type == "argument_list" and outer[-2].type == "call" else None

    @property
    def has_declared_result(self) -> bool:
        return self.function is not None and self.function.child_by_field_name("return_type") is not None

    @property
    def is_given_back(self) -> bool:
        """Tell whether callers may get the value itself, of a type that is inferred: it loses its None by a check."""
        given = rf"\b(?:return|yield)\b[^\n]*(?<![\w.]){re.escape(self.source)}(?![\w.])"
        return not self.has_declared_result and re.search(given, self.text(self.function)) is not None

    @property
    def is_certain(self) -> bool:
        """Tell whether the null is certain: not in `finally`, which is also come to where nothing has failed."""
        is_final = self.handler is not None and self.handler.type in self.grammar.nodes.finals
        return super().is_certain and not is_final

    @property
    def falls_back(self) -> bool:
        """Tell whether the function has set the name to None, or to what is None where there is nothing else; or a call
        may leave it out."""
        around = self.around_function
        parameters = around.parameters if around is not None else ()
        sets = (one for one in self.occurrences() if one.role is Role.SET and one.function == self.function)
        values = [one.value for one in sets if one.node.start_byte < self.node.start_byte]
        is_default = any(each.name == self.source and isinstance(each.default, Null) for each in parameters)
        return is_default or any(self._may_be_none(value) for value in values if value is not None)

    def _may_be_none(self, value: Node) -> bool:
        """Tell whether it may be None: `None`, `x if y else None`, `next(found, None)`"""
        fallback = arguments_of(value)[1:] if _FALLS_BACK.match(self.text(value)) else []
        parts = value.named_children if value.type == "conditional_expression" else [value, *fallback]
        return any(each.type == "none" for each in parts)

    def occurrences(self, scope: Node | None = None) -> Iterator[Occurrence]:
        """Yield where the dotted name, or what it begins with, stands in a scope: the function, if none is given."""
        parts, scope = self.source.split("."), scope or self.function or self.tree.root
        names = (".".join(parts[:end]) for end in range(1, len(parts) + 1)) if self.is_name else ()
        found = (one for name in names for one in occurrences(self.tree, name, scope))
        return iter(sorted(found, key=lambda one: one.node.start_byte))

    @cached_property
    def statement(self) -> Node | None:
        """Return that of the first use of the same name without which this one isn't come to, since the name was set or
        tested; else its own."""
        own = super().statement
        earlier: Node | None = None
        for one in sorted(self.occurrences(), key=_evaluated):
            if _evaluated(one) >= self.node.start_byte:
                break
            is_whole = self.text(one.node) == self.source
            if one.role is Role.SET or (one.role is Role.TEST and is_whole):
                earlier = None
            elif one.role is Role.USE and is_whole and earlier is None:
                earlier = self._before(one)
        return earlier or own

    def _before(self, one: Occurrence) -> Node | None:
        """Return the statement of an earlier use, if this place isn't come to without it."""
        block = next(node for node in reversed(one.path) if node.type in self.grammar.nodes.lists)
        if one.function != self.function or block not in self.path:
            return None
        loops = [node for node in self.path[self.path.index(block) :] if node.type in self.grammar.nodes.loops]
        return None if any(map(self.is_set_in, loops)) else replace(self, node=one.node).statement

    @cached_property
    def new_name(self) -> str:
        """Return a new name: not in the body of a class, where it would be an attribute, nor for what is written to as
        well."""
        scope = next((node for node in reversed(self.path) if node.type in _SCOPES), None)
        is_target = self.parent.type.endswith("assignment") and self.parent.child_by_field_name("left") == self.node
        if is_target or (scope is not None and scope.type == "class_definition"):
            return ""
        return re.sub(r"(?<=[a-z0-9])Value$", "_value", super().new_name)

    @property
    def around(self) -> tuple[Node, ...]:
        """Return the nodes around, outwards from where a check stands, which may be before a loop that the place is
        in."""
        if self.statement is None:
            return super().around
        path = path_to(self.tree, self.statement)
        start = path.index(self.function) + 1 if self.function in path else 0
        return (self.statement, *reversed(path[start:]))

    def _matters(self, part: Node) -> bool:
        """Tell whether a part is evaluated before the use and changes what it finds.

        Of a comprehension around it only the first clause is evaluated before; what a call may change isn't read
        before it.
        """
        around = (node for node in self.path if node.type in COMPREHENSIONS and covers(node, part))
        if any(not covers(_first_clause(node), part) for node in around):
            return False
        is_read = self.node.type == "call" and part.type in ("attribute", "subscript")
        root = re.escape(re.split(r"\W", self.text(part))[0])
        return super()._matters(part) or (is_read and re.search(rf"\b{root}\b", self.source) is not None)

    def is_set_in(self, loop: Node) -> bool:
        return any(one.role is Role.SET for one in self.occurrences(loop))

    def _runs_first(self, statement: Node, inside: tuple[Node, ...]) -> bool:
        for outer, inner in pairwise(inside):
            is_iterable = inner.type == "for_in_clause" and inner.child_by_field_name("right") in inside
            if outer.type in COMPREHENSIONS and not (is_iterable and inner == _first_clause(outer)):
                return False  # only its first iterable is evaluated at once
            if outer.type == "comparison_operator" and inner not in outer.named_children[:2]:
                return False
        done = statement.named_children[0] if statement.type == "expression_statement" else statement
        left, right = done.child_by_field_name("left"), done.child_by_field_name("right")
        is_target = done.type == "assignment" and right is not None and covers(left, self.node)
        if is_target and self.node.type != "identifier" and any(map(self._matters, nodes_in(right or done))):
            return False  # the right side comes first
        binds = (one for one in self.occurrences(statement) if one.path[-1].type == "named_expression")
        return not any(one.role is Role.SET for one in binds) and super()._runs_first(statement, inside)


def _evaluated(one: Occurrence) -> int:
    """Return by when it is evaluated, as bytes: what is assigned comes before the name gets it."""
    return one.path[-1].end_byte if one.role is Role.SET else one.node.start_byte


def _first_clause(comprehension: Node) -> Node:
    return next(child for child in comprehension.named_children if child.type == "for_in_clause")
