"""Go's statements, lowered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.il import Block, Expression, Statement
from breadknife.plugins.nullcheck.languages.go.declaring import Declaring
from breadknife.plugins.nullcheck.languages.go.expressions import Expressions, compared_by, results_of
from breadknife.plugins.nullcheck.languages.lowering import at_of, element, inner, parts_of, text
from breadknife.text.syntax import Node


@dataclass
class Statements(Declaring):
    def body(self, node: Node) -> Block:
        """The body of a function, after what its results are at first."""
        for name in (name for name, _ in results_of(node) if name is not None):
            self.scopes.declare(text(name), name.start_byte)
        first = self.named_results(node)
        return (*first, *self.block(node.child_by_field_name("body")))

    def block(self, node: Node | None) -> Block:
        with self.scopes.block():
            return self.nested(child for part in inner(node) for child in _statements(part))

    def lower_statement(self, node: Node, /) -> Iterable[Statement]:
        if node.type == "comment":
            return ()
        lower = _STATEMENTS.get(node.type)
        return lower(self, node) if lower is not None else map(il.Evaluate, map(self.expression, inner(node)))

    # Ways out

    def lower_return(self, node: Node) -> Iterable[Statement]:
        values = [self.expression(each) for part in inner(node) for each in inner(part)]
        if not values:
            values = [il.Name(at_of(node), self.scopes.key(each)) for each in self.result_names]
        if not self._is_told():
            values = [il.Parts(each.at, (), forks=False) if isinstance(each, il.Null) else each for each in values]
        value = values[0] if len(values) == 1 else il.Display(
            at_of(node), "tuple", tuple(values), any(each.forks for each in values)
        )  # fmt: skip
        return (il.Return(at_of(node), value if values else None),)

    def _is_told(self) -> bool:
        """Whether the last of several results tells of a nil among them. A struct may do so in a way of its own."""
        returns = self.function.returns
        if returns is None or returns.name != "tuple" or not returns.arguments:
            return True
        last = returns.arguments[-1]
        return last.name in ("bool", "list") or not last.is_value

    def lower_break(self, node: Node) -> Iterable[Statement]:
        return (il.Jump(is_break=True, label=text(inner(node)[0]) if inner(node) else ""),)

    def lower_continue(self, node: Node) -> Iterable[Statement]:
        return (il.Jump(is_break=False, label=text(inner(node)[0]) if inner(node) else ""),)

    def lower_deferred(self, node: Node) -> Iterable[Statement]:
        """What a deferred call is made of is evaluated now. What it does later isn't followed."""
        value = self.expression(inner(node)[0]) if inner(node) else None
        if isinstance(value, il.Call) and isinstance(value.callee, il.Closure):
            return (il.Evaluate(parts_of(value.at, [each.value for each in value.arguments])),)
        return (il.Evaluate(value),) if value is not None else ()

    # Choices

    def lower_if(self, node: Node) -> Iterable[Statement]:
        with self.scopes.block():
            first = self.statements([node.child_by_field_name("initializer")])
            test = self.expression(node.child_by_field_name("condition"))
            then = self.block(node.child_by_field_name("consequence"))
            other = node.child_by_field_name("alternative")
            is_chain = other is not None and other.type == "if_statement"
            otherwise = self.nested([other]) if is_chain else self.block(other)
        return (*first, il.If(test, then, otherwise))

    def lower_switch(self, node: Node) -> Iterable[Statement]:
        with self.scopes.block():
            found = list(self.statements([node.child_by_field_name("initializer")]))
            value = node.child_by_field_name("value")
            subject: Expression | None = None
            if value is not None:
                subject = self.expression(value)
                if not subject.key or subject.forks:
                    held = il.Name(subject.at, f"@{node.start_byte}")
                    found.append(il.Assign(subject.at, held, subject))
                    subject = held
            cases = [each for each in inner(node) if each.type in ("expression_case", "default_case")]
            tests = [self._case_test(each, subject) for each in cases]
            return (*found, self._chain(node, cases, tests, [()] * len(cases)))

    def _case_test(self, case: Node, subject: Expression | None) -> Expression | None:
        if case.type == "default_case":
            return None
        test: Expression | None = None
        for each in inner(case.child_by_field_name("value")):
            value, at = self.expression(each), at_of(each)
            said = value if subject is None else compared_by(at, "==", subject._replace(at=at), value)
            test = said if test is None else il.Both(at_of(case), is_and=False, left=test, right=said)
        return test

    def lower_type_switch(self, node: Node) -> Iterable[Statement]:
        with self.scopes.block():
            found = list(self.statements([node.child_by_field_name("initializer")]))
            subject = self.expression(node.child_by_field_name("value"))
            if not subject.key or subject.forks:
                held = il.Name(subject.at, f"@{node.start_byte}")
                found.append(il.Assign(subject.at, held, subject))
                subject = held
            alias = node.child_by_field_name("alias")
            cases = [each for each in inner(node) if each.type in ("type_case", "default_case")]
            tests, firsts = list[Expression | None](), list[Block]()
            for case in cases:
                types, at = case.children_by_field_name("type"), at_of(case)
                null = il.Test(
                    at, "is", subject, il.Null(at, "nil"), negated=False, key=f"({subject.key} is nil)", forks=False
                )
                classes = il.Parts(at, (), forks=False)
                test = il.Test(at, "instance", subject, classes, negated=False, key="", forks=False)
                is_null = [text(each) == "nil" for each in types]
                tests.append(
                    None if not types else null if all(is_null) else il.Parts(at, (), False) if any(is_null) else test
                )
                first: Block = ()
                if alias is not None and inner(alias):
                    type_ = self.types.read(types[0]) if len(types) == 1 and not is_null[0] else None
                    drops = bool(types) and not any(is_null)
                    value = il.Cast(subject.at, subject, type_, subject.key, forks=False, drops_null=drops)
                    with self.scopes.block():
                        first = (il.Assign(at, self.declared(inner(alias)[0]), value),)
                firsts.append(first)
            name = text(inner(alias)[0]) if alias is not None and inner(alias) else ""
            if name and name != "_":
                self.scopes.declare(name, inner(alias)[0].start_byte)
            return (*found, self._chain(node, cases, tests, firsts))

    def lower_select(self, node: Node) -> Iterable[Statement]:
        cases = [each for each in inner(node) if each.type in ("communication_case", "default_case")]
        tests: list[Expression | None] = [il.Parts(at_of(each), (), forks=False) for each in cases]
        if tests:
            tests[-1] = None  # one of them is taken
        return (self._chain(node, cases, tests, [()] * len(cases)),)

    def _chain(
        self, node: Node, cases: Sequence[Node], tests: Sequence[Expression | None], firsts: Sequence[Block]
    ) -> Statement:
        found = list[il.Case]()
        for case, test, first in zip(cases, tests, firsts, strict=True):
            with self.scopes.block():
                communication = self.statements([case.child_by_field_name("communication")])
                body = self.statements(child for part in inner(case) for child in _statements(part, only_lists=True))
            leave = () if _falls_through(case) else (il.Jump(is_break=True),)
            found.append(il.Case(test, (*communication, *first, *body, *leave)))
        return il.Switch(tuple(found))

    # Loops

    def lower_for(self, node: Node) -> Iterable[Statement]:
        return self._loop(node, "")

    def _loop(self, node: Node, label: str) -> Iterable[Statement]:
        with self.scopes.block():
            clause = next((each for each in inner(node) if each.type in ("for_clause", "range_clause")), None)
            body = node.child_by_field_name("body")
            if clause is not None and clause.type == "range_clause":
                found = self._range(node, clause, body, label)
            else:
                head = clause or node
                first, update = head.child_by_field_name("initializer"), head.child_by_field_name("update")
                condition = clause.child_by_field_name("condition") if clause is not None else None
                if clause is None:
                    condition = next((each for each in inner(node) if each != body), None)
                begin = self.statements([first])
                test = self.expression(condition) if condition is not None else None
                inside = self.block(body)
                found = (
                    *begin,
                    il.Loop(at_of(node), test, None, None, inside, (), self.statements([update]), label),
                )
        return found

    def _range(self, node: Node, clause: Node, body: Node | None, label: str) -> Iterable[Statement]:
        iterable = self.expression(clause.child_by_field_name("right"))
        found = list[Statement]()
        if not iterable.key or iterable.forks:
            held = il.Name(iterable.at, f"@{node.start_byte}")
            found.append(il.Assign(iterable.at, held, iterable))
            iterable = held
        is_new = any(child.type == ":=" for child in clause.children)
        names = inner(clause.child_by_field_name("left"))
        targets = [self.declared(each) if is_new else self.target(each) for each in names]
        first: Block = ()
        index = targets[0] if targets and targets[0].key else il.Name(iterable.at, f"_@{node.start_byte}")
        if len(targets) > 1 and targets[1].key:
            value = element(iterable.at, iterable, index)
            first = (il.Assign(targets[1].at, targets[1], value),)
        target = il.Parts(iterable.at, (index,), forks=False)
        inside = (*first, *self.block(body))
        return (*found, il.Loop(at_of(node), None, target, iterable, inside, (), label=label))

    def lower_labelled(self, node: Node) -> Iterable[Statement]:
        label, statement = text(node.child_by_field_name("label")), inner(node)[-1]
        if statement.type == "for_statement":
            return self._loop(statement, label)
        return (il.Switch((il.Case(None, self.statements([statement])),), label, is_block=True),)

    def lower_block_statement(self, node: Node) -> Iterable[Statement]:
        return self.block(node)


def lower_body(around: Expressions, node: Node | None, function: Function) -> Block:
    """The body of a function or a function literal. One with `goto` isn't followed."""
    if node is None or b"goto " in function.source:
        return ()
    inside = Statements(function, around.types, around.scopes, lower_body, around.untracked)
    return inside.body(node)


def _statements(node: Node, only_lists: bool = False) -> Iterable[Node]:
    if node.type == "statement_list":
        return inner(node)
    return () if only_lists else (node,)


def _falls_through(case: Node) -> bool:
    last = [child for part in inner(case) for child in _statements(part, only_lists=True)][-1:]
    return bool(last) and last[0].type == "fallthrough_statement"


_S = Statements
_STATEMENTS: dict[str, Callable[[Statements, Node], Iterable[Statement]]] = {
    "short_var_declaration": _S.short_declaration,
    "receive_statement": _S.short_declaration,
    "assignment_statement": _S.assignment,
    "inc_statement": _S.step,
    "dec_statement": _S.step,
    "var_declaration": _S.variables,
    "const_declaration": _S.variables,
    "return_statement": _S.lower_return,
    "break_statement": _S.lower_break,
    "continue_statement": _S.lower_continue,
    "go_statement": _S.lower_deferred,
    "defer_statement": _S.lower_deferred,
    "if_statement": _S.lower_if,
    "expression_switch_statement": _S.lower_switch,
    "type_switch_statement": _S.lower_type_switch,
    "select_statement": _S.lower_select,
    "for_statement": _S.lower_for,
    "labeled_statement": _S.lower_labelled,
    "block": _S.lower_block_statement,
    "fallthrough_statement": lambda _, node: (),
    "type_declaration": lambda _, node: (),
}
