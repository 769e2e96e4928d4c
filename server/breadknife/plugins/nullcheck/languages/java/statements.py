"""Java's statements, lowered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.il import Block, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.java.expressions import Expressions
from breadknife.plugins.nullcheck.languages.java.types import declared
from breadknife.plugins.nullcheck.languages.lowering import at_of, compared, inner, parts_of, text
from breadknife.text.syntax import Node

_BODIES = frozenset({"block", "constructor_body", "switch_block"})


@dataclass
class Statements(Expressions):
    _given: Expression | None = None
    """What `yield` gives its value to."""

    def block(self, node: Node | None) -> Block:
        with self.context.block():
            return self.nested(inner(node) if node is not None and node.type in _BODIES else [node])

    def lower_statement(self, node: Node, /) -> Iterable[Statement]:
        if node.type.endswith("comment"):
            return ()
        lower = _STATEMENTS.get(node.type)
        before, self.hoisted = self.hoisted, []
        found = list(lower(self, node)) if lower is not None else [il.Evaluate(self.expression(node))]
        found, self.hoisted = [*self.hoisted, *found], before
        return found

    def lower_expression_statement(self, node: Node) -> Iterable[Statement]:
        for child in inner(node):
            if child.type == "switch_expression":
                yield from self.switch(child, None)
            elif child.type == "method_invocation" and self.is_checker(
                text(child.child_by_field_name("name")), child.child_by_field_name("object")
            ):
                yield from self._checked(child)
            elif child.type == "assignment_expression" and text(child.child_by_field_name("operator")) == "=":
                yield from self._assigned(child)
            else:
                yield il.Evaluate(self.expression(child))

    def _assigned(self, node: Node) -> Iterable[Statement]:
        bound = self.expression(node)
        if isinstance(bound, il.Bind):
            yield il.Assign(bound.at, bound.target, bound.value)
        else:
            yield il.Evaluate(bound)

    def _checked(self, node: Node) -> Iterable[Statement]:
        """What a call is given is there, or holds, when it comes back."""
        at = at_of(node)
        for each in inner(node.child_by_field_name("arguments")):
            value = self.expression(each)
            if isinstance(value, il.Test | il.Not | il.Both | il.Call):
                yield il.If(il.Not(value.at, value, value.forks), (il.Raise(at, ()),), ())
            elif not isinstance(value, il.Constant):
                yield il.Evaluate(il.Told(value.at, value, None, value.key, value.forks))

    def lower_local(self, node: Node) -> Iterable[Statement]:
        type_ = declared(node, self.context.known_types)
        bare = type_._replace(nullable=0) if type_ is not None else None
        for each in node.children_by_field_name("declarator"):
            name, value = each.child_by_field_name("name"), each.child_by_field_name("value")
            lowered = self.expression(value) if value is not None else None
            self.context.declare(text(name), bare)
            self.function.locals.add(text(name))
            if lowered is None or name is None:
                continue
            target = il.Name(at_of(name), text(name))
            if isinstance(lowered, il.Null):
                lowered = lowered._replace(why=f"`{text(name)}` is null at first", kind="initial")
            is_typed = bare is not None and not bare.is_value
            yield il.Assign(at_of(each), target, self.unboxed(lowered, bare), bare if is_typed else None)

    # Ways out

    def lower_return(self, node: Node) -> Iterable[Statement]:
        values = [self.expression(each) for each in inner(node)]
        value = self.unboxed(values[0], self.function.returns) if values else None
        return (il.Return(at_of(node), value),)

    def lower_throw(self, node: Node) -> Iterable[Statement]:
        values = [self.expression(each) for each in inner(node)]
        thrown = tuple(il.Operation(each.at, "throw", (each,), each.forks) for each in values)
        return (il.Raise(at_of(node), thrown),)

    def lower_yield(self, node: Node) -> Iterable[Statement]:
        value = self.expression(inner(node)[0]) if inner(node) else None
        if value is not None and self._given is not None:
            yield il.Assign(value.at, self._given, value)
        yield il.Jump(is_break=True)

    def lower_jump(self, node: Node) -> Iterable[Statement]:
        label = text(inner(node)[0]) if inner(node) else ""
        return (il.Jump(node.type == "break_statement", label),)

    # Choices

    def lower_if(self, node: Node) -> Iterable[Statement]:
        test = self.expression(node.child_by_field_name("condition"))
        then = self.block(node.child_by_field_name("consequence"))
        return (il.If(test, then, self.block(node.child_by_field_name("alternative"))),)

    def lower_assert(self, node: Node) -> Iterable[Statement]:
        test, *rest = [self.expression(each) for each in inner(node)] or [il.Parts(at_of(node), (), False)]
        return (il.If(il.Not(test.at, test, test.forks), (il.Raise(at_of(node), tuple(rest)),), ()),)

    def lower_switch(self, node: Node) -> Expression:
        """Its statements run first, and give their value to a variable."""
        held = il.Name(at_of(node), f"@{node.start_byte}")
        self.hoisted += self.switch(node, held)
        return held

    def switch(self, node: Node, given: Expression | None) -> Iterable[Statement]:
        condition = self.expression(node.child_by_field_name("condition"))
        groups = [each for each in inner(node.child_by_field_name("body")) if each.type.startswith("switch_")]
        labels = [[each for each in inner(group) if each.type == "switch_label"] for group in groups]
        takes_null = any(_has_null(label) for each in labels for label in each)
        found, subject = list[Statement](), condition
        if not takes_null:
            at = condition.at
            found.append(il.Evaluate(il.Operation(at, "switch", (condition,), condition.forks)))
        if not condition.key or condition.forks:
            subject = il.Name(condition.at, f"@{node.start_byte}:")
            found.append(il.Assign(condition.at, subject, condition))
        outer, self._given = self._given, given
        cases = [self._case(group, each, subject, given) for group, each in zip(groups, labels, strict=True)]
        self._given = outer
        return (*found, il.Switch(tuple(cases)))

    def _case(self, group: Node, labels: Sequence[Node], subject: Expression, given: Expression | None) -> il.Case:
        with self.context.block():
            test, binds = self._case_test(labels, subject)
            rest = [each for each in inner(group) if each.type != "switch_label"]
            if group.type != "switch_rule":
                return il.Case(test, (*binds, *self.statements(rest)))
            body = list[Statement](binds)
            for each in rest:
                if each.type == "expression_statement" and given is not None and inner(each):
                    value = self.expression(inner(each)[0])
                    body.append(il.Assign(value.at, given, value))
                else:
                    body += self.lower_statement(each)
            return il.Case(test, (*body, il.Jump(is_break=True)))

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
        if node.type == "null_literal":
            return compared(at, subject, il.Null(at, "null"), negated=False)
        if node.type == "guard":
            return parts_of(at, [self.expression(each) for each in inner(node)])
        if node.type == "pattern":
            self.bind_pattern(node)
            parts = inner(node)
            if parts and parts[0].type == "type_pattern" and len(inner(parts[0])) > 1:
                type_, name = self.read(inner(parts[0])[0]), inner(parts[0])[-1]
                value = il.Cast(at, subject, type_, "", forks=False, drops_null=True)
                binds.append(il.Assign(at, il.Name(at_of(name), text(name)), value))
            return il.Test(at, "instance", subject, il.Parts(at, (), False), False, "", False)
        return compared(at, subject, self.expression(node), negated=False)

    # Loops

    def lower_while(self, node: Node) -> Iterable[Statement]:
        return self.loop(node, "")

    def loop(self, node: Node, label: str) -> Iterable[Statement]:
        with self.context.block():
            body = node.child_by_field_name("body")
            if node.type == "enhanced_for_statement":
                return self._each(node, body, label)
            first = [each for init in node.children_by_field_name("init") for each in self.lower_statement(init)]
            condition = node.child_by_field_name("condition")
            test = self.expression(condition) if condition is not None else None
            inside = self.block(body)
            update = tuple(il.Evaluate(self.expression(each)) for each in node.children_by_field_name("update"))
            is_last = node.type == "do_statement"
            return (*first, il.Loop(at_of(node), test, None, None, inside, (), update, label, is_last))

    def _each(self, node: Node, body: Node | None, label: str) -> Iterable[Statement]:
        iterable, name = self.expression(node.child_by_field_name("value")), node.child_by_field_name("name")
        type_ = declared(node, self.context.known_types)
        self.context.declare(text(name), type_)
        self.function.locals.add(text(name))
        target = il.Name(at_of(name or node), text(name))
        return (il.Loop(at_of(node), None, target, iterable, self.block(body), (), label=label),)

    def lower_labelled(self, node: Node) -> Iterable[Statement]:
        label, statement = text(inner(node)[0]), inner(node)[-1]
        if statement.type in ("for_statement", "while_statement", "do_statement", "enhanced_for_statement"):
            return self.loop(statement, label)
        return (il.Switch((il.Case(None, self.statements([statement])),), label, is_block=True),)

    # Exceptions

    def lower_try(self, node: Node) -> Iterable[Statement]:
        with self.context.block():
            before = self._resources(node.child_by_field_name("resources"))
            body = (*before, *self.block(node.child_by_field_name("body")))
        handlers, final = list[il.Handler](), ()
        for child in inner(node):
            if child.type == "catch_clause":
                handlers.append(self._handler(child))
            elif child.type == "finally_clause":
                final = self.block(next(iter(inner(child)), None))
        return (il.Try(body, tuple(handlers), (), final),)

    def _resources(self, node: Node | None) -> Block:
        found = list[Statement]()
        for each in inner(node):
            name, value = each.child_by_field_name("name"), each.child_by_field_name("value")
            if name is None or value is None:
                found += [il.Evaluate(self.expression(child)) for child in inner(each)]
                continue
            type_, lowered = declared(each, self.context.known_types), self.expression(value)
            self.context.declare(text(name), type_)
            self.function.locals.add(text(name))
            found.append(il.Assign(at_of(each), il.Name(at_of(name), text(name)), lowered, type_))
        return tuple(found)

    def _handler(self, node: Node) -> il.Handler:
        body = node.child_by_field_name("body")
        parameter = next((each for each in inner(node) if each.type == "catch_formal_parameter"), None)
        types = [child for each in inner(parameter) if each.type == "catch_type" for child in inner(each)]
        name = text(parameter.child_by_field_name("name")) if parameter is not None else ""
        with self.context.block():
            self.context.declare(name, Type("Exception"))
            self.function.locals.add(name)
            lowered = self.block(body)
        names = tuple(text(each).rpartition(".")[2] for each in types) or ("?",)
        return il.Handler(at_of(node), (), names, name, lowered, is_quiet=not inner(body))

    def lower_synchronized(self, node: Node) -> Iterable[Statement]:
        lock, *rest = inner(node)
        value = self.expression(lock)
        return (
            il.Evaluate(il.Operation(value.at, "synchronized", (value,), value.forks)),
            *self.block(rest[-1] if rest else None),
        )

    def lower_block_statement(self, node: Node) -> Iterable[Statement]:
        return self.block(node)


def lower_body(around: Expressions, node: Node, function: Function) -> Block:
    """The body of a method, a constructor, an initializer or a lambda."""
    inside = Statements(function, around.context, lower_body)
    body = node.child_by_field_name("body")
    if node.type == "lambda_expression" and body is not None and body.type != "block":
        with inside.context.block():
            value = inside.expression(body)
            return (*inside.hoisted, il.Return(at_of(body), value))
    if body is None:
        body = next((each for each in inner(node) if each.type == "block"), None)
    return inside.block(body)


def _has_null(label: Node) -> bool:
    return any(each.type == "null_literal" for each in inner(label))


_S = Statements
_STATEMENTS: dict[str, Callable[[Statements, Node], Iterable[Statement]]] = {
    "expression_statement": _S.lower_expression_statement,
    "local_variable_declaration": _S.lower_local,
    "return_statement": _S.lower_return,
    "throw_statement": _S.lower_throw,
    "yield_statement": _S.lower_yield,
    "break_statement": _S.lower_jump,
    "continue_statement": _S.lower_jump,
    "if_statement": _S.lower_if,
    "assert_statement": _S.lower_assert,
    "switch_expression": lambda self, node: self.switch(node, None),
    "for_statement": _S.lower_while,
    "while_statement": _S.lower_while,
    "do_statement": _S.lower_while,
    "enhanced_for_statement": _S.lower_while,
    "labeled_statement": _S.lower_labelled,
    "try_statement": _S.lower_try,
    "try_with_resources_statement": _S.lower_try,
    "synchronized_statement": _S.lower_synchronized,
    "block": _S.lower_block_statement,
    **dict.fromkeys(
        ("class_declaration", "record_declaration", "enum_declaration", "interface_declaration", ";"),
        lambda _, node: (),
    ),
}
