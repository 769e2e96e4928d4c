"""Go's statements and expressions, lowered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Parameter
from breadknife.plugins.nullcheck.core.il import Argument, Block, ByteRange, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.go.types import GoTypes
from breadknife.plugins.nullcheck.languages.lowering import (
    Lowering,
    any_of,
    call,
    compared,
    display,
    nothing,
    opaque,
    operation,
    subscript,
)
from breadknife.plugins.nullcheck.languages.outlining import at_of, first, inner, part, text, word
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.text.syntax import Node


@dataclass
class GoLowering(Lowering):
    """Lowers the code of one function."""

    types: GoTypes = field(kw_only=True)
    untracked: frozenset[str] = frozenset()
    """Variables that are set where nobody can follow it, so that nothing is known of them."""
    result_names: list[str] = field(default_factory=list[str], init=False)
    """The names of the function's results: a `return` alone gives these variables."""

    kinds = grammar_of("go").lowering

    def body(self, node: Node, /) -> Block:
        """Return the body of a function, after the first values of its named results. One with `goto` isn't
        followed."""
        if b"goto " in self.function.source:
            return ()
        statements = list[Statement]()
        for name, type_ in results_of(node):
            if name is not None:
                self.scopes.declare(text(name), name.start_byte)
                self.result_names.append(text(name))
                statements.append(self._zero(name, self.types.read(type_)))
        return (*statements, *self.block(part(node, "body")))

    # Declarations and assignments

    def target(self, node: Node | None, /) -> Expression:
        name = text(node)
        if node is None or name in self.untracked:
            return nothing(at_of(node) if node is not None else (0, 0))
        if node.type != "identifier":
            return self.expression(node)
        return il.Name(at_of(node), self.scopes.key(name) if name != "_" else "")

    def declared(self, node: Node | None, type_: Type | None = None) -> Expression:
        if text(node) != "_":
            super().declared(node, type_)
        return self.target(node)

    def _as_target(self, node: Node, *, is_new: bool) -> Expression:
        return self.declared(node) if is_new else self.target(node)

    def run_short_var_declaration(self, node: Node) -> Iterable[Statement]:
        """`a, b := f()`: what isn't declared in this block is new."""
        left, right = inner(part(node, "left")), part(node, "right")
        values = inner(right) if right is not None and right.type == "expression_list" else [right] if right else []
        lowered, is_new = self._values(values, left), defines(node)
        targets = [self._as_target(target, is_new=is_new and self.scopes.is_new(text(target))) for target in left]
        return (_assigned(node, targets, lowered),)

    def run_assignment_statement(self, node: Node) -> Iterable[Statement]:
        operator = word(node, "operator")
        if operator in ("=", ""):
            return self.run_short_var_declaration(node)
        target, given = first(part(node, "left")), first(part(node, "right"))
        value = operation(at_of(node), operator[:-1], self.expression(target), self.expression(given))
        return (il.Assign(at_of(node), self.target(target), value),)

    def run_var_declaration(self, node: Node) -> Iterator[Statement]:
        for spec in specs_of(node):
            names, values = spec.children_by_field_name("name"), part(spec, "value")
            type_ = self.types.read(part(spec, "type"))
            if values is not None:
                lowered = self._values(inner(values), names)
                targets = [self.declared(name) for name in names]
                yield _assigned(spec, targets, lowered, type_)
            elif node.type == "var_declaration":
                for name in names:
                    self.declared(name)
                    yield self._zero(name, type_)

    def _zero(self, name: Node, type_: Type | None) -> Statement:
        """Return the assignment of its zero value, which may be nil, to a variable that is declared without a value."""
        target, at = self.target(name), at_of(name)
        null = il.Null(at, "nil", why=f"`{text(name)}` is declared without a value", kind="initial")
        is_nil = type_ is not None and not type_.is_value
        return il.Assign(at, target, null if is_nil else display(at, type_.name if type_ else ""), type_)

    def _values(self, values: Sequence[Node], targets: Sequence[Node]) -> list[Expression]:
        """Return the values of an assignment: one for each target, or one that gives several."""
        lowered = [self.expression(value) for value in values]
        if len(lowered) != 1 or len(targets) != 2:
            return lowered
        # One value for two targets: a call, or one of the forms that also tell whether there is a value.
        value, at = lowered[0], at_of(values[0])
        is_assertion = isinstance(value, il.Cast) and value.drops_null
        if not is_assertion and not isinstance(value, il.Subscript):
            return lowered
        if not is_assertion and text(targets[1]) == "_":  # whoever ignores it knows that the key is there
            return [display(at, "tuple", (value, nothing(at)))]
        when = "the type is another one" if is_assertion else "the key is missing"
        null = il.Null(at, "nil", why=f"`{text(targets[0])}` is nil when {when}", kind="lookup")
        return [il.CommaOk(at, value, null, value.forks)]

    # Other statements

    def run_return_statement(self, node: Node) -> Iterable[Statement]:
        at, values = at_of(node), self.values(first(node))
        if not values:
            values = [il.Name(at, self.scopes.key(name)) for name in self.result_names]
        return (il.Return(at, values[0] if len(values) == 1 else display(at, "tuple", values) if values else None),)

    def run_type_switch_statement(self, node: Node) -> Iterable[Statement]:
        with self.scopes.block():
            before = self.statements([part(node, "initializer")])
            keeps, subject = self.kept(self.expression(part(node, "value")))
            alias = first(part(node, "alias"))
            name = self.declared(alias) if alias is not None else None
            cases = tuple(self._type_case(case, subject, name) for case in self.cases(node))
            return (*before, *keeps, il.Switch(cases))

    def _type_case(self, node: Node, subject: Expression, name: Expression | None) -> il.SwitchCase:
        """Return a case of a type switch on `subject`. `name` is the variable that has the value with the type of the
        case, if there is one. Nothing is known of it in the default, or where nil is among the types."""
        types, at, body = node.children_by_field_name("type"), at_of(node), self.case(node, None).body
        if not types or any(text(type_) == "nil" for type_ in types):
            return il.SwitchCase(nothing(at) if types else None, body)
        test = il.Comparison(at, "instance", subject, nothing(at), negated=False, key="", forks=False)
        type_ = self.types.read(types[0]) if len(types) == 1 else None
        value = il.Cast(subject.at, subject, type_, subject.key, forks=False, drops_null=True)
        return il.SwitchCase(test, (il.Assign(at, name, value), *body) if name is not None else body)

    def run_select_statement(self, node: Node) -> Iterable[Statement]:
        cases = [self.case(case, None) for case in self.cases(node)]
        if not cases:
            return (il.Raise(at_of(node), ()),)  # it waits forever
        return (il.Switch((*cases[:-1], cases[-1]._replace(test=None))),)  # one is taken: the last one needs no test

    def case(self, node: Node, subject: Expression | None, /) -> il.SwitchCase:
        at, values = at_of(node), self.values(part(node, "value"))
        if subject is not None:
            values = [compared(value.at, subject._replace(at=value.at), value) for value in values]
        with self.scopes.block():
            before = self.statements([part(node, "communication")])
            body = self.statements(child for child in inner(node) if child.type == "statement_list")
        falls_through = (node.text or b"").rstrip(b"; ").endswith(b"fallthrough")
        test = nothing(at) if node.type == "communication_case" else any_of(at, values)
        return il.SwitchCase(test, (*before, *body, *(() if falls_through else (il.Jump(is_break=True),))))

    def run_for_statement(self, node: Node) -> Iterable[Statement]:
        head = next((child for child in inner(node) if child.type != "block"), None)
        if head is None or head.type != "range_clause":
            is_plain = head is not None and head.type != "for_clause"
            return self.rounds(node, head, head if is_plain else None)
        with self.scopes.block():
            keeps, iterable = self.kept(self.expression(part(head, "right")))
            targets = [self._as_target(child, is_new=defines(head)) for child in inner(part(head, "left"))]
            index = targets[0] if targets and targets[0].key else il.Name(iterable.at, f"_@{node.start_byte}")
            before: Block = ()
            if len(targets) > 1 and targets[1].key:
                before = (il.Assign(targets[1].at, targets[1], subscript(iterable.at, iterable, index)),)
            target = il.Opaque(iterable.at, (index,), forks=False)
            body = (*before, *self.block(part(node, "body")))
            return (*keeps, il.Loop(at_of(node), None, target, iterable, body, ()))

    # Expressions

    def lower_slice_expression(self, node: Node) -> Expression:
        owner, *bounds = self.values(node) or [nothing(at_of(node))]
        return il.Subscript(at_of(node), owner, None, "", any(operand.forks for operand in (owner, *bounds)))

    def lower_call_expression(self, node: Node) -> Expression:
        at, function, given = at_of(node), part(node, "function"), inner(part(node, "arguments"))
        if text(function) in ("new", "make") and given and self.scopes.find(text(function)) is None:
            type_ = self.types.read(given[0])
            created = display(at, type_.name if type_ is not None else "", [*map(self.expression, given[1:])])
            return il.Cast(at, created, type_, "", forks=False)
        arguments = [Argument("", value) for value in self.values(part(node, "arguments"))]
        return call(at, self.expression(function), arguments)

    def lower_type_assertion_expression(self, node: Node) -> Expression:
        value, type_ = self.expression(part(node, "operand")), self.types.read(part(node, "type"))
        return il.Cast(at_of(node), value, type_, "", value.forks, drops_null=True)

    def lower_func_literal(self, node: Node) -> Expression:
        return self.function_within(node, parameters_of(node, self.types), result_of(node, self.types))

    def lower_composite_literal(self, node: Node) -> Expression:
        at, type_ = at_of(node), self.types.read(part(node, "type"))
        value = display(at, type_.name if type_ is not None else "composite", self.values(part(node, "body")))
        return il.Cast(at, value, type_, "", value.forks)

    def lower_keyed_element(self, node: Node) -> Expression:
        return self.expression(part(node, "value"))

    def applied(self, at: ByteRange, operator: str, operand: Expression, /) -> Expression:
        match operator:
            case "*":
                return operation(at, "deref", operand, key=f"*{operand.key}" if operand.key else "")
            case "&" if isinstance(operand, il.Cast) and isinstance(operand.value, il.Display):
                pointed = operand.type
                return operand._replace(type=pointed._replace(is_value=False) if pointed is not None else None)
            case "&" | "<-":
                return operation(at, "&", operand) if operator == "&" else opaque(at, [operand])
            case _:
                return super().applied(at, operator, operand)


def parameters_of(node: Node, types: GoTypes, field_name: str = "parameters") -> Iterator[Parameter]:
    """Yield the parameters that are declared in a field of a function. One without a name gets one of its own."""
    for declaration in inner(part(node, field_name)):
        parameter = partial(Parameter, default=None, annotation=types.read(part(declaration, "type")))
        kind = "*" if declaration.type == "variadic_parameter_declaration" else ""
        names = declaration.children_by_field_name("name")
        yield from (parameter(at_of(name), text(name), kind=kind) for name in names)
        if not names:
            yield parameter(at_of(declaration), f"_@{declaration.start_byte}", kind=kind)


def results_of(node: Node) -> list[tuple[Node | None, Node | None]]:
    """Return the results of a function: their names, if they have any, and their types."""
    result = part(node, "result")
    if result is None or result.type != "parameter_list":
        return [(None, result)] if result is not None else []
    return [
        (name, part(child, "type"))
        for child in inner(result)
        for name in child.children_by_field_name("name") or [None]
    ]


def result_of(node: Node, types: GoTypes) -> Type | None:
    """Return the type of what a function returns: a tuple for several results, None for none."""
    result_types = [types.read(result) for _, result in results_of(node)]
    if len(result_types) > 1:
        return Type("tuple", tuple(type_ or Type("", is_value=True) for type_ in result_types))
    return result_types[0] if result_types else None


def specs_of(node: Node) -> Iterator[Node]:
    """Yield the single declarations in a group of them."""
    for child in inner(node):
        if child.type in ("var_spec", "const_spec"):
            yield child
        else:
            yield from specs_of(child)


def defines(node: Node) -> bool:
    """Tell whether a statement declares its variables, with `:=`."""
    return any(child.type == ":=" for child in node.children)


def _assigned(
    node: Node, targets: Sequence[Expression], values: Sequence[Expression], type_: Type | None = None
) -> Statement:
    """Return the assignment of values to as many targets, or of one value to several of them."""
    if len(targets) == len(values) == 1:
        return il.Assign(at_of(node), targets[0], values[0], type_)
    return il.Assign(at_of(node), _as_tuple(targets), values[0] if len(values) == 1 else _as_tuple(values))


def _as_tuple(values: Sequence[Expression]) -> il.Display:
    return display((values[0].at[0], values[-1].at[1]) if values else (0, 0), "tuple", values)
