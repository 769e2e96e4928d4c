"""Java's statements, lowered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import Block, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.java.expressions import Expressions
from breadknife.plugins.nullcheck.languages.lowering import (
    at_of,
    compared,
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
    _given: Expression | None = field(default=None, init=False)
    """What `yield` gives its value to."""

    block_kinds = frozenset({"block", "constructor_body", "switch_block"})

    def body(self, node: Node, /) -> Block:
        """The body of a method, a constructor, an initializer or a lambda."""
        body = part(node, "body") or next((each for each in inner(node) if each.type == "block"), None)
        if node.type != "lambda_expression" or body is None or body.type == "block":
            return self.block(body)
        value = self.expression(body)
        return (*self.hoisted, il.Return(at_of(body), value))

    def statement(self, node: Node) -> Iterable[Statement]:
        around, self.hoisted = self.hoisted, []
        found = list(super().statement(node))
        found, self.hoisted = [*self.hoisted, *found], around
        return found

    def run_expression_statement(self, node: Node) -> Iterable[Statement]:
        for child in inner(node):
            if child.type == "switch_expression":
                yield from self.switch(child, None)
            elif child.type == "method_invocation" and self.is_checker(child):
                yield from self._checked(child)
            elif child.type == "assignment_expression" and word(child, "operator") == "=":
                bound = self.lower_assignment_expression(child)
                yield il.Assign(bound.at, bound.target, bound.value)
            else:
                yield il.Evaluate(self.expression(child))

    def _checked(self, node: Node) -> Iterable[Statement]:
        """What a call is given is there, or holds, when it comes back."""
        for value in self.values(part(node, "arguments")):
            if isinstance(value, il.Test | il.Not | il.Both | il.Call):
                yield il.If(il.Not(value.at, value, value.forks), (il.Raise(at_of(node), ()),), ())
            elif not isinstance(value, il.Constant):
                yield il.Evaluate(il.Told(value.at, value, None, value.key, value.forks))

    def run_local_variable_declaration(self, node: Node) -> Iterable[Statement]:
        type_ = self.declared_type(node)
        bare = type_._replace(nullable=0) if type_ is not None else None
        for each in node.children_by_field_name("declarator"):
            name, value = part(each, "name"), part(each, "value")
            lowered = self.expression(value)
            target = self.declared(name, bare)
            if isinstance(lowered, il.Null):
                lowered = lowered._replace(why=f"`{text(name)}` is null at first", kind="initial")
            is_typed = bare is not None and not bare.is_value
            if value is not None:
                yield il.Assign(at_of(each), target, self.unboxed(lowered, bare), bare if is_typed else None)

    # Ways out

    def run_return_statement(self, node: Node) -> Iterable[Statement]:
        values = [self.unboxed(each, self.function.returns) for each in self.values(node)]
        return (il.Return(at_of(node), values[0] if values else None),)

    def run_throw_statement(self, node: Node) -> Iterable[Statement]:
        return (il.Raise(at_of(node), tuple(operation(each.at, "throw", each) for each in self.values(node))),)

    def run_yield_statement(self, node: Node) -> Iterable[Statement]:
        if self._given is not None:
            yield from (il.Assign(value.at, self._given, value) for value in self.values(node)[:1])
        yield il.Jump(is_break=True)

    def run_assert_statement(self, node: Node) -> Iterable[Statement]:
        test, *rest = self.values(node) or [nothing(at_of(node))]
        return (il.If(il.Not(test.at, test, test.forks), (il.Raise(at_of(node), tuple(rest)),), ()),)

    # Switches

    def lower_switch_expression(self, node: Node) -> Expression:
        """Its statements run first, and give their value to a variable."""
        held = il.Name(at_of(node), f"@{node.start_byte}")
        self.hoisted += self.switch(node, held)
        return held

    def run_switch_expression(self, node: Node) -> Iterable[Statement]:
        return self.switch(node, None)

    def switch(self, node: Node, given: Expression | None) -> Iterable[Statement]:
        value = self.expression(part(node, "condition"))
        groups = [each for each in inner(part(node, "body")) if each.type.startswith("switch_")]
        labels = [[each for each in inner(group) if each.type == "switch_label"] for group in groups]
        takes_null = any(part_.type == "null_literal" for each in labels for label in each for part_ in inner(label))
        asks = () if takes_null else (il.Evaluate(operation(value.at, "switch", value)),)
        keeps, subject = self.kept(value)
        outer, self._given = self._given, given
        cases = [self._case(group, each, subject) for group, each in zip(groups, labels, strict=True)]
        self._given = outer
        return (*asks, *keeps, il.Switch(tuple(cases)))

    def _case(self, group: Node, labels: Sequence[Node], subject: Expression) -> il.Case:
        with self.scopes.block():
            test, binds = self._case_test(labels, subject)
            body, is_rule = list[Statement](binds), group.type == "switch_rule"
            for each in inner(group):
                value = first(each)
                if is_rule and each.type == "expression_statement" and self._given is not None and value is not None:
                    lowered = self.expression(value)
                    body.append(il.Assign(lowered.at, self._given, lowered))
                elif each.type != "switch_label":
                    body += self.statement(each)
            return il.Case(test, (*body, il.Jump(is_break=True)) if is_rule else tuple(body))

    def _case_test(self, labels: Sequence[Node], subject: Expression) -> tuple[Expression | None, Block]:
        """The test of a case, None for the default; and what its patterns bind."""
        test: Expression | None = None
        binds = list[Statement]()
        for label in labels:
            if text(label).startswith("default") or any(text(each) == "default" for each in inner(label)):
                return None, tuple(binds)
            for each in inner(label):
                said = self._label_test(each, subject, binds)
                test = said if test is None else il.Both(at_of(label), each.type == "guard", test, said)
        return test, tuple(binds)

    def _label_test(self, node: Node, subject: Expression, binds: list[Statement]) -> Expression:
        at = at_of(node)
        if node.type == "guard":
            return parts_of(at, self.values(node))
        if node.type != "pattern":
            return compared(at, subject, self.expression(node))
        self.declare_pattern(node)
        type_pattern = inner(first(node))
        if len(type_pattern) > 1:
            value = il.Cast(at, subject, self.read(type_pattern[0]), "", forks=False, drops_null=True)
            binds.append(il.Assign(at, self.target(type_pattern[-1]), value))
        return il.Test(at, "instance", subject, nothing(at), negated=False, key="", forks=False)

    # Loops

    def loop(self, node: Node, label: str, /) -> Iterable[Statement]:
        at, body, condition = at_of(node), part(node, "body"), part(node, "condition")
        with self.scopes.block():
            if node.type == "enhanced_for_statement":
                iterable = self.expression(part(node, "value"))
                target = self.declared(part(node, "name"), self.declared_type(node))
                return (il.Loop(at, None, target, iterable, self.block(body), (), label=label),)
            before = self.statements(node.children_by_field_name("init"))
            test = self.expression(condition) if condition is not None else None
            inside = self.block(body)
            update = tuple(il.Evaluate(self.expression(each)) for each in node.children_by_field_name("update"))
            is_last = node.type == "do_statement"
            return (*before, il.Loop(at, test, None, None, inside, (), update, label, is_last))

    # Exceptions

    def run_try_statement(self, node: Node) -> Iterable[Statement]:
        with self.scopes.block():
            before = self._resources(part(node, "resources"))
            body = (*before, *self.block(part(node, "body")))
        handlers = [self._handler(each) for each in inner(node) if each.type == "catch_clause"]
        last = next((each for each in inner(node) if each.type == "finally_clause"), None)
        return (il.Try(body, tuple(handlers), (), self.block(first(last))),)

    run_try_with_resources_statement = run_try_statement

    def _resources(self, node: Node | None) -> Block:
        found = list[Statement]()
        for each in inner(node):
            if (name := part(each, "name")) is None:
                found += map(il.Evaluate, self.values(each))
                continue
            type_, value = self.declared_type(each), self.expression(part(each, "value"))
            found.append(il.Assign(at_of(each), self.declared(name, type_), value, type_))
        return tuple(found)

    def _handler(self, node: Node) -> il.Handler:
        body = part(node, "body")
        parameter = next((each for each in inner(node) if each.type == "catch_formal_parameter"), None)
        types = [child for each in inner(parameter) if each.type == "catch_type" for child in inner(each)]
        names = tuple(text(each).rpartition(".")[2] for each in types) or ("?",)
        with self.scopes.block():
            name = self.declared(part(parameter, "name"), Type("Exception")).key
            return il.Handler(at_of(node), (), names, name, self.block(body), is_quiet=not inner(body))

    def run_synchronized_statement(self, node: Node) -> Iterable[Statement]:
        lock = self.expression(first(node))
        return (il.Evaluate(operation(lock.at, "synchronized", lock)), *self.block(part(node, "body")))
