"""JavaScript's and TypeScript's expressions, lowered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.il import Argument, ByteRange, Expression, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, filled, parse_type
from breadknife.plugins.nullcheck.languages.ecmascript.types import NULL, UNDEFINED, TypeScriptTypes
from breadknife.plugins.nullcheck.languages.lowering import (
    DEEPEST,
    Lowering,
    attribute,
    call,
    display,
    nothing,
    opaque,
    operation,
    short,
    subscript,
)
from breadknife.plugins.nullcheck.languages.outlining import at_of, first, inner, part, text, word
from breadknife.plugins.nullcheck.languages.scopes import Scopes
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.text.syntax import Node

FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "method_definition"})
PATTERNS = frozenset({"object_pattern", "array_pattern"})
_LINKS = {
    "member_expression": "object", "subscript_expression": "object", "call_expression": "function",
    "non_null_expression": "",
}  # fmt: skip
"""Kind of a chain's step -> the field of what it is a step from; "" for the first child."""
_OPERATORS = frozenset({"binary_expression", "unary_expression"})
"""Kinds that can't be a chain's owner without brackets: the grammar takes `a || b!.c` for `(a || b)!.c`."""
_CHOOSING = frozenset({"&&", "||", "??"})
"""Operators that bind less than a comparison."""
_EQUAL = {"===": False, "==": False, "!==": True, "!=": True}
"""Operators of equality -> whether they are negated."""
_FALSE_FOR_UNDEFINED = frozenset({*_EQUAL, "<", ">", "<=", ">=", "instanceof", "in"})
"""Comparisons that are decided where the left side is undefined."""
_ALWAYS_MATCHES = re.compile(r"\^?(?:(?:\\.|\[[^\]]*\]|[^\\\[*?+])[*?]\??)*\$?")
"""Regular expressions, without their groups, that match any text."""
_NON_NULL_CAST = re.compile(rb"@type\s*\{(?![^}]*(?:null|undefined|[?*]))[^}]*\}\s*\*/\s*\Z")
"""A comment in front of a bracket that gives a value a type without null."""
_LONGEST_CAST = 200
"""How many bytes in front of a bracket may have such a comment."""


class OutlineContext(Protocol):
    """What the lowering of a function asks of its file."""

    knowledge: Knowledge
    is_typed: bool
    types: TypeScriptTypes

    def function(self, node: Node, scopes: Scopes, around: Function, /) -> Function:
        """Return the function that is written at a node, in the function `around`."""
        ...

    def class_(self, node: Node, scopes: Scopes, around: Function, /) -> None:
        """Note the class that is written at a node, in the function `around`."""
        ...


@dataclass
class EcmaScriptExpressions(Lowering):
    """Lowers the expressions of one function."""

    reading: OutlineContext
    """The file that is read."""

    kinds = grammar_of("ecmascript").lowering

    def held(self, value: Expression) -> tuple[Expression, Expression]:
        """Return the value twice: as it is evaluated first, where it gets a name, and as it is named later."""
        if value.key and not isinstance(value, il.Invocation | il.AssignmentExpression | il.TypeAssertion):
            return value, value
        name = il.Name(value.at, f"@{value.at[0]}_{value.at[1]}")
        return il.AssignmentExpression(value.at, name, value, name.key), name

    # Literals

    def lower_null(self, node: Node) -> Expression:
        return il.Null(at_of(node), node.type, nulls=NULL if node.type == "null" else UNDEFINED)

    def lower_template_string(self, node: Node) -> Expression:
        values = [value for child in inner(node) for value in self.values(child)]
        if values:
            return display(at_of(node), "string", values)
        return il.Constant(at_of(node), text(node), "string", len(text(node)) > 2)

    def lower_regex(self, node: Node) -> Expression:
        pattern = word(node, "pattern").translate({ord(bracket): "" for bracket in "()"})
        kind = "AnyRegExp" if _ALWAYS_MATCHES.fullmatch(pattern) else "RegExp"
        return il.Constant(at_of(node), short(text(node)), kind, truth=True)

    def lower_object(self, node: Node) -> Expression:
        return display(at_of(node), "object", list(self._members(node)))

    def _members(self, node: Node) -> Iterator[Expression]:
        """Yield the values of an object that is written out."""
        for child in inner(node):
            if child.type == "spread_element":  # null has no properties to give
                yield from self.values(child)
            else:
                yield self.expression(part(child, "value") if child.type == "pair" else child)

    def lower_arrow_function(self, node: Node) -> Expression:
        function = self.reading.function(node, self.scopes, self.function)
        return il.Closure(function.at, il.closure_key(function.at[0]))

    def lower_class(self, node: Node) -> Expression:
        self.reading.class_(node, self.scopes, self.function)
        return nothing(at_of(node))

    # Chains

    def lower_member_expression(self, node: Node) -> Expression:
        chain = self._chain(node, lambda value: value)
        # `a?.b!` says of the whole chain that it isn't null.
        return _non_null(chain.at, chain) if node.type == "non_null_expression" and _is_chain(chain) else chain

    lower_subscript_expression = lower_call_expression = lower_non_null_expression = lower_member_expression

    def _chain(self, node: Node, then: Callable[[Expression], Expression], links: int = 0) -> Expression:
        """Return the chain that ends at `node`, with what follows it. Where `?.` finds no owner, nothing behind it is
        evaluated, so that what follows is made by `then`, from the value of the chain up to there.

        `links` is the number of steps that follow."""
        if links > DEEPEST:
            return then(nothing(at_of(node)))
        if node.type in _LINKS and (owner := part(node, _LINKS[node.type]) or first(node)) is not None:
            return self._chain(owner, lambda value: self._step(node, value, then), links + 1)
        last = part(node, "right") or part(node, "argument")
        if links and node.type in _OPERATORS and last is not None:
            return self._combined(node, self._chain(last, then, links + 1))
        return then(self.expression(node))

    def _step(self, node: Node, owner: Expression, then: Callable[[Expression], Expression]) -> Expression:
        """Return one step of a chain from the value of its owner, with what follows."""
        if node.type == "non_null_expression":
            return then(_non_null((owner.at[0], node.end_byte), owner))
        if not any(child.type in ("?.", "optional_chain") for child in node.children):
            return then(self._link(node, owner))
        before, again = self.held(owner)
        chain = then(self._link(node, again))
        return il.Conditional(chain.at, is_null(before, negated=True), chain, il.ChainNull(chain.at, again))

    def _link(self, node: Node, owner: Expression) -> Expression:
        """Return a call, a member or an element of the owner. `a["b"]` is taken for `a.b`."""
        at = (owner.at[0], node.end_byte)
        if node.type == "call_expression":
            return self._call(node, at, owner)
        if node.type == "member_expression":
            return attribute(at, owner, word(node, "property"))
        index = self.expression(part(node, "index"))
        literal = index.key[1:-1] if isinstance(index, il.Constant) and index.type == "string" else ""
        return attribute(at, owner, literal) if literal.isidentifier() else subscript(at, owner, index)

    def _call(self, node: Node, at: ByteRange, callee: Expression) -> Expression:
        arguments = self._arguments(part(node, "arguments"))
        made = call(at, callee, arguments)
        name = callee.name if isinstance(callee, il.Member) else callee.key
        if (result := self.reading.knowledge.generic.get(name)) is None or len(arguments) > 1:
            return made
        held = tuple(self.reading.types.read(child) for child in inner(part(node, "type_arguments")))
        if not held or held[0] is None:
            return made
        null = arguments[0].value if arguments else il.Null(at, nulls=UNDEFINED)
        nulls = null.nulls if isinstance(null, il.Null) else 0
        held_type = held[0]._replace(nullable=held[0].nullable | nulls)
        return il.TypeAssertion(
            at, made._replace(key=""), filled(parse_type(result), (held_type,), None), "", made.forks
        )

    def _arguments(self, node: Node | None) -> list[Argument]:
        arguments = list[Argument]()
        for child in inner(node):
            is_spread = child.type == "spread_element"
            arguments.append(Argument("*" if is_spread else "", self.expression(first(child) if is_spread else child)))
        return arguments

    def lower_new_expression(self, node: Node) -> Expression:
        callee = self.expression(part(node, "constructor"))
        created = call(at_of(node), callee, self._arguments(part(node, "arguments")))._replace(key="")
        written = inner(part(node, "type_arguments"))
        type_arguments = tuple(self.reading.types.read(child) or Type("") for child in written)
        is_name = isinstance(callee, il.Name) and not callee.key.startswith("@")
        type_ = self.reading.types.named(callee.key)._replace(arguments=type_arguments) if is_name else Type("")
        return il.TypeAssertion(created.at, created, type_, "", created.forks)

    def lower_await_expression(self, node: Node) -> Expression:
        value = first(node)
        return (
            self._chain(value, lambda operand: self.awaited(at_of(node), operand))
            if value is not None
            else self.parts(node)
        )

    # Operators

    def lower_parenthesized_expression(self, node: Node) -> Expression:
        """`/** @type {T} */ (x)` says in JavaScript that the value isn't null, if `T` has no null."""
        value, at = super().lower_parenthesized_expression(node), at_of(node)
        start = node.start_byte - self.function.at[0]
        is_cast = _NON_NULL_CAST.search(self.function.source, max(start - _LONGEST_CAST, 0), start)
        return _non_null(at, value) if is_cast and not self.reading.is_typed else value._replace(at=at)

    def lower_as_expression(self, node: Node) -> Expression:
        value, *types = inner(node)
        if node.type == "type_assertion":
            value, types = inner(node)[-1], inner(value)
        lowered = self.expression(value)
        type_ = self.reading.types.read(types[0]) if types else None
        return il.TypeAssertion(at_of(node), lowered, type_, "", lowered.forks) if type_ is not None else lowered

    def lower_satisfies_expression(self, node: Node) -> Expression:
        return self.expression(first(node))

    def lower_binary_expression(self, node: Node) -> Expression:
        operator = word(node, "operator")
        if operator in ("&&", "||"):
            return self.both(node, operator)
        return self._combined(node, self.expression(part(node, "right")))

    def _combined(self, node: Node, last: Expression) -> Expression:
        """Return an operator with its operands, of which `last` is the last one."""
        at, operator = (node.start_byte, last.at[1]), word(node, "operator")
        if node.type == "unary_expression":
            return self.applied(at, operator, last)
        written = part(node, "left")
        if written is not None and operator not in _CHOOSING and _is_misread(written):
            return self._chain(written, lambda value: compared((value.at[0], at[1]), operator, value, last))
        left = self.expression(written)
        return self._joined(at, operator, left, last) or compared(at, operator, left, last)

    def _joined(self, at: ByteRange, operator: str, left: Expression, right: Expression) -> Expression | None:
        """Return what an operator gives that may not evaluate its right side; None for other operators."""
        if operator in ("&&", "||"):
            return il.ShortCircuit(at, operator == "&&", left, right)
        if operator == "??":
            before, again = self.held(left)
            return il.Conditional(at, is_null(before, negated=True), again, right)
        return None

    def lower_unary_expression(self, node: Node) -> Expression:
        operand = part(node, "argument")
        if word(node, "operator") == "typeof" and operand is not None:
            return self._chain(operand, lambda value: operation(at_of(node), "typeof", value))
        return super().lower_unary_expression(node)

    def applied(self, at: ByteRange, operator: str, operand: Expression, /) -> Expression:
        match operator:
            case "!":
                return il.Not(at, operand, operand.forks, short(f"(not {operand.key})") if operand.key else "")
            case "void" if isinstance(operand, il.Constant):
                return il.Null(at, "undefined", nulls=UNDEFINED)
            case "-" | "~":
                return super().applied(at, operator, operand)
            case _:
                return opaque(at, [operand])

    def lower_assignment_expression(self, node: Node) -> Expression:
        left, value = part(node, "left"), self.expression(part(node, "right"))
        if left is None or left.type in PATTERNS:
            return value
        target = self.target(left)
        return il.AssignmentExpression(at_of(node), target, value, target.key)

    def lower_augmented_assignment_expression(self, node: Node) -> Expression:
        """`a += b`, `a ||= b`, `a ??= b` or `a++`."""
        at, operator = at_of(node), word(node, "operator").removesuffix("=")
        left, right = part(node, "left") or part(node, "argument"), part(node, "right")
        operands = [self.expression(operand) for operand in (left, right) if operand is not None]
        joined = self._joined(at, operator, *operands) if len(operands) == 2 else None
        target = self.target(left)
        return il.AssignmentExpression(at, target, joined or operation(at, operator, *operands), target.key)

    def target(self, node: Node | None, /) -> Expression:
        """Return what is assigned to, if it is no pattern."""
        target = self.expression(node)
        return target.value if isinstance(target, il.TypeAssertion) else target


def _non_null(at: ByteRange, value: Expression) -> il.TypeAssertion:
    """Return the value as one that the author says isn't null."""
    return il.TypeAssertion(at, value, None, value.key, value.forks)


def is_null(value: Expression, nulls: int = il.ANY_NULL, *, negated: bool = False) -> il.Comparison:
    """Return the test whether a value is one of these nulls, as bits. It is no reason to suspect one."""
    null, key = il.Null(value.at, nulls=nulls), f"({value.key} ask {nulls})" if value.key else ""
    return il.Comparison(value.at, "ask", value, null, negated, key, value.forks)


def compared(at: ByteRange, operator: str, left: Expression, right: Expression) -> Expression:
    """Return a comparison, or what another operator with two operands gives."""
    negated, is_equality = _EQUAL.get(operator, False), operator in _EQUAL
    is_literal = isinstance(right, il.Null | il.Constant)
    if is_equality and not is_literal and (isinstance(left, il.Null) or _is_chain(right) or _is_typeof(right)):
        left, right = right, left  # what the test is about stands on the left from here on
    nulls = right.nulls if isinstance(right, il.Null) and is_equality else 0
    if nulls and len(operator) == 2:  # `==` and `!=` don't tell the nulls apart
        nulls = il.ANY_NULL
    if isinstance(left, il.Conditional) and _is_chain(left) and operator in _FALSE_FOR_UNDEFINED:
        truth = (bool(nulls & UNDEFINED) if nulls else isinstance(right, il.Null)) != negated
        otherwise = il.Constant(at, "", "boolean", truth)
        return il.Conditional(at, left.test, compared(at, operator, left.then, right), otherwise)
    if nulls:
        return is_null(left, nulls, negated=negated)._replace(at=at, operator="compare")
    if isinstance(left, il.Operation) and _is_typeof(left):
        return _typeof_test(at, left.operands[0], right, negated=negated)
    kind = {"instanceof": "instance", "in": "in"}.get(operator, "==" if is_equality else "")
    key = short(f"({left.key} {kind or operator} {right.key})") if left.key and right.key else ""
    if kind:
        return il.Comparison(at, kind, left, right, negated, key, left.forks or right.forks)
    return operation(at, operator, left, right, key=key)


def _is_misread(left: Node) -> bool:
    """Tell whether the grammar has taken `a || b!.c === d` for `(a || b)!.c === d`."""
    inmost: Node | None = left
    while inmost is not None and inmost.type in _LINKS:
        inmost = part(inmost, _LINKS[inmost.type]) or first(inmost)
    return inmost is not None and inmost is not left and word(inmost, "operator") in _CHOOSING


def _is_chain(value: Expression) -> bool:
    """Tell whether the expression is a chain with a `?.`."""
    return isinstance(value, il.Conditional) and isinstance(value.otherwise, il.ChainNull)


def _is_typeof(value: Expression) -> bool:
    return isinstance(value, il.Operation) and value.operator == "typeof"


def _typeof_test(at: ByteRange, value: Expression, kind: Expression, *, negated: bool) -> Expression:
    """Return the test `typeof x === "string"`. That for "object" is one that `undefined` fails."""
    if kind.key in ('"undefined"', '"object"'):
        return is_null(value, UNDEFINED, negated=negated == (kind.key == '"undefined"'))._replace(at=at)
    key = short(f"({value.key} instance {kind.key})") if value.key else ""
    return il.Comparison(at, "instance", value, kind, negated, key, value.forks)
