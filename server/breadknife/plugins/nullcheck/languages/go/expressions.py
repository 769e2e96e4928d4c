"""Go's expressions, lowered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Parameter
from breadknife.plugins.nullcheck.core.il import Argument, At, Expression, Type
from breadknife.plugins.nullcheck.languages.go.types import BUILTIN_TYPES, Types
from breadknife.plugins.nullcheck.languages.lowering import (
    Lowering,
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
    text,
    word,
)
from breadknife.text.syntax import Node


@dataclass
class Expressions(Lowering):
    """Lowers the expressions of one function."""

    types: Types = field(kw_only=True)
    untracked: frozenset[str] = frozenset()
    """Variables of which nothing is known."""

    literals: ClassVar = {
        "interpreted_string_literal": "string", "raw_string_literal": "string", "int_literal": "int",
        "float_literal": "float64", "imaginary_literal": "complex128", "rune_literal": "rune", "true": "bool",
        "false": "bool", "iota": "int",
    }  # fmt: skip
    silent = frozenset({
        "comment", "pointer_type", "map_type", "slice_type", "array_type", "function_type", "interface_type",
        "channel_type", "struct_type", "generic_type", "qualified_type", "type_declaration", "fallthrough_statement",
    })  # fmt: skip

    def lower_identifier(self, node: Node) -> Expression:
        self.function.reads.add(text(node))
        return il.Name(at_of(node), self.scopes.key(text(node)))

    def lower_nil(self, node: Node) -> Expression:
        return il.Null(at_of(node), "nil")

    def lower_selector_expression(self, node: Node) -> Expression:
        return attribute(at_of(node), self.expression(part(node, "operand")), word(node, "field"))

    def lower_index_expression(self, node: Node) -> Expression:
        return element(at_of(node), self.expression(part(node, "operand")), self.expression(part(node, "index")))

    def lower_slice_expression(self, node: Node) -> Expression:
        owner, *bounds = self.values(node) or [nothing(at_of(node))]
        return il.Element(at_of(node), owner, None, "", any(each.forks for each in (owner, *bounds)))

    # Calls

    def lower_call_expression(self, node: Node) -> Expression:
        at, function, given = at_of(node), part(node, "function"), inner(part(node, "arguments"))
        name, operand = text(function), first(function)
        if function is not None and function.type == "identifier" and self.scopes.find(name) is None and given:
            if name in ("new", "make"):
                type_ = self.types.read(given[0])
                made = display(at, type_.name if type_ is not None else "", [*map(self.expression, given[1:])])
                return il.Cast(at, made, type_, "", forks=False)
            if len(given) == 1 and (name in BUILTIN_TYPES or name in self.types.declared):
                return self._converted(at, given[0], self.types.read(function))
        if function is not None and function.type == "parenthesized_expression" and _is_pointer(operand):
            pointed = self.types.read(operand.named_children[-1]) if operand is not None else None
            return self._converted(at, given[0] if given else None, _pointer(pointed))
        arguments = [Argument("", each) for each in self.values(part(node, "arguments"))]
        return call(at, self.expression(function), arguments)

    def lower_type_conversion_expression(self, node: Node) -> Expression:
        return self._converted(at_of(node), part(node, "operand"), self.types.read(part(node, "type")))

    def _converted(self, at: At, operand: Node | None, type_: Type | None) -> Expression:
        value = self.expression(operand)
        return il.Cast(at, value, type_, value.key if isinstance(value, il.Name | il.Attribute) else "", value.forks)

    def lower_type_assertion_expression(self, node: Node) -> Expression:
        value, type_ = self.expression(part(node, "operand")), self.types.read(part(node, "type"))
        return il.Cast(at_of(node), value, type_, "", value.forks, drops_null=True)

    def lower_func_literal(self, node: Node) -> Expression:
        return self.function_within(node, parameters_of(node, self.types), result_of(node, self.types))

    # Values that are made

    def lower_composite_literal(self, node: Node) -> Expression:
        at, type_ = at_of(node), self.types.read(part(node, "type"))
        made = display(at, type_.name if type_ is not None else "composite", [*self._items(part(node, "body"))])
        return il.Cast(at, made, type_, "", made.forks)

    def _items(self, body: Node | None) -> Iterator[Expression]:
        for child in inner(body):
            value = part(child, "value") if child.type == "keyed_element" else child
            if value is not None and value.type == "literal_element":
                value = first(value) or value
            if value is not None and value.type == "literal_value":
                yield from self._items(value)
            else:
                yield self.expression(value)

    # Operators

    def lower_unary_expression(self, node: Node) -> Expression:
        at, operand, operator = at_of(node), self.expression(part(node, "operand")), node.children[0].type
        match operator:
            case "!":
                return il.Not(at, operand, operand.forks)
            case "*":
                return operation(at, "deref", operand, key=f"*{operand.key}" if operand.key else "")
            case "&" if isinstance(operand, il.Cast) and isinstance(operand.value, il.Display):
                return operand._replace(type=_pointer(operand.type))
            case "<-":
                return parts_of(at, [operand])
            case _ if isinstance(operand, il.Constant):
                return operand._replace(at=at, key=f"{operator}{operand.key}")
            case _:
                return operation(at, "&" if operator == "&" else "unary", operand)

    # Targets

    def target(self, node: Node) -> Expression:
        """What is assigned to."""
        name = text(node)
        if node.type != "identifier":
            return self.expression(node)
        if name in self.untracked:
            return nothing(at_of(node))
        return il.Name(at_of(node), self.scopes.key(name) if name != "_" else "")


def parameters_of(node: Node, types: Types, field_name: str = "parameters") -> Iterator[Parameter]:
    for each in inner(part(node, field_name)):
        made = partial(Parameter, default=None, annotation=types.read(part(each, "type")))
        kind = "*" if each.type == "variadic_parameter_declaration" else ""
        names = each.children_by_field_name("name")
        yield from (made(at_of(name), text(name), kind=kind) for name in names)
        if not names:
            yield made(at_of(each), f"_@{each.start_byte}", kind=kind)


def results_of(node: Node) -> list[tuple[Node | None, Node | None]]:
    """The results of a function: their names, if they have any, and their types."""
    result = part(node, "result")
    if result is None or result.type != "parameter_list":
        return [(None, result)] if result is not None else []
    return [
        (name, part(each, "type")) for each in inner(result) for name in each.children_by_field_name("name") or [None]
    ]


def result_of(node: Node, types: Types) -> Type | None:
    found = [types.read(each) for _, each in results_of(node)]
    if len(found) > 1:
        return Type("tuple", tuple(each or Type("", is_value=True) for each in found))
    return found[0] if found else None


def _pointer(type_: Type | None) -> Type | None:
    """The type of a pointer to something."""
    return type_._replace(is_value=False) if type_ is not None else None


def _is_pointer(node: Node | None) -> bool:
    """Whether `*T` is written there."""
    return node is not None and node.type == "unary_expression" and node.children[0].type == "*"
