"""Python's expressions, lowered."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function, Parameter
from breadknife.plugins.nullcheck.core.il import Argument, Clause, Expression
from breadknife.plugins.nullcheck.languages.lowering import (
    LONGEST_KEY,
    Lowering,
    Scopes,
    at_of,
    attribute,
    call,
    display,
    element,
    first,
    inner,
    nothing,
    operation,
    part,
    parts_of,
    short,
    text,
    word,
)
from breadknife.text.syntax import Node

_KINDS = {
    "tuple": "tuple", "expression_list": "tuple", "list": "list", "set": "set", "list_comprehension": "list",
    "set_comprehension": "set", "dictionary_comprehension": "dict", "generator_expression": "generator",
}  # fmt: skip
"""What is made by kinds of node."""
_TESTS = {"is": "is", "is not": "is", "==": "==", "!=": "==", "<>": "==", "in": "in", "not in": "in"}
_NEGATED = frozenset({"is not", "!=", "<>", "not in"})
_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"})
_MANY = 8
"""A list of more items is a table, of which nobody asks for each: its literals don't count."""


@dataclass
class Expressions(Lowering):
    """Lowers the expressions of one function."""

    scopes: Scopes = field(default_factory=Scopes)
    own_at: int | None = None
    """Where the class or the comprehension begins to which alone the names belong that are assigned now."""

    literals: ClassVar = {
        "string": "str", "concatenated_string": "str", "integer": "int", "float": "float", "true": "bool",
        "false": "bool", "ellipsis": "ellipsis",
    }  # fmt: skip
    block_kinds = frozenset({"module", "block"})
    silent = frozenset({
        "comment", "pass_statement", "import_statement", "import_from_statement", "future_import_statement",
        "type_alias_statement", "type_parameter",
    })  # fmt: skip

    # Names

    def lower_identifier(self, node: Node) -> Expression:
        self.function.reads.add(text(node))
        return il.Name(at_of(node), self.scopes.key(text(node)))

    lower_keyword_identifier = lower_identifier

    def lower_attribute(self, node: Node) -> Expression:
        return attribute(at_of(node), self.expression(part(node, "object")), word(node, "attribute"))

    def lower_subscript(self, node: Node) -> Expression:
        at, owner, given = at_of(node), self.expression(part(node, "value")), node.children_by_field_name("subscript")
        values = [self.expression(each) for each in given]
        if len(given) == 1 and given[0].type == "slice":
            return il.Element(at, owner, None, "", owner.forks or values[0].forks)
        return element(at, owner, values[0] if len(values) == 1 else parts_of(at, values))

    # Calls

    def lower_call(self, node: Node) -> Expression:
        at, callee, arguments = at_of(node), self.expression(part(node, "function")), self.arguments(node)
        if callee.key == "isinstance" and len(arguments) == 2 and not arguments[0].name:
            return _test(node, "instance", arguments[0].value, arguments[1].value)
        return call(at, callee, arguments)

    def arguments(self, node: Node, name: str = "arguments") -> list[Argument]:
        given = part(node, name)
        nodes = [given] if given is not None and given.type == "generator_expression" else inner(given)
        return [self._argument(each) for each in nodes]

    def _argument(self, node: Node) -> Argument:
        match node.type:
            case "keyword_argument":
                return Argument(word(node, "name"), self.expression(part(node, "value")))
            case "list_splat" | "dictionary_splat":
                return Argument("*" if node.type == "list_splat" else "**", self.expression(first(node)))
            case _:
                return Argument("", self.expression(node))

    def lower_lambda(self, node: Node) -> Expression:
        at, scopes = at_of(node), self.scopes.inside()
        names = [(each, word(each, "name") or text(each)) for each in inner(part(node, "parameters"))]

        def lower(function: Function) -> il.Block:
            return (il.Return(at, type(self)(function, scopes).expression(part(node, "body"))),)

        return self.closure(node, [Parameter(at_of(each), name, None, None) for each, name in names], None, lower)

    def lower_await(self, node: Node) -> Expression:
        value = self.expression(first(node))
        if isinstance(value, il.Call):
            return value._replace(at=at_of(node), is_awaited=True, key=f"await {value.key}" if value.key else "")
        return operation(at_of(node), "await", value)

    # Literals

    def lower_none(self, node: Node) -> Expression:
        return il.Null(at_of(node))

    def literal(self, node: Node) -> Expression:
        at, said, kind = at_of(node), text(node), self.literals[node.type]
        if values := [self.expression(each) for each in _interpolated(node)]:
            return display(at, kind, values)
        if kind != "str":
            truth = node.type in ("true", "ellipsis") or (kind != "bool" and said.strip("0.jJeElLxXbBoO_") != "")
            return il.Constant(at, said, kind, truth)
        key = _in_one_spelling(said) if node.type == "string" else ""
        return il.Constant(at, key, kind, key not in ("", '""') or len(said) > 3)

    def lower_list(self, node: Node) -> Expression:
        return display(at_of(node), _KINDS[node.type], [self.expression(each) for each in self._telling(inner(node))])

    lower_tuple = lower_set = lower_expression_list = lower_list

    def lower_dictionary(self, node: Node) -> Expression:
        pairs = [each for pair in inner(node) for each in (inner(pair) if pair.type == "pair" else [pair])]
        return display(at_of(node), "dict", [self.expression(each) for each in self._telling(pairs)])

    def _telling(self, nodes: Sequence[Node]) -> Sequence[Node]:
        if len(nodes) <= _MANY:
            return nodes
        return [node for at, node in enumerate(nodes) if not at or node.type not in self.literals]

    def lower_list_splat(self, node: Node) -> Expression:
        return parts_of(at_of(node), [operation(each.at, "iterate", each) for each in self.values(node)])

    # Operators

    def lower_parenthesized_expression(self, node: Node) -> Expression:
        return super().lower_parenthesized_expression(node)._replace(at=at_of(node))

    def lower_binary_operator(self, node: Node) -> Expression:
        operator, sides = word(node, "operator"), [self.expression(part(node, each)) for each in ("left", "right")]
        key = short(f"({sides[0].key} {operator} {sides[1].key})") if all(each.key for each in sides) else ""
        return operation(at_of(node), operator, *sides, key=key)

    def lower_unary_operator(self, node: Node) -> Expression:
        operand = self.expression(part(node, "argument"))
        if isinstance(operand, il.Constant):
            return operand._replace(at=at_of(node), key=f"-{operand.key}")
        return operation(at_of(node), "unary", operand)

    def lower_not_operator(self, node: Node) -> Expression:
        operand = self.expression(part(node, "argument"))
        return il.Not(at_of(node), operand, operand.forks)

    def lower_boolean_operator(self, node: Node) -> Expression:
        left, right = self.expression(part(node, "left")), self.expression(part(node, "right"))
        return il.Both(at_of(node), word(node, "operator") == "and", left, right)

    def lower_comparison_operator(self, node: Node) -> Expression:
        operators = [" ".join(text(each).split()) for each in node.children_by_field_name("operators")]
        values = [self.expression(each) for each in inner(node)]
        tests = [_test(node, *each) for each in zip(operators, values, values[1:], strict=False)]
        return tests[0] if len(tests) == 1 else parts_of(at_of(node), tests)

    def lower_conditional_expression(self, node: Node) -> Expression:
        parts = self.values(node)
        if len(parts) != 3:
            return parts_of(at_of(node), parts)
        then, test, otherwise = parts
        return il.Choice(at_of(node), test, then, otherwise)

    def lower_named_expression(self, node: Node) -> Expression:
        value, target = self.expression(part(node, "value")), self.target(part(node, "name"))
        return il.Bind(at_of(node), target, value, target.key)

    def lower_list_comprehension(self, node: Node) -> Expression:
        body, clauses = first(node), list[Clause]()
        with self.scopes.block():
            for each in inner(node)[1:]:
                if each.type == "for_in_clause":
                    iterable = self.expression(part(each, "right"))
                    with self.owning(node):
                        clauses.append(Clause(self.target(part(each, "left")), iterable))
                else:
                    clauses.append(Clause(None, self.expression(first(each))))
            is_pair = body is not None and body.type == "pair"
            results = self.values(body) if is_pair else [self.expression(body)]
        return il.Comprehension(at_of(node), _KINDS[node.type], tuple(clauses), tuple(results))

    lower_set_comprehension = lower_dictionary_comprehension = lower_generator_expression = lower_list_comprehension

    @contextmanager
    def owning(self, node: Node) -> Generator[None]:
        """Names that are assigned meanwhile belong to a class or a comprehension."""
        around, self.own_at = self.own_at, node.start_byte
        yield
        self.own_at = around

    def target(self, node: Node | None) -> Expression:
        """What is assigned to."""
        if node is None:
            return nothing((0, 0))
        if node.type in ("identifier", "keyword_identifier"):
            name = text(node)
            if self.own_at is not None:
                self.scopes.hide(name, self.own_at)
            elif name not in self.function.shared and self.scopes.find(name) is None:
                self.function.locals.add(name)
            return il.Name(at_of(node), self.scopes.key(name))
        if node.type in _PATTERNS:
            return display(at_of(node), "tuple", [self.target(each) for each in inner(node)])
        if node.type in ("as_pattern_target", "parenthesized_expression"):
            return self.target(first(node))
        if node.type in ("list_splat_pattern", "list_splat"):
            return parts_of(at_of(node), [self.target(each) for each in inner(node)])
        return self.expression(node)


def _test(node: Node, operator: str, left: Expression, right: Expression) -> Expression:
    at, kind = (at_of(node) if operator == "instance" else (left.at[0], right.at[1])), _TESTS.get(operator, operator)
    if kind == operator and kind not in ("is", "==", "in", "instance"):
        return operation(at, operator, left, right)
    key = short(f"({left.key} {kind} {right.key})") if left.key and right.key else ""
    return il.Test(at, kind, left, right, operator in _NEGATED, key, left.forks or right.forks)


def _interpolated(node: Node) -> Iterable[Node]:
    for child in node.named_children:
        if child.type == "interpolation":
            yield from inner(child)[:1]
        elif child.type == "string":
            yield from _interpolated(child)


def _in_one_spelling(said: str) -> str:
    """The key of a short plain string."""
    if len(said) > LONGEST_KEY or "\\" in said or said[:3] in ('"""', "'''") or '"' in said[1:-1]:
        return said if said[:1].isalpha() and len(said) <= LONGEST_KEY else ""
    return f'"{said[1:-1]}"' if said[:1] in ("'", '"') else said
