"""JavaScript's and TypeScript's expressions, lowered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.il import Argument, At, Expression, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, filled
from breadknife.plugins.nullcheck.languages.ecmascript.regexes import type_of_literal, type_of_made
from breadknife.plugins.nullcheck.languages.ecmascript.types import NULL, UNDEFINED, inner, text
from breadknife.text.syntax import Node

_LONGEST_KEY = 100
_DEEPEST = 60
"""Nesting of expressions that is followed."""
FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "method_definition"})
_LINKS = frozenset({"member_expression", "subscript_expression", "call_expression", "non_null_expression"})
_SILENT = frozenset({
    "type_arguments", "type_annotation", "type_parameters", "property_identifier", "statement_identifier",
    "string_fragment", "jsx_text", "decorator", "private_property_identifier", "regex_flags",
})  # fmt: skip
"""What is no expression."""
_EQUAL = {"===": False, "==": False, "!==": True, "!=": True}
_LAST = {"binary_expression": "right", "unary_expression": "argument"}
"""Expressions that the grammar takes for the operand of a `!` which belongs to their last part."""
_WHOLE = {"string": "string", "template_string": "string", "number": "number", "true": "boolean", "false": "boolean"}


class Reading(Protocol):
    """What the lowering of a function asks of its file."""

    knowledge: Knowledge
    is_typed: bool

    def function(self, node: Node, names: Mapping[str, str], around: Function, /) -> Function: ...

    def class_(self, node: Node, names: Mapping[str, str], around: Function | None, /) -> None: ...

    def type(self, node: Node | None, /) -> Type | None: ...

    def named_type(self, name: str, /) -> Type:
        """The type that a class's name means."""
        ...

    def cast(self, node: Node, /) -> Type | None:
        """The type that a comment before a parenthesis tells."""
        ...

    def defines(self, name: str, /) -> bool:
        """Whether the module has its own function of the name."""
        ...


def at_of(node: Node) -> At:
    return At(node.start_byte, node.end_byte)


def parts(at: At, values: tuple[Expression, ...]) -> il.Parts:
    return il.Parts(at, values, any(value.forks for value in values))


def short(key: str) -> str:
    return key if len(key) <= _LONGEST_KEY else ""


def attribute(at: At, owner: Expression, name: str) -> il.Attribute:
    return il.Attribute(at, owner, name, short(f"{owner.key}.{name}") if owner.key else "", owner.forks)


def is_null(value: Expression, nulls: int = il.ANY_NULL, *, negated: bool = False) -> il.Test:
    """The test whether a value is one of these nulls. It raises no suspicion."""
    null = il.Null(value.at, nulls=nulls)
    return il.Test(
        value.at, "ask", value, null, negated, f"({value.key} ask {nulls})" if value.key else "", value.forks
    )


@dataclass
class Expressions:
    """Lowers the expressions of one function."""

    function: Function
    reading: Reading
    names: dict[str, str]
    """Visible names -> their keys."""
    own: set[str] = field(default_factory=set[str])
    """Keys of variables that the function declares."""
    _instead: dict[int, Expression] = field(default_factory=dict[int, Expression])
    """End of a `!` that the grammar puts behind too much -> what it is behind."""
    _depth: int = 0

    def expression(self, node: Node | None) -> Expression:
        if node is None or self._depth > _DEEPEST:
            return il.Parts(At(0, 0) if node is None else at_of(node), (), forks=False)
        self._depth += 1
        lower = _EXPRESSIONS.get(node.type)
        found = lower(self, node) if lower is not None else self._parts(node)
        self._depth -= 1
        return found

    def _parts(self, node: Node) -> Expression:
        return parts(at_of(node), tuple(self.expression(each) for each in inner(node) if each.type not in _SILENT))

    def held(self, value: Expression) -> tuple[Expression, Expression]:
        """The value as it is evaluated first, and as it can be named again."""
        if value.key and not isinstance(value, il.Call | il.Bind | il.Told):
            return value, value
        name = il.Name(value.at, f"@{value.at.start}.{value.at.end}".replace(".", "_"))
        return il.Bind(value.at, name, value, name.key), name

    # Names and literals

    def _name(self, node: Node) -> Expression:
        name = text(node)
        return il.Name(at_of(node), self.names.get(name, name))

    def _null(self, node: Node) -> Expression:
        return il.Null(at_of(node), node.type, nulls=NULL if node.type == "null" else UNDEFINED)

    def _literal(self, node: Node) -> Expression:
        kind, at = _WHOLE[node.type], at_of(node)
        if node.type == "template_string":
            values = [
                self.expression(part)
                for each in inner(node)
                if each.type == "template_substitution"
                for part in inner(each)
            ]
            if values:
                return il.Display(at, "string", tuple(values), any(each.forks for each in values))
        said = text(node)
        if kind == "string":
            key = f'"{said[1:-1]}"' if len(said) <= _LONGEST_KEY and '"' not in said[1:-1] else ""
            return il.Constant(at, key, kind, len(said) > 2)
        truth = node.type == "true" or (kind == "number" and said.strip("0.xXbBoOn_") != "")
        return il.Constant(at, said, kind, truth)

    def _regex(self, node: Node) -> Expression:
        at, said = at_of(node), text(node)
        return il.Told(
            at, il.Constant(at, short(said), "RegExp", truth=True), type_of_literal(said), short(said), forks=False
        )

    def _array(self, node: Node) -> Expression:
        items, at = inner(node), at_of(node)
        if len(items) == 1 and items[0].type == "spread_element":
            value = self.expression(inner(items[0])[0]) if inner(items[0]) else self._parts(node)
            return il.Call(at, il.Name(at, "Array.from"), (Argument("", value),), "", value.forks)
        lowered = tuple(
            self._spread(each) if each.type == "spread_element" else self.expression(each) for each in items
        )
        return il.Display(at, "list", lowered, any(each.forks for each in lowered))

    def _spread(self, node: Node) -> Expression:
        value = self.expression(inner(node)[0]) if inner(node) else self._parts(node)
        return parts(at_of(node), (il.Operation(value.at, "iterate", (value,), value.forks),))

    def _object(self, node: Node) -> Expression:
        values = list[Expression]()
        for each in inner(node):
            if each.type == "pair":
                values += [self.expression(each.child_by_field_name("value"))]
            elif each.type == "shorthand_property_identifier":
                values.append(self._name(each))
            elif each.type == "spread_element":  # null has no properties to give
                values += [self.expression(part) for part in inner(each)]
            else:
                values.append(self.expression(each))
        return il.Display(at_of(node), "object", tuple(values), any(each.forks for each in values))

    def _function(self, node: Node) -> Expression:
        function = self.reading.function(node, self.names, self.function)
        return il.Closure(function.at, (), parts(function.at, ()), f"=>{function.at.start}")

    def _class(self, node: Node) -> Expression:
        self.reading.class_(node, self.names, self.function)
        return parts(at_of(node), ())

    # Chains

    def _chain(self, node: Node) -> Expression:
        misplaced = _misplaced(node) if self.reading.is_typed else None
        if misplaced is not None and misplaced.end_byte not in self._instead:
            return self._placed(node, misplaced)
        asked = list[Expression]()
        found = self._link(node, asked)
        for owner in reversed(asked):
            named = owner.target if isinstance(owner, il.Bind) else owner
            found = il.Choice(at_of(node), is_null(owner, negated=True), found, il.Absent(at_of(node), named))
        return found

    def _placed(self, node: Node, told: Node) -> Expression:
        """`a || b!.c`, which the grammar takes for `(a || b)!.c`."""
        around, last = list[Node](), inner(told)[0]
        while last.type in _LAST and (next_ := last.child_by_field_name(_LAST[last.type])) is not None:
            around.append(last)
            last = next_
        value = self.expression(last)
        self._instead[told.end_byte] = il.Told(at_of(last), value, None, value.key, value.forks)
        found = self._chain(node)
        del self._instead[told.end_byte]
        found = found._replace(at=At(last.start_byte, found.at.end))
        for each in reversed(around):
            at = At(each.start_byte, found.at.end)
            if each.type == "unary_expression":
                found = self._applied(text(each.child_by_field_name("operator")), found, at)
            else:
                found = self._combined(each, found, at)
        return found

    def _link(self, node: Node, asked: list[Expression]) -> Expression:
        """One step of a chain. `asked`: owners that must be there for what follows to be evaluated."""
        field_ = {"call_expression": "function", "non_null_expression": ""}.get(node.type, "object")
        owner_node = node.child_by_field_name(field_) if field_ else (inner(node) or [None])[0]
        if owner_node is None:
            return self._parts(node)
        if node.type == "non_null_expression" and node.end_byte in self._instead:
            return self._instead[node.end_byte]
        if self._depth > _DEEPEST:
            return self._parts(node)
        self._depth += 1
        owner = self._link(owner_node, asked) if owner_node.type in _LINKS else self.expression(owner_node)
        self._depth -= 1
        if node.type == "non_null_expression":
            return il.Told(at_of(node), owner, None, owner.key, owner.forks)
        if node.child_by_field_name("optional_chain") is not None or (
            node.type == "call_expression"
            and node.child_count > 2
            and node.children[1].type in ("?.", "optional_chain")
        ):
            first, owner = self.held(owner)
            asked.append(first)
        if node.type == "call_expression":
            return self._call(node, owner)
        if node.type == "subscript_expression":
            index = self.expression(node.child_by_field_name("index"))
            key = short(f"{owner.key}[{index.key}]") if owner.key and index.key else ""
            if isinstance(index, il.Constant) and index.type == "string" and index.key[1:-1].isidentifier():
                return attribute(at_of(node), owner, index.key[1:-1])
            return il.Element(at_of(node), owner, index, key, owner.forks or index.forks)
        return attribute(at_of(node), owner, text(node.child_by_field_name("property")))

    def _arguments(self, node: Node | None) -> tuple[Argument, ...]:
        if node is not None and node.type == "template_string":
            return (Argument("", il.Display(at_of(node), "list", (), forks=False)), *(
                Argument("", self.expression(part)) for each in inner(node) for part in inner(each)
            ))  # fmt: skip
        found = list[Argument]()
        for each in inner(node):
            is_spread = each.type == "spread_element" and bool(inner(each))
            value = self.expression(inner(each)[0] if is_spread else each)
            found.append(Argument("*" if is_spread else "", value))
        return tuple(found)

    def _call(self, node: Node, callee: Expression) -> Expression:
        arguments = self._arguments(node.child_by_field_name("arguments"))
        forks = callee.forks or any(each.value.forks for each in arguments)
        key = ""
        if callee.key and all(each.value.key for each in arguments):
            key = short(f"{callee.key}({','.join(each.value.key for each in arguments)})")
        call = il.Call(at_of(node), callee, arguments, key, forks)
        types = node.child_by_field_name("type_arguments")
        written = (
            self.reading.knowledge.typed_calls.get(callee.key.removeprefix("React.")) if types is not None else None
        )
        if written is None:
            return call
        own = tuple(self.reading.type(each) or Type("") for each in inner(types))
        if callee.key.endswith("useRef"):
            is_element = (
                own[:1] and not own[0].nullable and len(arguments) == 1 and isinstance(arguments[0].value, il.Null)
            )
            own = (own[0]._replace(nullable=NULL),) if is_element else (Type(""),)
        elif not arguments and own:
            own = (own[0]._replace(nullable=own[0].nullable | UNDEFINED),)
        return il.Told(call.at, call, filled(written, own, None), "", forks)

    def _new(self, node: Node) -> Expression:
        callee = self.expression(node.child_by_field_name("constructor"))
        arguments = self._arguments(node.child_by_field_name("arguments"))
        types = inner(node.child_by_field_name("type_arguments"))
        call = il.Call(at_of(node), callee, arguments, "", callee.forks or any(each.value.forks for each in arguments))
        own = tuple(self.reading.type(each) or Type("") for each in types)
        is_name = isinstance(callee, il.Name) and not callee.key.startswith("@")
        made = self.reading.named_type(callee.key)._replace(arguments=own) if is_name else Type("")
        made = type_of_made(text(node)) if callee.key == "RegExp" else made
        return il.Told(call.at, call, made, "", call.forks)

    def _await(self, node: Node) -> Expression:
        value = self.expression(inner(node)[0]) if inner(node) else self._parts(node)
        return self._awaited(value, at_of(node))

    def _awaited(self, value: Expression, at: At) -> Expression:
        if isinstance(value, il.Call):
            return value._replace(at=at, is_awaited=True, key=f"await {value.key}" if value.key else "")
        if isinstance(value, il.Choice) and isinstance(value.otherwise, il.Absent):
            return value._replace(at=at, then=self._awaited(value.then, at))
        return il.Operation(at, "await", (value,), value.forks)

    # Operators

    def _parenthesized(self, node: Node) -> Expression:
        inside = inner(node)
        if len(inside) != 1:
            return self._parts(node)
        value = self.expression(inside[0])._replace(at=at_of(node))
        type_ = self.reading.cast(node)
        return il.Told(at_of(node), value, type_, "", value.forks) if type_ is not None else value

    def _cast(self, node: Node) -> Expression:
        values = inner(node)
        value = self.expression(values[-1] if node.type == "type_assertion" else values[0] if values else None)
        type_ = values[-1] if len(values) > 1 else None
        if node.type == "satisfies_expression" or type_ is None:
            return value
        if node.type == "type_assertion":
            type_ = next(iter(inner(values[0])), None)
        return il.Told(at_of(node), value, self.reading.type(type_) or Type(""), "", value.forks)

    def _binary(self, node: Node) -> Expression:
        return self._combined(node, self.expression(node.child_by_field_name("right")), at_of(node))

    def _combined(self, node: Node, right: Expression, at: At) -> Expression:
        operator, left = text(node.child_by_field_name("operator")), self.expression(node.child_by_field_name("left"))
        if operator in ("&&", "||"):
            return il.Both(at, operator == "&&", left, right)
        if operator == "??":
            first, again = self.held(left)
            return il.Choice(at, is_null(first, negated=True), again, right)
        return self._compared(at, operator, left, right)

    def _compared(self, at: At, operator: str, left: Expression, right: Expression) -> Expression:
        negated = _EQUAL.get(operator, False)
        nulls = _nulls_of(right) if operator in _EQUAL else 0
        if operator in _EQUAL and not nulls and _nulls_of(left):
            return self._compared(at, operator, right, left)
        if nulls and len(operator) == 2:
            nulls = il.ANY_NULL
        if isinstance(left, il.Choice) and _absent(left) is not None:
            truth = (bool(nulls & UNDEFINED) if nulls else isinstance(right, il.Null)) != negated
            said: Expression = il.Constant(at, "", "boolean", truth)
            made = [
                said if isinstance(each, il.Absent) else self._compared(at, operator, each, right) for each in left[2:4]
            ]
            return il.Choice(at, left.test, made[0], made[1])
        if isinstance(right, il.Choice) and _absent(right) is not None and operator in _EQUAL:
            return self._compared(at, operator, right, left)
        forks = left.forks or right.forks
        if nulls:
            return is_null(left, nulls, negated=negated)._replace(at=at)
        if _is_typeof(left):
            return _typed(at, left, right, negated)
        if _is_typeof(right):
            return _typed(at, right, left, negated)
        kind = {"instanceof": "instance", "in": "in"}.get(operator, "==" if operator in _EQUAL else "")
        key = short(f"({left.key} {kind or operator} {right.key})") if left.key and right.key else ""
        if kind:
            return il.Test(at, kind, left, right, negated, key, forks)
        return il.Operation(at, operator, (left, right), forks, key)

    def _unary(self, node: Node) -> Expression:
        operand = self.expression(node.child_by_field_name("argument"))
        return self._applied(text(node.child_by_field_name("operator")), operand, at_of(node))

    def _applied(self, operator: str, operand: Expression, at: At) -> Expression:
        match operator:
            case "!":
                return il.Not(at, operand, operand.forks, short(f"(not {operand.key})") if operand.key else "")
            case "typeof":
                return _over(operand, lambda each: il.Operation(at, "typeof", (each,), each.forks), at)
            case "void":
                return (
                    il.Null(at, "undefined", nulls=UNDEFINED)
                    if isinstance(operand, il.Constant)
                    else parts(at, (operand,))
                )
            case "-" | "~" if not isinstance(operand, il.Constant):
                return il.Operation(at, "unary", (operand,), operand.forks)
            case "delete":
                return parts(at, (operand,))
            case _:
                return (
                    operand._replace(at=at, key=f"{operator}{operand.key}")
                    if isinstance(operand, il.Constant)
                    else parts(at, (operand,))
                )

    def _comma(self, node: Node) -> Expression:
        values = [self.expression(each) for each in inner(node)]
        return il.Comma(at_of(node), tuple(values[:-1]), values[-1]) if values else parts(at_of(node), ())

    def _conditional(self, node: Node) -> Expression:
        condition = node.child_by_field_name("condition")
        if text(condition).startswith("arguments."):
            return self._parts(node)  # what compilers make of a parameter
        test = self.expression(condition)
        then_node = node.child_by_field_name("consequence")
        then, otherwise = self.expression(then_node), self.expression(node.child_by_field_name("alternative"))
        tested = _tested(test)
        if tested is not None and isinstance(then, il.Null) and text(then_node).startswith("void"):
            then = il.Absent(then.at, tested)  # what compilers make of `?.`
        return il.Choice(at_of(node), test, then, otherwise)

    def _assignment(self, node: Node) -> Expression:
        left, value = node.child_by_field_name("left"), self.expression(node.child_by_field_name("right"))
        if left is None or left.type in ("object_pattern", "array_pattern"):
            return value
        target = self.target(left)
        return il.Bind(at_of(node), target, value, target.key)

    def _augmented(self, node: Node) -> Expression:
        target, value = self.augmented(node)
        return il.Bind(at_of(node), target, value, target.key)

    def augmented(self, node: Node) -> tuple[Expression, Expression]:
        """What `a += b`, `a ||= b`, `a ??= b` or `a++` assigns to, and the value that it gets."""
        left = node.child_by_field_name("left") or node.child_by_field_name("argument")
        operator = text(node.child_by_field_name("operator")).removesuffix("=")
        read, right = self.expression(left), self.expression(node.child_by_field_name("right"))
        at, target = at_of(node), self.target(left)
        if operator == "??":
            first, again = self.held(read)
            return target, il.Choice(at, is_null(first, negated=True), again, right)
        if operator in ("||", "&&"):
            return target, il.Both(at, operator == "&&", read, right)
        if operator in ("++", "--"):
            return target, il.Operation(at, operator, (read,), read.forks)
        return target, il.Operation(at, operator, (read, right), read.forks or right.forks)

    def declared_type(self, target: Expression) -> Type | None:
        """What a variable or a parameter of the function is declared to be."""
        if not isinstance(target, il.Name) or target.key in self.function.types:
            return self.function.types.get(target.key)
        return next((each.annotation for each in self.function.parameters if each.name == target.key), None)

    def target(self, node: Node | None) -> Expression:
        """What is assigned to, if it is no pattern."""
        found = self.expression(node)
        if isinstance(found, il.Told):
            found = found.value
        if isinstance(found, il.Name) and found.key in self.own:
            self.function.locals.add(found.key)
        return found


def _misplaced(node: Node) -> Node | None:
    """The `!` of a chain that the grammar puts behind several operands."""
    part: Node | None = node
    while part is not None and part.type in _LINKS:
        if part.type == "non_null_expression":
            inside = inner(part)
            if inside and inside[0].type in _LAST:
                return part
            part = inside[0] if inside else None
        else:
            part = part.child_by_field_name("function" if part.type == "call_expression" else "object")
    return None


def _is_typeof(value: Expression) -> bool:
    return isinstance(value, il.Operation) and value.operator == "typeof"


def _typed(at: At, left: Expression, right: Expression, negated: bool) -> Expression:
    """`typeof x === "string"`."""
    value = left.operands[0] if isinstance(left, il.Operation) else left
    match right.key:
        case '"undefined"':
            return is_null(value, UNDEFINED, negated=negated)._replace(at=at)
        case '"object"':
            return is_null(value, UNDEFINED, negated=not negated)._replace(at=at)
        case _ if isinstance(right, il.Constant):
            key = short(f"({value.key} instance {right.key})") if value.key else ""
            return il.Test(at, "instance", value, right, negated, key, value.forks)
        case _:
            return parts(at, (value, right))


def _over(value: Expression, make: Callable[[Expression], Expression], at: At) -> Expression:
    """An operation on what an optional chain gives, where it gives something."""
    if isinstance(value, il.Choice) and isinstance(value.otherwise, il.Absent):
        return value._replace(at=at, then=_over(value.then, make, at))
    return make(value)


def _absent(value: il.Choice) -> il.Absent | None:
    """The side of a chain on which there is nothing."""
    return next((each for each in (value.otherwise, value.then) if isinstance(each, il.Absent)), None)


def _nulls_of(value: Expression) -> int:
    return value.nulls if isinstance(value, il.Null) else 0


def _tested(test: Expression) -> Expression | None:
    """The value of which a condition asks nothing but whether it is null."""
    if isinstance(test, il.Both) and not test.is_and:
        left, right = _tested(test.left), _tested(test.right)
        return right if left is not None and right is not None and left.key == right.key else None
    if isinstance(test, il.Test) and test.operator == "ask" and not test.negated:
        return test.left.target if isinstance(test.left, il.Bind) else test.left
    return None


_E = Expressions
_EXPRESSIONS: dict[str, Callable[[Expressions, Node], Expression]] = {
    "identifier": _E._name,
    "shorthand_property_identifier_pattern": _E._name,
    "this": _E._name,
    "super": _E._name,
    "null": _E._null,
    "undefined": _E._null,
    "regex": _E._regex,
    "array": _E._array,
    "spread_element": _E._spread,
    "object": _E._object,
    "class": _E._class,
    "new_expression": _E._new,
    "await_expression": _E._await,
    "parenthesized_expression": _E._parenthesized,
    "binary_expression": _E._binary,
    "unary_expression": _E._unary,
    "ternary_expression": _E._conditional,
    "sequence_expression": _E._comma,
    "assignment_expression": _E._assignment,
    "augmented_assignment_expression": _E._augmented,
    "update_expression": _E._augmented,
    **dict.fromkeys(_LINKS, _E._chain),
    **dict.fromkeys(_WHOLE, _E._literal),
    **dict.fromkeys(FUNCTIONS, _E._function),
    **dict.fromkeys(("as_expression", "satisfies_expression", "type_assertion"), _E._cast),
}  # pyright: ignore[reportPrivateUsage]
