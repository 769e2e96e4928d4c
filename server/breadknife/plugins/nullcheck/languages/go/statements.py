"""Go's statements, lowered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import Block, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.go.expressions import Expressions, results_of
from breadknife.plugins.nullcheck.languages.lowering import (
    any_of,
    at_of,
    compared,
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
class Statements(Expressions):
    result_names: list[str] = field(default_factory=list[str], init=False)

    block_kinds = frozenset({"block", "statement_list"})

    def body(self, node: Node, /) -> Block:
        """The body of a function, after what its results are at first. One with `goto` isn't followed."""
        if b"goto " in self.function.source:
            return ()
        found = list[Statement]()
        for name, type_ in results_of(node):
            if name is not None:
                self.scopes.declare(text(name), name.start_byte)
                self.result_names.append(text(name))
                found.append(self._zero(name, self.types.read(type_)))
        return (*found, *self.block(part(node, "body")))

    def run_expression_statement(self, node: Node) -> Iterable[Statement]:
        return map(il.Evaluate, self.values(node))

    def run_statement_list(self, node: Node) -> Iterable[Statement]:
        return self.nested(node)

    def declared(self, node: Node | None, type_: Type | None = None) -> Expression:
        if node is not None and text(node) != "_":
            super().declared(node, type_)
        return self.target(node) if node is not None else nothing((0, 0))

    # Declarations and assignments

    def run_short_var_declaration(self, node: Node) -> Iterable[Statement]:
        """`a, b := f()`: what isn't declared in this block is new."""
        left, right = inner(part(node, "left")), part(node, "right")
        values = inner(right) if right is not None and right.type == "expression_list" else [right] if right else []
        lowered, is_new = self._values(values, left), _declares(node)
        targets = [self._as_target(each, is_new and self.scopes.is_new(text(each))) for each in left]
        return (_assigned(node, targets, lowered),)

    run_receive_statement = run_short_var_declaration

    def run_assignment_statement(self, node: Node) -> Iterable[Statement]:
        operator = word(node, "operator")
        if operator in ("=", ""):
            return self.run_short_var_declaration(node)
        target, given = first(part(node, "left")), first(part(node, "right"))
        if target is None:
            return ()
        value = operation(at_of(node), operator[:-1], self.expression(target), self.expression(given))
        return (il.Assign(at_of(node), self.target(target), value),)

    def run_inc_statement(self, node: Node) -> Iterable[Statement]:
        """`n++`."""
        return [
            il.Assign(at_of(node), self.target(each), operation(at_of(node), "++", self.expression(each)))
            for each in inner(node)
        ]

    run_dec_statement = run_inc_statement

    def run_var_declaration(self, node: Node) -> Iterator[Statement]:
        for spec in specs_of(node):
            names, values = spec.children_by_field_name("name"), part(spec, "value")
            type_ = self.types.read(part(spec, "type"))
            if values is not None:
                lowered = self._values(inner(values), names)
                targets = [self.declared(each) for each in names]
                yield _assigned(spec, targets, lowered, type_)
            elif node.type == "var_declaration":
                for name in names:
                    self.declared(name)
                    yield self._zero(name, type_)

    run_const_declaration = run_var_declaration

    def _as_target(self, node: Node, is_new: bool) -> Expression:
        return self.declared(node) if is_new else self.target(node)

    def _zero(self, name: Node, type_: Type | None) -> Statement:
        """A variable without a value."""
        target, at = self.target(name), at_of(name)
        null = il.Null(at, "nil", why=f"`{text(name)}` is declared without a value", kind="initial")
        is_nil = type_ is not None and not type_.is_value
        return il.Assign(at, target, null if is_nil else display(at, type_.name if type_ else ""), type_)

    def _values(self, values: Sequence[Node], targets: Sequence[Node]) -> list[Expression]:
        """The values of an assignment: one for each target, or one that gives several."""
        lowered = [self.expression(each) for each in values]
        if len(lowered) != 1 or len(targets) != 2:
            return lowered
        value, at = lowered[0], at_of(values[0])
        is_assertion = isinstance(value, il.Cast) and value.drops_null
        if not is_assertion and not isinstance(value, il.Element):
            return lowered
        if not is_assertion and text(targets[1]) == "_":
            return [display(at, "tuple", (value, nothing(at)))]
        when = "the type is another one" if is_assertion else "the key is missing"
        null = il.Null(at, "nil", why=f"`{text(targets[0])}` is nil when {when}", kind="lookup")
        return [il.Attempt(at, value, null, value.forks)]

    # Ways out

    def run_return_statement(self, node: Node) -> Iterable[Statement]:
        at, values = at_of(node), self.values(first(node))
        if not values:
            values = [il.Name(at, self.scopes.key(each)) for each in self.result_names]
        if not self._is_told():
            values = [nothing(each.at) if isinstance(each, il.Null) else each for each in values]
        return (il.Return(at, values[0] if len(values) == 1 else display(at, "tuple", values) if values else None),)

    def _is_told(self) -> bool:
        """Whether the last of several results tells of a nil among them. A struct may do so in a way of its own."""
        returns = self.function.returns
        if returns is None or returns.name != "tuple" or not returns.arguments:
            return True
        last = returns.arguments[-1]
        return last.name in ("bool", "list") or not last.is_value

    def run_defer_statement(self, node: Node) -> Iterable[Statement]:
        """What a deferred call is made of is evaluated now. What it does later isn't followed."""
        for value in self.values(node):
            is_closure = isinstance(value, il.Call) and isinstance(value.callee, il.Closure)
            given = [each.value for each in value.arguments] if isinstance(value, il.Call) else []
            yield il.Evaluate(parts_of(value.at, given) if is_closure else value)

    run_go_statement = run_defer_statement

    # Choices

    def run_expression_switch_statement(self, node: Node) -> Iterable[Statement]:
        with self.scopes.block():
            before, value = self.statements([part(node, "initializer")]), part(node, "value")
            keeps, subject = self.kept(self.expression(value)) if value is not None else ((), None)
            cases = _cases(node)
            tests = [self._case_test(each, subject) for each in cases]
            return (*before, *keeps, self._chain(cases, tests))

    def _case_test(self, case: Node, subject: Expression | None) -> Expression | None:
        """None for the default."""
        values = self.values(part(case, "value"))
        if subject is None:
            return any_of(at_of(case), values)
        return any_of(at_of(case), (compared(each.at, subject._replace(at=each.at), each) for each in values))

    def run_type_switch_statement(self, node: Node) -> Iterable[Statement]:
        with self.scopes.block():
            before = self.statements([part(node, "initializer")])
            keeps, subject = self.kept(self.expression(part(node, "value")))
            alias, cases = first(part(node, "alias")), _cases(node)
            tests, binds = list[Expression | None](), list[Block]()
            name = self.declared(alias) if alias is not None else None
            for case in cases:
                types, at = case.children_by_field_name("type"), at_of(case)
                has_null = any(text(each) == "nil" for each in types)
                test: Expression | None = il.Test(at, "instance", subject, nothing(at), False, "", False)
                if has_null:
                    test = compared(at, subject, il.Null(at, "nil")) if len(types) == 1 else nothing(at)
                tests.append(test if types else None)
                type_ = self.types.read(types[0]) if len(types) == 1 and not has_null else None
                drops = bool(types) and not has_null
                value = il.Cast(subject.at, subject, type_, subject.key, forks=False, drops_null=drops)
                binds.append((il.Assign(at, name, value),) if name is not None else ())
            return (*before, *keeps, self._chain(cases, tests, binds))

    def run_select_statement(self, node: Node) -> Iterable[Statement]:
        cases = _cases(node)
        tests: list[Expression | None] = [nothing(at_of(each)) for each in cases]
        return (self._chain(cases, [*tests[:-1], None]),) if cases else ()  # one of them is taken

    def _chain(
        self, cases: Sequence[Node], tests: Sequence[Expression | None], binds: Sequence[Block] = ()
    ) -> Statement:
        found = list[il.Case]()
        for at, (case, test) in enumerate(zip(cases, tests, strict=True)):
            with self.scopes.block():
                before = self.statements([part(case, "communication")])
                statements = [child for each in inner(case) if each.type == "statement_list" for child in inner(each)]
                body = self.statements(statements)
            falls = bool(statements) and statements[-1].type == "fallthrough_statement"
            leave = () if falls else (il.Jump(is_break=True),)
            found.append(il.Case(test, (*before, *(binds[at] if binds else ()), *body, *leave)))
        return il.Switch(tuple(found))

    # Loops

    def loop(self, node: Node, label: str, /) -> Iterable[Statement]:
        at, body = at_of(node), part(node, "body")
        clause = next((each for each in inner(node) if each != body), None)
        with self.scopes.block():
            if clause is not None and clause.type == "range_clause":
                return self._range(node, clause, body, label)
            is_plain = clause is None or clause.type != "for_clause"
            condition = clause if is_plain else part(clause, "condition")
            before = self.statements([part(clause, "initializer")])
            test = self.expression(condition) if condition is not None else None
            inside, update = self.block(body), self.statements([part(clause, "update")])
            return (*before, il.Loop(at, test, None, None, inside, (), update, label))

    def _range(self, node: Node, clause: Node, body: Node | None, label: str) -> Iterable[Statement]:
        keeps, iterable = self.kept(self.expression(part(clause, "right")))
        targets = [self._as_target(each, _declares(clause)) for each in inner(part(clause, "left"))]
        index = targets[0] if targets and targets[0].key else il.Name(iterable.at, f"_@{node.start_byte}")
        before: Block = ()
        if len(targets) > 1 and targets[1].key:
            before = (il.Assign(targets[1].at, targets[1], element(iterable.at, iterable, index)),)
        target = il.Parts(iterable.at, (index,), forks=False)
        inside = (*before, *self.block(body))
        return (*keeps, il.Loop(at_of(node), None, target, iterable, inside, (), label=label))


def _cases(node: Node) -> list[Node]:
    return [each for each in inner(node) if each.type.endswith("_case")]


def _declares(node: Node) -> bool:
    return any(child.type == ":=" for child in node.children)


def _assigned(
    node: Node, targets: Sequence[Expression], values: Sequence[Expression], type_: Type | None = None
) -> Statement:
    if len(targets) == len(values) == 1:
        return il.Assign(at_of(node), targets[0], values[0], type_)
    return il.Assign(at_of(node), _together(targets), values[0] if len(values) == 1 else _together(values))


def _together(values: Sequence[Expression]) -> il.Display:
    return display((values[0].at[0], values[-1].at[1]) if values else (0, 0), "tuple", values)


def specs_of(node: Node) -> Iterator[Node]:
    for child in inner(node):
        if child.type in ("var_spec", "const_spec"):
            yield child
        else:
            yield from specs_of(child)
