"""Go's expressions, lowered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function, Parameter
from breadknife.plugins.nullcheck.core.il import Argument, At, Expression, Type
from breadknife.plugins.nullcheck.languages.go.scopes import Scopes
from breadknife.plugins.nullcheck.languages.go.types import BUILTIN_TYPES, Types
from breadknife.plugins.nullcheck.languages.lowering import (
    LONGEST_KEY,
    Lowering,
    at_of,
    attribute,
    call,
    compared,
    element,
    inner,
    parts_of,
    short,
    text,
)
from breadknife.text.syntax import Node

_LITERALS = {
    "interpreted_string_literal": "string", "raw_string_literal": "string", "int_literal": "int",
    "float_literal": "float64", "imaginary_literal": "complex128", "rune_literal": "rune", "true": "bool",
    "false": "bool", "iota": "int",
}  # fmt: skip


@dataclass
class Expressions(Lowering):
    """Lowers the expressions of one function."""

    function: Function
    types: Types
    scopes: Scopes
    lower_body: Callable[[Expressions, Node | None, Function], il.Block]
    """Lowers the body of a function that is written in this one."""
    untracked: frozenset[str] = frozenset()
    """Variables of which nothing is known."""

    def lower_expression(self, node: Node, /) -> Expression:
        lower = _EXPRESSIONS.get(node.type)
        return lower(self, node) if lower is not None else self.parts(node)

    # Names

    def lower_name(self, node: Node) -> Expression:
        name = text(node)
        self.function.reads.add(name)
        return il.Name(at_of(node), self.scopes.key(name))

    def lower_selector(self, node: Node) -> Expression:
        owner, name = self.expression(node.child_by_field_name("operand")), text(node.child_by_field_name("field"))
        return attribute(at_of(node), owner, name)

    def lower_index(self, node: Node) -> Expression:
        owner, index = self.expression(node.child_by_field_name("operand")), node.child_by_field_name("index")
        return element(at_of(node), owner, self.expression(index))

    def lower_slice(self, node: Node) -> Expression:
        owner = self.expression(node.child_by_field_name("operand"))
        parts = [self.expression(child) for child in inner(node)[1:]]
        return il.Element(at_of(node), owner, None, "", owner.forks or any(part.forks for part in parts))

    # Calls

    def lower_call(self, node: Node) -> Expression:
        at, function = at_of(node), node.child_by_field_name("function")
        given = inner(node.child_by_field_name("arguments"))
        name = text(function)
        if function is not None and function.type == "identifier" and not self.scopes.is_declared(name):
            if name == "new" and given:
                return self._made(at, self.types.read(given[0]))
            if name == "make" and given:
                return self._made(at, self.types.read(given[0]), *given[1:])
            if len(given) == 1 and (name in BUILTIN_TYPES or name in self.types.declared):
                return self._converted(at, given[0], self.types.read(function))
        if function is not None and len(given) == 1 and function.type == "parenthesized_expression":
            operand = inner(function)[0] if inner(function) else None
            if operand is not None and operand.type == "unary_expression" and operand.children[0].type == "*":
                pointed = self.types.read(operand.named_children[-1])
                return self._converted(at, given[0], pointed._replace(is_value=False) if pointed else None)
        arguments = [Argument("", self.expression(each)) for each in given if not each.type.endswith("_type")]
        return call(at, self.expression(function), arguments)

    def _made(self, at: At, type_: Type | None, *sizes: Node) -> Expression:
        made = il.Display(at, type_.name if type_ is not None else "", tuple(map(self.expression, sizes)), forks=False)
        return il.Cast(at, made, type_, "", forks=False)

    def lower_conversion(self, node: Node) -> Expression:
        operand = node.child_by_field_name("operand")
        return self._converted(at_of(node), operand, self.types.read(node.child_by_field_name("type")))

    def _converted(self, at: At, operand: Node | None, type_: Type | None) -> Expression:
        value = self.expression(operand)
        return il.Cast(at, value, type_, value.key if isinstance(value, il.Name | il.Attribute) else "", value.forks)

    def lower_assertion(self, node: Node) -> Expression:
        value = self.expression(node.child_by_field_name("operand"))
        type_ = self.types.read(node.child_by_field_name("type"))
        return il.Cast(at_of(node), value, type_, "", value.forks, drops_null=True)

    def lower_function(self, node: Node) -> Expression:
        here, scopes = self.function, self.scopes.inside()
        parameters = parameters_of(node, self.types)
        for each in parameters:
            scopes.declare(each.name, each.at[0])
        own = tuple(each._replace(name=scopes.key(each.name)) for each in parameters)

        def lower(function: Function) -> il.Block:
            inside = Expressions(function, self.types, scopes, self.lower_body, self.untracked)
            return self.lower_body(inside, node, function)

        function = Function(
            at_of(node), "", own, result_of(node, self.types), lower, node.text or b"", around=here,
            receiver=here.receiver, receiver_class=here.receiver_class, has_declared_null=True,
        )  # fmt: skip
        here.within.append(function)
        return il.Closure(at_of(node), tuple(each.name for each in own), il.Parts(at_of(node), (), forks=False))

    # Literals

    def lower_nil(self, node: Node) -> Expression:
        return il.Null(at_of(node), "nil")

    def lower_literal(self, node: Node) -> Expression:
        said, kind = text(node), _LITERALS[node.type]
        truth = node.type == "true" if kind == "bool" else said.strip("0.\"'`") != ""
        return il.Constant(at_of(node), said if len(said) <= LONGEST_KEY else "", kind, truth)

    def lower_composite(self, node: Node) -> Expression:
        at, type_ = at_of(node), self.types.read(node.child_by_field_name("type"))
        items = self._items(node.child_by_field_name("body"))
        name = type_.name if type_ is not None else "composite"
        made = il.Display(at, name, tuple(items), any(item.forks for item in items))
        return il.Cast(at, made, type_, "", made.forks)

    def _items(self, body: Node | None) -> list[Expression]:
        found = list[Expression]()
        for child in inner(body):
            value = child.child_by_field_name("value") if child.type == "keyed_element" else child
            part = inner(value)[0] if value is not None and value.type == "literal_element" and inner(value) else value
            if part is not None and part.type == "literal_value":
                found += self._items(part)
            else:
                found.append(self.expression(part))
        return found

    # Operators

    def lower_unary(self, node: Node) -> Expression:
        operand, operator = self.expression(node.child_by_field_name("operand")), node.children[0].type
        match operator:
            case "!":
                return il.Not(at_of(node), operand, operand.forks)
            case "*":
                key = f"*{operand.key}" if operand.key else ""
                return il.Operation(at_of(node), "deref", (operand,), operand.forks, key)
            case "&":
                if isinstance(operand, il.Cast) and isinstance(operand.value, il.Display):
                    return operand._replace(type=operand.type._replace(is_value=False) if operand.type else None)
                return il.Operation(at_of(node), "&", (operand,), operand.forks)
            case "<-":
                return parts_of(at_of(node), [operand])
            case _ if isinstance(operand, il.Constant):
                return operand._replace(at=at_of(node), key=f"{operator}{operand.key}")
            case _:
                return il.Operation(at_of(node), "unary", (operand,), operand.forks)

    def lower_binary(self, node: Node) -> Expression:
        operator = text(node.child_by_field_name("operator"))
        left, right = (node.child_by_field_name(each) for each in ("left", "right"))
        if operator in ("&&", "||"):
            return il.Both(at_of(node), operator == "&&", self.expression(left), self.expression(right))
        return compared_by(at_of(node), operator, self.expression(left), self.expression(right))

    # Targets

    def target(self, node: Node) -> Expression:
        """What is assigned to."""
        at, name = at_of(node), text(node)
        if node.type == "identifier":
            if name == "_":
                return il.Name(at, "")
            if name in self.untracked:
                return il.Parts(at, (), forks=False)
            return il.Name(at, self.scopes.key(name))
        return self.expression(node)

    def declared(self, node: Node) -> Expression:
        """A new variable."""
        name = text(node)
        if name != "_":
            key = self.scopes.declare(name, node.start_byte)
            self.function.locals.add(key)
        return self.target(node)


def compared_by(at: At, operator: str, left: Expression, right: Expression) -> Expression:
    if operator in ("==", "!="):
        return compared(at, left, right, negated=operator == "!=")
    key = short(f"({left.key} {operator} {right.key})") if left.key and right.key else ""
    return il.Operation(at, operator, (left, right), left.forks or right.forks, key)


def parameters_of(node: Node, types: Types, field_name: str = "parameters") -> tuple[Parameter, ...]:
    found = list[Parameter]()
    for each in inner(node.child_by_field_name(field_name)):
        kind = "*" if each.type == "variadic_parameter_declaration" else ""
        type_ = types.read(each.child_by_field_name("type"))
        names = each.children_by_field_name("name")
        found += [Parameter(at_of(name), text(name), None, type_, kind) for name in names]
        if not names:
            found.append(Parameter(at_of(each), f"_@{each.start_byte}", None, type_, kind))
    return tuple(found)


def results_of(node: Node) -> list[tuple[Node | None, Node | None]]:
    """The results of a function: their names, if they have any, and their types."""
    result = node.child_by_field_name("result")
    if result is None or result.type != "parameter_list":
        return [(None, result)] if result is not None else []
    found = list[tuple[Node | None, Node | None]]()
    for each in inner(result):
        names = each.children_by_field_name("name")
        found += [(name, each.child_by_field_name("type")) for name in names or [None]]
    return found


def result_of(node: Node, types: Types) -> Type | None:
    found = [types.read(each) for _, each in results_of(node)]
    if len(found) > 1:
        return Type("tuple", tuple(each or Type("", is_value=True) for each in found))
    return found[0] if found else None


_E = Expressions
_EXPRESSIONS: dict[str, Callable[[Expressions, Node], Expression]] = {
    "identifier": _E.lower_name,
    "selector_expression": _E.lower_selector,
    "index_expression": _E.lower_index,
    "slice_expression": _E.lower_slice,
    "call_expression": _E.lower_call,
    "type_conversion_expression": _E.lower_conversion,
    "type_assertion_expression": _E.lower_assertion,
    "func_literal": _E.lower_function,
    "nil": _E.lower_nil,
    "composite_literal": _E.lower_composite,
    "parenthesized_expression": _E.lower_parenthesized,
    "unary_expression": _E.lower_unary,
    "binary_expression": _E.lower_binary,
    **dict.fromkeys(_LITERALS, _E.lower_literal),
}
