"""Python's expressions, lowered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function, Parameter
from breadknife.plugins.nullcheck.core.il import Argument, At, Clause, Expression
from breadknife.text.syntax import Node

_LONGEST_KEY = 100
_DEEPEST = 60
"""Nesting of expressions that is followed."""
_LITERALS = {
    "string": "str", "concatenated_string": "str", "integer": "int", "float": "float", "true": "bool", "false": "bool",
    "ellipsis": "ellipsis",
}  # fmt: skip
_DISPLAYS = {"tuple": "tuple", "expression_list": "tuple", "list": "list", "set": "set"}
_COMPREHENSIONS = {
    "list_comprehension": "list", "set_comprehension": "set", "dictionary_comprehension": "dict",
    "generator_expression": "generator",
}  # fmt: skip
_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"})


def text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def at_of(node: Node) -> At:
    return At(node.start_byte, node.end_byte)


def inner(node: Node | None) -> list[Node]:
    """The named children without comments."""
    return [child for child in node.named_children if child.type != "comment"] if node is not None else []


@dataclass
class Expressions:
    """Lowers the expressions of one function."""

    function: Function
    renamed: dict[str, str] = field(default_factory=dict[str, str])
    """Names of a comprehension or a class around, which are its own."""
    _depth: int = 0

    def expression(self, node: Node | None) -> Expression:
        if node is None:
            return il.Parts(At(0, 0), (), forks=False)
        lower = _EXPRESSIONS.get(node.type)
        if self._depth > _DEEPEST:
            return il.Parts(at_of(node), (), forks=False)
        self._depth += 1
        found = lower(self, node) if lower is not None else self._parts(node)
        self._depth -= 1
        return found

    def _parts(self, node: Node) -> Expression:
        return _parts(at_of(node), tuple(self.expression(child) for child in inner(node)))

    # Names

    def lower_name(self, node: Node) -> Expression:
        name = text(node)
        self.function.reads.add(name)
        return il.Name(at_of(node), self.renamed.get(name, name))

    def lower_attribute(self, node: Node) -> Expression:
        owner, name = self.expression(node.child_by_field_name("object")), text(node.child_by_field_name("attribute"))
        return il.Attribute(at_of(node), owner, name, f"{owner.key}.{name}" if owner.key else "", owner.forks)

    def lower_subscript(self, node: Node) -> Expression:
        owner = self.expression(node.child_by_field_name("value"))
        indices = node.children_by_field_name("subscript")
        if len(indices) == 1 and indices[0].type == "slice":
            parts = tuple(self.expression(child) for child in inner(indices[0]))
            forks = owner.forks or any(part.forks for part in parts)
            return il.Element(at_of(node), owner, None, "", forks)
        index = self.expression(indices[0]) if len(indices) == 1 else _parts(
            at_of(node), tuple(self.expression(each) for each in indices)
        )  # fmt: skip
        key = _short(f"{owner.key}[{index.key}]") if owner.key and index.key else ""
        return il.Element(at_of(node), owner, index, key, owner.forks or index.forks)

    # Calls

    def lower_call(self, node: Node) -> Expression:
        function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        callee = self.expression(function)
        if given is not None and given.type == "generator_expression":
            arguments = (Argument("", self.expression(given)),)
        else:
            arguments = tuple(self._argument(child) for child in inner(given))
        forks = callee.forks or any(argument.value.forks for argument in arguments)
        if callee.key == "isinstance" and len(arguments) == 2 and not arguments[0].name:
            left, right = arguments[0].value, arguments[1].value
            key = _short(f"({left.key} instance {right.key})") if left.key and right.key else ""
            return il.Test(at_of(node), "instance", left, right, negated=False, key=key, forks=forks)
        key = ""
        if callee.key and all(argument.value.key for argument in arguments):
            said = (f"{name}={value.key}" if name else value.key for name, value in arguments)
            key = _short(f"{callee.key}({','.join(said)})")
        return il.Call(at_of(node), callee, arguments, key, forks)

    def _argument(self, node: Node) -> Argument:
        if node.type == "keyword_argument":
            value = self.expression(node.child_by_field_name("value"))
            return Argument(text(node.child_by_field_name("name")), value)
        if node.type in ("list_splat", "dictionary_splat"):
            value = self.expression(inner(node)[0]) if inner(node) else self._parts(node)
            return Argument("*" if node.type == "list_splat" else "**", value)
        return Argument("", self.expression(node))

    def lower_lambda(self, node: Node) -> Expression:
        at, body = at_of(node), node.child_by_field_name("body")
        parameters = tuple(
            Parameter(at_of(each), text(each.child_by_field_name("name") or each), None, None)
            for each in inner(node.child_by_field_name("parameters"))
        )
        here, renamed = self.function, dict(self.renamed)

        def lower(function: Function) -> il.Block:
            inside = Expressions(function, renamed)
            return (il.Return(at, inside.expression(body)),)

        function = Function(
            at, "", parameters, None, lower, node.text or b"", around=here, receiver=here.receiver,
            receiver_class=here.receiver_class, is_open=False,
        )  # fmt: skip
        here.within.append(function)
        return il.Closure(at, tuple(each.name for each in parameters), il.Parts(at, (), forks=False))

    def lower_await(self, node: Node) -> Expression:
        value = self.expression(inner(node)[0]) if inner(node) else self._parts(node)
        if isinstance(value, il.Call):
            return value._replace(at=at_of(node), is_awaited=True, key=f"await {value.key}" if value.key else "")
        return il.Operation(at_of(node), "await", (value,), value.forks)

    # Literals

    def lower_none(self, node: Node) -> Expression:
        return il.Null(at_of(node))

    def lower_literal(self, node: Node) -> Expression:
        kind, at = _LITERALS[node.type], at_of(node)
        if kind == "str":
            parts = tuple(self.expression(each) for each in _interpolated(node))
            if parts:
                return il.Display(at, "str", parts, any(part.forks for part in parts))
        said = text(node)
        if kind == "str":
            key = _string_key(said) if node.type == "string" else ""
            return il.Constant(at, key, kind, key not in ("", '""') or len(said) > 3)
        truth = node.type in ("true", "ellipsis") or (kind != "bool" and said.strip("0.jJeElLxXbBoO_") != "")
        return il.Constant(at, {"true": "True", "false": "False"}.get(node.type, said), kind, truth)

    def lower_display(self, node: Node) -> Expression:
        items = tuple(self.expression(child) for child in _telling(inner(node)))
        return il.Display(at_of(node), _DISPLAYS[node.type], items, any(item.forks for item in items))

    def lower_dictionary(self, node: Node) -> Expression:
        items = list[Expression]()
        for child in _telling(inner(node)):
            parts = _telling(inner(child), most=1) if child.type == "pair" else [child]
            items += [self.expression(part) for part in parts]
        return il.Display(at_of(node), "dict", tuple(items), any(item.forks for item in items))

    def lower_splat(self, node: Node) -> Expression:
        value = self.expression(inner(node)[0]) if inner(node) else self._parts(node)
        if node.type == "dictionary_splat":
            return _parts(at_of(node), (value,))
        return _parts(at_of(node), (il.Operation(value.at, "iterate", (value,), value.forks),))

    # Operators

    def lower_parenthesized(self, node: Node) -> Expression:
        inside = inner(node)
        return self.expression(inside[0])._replace(at=at_of(node)) if len(inside) == 1 else self._parts(node)

    def lower_binary(self, node: Node) -> Expression:
        operands, operator = list[Node](), _operator(node)
        part: Node | None = node
        while part is not None and part.type == "binary_operator" and _operator(part) == operator:  # `1 + 1 + …`
            right, left = part.child_by_field_name("right"), part.child_by_field_name("left")
            operands += [right] if right is not None else []
            part = left
        operands += [part] if part is not None else []
        lowered = tuple(self.expression(each) for each in reversed(operands))
        is_named = all(each.key for each in lowered)
        key = _short(f"({f' {operator} '.join(each.key for each in lowered)})") if is_named else ""
        return il.Operation(at_of(node), operator, lowered, any(each.forks for each in lowered), key)

    def lower_unary(self, node: Node) -> Expression:
        operand = self.expression(node.child_by_field_name("argument"))
        if isinstance(operand, il.Constant):
            return operand._replace(at=at_of(node), key=f"-{operand.key}")
        return il.Operation(at_of(node), "unary", (operand,), operand.forks)

    def lower_not(self, node: Node) -> Expression:
        operand = self.expression(node.child_by_field_name("argument"))
        return il.Not(at_of(node), operand, operand.forks)

    def lower_boolean(self, node: Node) -> Expression:
        is_and = _operator(node) == "and"
        operands, part = list[Node](), node
        while part.type == "boolean_operator" and (_operator(part) == "and") == is_and:
            right, left = part.child_by_field_name("right"), part.child_by_field_name("left")
            if right is None or left is None:
                return self._parts(node)
            operands.append(right)
            part = left
        lowered = self.expression(part)
        for operand in reversed(operands):
            right = self.expression(operand)
            lowered = il.Both(At(lowered.at.start, right.at.end), is_and, lowered, right)
        return lowered._replace(at=at_of(node))

    def lower_comparison(self, node: Node) -> Expression:
        operands = [child for child in node.children if child.is_named and child.type != "comment"]
        operators = [" ".join(text(child).split()) for child in node.children_by_field_name("operators")]
        if len(operators) != len(operands) - 1:
            return self._parts(node)
        lowered = [self.expression(each) for each in operands]
        tests = [
            _compared(At(left.at.start, right.at.end), operator, left, right)
            for operator, left, right in zip(operators, lowered, lowered[1:], strict=False)
        ]
        return tests[0] if len(tests) == 1 else _parts(at_of(node), tuple(tests))

    def lower_conditional(self, node: Node) -> Expression:
        parts = inner(node)
        if len(parts) != 3:
            return self._parts(node)
        then, test, otherwise = parts
        lowered = self.expression(test)
        return il.Choice(at_of(node), lowered, self.expression(then), self.expression(otherwise))

    def lower_walrus(self, node: Node) -> Expression:
        value = self.expression(node.child_by_field_name("value"))
        name = node.child_by_field_name("name")
        target = self.target(name) if name is not None else value
        return il.Bind(at_of(node), target, value, target.key)

    # Comprehensions

    def lower_comprehension(self, node: Node) -> Expression:
        body, *rest = inner(node) or [node]
        before, self.renamed = self.renamed, dict(self.renamed)
        clauses = list[Clause]()
        for each in rest:
            if each.type == "for_in_clause":
                iterable = self.expression(each.child_by_field_name("right"))
                left = each.child_by_field_name("left")
                self.renamed |= {name: f"{name}@{node.start_byte}" for name in _named(left)}
                clauses.append(Clause(self.target(left, is_own=True), iterable))
            elif inner(each):
                clauses.append(Clause(None, self.expression(inner(each)[0])))
        results = tuple(self.expression(part) for part in (inner(body) if body.type == "pair" else [body]))
        self.renamed = before
        return il.Comprehension(at_of(node), _COMPREHENSIONS[node.type], tuple(clauses), results)

    # Targets

    def target(self, node: Node | None, is_own: bool = False) -> Expression:
        """What is assigned to. `is_own`: it is a variable of a comprehension."""
        if node is None:
            return il.Parts(At(0, 0), (), forks=False)
        if node.type in ("identifier", "keyword_identifier"):
            name = text(node)
            if not is_own and name not in self.function.shared and name not in self.renamed:
                self.function.locals.add(name)
            return il.Name(at_of(node), self.renamed.get(name, name))
        if node.type in _PATTERNS:
            items = tuple(self.target(child, is_own) for child in inner(node))
            return il.Display(at_of(node), "tuple", items, any(item.forks for item in items))
        if node.type in ("list_splat_pattern", "list_splat", "as_pattern_target", "parenthesized_expression"):
            items = tuple(self.target(child, is_own) for child in inner(node))
            return items[0] if len(items) == 1 and node.type[0] in "ap" else _parts(at_of(node), items)
        return self.expression(node)


def _named(node: Node | None) -> Iterable[str]:
    """The names that a pattern binds."""
    if node is None:
        return
    if node.type == "identifier":
        yield text(node)
    elif node.type not in ("attribute", "subscript"):
        for child in node.named_children:
            yield from _named(child)


def _interpolated(node: Node) -> Iterable[Node]:
    for child in node.named_children:
        if child.type == "interpolation":
            yield from inner(child)[:1]
        elif child.type == "string":
            yield from _interpolated(child)


def _telling(nodes: list[Node], most: int = 8) -> list[Node]:
    """Of many items those that aren't literals, and one more: of a table nobody asks for each."""
    if len(nodes) <= most:
        return nodes
    return [node for at, node in enumerate(nodes) if not at or node.type not in _LITERALS]


def _parts(at: At, parts: tuple[Expression, ...]) -> il.Parts:
    return il.Parts(at, parts, any(part.forks for part in parts))


def _short(key: str) -> str:
    return key if len(key) <= _LONGEST_KEY else ""


def _string_key(said: str) -> str:
    """A short plain string in one spelling."""
    if len(said) > _LONGEST_KEY or "\\" in said or said[:3] in ('"""', "'''") or '"' in said[1:-1]:
        return said if said[:1].isalpha() and len(said) <= _LONGEST_KEY else ""
    return f'"{said[1:-1]}"' if said[:1] in ("'", '"') else said


def _operator(node: Node) -> str:
    return text(node.child_by_field_name("operator"))


def _compared(at: At, operator: str, left: Expression, right: Expression) -> Expression:
    forks = left.forks or right.forks
    negated = operator in ("is not", "!=", "not in", "<>")
    kind = {"is": "is", "is not": "is", "==": "==", "!=": "==", "<>": "==", "in": "in", "not in": "in"}.get(operator)
    if kind is None:
        return il.Operation(at, operator, (left, right), forks)
    key = _short(f"({left.key} {kind} {right.key})") if left.key and right.key else ""
    return il.Test(at, kind, left, right, negated, key, forks)


_E = Expressions
_EXPRESSIONS: dict[str, Callable[[Expressions, Node], Expression]] = {
    "identifier": _E.lower_name,
    "keyword_identifier": _E.lower_name,
    "attribute": _E.lower_attribute,
    "subscript": _E.lower_subscript,
    "call": _E.lower_call,
    "lambda": _E.lower_lambda,
    "await": _E.lower_await,
    "none": _E.lower_none,
    "list_splat": _E.lower_splat,
    "dictionary_splat": _E.lower_splat,
    "dictionary": _E.lower_dictionary,
    "parenthesized_expression": _E.lower_parenthesized,
    "binary_operator": _E.lower_binary,
    "unary_operator": _E.lower_unary,
    "not_operator": _E.lower_not,
    "boolean_operator": _E.lower_boolean,
    "comparison_operator": _E.lower_comparison,
    "conditional_expression": _E.lower_conditional,
    "named_expression": _E.lower_walrus,
    **dict.fromkeys(_LITERALS, _E.lower_literal),
    **dict.fromkeys(_DISPLAYS, _E.lower_display),
    **dict.fromkeys(_COMPREHENSIONS, _E.lower_comprehension),
}
