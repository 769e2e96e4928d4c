"""JavaScript's and TypeScript's expressions, lowered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.il import Argument, At, Expression, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, filled
from breadknife.plugins.nullcheck.languages.ecmascript.building import PATTERNS, applied, compared, is_null
from breadknife.plugins.nullcheck.languages.ecmascript.comments import Comments
from breadknife.plugins.nullcheck.languages.ecmascript.regexes import type_of_literal, type_of_made
from breadknife.plugins.nullcheck.languages.ecmascript.types import NULL, UNDEFINED, Types
from breadknife.plugins.nullcheck.languages.lowering import (
    DEEPEST,
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

FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "method_definition"})
_LINKS = {
    "member_expression": "object", "subscript_expression": "object", "call_expression": "function",
    "non_null_expression": "",
}  # fmt: skip
"""Steps of a chain, and the field that each begins with."""
_SEVERAL = frozenset({"binary_expression", "unary_expression"})
"""What no `!` can stand behind: the grammar takes `a || b!.c` for `(a || b)!.c`."""


class Reading(Protocol):
    """What the lowering of a function asks of its file."""

    knowledge: Knowledge
    is_typed: bool
    types: Types
    comments: Comments

    def function(self, node: Node, scopes: Scopes, around: Function, /) -> Function: ...

    def class_(self, node: Node, scopes: Scopes, around: Function, /) -> None: ...

    def defines(self, name: str, /) -> bool:
        """Whether the module has its own function of the name."""
        ...


@dataclass
class Expressions(Lowering):
    """Lowers the expressions of one function."""

    reading: Reading

    literals: ClassVar = {"string": "string", "number": "number", "true": "boolean", "false": "boolean"}
    silent = frozenset({
        "comment", "type_arguments", "type_annotation", "type_parameters", "property_identifier", "decorator",
        "statement_identifier", "string_fragment", "jsx_text", "private_property_identifier", "regex_flags",
        "function_declaration", "generator_function_declaration", "function_signature", "type_alias_declaration",
        "interface_declaration", "import_statement", "import_alias", "ambient_declaration", "enum_declaration",
        "empty_statement",
    })  # fmt: skip

    def held(self, value: Expression) -> tuple[Expression, Expression]:
        """The value as it is evaluated first, and as it can be named again."""
        if value.key and not isinstance(value, il.Call | il.Bind | il.Told):
            return value, value
        name = il.Name(value.at, f"@{value.at[0]}_{value.at[1]}")
        return il.Bind(value.at, name, value, name.key), name

    # Names and literals

    def lower_identifier(self, node: Node) -> Expression:
        return il.Name(at_of(node), self.scopes.key(text(node)))

    lower_this = lower_super = lower_shorthand_property_identifier = lower_identifier
    lower_shorthand_property_identifier_pattern = lower_identifier

    def lower_null(self, node: Node) -> Expression:
        return il.Null(at_of(node), node.type, nulls=NULL if node.type == "null" else UNDEFINED)

    lower_undefined = lower_null

    def literal(self, node: Node) -> Expression:
        found, said = super().literal(node), text(node)[1:-1]
        if node.type != "string" or not isinstance(found, il.Constant):
            return found
        return found._replace(key=short(f'"{said}"') if '"' not in said else "")  # however it is quoted

    def lower_template_string(self, node: Node) -> Expression:
        values = [value for each in inner(node) for value in self.values(each)]
        if values:
            return display(at_of(node), "string", values)
        return il.Constant(at_of(node), text(node), "string", len(text(node)) > 2)

    def lower_regex(self, node: Node) -> Expression:
        at, said = at_of(node), text(node)
        made = il.Constant(at, short(said), "RegExp", truth=True)
        return il.Told(at, made, type_of_literal(said), short(said), forks=False)

    def lower_array(self, node: Node) -> Expression:
        items = self.values(node)
        if len(items) == 1 and (spread := first(node)) is not None and spread.type == "spread_element":
            value = self.expression(first(spread))
            return il.Call(at_of(node), il.Name(at_of(node), "Array.from"), (Argument("", value),), "", value.forks)
        return display(at_of(node), "list", items)

    def lower_spread_element(self, node: Node) -> Expression:
        return parts_of(at_of(node), [operation(each.at, "iterate", each) for each in self.values(node)])

    def lower_object(self, node: Node) -> Expression:
        return display(at_of(node), "object", list(self._members(node)))

    def _members(self, node: Node) -> Iterator[Expression]:
        for each in inner(node):
            if each.type == "spread_element":  # null has no properties to give
                yield from self.values(each)
            else:
                yield self.expression(part(each, "value") if each.type == "pair" else each)

    def lower_arrow_function(self, node: Node) -> Expression:
        function = self.reading.function(node, self.scopes, self.function)
        return il.Closure(function.at, f"=>{function.at[0]}")

    lower_function_expression = lower_generator_function = lower_method_definition = lower_arrow_function

    def lower_class(self, node: Node) -> Expression:
        self.reading.class_(node, self.scopes, self.function)
        return nothing(at_of(node))

    # Chains

    def lower_member_expression(self, node: Node) -> Expression:
        links, asked = [node], list[Expression]()
        while (owner := _owner(links[-1])) is not None and owner.type in _LINKS:
            links.append(owner)
        if node.type == "non_null_expression" and owner is not None and owner.type not in _SEVERAL:
            value = self.expression(first(node))
            return il.Told(at_of(node), value, None, value.key, value.forks)
        around = list[Node]()
        while owner is not None and owner.type in _SEVERAL:
            around.append(owner)
            owner = part(owner, "right") or part(owner, "argument")
        if owner is None or len(links) > DEEPEST:
            return nothing(at_of(node))
        found = self.expression(owner)
        for link in reversed(links):
            found = self._step(link, (owner.start_byte, link.end_byte), found, asked)
        for each in reversed(asked):
            named = each.target if isinstance(each, il.Bind) else each
            found = il.Choice(found.at, is_null(each, negated=True), found, il.Absent(found.at, named))
        for each in reversed(around):
            at, operator = (each.start_byte, found.at[1]), word(each, "operator")
            is_unary = each.type == "unary_expression"
            found = applied(operator, found, at) if is_unary else self._combined(each, found, at)
        return found

    lower_subscript_expression = lower_call_expression = lower_non_null_expression = lower_member_expression

    def _step(self, node: Node, at: At, owner: Expression, asked: list[Expression]) -> Expression:
        """One step of a chain. `asked`: owners that must be there for what follows to be evaluated."""
        if node.type == "non_null_expression":
            return il.Told(at, owner, None, owner.key, owner.forks)
        if any(each.type in ("?.", "optional_chain") for each in node.children[1:2]):
            before, owner = self.held(owner)
            asked.append(before)
        if node.type == "call_expression":
            return self._call(node, at, owner)
        if node.type == "member_expression":
            return attribute(at, owner, word(node, "property"))
        index = self.expression(part(node, "index"))
        if isinstance(index, il.Constant) and index.type == "string" and index.key[1:-1].isidentifier():
            return attribute(at, owner, index.key[1:-1])
        return element(at, owner, index)

    def _arguments(self, node: Node | None) -> list[Argument]:
        if node is not None and node.type == "template_string":
            values = [value for each in inner(node) for value in self.values(each)]
            return [Argument("", each) for each in (display(at_of(node), "list"), *values)]
        found = list[Argument]()
        for each in inner(node):
            is_spread = each.type == "spread_element"
            found.append(Argument("*" if is_spread else "", self.expression(first(each) if is_spread else each)))
        return found

    def _call(self, node: Node, at: At, callee: Expression) -> Expression:
        arguments, written = self._arguments(part(node, "arguments")), inner(part(node, "type_arguments"))
        made = call(at, callee, arguments)
        known = self.reading.knowledge.typed_calls.get(callee.key.removeprefix("React.")) if written else None
        if known is None:
            return made
        own = tuple(self.reading.types.read(each) or Type("") for each in written)
        if callee.key.endswith("useRef"):
            is_element = not own[0].nullable and len(arguments) == 1 and isinstance(arguments[0].value, il.Null)
            own = (own[0]._replace(nullable=NULL),) if is_element else (Type(""),)
        elif not arguments:
            own = (own[0]._replace(nullable=own[0].nullable | UNDEFINED),)
        return il.Told(made.at, made, filled(known, own, None), "", made.forks)

    def lower_new_expression(self, node: Node) -> Expression:
        callee = self.expression(part(node, "constructor"))
        made = call(at_of(node), callee, self._arguments(part(node, "arguments")))._replace(key="")
        own = tuple(self.reading.types.read(each) or Type("") for each in inner(part(node, "type_arguments")))
        is_name = isinstance(callee, il.Name) and not callee.key.startswith("@")
        type_ = self.reading.types.named(callee.key)._replace(arguments=own) if is_name else Type("")
        type_ = type_of_made(text(node)) if callee.key == "RegExp" else type_
        return il.Told(made.at, made, type_, "", made.forks)

    def lower_await_expression(self, node: Node) -> Expression:
        return self._awaited(self.expression(first(node)), at_of(node))

    def _awaited(self, value: Expression, at: At) -> Expression:
        if isinstance(value, il.Call):
            return value._replace(at=at, is_awaited=True, key=f"await {value.key}" if value.key else "")
        if isinstance(value, il.Choice) and isinstance(value.otherwise, il.Absent):
            return value._replace(at=at, then=self._awaited(value.then, at))
        return operation(at, "await", value)

    # Operators

    def lower_parenthesized_expression(self, node: Node) -> Expression:
        value, type_ = super().lower_parenthesized_expression(node), self.reading.comments.cast(node)
        if type_ is not None:
            return il.Told(at_of(node), value, type_, "", value.forks)
        return value._replace(at=at_of(node))

    def lower_as_expression(self, node: Node) -> Expression:
        value, *types = inner(node)
        if node.type == "type_assertion":
            value, types = inner(node)[-1], inner(value)
        lowered = self.expression(value)
        type_ = self.reading.types.read(types[0]) if types else None
        return il.Told(at_of(node), lowered, type_, "", lowered.forks) if type_ is not None else lowered

    lower_type_assertion = lower_as_expression

    def lower_satisfies_expression(self, node: Node) -> Expression:
        return self.expression(first(node))

    def lower_binary_expression(self, node: Node) -> Expression:
        operator = word(node, "operator")
        if operator in ("&&", "||"):
            return self.both(node, operator)
        return self._combined(node, self.expression(part(node, "right")), at_of(node))

    def _combined(self, node: Node, right: Expression, at: At) -> Expression:
        operator, left = word(node, "operator"), self.expression(part(node, "left"))
        return self._joined(at, operator, left, right) or compared(at, operator, left, right)

    def _joined(self, at: At, operator: str, left: Expression, right: Expression) -> Expression | None:
        """What an operator gives that may not evaluate its right side; None for other operators."""
        if operator in ("&&", "||"):
            return il.Both(at, operator == "&&", left, right)
        if operator == "??":
            before, again = self.held(left)
            return il.Choice(at, is_null(before, negated=True), again, right)
        return None

    def lower_unary_expression(self, node: Node) -> Expression:
        return applied(word(node, "operator"), self.expression(part(node, "argument")), at_of(node))

    def lower_sequence_expression(self, node: Node) -> Expression:
        *before, last = self.values(node) or [nothing(at_of(node))]
        return il.Comma(at_of(node), tuple(before), last)

    def lower_assignment_expression(self, node: Node) -> Expression:
        left, value = part(node, "left"), self.expression(part(node, "right"))
        if left is None or left.type in PATTERNS:
            return value
        target = self.target(left)
        return il.Bind(at_of(node), target, value, target.key)

    def lower_augmented_assignment_expression(self, node: Node) -> Expression:
        target, value = self.augmented(node)
        return il.Bind(at_of(node), target, value, target.key)

    lower_update_expression = lower_augmented_assignment_expression

    def augmented(self, node: Node) -> tuple[Expression, Expression]:
        """What `a += b`, `a ||= b`, `a ??= b` or `a++` assigns to, and the value that it gets."""
        at, operator = at_of(node), word(node, "operator").removesuffix("=")
        left, right = part(node, "left") or part(node, "argument"), part(node, "right")
        operands = [self.expression(each) for each in (left, right) if each is not None]
        joined = self._joined(at, operator, *operands) if len(operands) == 2 else None
        return self.target(left), joined or operation(at, operator, *operands)

    def declared_type(self, target: Expression) -> Type | None:
        """What a variable or a parameter of the function is declared to be."""
        if not isinstance(target, il.Name) or target.key in self.function.types:
            return self.function.types.get(target.key)
        return next((each.annotation for each in self.function.parameters if each.name == target.key), None)

    def target(self, node: Node | None) -> Expression:
        """What is assigned to, if it is no pattern."""
        found = self.expression(node)
        return found.value if isinstance(found, il.Told) else found


def _owner(node: Node) -> Node | None:
    """What a step of a chain begins with."""
    name = _LINKS[node.type]
    return part(node, name) if name else first(node)
