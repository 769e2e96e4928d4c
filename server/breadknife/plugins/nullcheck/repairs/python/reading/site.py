"""The place of one value that may be None, and what may be done there without changing the order of effects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.repairs.comments import with_comments
from breadknife.plugins.nullcheck.repairs.python.reading.evaluation import (
    COMPREHENSIONS,
    EFFECTS,
    first_clause,
    has_effect,
    is_always_evaluated,
)
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import key_of, text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.order import changes_what_is_read_before
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span, TextEdit, line_break
from breadknife.text.syntax import Node, SyntaxTree, captures, covers, path_to

SIMPLE = frozenset({"expression_statement", "return_statement", "delete_statement", "raise_statement"})
"""Statements that are done whole whenever their block gets to them."""
_HEADERS = {
    "assert_statement": None,
    "if_statement": "condition",
    "for_statement": "right",
    "match_statement": "subject",
    "with_statement": None,
    "while_statement": "condition",
}
"""Compound statement -> the field that is evaluated first, in any case; None: its first part."""
EXITS = ("return_statement", "raise_statement", "continue_statement", "break_statement")
BRANCHES = ("elif_clause", "else_clause")
LOOPS = ("for_statement", "while_statement")
_OF_PARTS = frozenset("[(")
"""In the key of what an element or a result has."""


@dataclass(frozen=True, eq=False)
class Site:
    tree: SyntaxTree
    node: Node
    """The expression that may be None."""
    use: Use
    path: tuple[Node, ...]
    """From the root down to the node, without it."""
    nullable: tuple[str, ...] = ()
    """What the name begins with that may be None, too."""

    @cached_property
    def span(self) -> Span:
        return self.tree.span(self.node)

    @cached_property
    def source(self) -> str:
        return self.tree.source(self.node)

    @property
    def is_dotted(self) -> bool:
        """Whether it is a name or a dotted name."""
        key = key_of(self.node) if self.node.type in ("identifier", "attribute") else ""
        return key != "" and _OF_PARTS.isdisjoint(key)

    @cached_property
    def is_name(self) -> bool:
        """Whether it is one of which a test holds for its next use."""
        return self.is_dotted and not any(_calls(self.tree, name) for name in self.source.split(".")[1:])

    @cached_property
    def walrus(self) -> Node | None:
        """The `name := value` that the place is, in parentheses or not."""
        node = self.node
        while node.type == "parenthesized_expression" and node.named_child_count == 1:
            node = node.named_children[0]
        return node if node.type == "named_expression" else None

    def bound(self, name: str) -> str:
        """The value, evaluated and given that name, which is the walrus' own where the place is one."""
        if self.walrus is None:
            return f"({name} := {self.source})"
        return self.source if self.node != self.walrus else f"({self.source})"

    @property
    def prefixes(self) -> list[str]:
        """Of a dotted name: each name that it begins with, itself last."""
        parts = self.source.split(".")
        return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]

    def test(self, name: str = "", *, for_none: bool = False) -> str:
        """The condition that the value, which that name stands for, isn't None; `for_none`: that it is."""
        names = (*self.nullable, name or self.source)
        joined, said = (" or ", "is None") if for_none else (" and ", "is not None")
        return joined.join(f"{one} {said}" for one in names)

    def sets_in(self, scope: Node) -> Iterator[Occurrence]:
        """Where the dotted name, or what it begins with, gets another value."""
        named = (one for name in self.prefixes for one in occurrences(self.tree, name, scope))
        return (one for one in named if one.role is Role.SET)

    @cached_property
    def function(self) -> Node | None:
        return next((node for node in reversed(self.path) if node.type == "function_definition"), None)

    @cached_property
    def owner(self) -> Node | None:
        """The class around."""
        return next((node for node in reversed(self.path) if node.type == "class_definition"), None)

    @cached_property
    def is_in_class_body(self) -> bool:
        """Whether a name that is bound there is an attribute of a class."""
        for outer, inner in zip(self.path[::-1][1:], self.path[::-1], strict=False):
            if inner.type == "lambda":
                return False
            if inner.type == "block" and outer.type in ("function_definition", "class_definition"):
                return outer.type == "class_definition"
        return False

    @cached_property
    def loop(self) -> Node | None:
        """The loop whose body holds the statement, within the function."""
        for outer, inner in zip(self.path[::-1][1:], self.path[::-1], strict=False):
            if inner.type in ("function_definition", "class_definition"):
                return None
            if outer.type in LOOPS and inner.type == "block":
                return outer
        return None

    @cached_property
    def statement(self) -> Node | None:
        """The statement before which a guard may stand, or None where that would change what is evaluated when."""
        for at in range(len(self.path) - 1, 0, -1):
            if self.path[at - 1].type in ("block", "module"):
                break
        else:
            return None
        statement, inside = self.path[at], (*self.path[at + 1 :], self.node)
        return statement if self._runs_first(statement, inside) and self._own_line(statement) else None

    @cached_property
    def first(self) -> Site:
        """Where a check of the value stands best: the first use of the same name since it got its value, or since it
        was tested, without which the place isn't come to; where there is none, the place."""
        if not self.is_name:
            return self
        scope, first = self.function or self.tree.root, None
        named = (found for key in self.prefixes for found in occurrences(self.tree, key, scope))
        for found in sorted(named, key=lambda one: one.node.start_byte):
            if found.node.start_byte >= self.node.start_byte:
                break
            is_whole = text(found.node) == self.source
            is_set = found.role is Role.SET and not any(
                node.type == "assignment" and node in self.path
                for node in found.path  # `x = x.y` sets it afterwards
            )
            if is_set or (found.role is Role.TEST and is_whole):
                first = None
            elif found.role is Role.USE and is_whole and first is None:
                first = self._if_always_before(Site(self.tree, found.node, self.use, found.path))
        return first or self

    def _if_always_before(self, earlier: Site) -> Site | None:
        """An earlier use, if the place isn't come to without it, and with nothing else in the name."""
        block = next(node for node in reversed(earlier.path) if node.type in ("block", "module"))
        if earlier.statement is None or earlier.function != self.function or block not in self.path:
            return None
        within = self.path[self.path.index(block) :]
        repeated = next((node for node in within if node.type in LOOPS), None)
        return None if repeated is not None and any(self.sets_in(repeated)) else earlier

    def inserted(self, statement: Node, lines: Sequence[str], step: str = "") -> TextEdit:
        """Lines before a statement, which `step` indents; without one, before the comments on it, too."""
        at = self.tree.span(statement if step else with_comments(self.tree, statement)).start
        return TextEdit(Span(at, at), "".join(f"{line}{self.line_break}{self.indent}" for line in lines) + step)

    def _runs_first(self, statement: Node, inside: tuple[Node, ...]) -> bool:
        if statement.type in _HEADERS:
            field = _HEADERS[statement.type]
            first = statement.child_by_field_name(field) if field else statement.named_children[0]
            if first is None or not covers(first, self.node):
                return False
            is_later = statement.type == "with_statement" and not covers(first.named_children[0], self.node)
            if is_later and (self.node.type != "identifier" or any(self.sets_in(first))):
                return False
            if is_later and re.search(r"suppress|raises", self.tree.source(first)):
                return False  # what fails in a later item is caught by an earlier one
            if statement.type == "while_statement" and (not self.is_name or any(self.sets_in(statement))):
                return False  # what is known of it before may be wrong in a later round
        elif statement.type not in SIMPLE:
            return False
        if not is_always_evaluated(inside, filters=self._is_same_in(inside)) or re.search(
            rf"\b{re.escape(self.source)}\s*:=", self.tree.source(statement)
        ):
            return False
        if self.node.type == "identifier":
            return True
        return not self._effects_before(statement) and not changes_what_is_read_before(self.tree, statement, self.node)

    def is_bound_in(self, inside: tuple[Node, ...]) -> bool:
        """Whether a comprehension gives the name a value of its own."""
        clauses = (each for node in inside if node.type in COMPREHENSIONS for each in node.named_children)
        targets = (target for each in clauses if (target := each.child_by_field_name("left")) is not None)
        return any(re.search(rf"\b{re.escape(self.prefixes[0])}\b", text(target)) for target in targets)

    def _is_same_in(self, inside: tuple[Node, ...]) -> bool:
        """Whether each round of the comprehensions around has the same value."""
        rounds = (node for node in inside if node.type in COMPREHENSIONS)
        may_change = self.node.type != "identifier" and any(map(has_effect, rounds))
        return self.is_name and not may_change and not self.is_bound_in(inside)

    def _effects_before(self, statement: Node) -> bool:
        """Whether something is evaluated before the node that may change what it evaluates to."""
        assigned = statement.named_children[0] if statement.type == "expression_statement" else None
        if assigned is not None and assigned.type == "assignment":  # the right side comes first
            left, right = assigned.child_by_field_name("left"), assigned.child_by_field_name("right")
            if left is not None and right is not None and covers(left, self.node):
                return right.type in EFFECTS or any(kind in self.tree.source(right) for kind in ("(", "await"))
        stack = [statement]
        while stack:
            node = stack.pop()
            if node.start_byte >= self.node.start_byte and node != statement:
                continue
            if node.type in EFFECTS and node.end_byte <= self.node.start_byte:
                return True
            if node.type in EFFECTS and node.type != "call" and covers(node, self.node):
                return node.type != "await"
            parts = node.named_children
            if node.type in COMPREHENSIONS and covers(first := first_clause(node), self.node):
                parts = [first]  # the element comes after its iterable
            stack.extend(parts)
        return False

    def _own_line(self, statement: Node) -> bool:
        before = self.tree.text[: self.tree.span(statement).start]
        line = before[before.rfind("\n") + 1 :]
        return (not line or line.isspace()) and not before[: len(before) - len(line)].rstrip("\r\n").endswith("\\")

    @cached_property
    def indent(self) -> str:
        """The white space before the statement."""
        return _line_before(self.tree, self.statement) if self.statement is not None else ""

    @cached_property
    def step(self) -> str:
        """One level of indentation, as the nearest block has it, else the file's first."""
        blocks = (node for node in reversed(self.path) if node.type == "block")
        if found := next((step for block in blocks if (step := _step_of(self.tree, block))), ""):
            return found
        blocks = sorted(captures(self.tree, "(block) @block").get("block", []), key=lambda block: block.start_byte)
        return next((step for block in blocks if (step := _step_of(self.tree, block))), "    ")

    @property
    def line_break(self) -> str:
        return line_break(self.tree.text)


def is_in_brackets(node: Node, path: tuple[Node, ...]) -> bool:
    """Whether what stands in place of a node needs no parentheses, since it is all that is in some. `path`: from the
    root down to the node, without it."""
    outer = path[-1]
    if outer.type == "subscript":
        return outer.children_by_field_name("subscript") == [node]
    return outer.type in ("argument_list", "parenthesized_expression") and outer.named_child_count == 1


def _step_of(tree: SyntaxTree, block: Node) -> str:
    """What its lines have more than that which it belongs to; "" where it shares a line with that."""
    inner, outer = (_line_before(tree, node) for node in (block, path_to(tree, block)[-1]))
    step = inner.removeprefix(outer[: len(outer) - len(outer.lstrip())])
    return step if step == "\t" or step in ("  ", "   ", "    ", "        ") else ""


def _line_before(tree: SyntaxTree, node: Node) -> str:
    start = tree.span(node).start
    return tree.text[tree.text.rfind("\n", 0, start) + 1 : start]


def _calls(tree: SyntaxTree, name: str) -> bool:
    """Whether a class of the file has a property of that name that gives what a call gives: maybe another value each
    time, as `return self.queue.pop()` does."""
    for said in re.finditer(rf"@property\s+def {re.escape(name)}\b", tree.text):
        function = tree.node_at(Span(said.end() - len(name), said.end())).parent
        if function is not None and any(map(has_effect, own_nodes(function, "return_statement"))):
            return True
    return False


def lines_of(site: Site) -> Span:
    """The whole lines of the innermost function, or the whole text."""
    function = _whole_lines(site)
    if function is None:
        return Span(0, len(site.tree.text))
    span = site.tree.span(function)
    return Span(site.tree.text.rfind("\n", 0, span.start) + 1, span.end)


def _whole_lines(site: Site) -> Node | None:
    """The site's function if its first line is its own."""
    function = site.function
    if function is None:
        return None
    start = site.tree.span(function).start
    return function if not site.tree.text[site.tree.text.rfind("\n", 0, start) + 1 : start].strip() else None


def site_at(tree: SyntaxTree, span: Span, use: Use) -> Site:
    return site_of(tree, tree.node_at(span), use)


def site_of(tree: SyntaxTree, node: Node, use: Use) -> Site:
    return Site(tree, node, use, path_to(tree, node))


def returns_of(function: Node) -> list[str]:
    """What the function's own `return`s give back: their sources, "" for a bare one."""
    return [text(node).removeprefix("return").strip() for node in own_nodes(function, "return_statement")]


def own_nodes(function: Node, kind: str) -> list[Node]:
    """The function's statements of one kind, without those of functions in it."""
    body = function.child_by_field_name("body")
    found, stack = list[Node](), [body] if body is not None else []
    while stack:
        for node in stack.pop().named_children:
            if node.type == kind:
                found.append(node)
            elif node.type not in (
                "function_definition",
                "class_definition",
                "decorated_definition",
                "expression_statement",
            ):
                stack.append(node)
    return sorted(found, key=lambda node: node.start_byte)


def yields_of(function: Node) -> Iterator[Node]:
    """The function's own `yield`s."""
    stack = [function]
    while stack:
        for child in stack.pop().named_children:
            if child.type == "yield":
                yield child
            elif child.type not in ("function_definition", "class_definition"):
                stack.append(child)
