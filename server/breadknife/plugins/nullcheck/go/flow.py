"""The path of facts through the statements of one function."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from breadknife.plugins.nullcheck.braces.assigning import assigned_in
from breadknife.plugins.nullcheck.braces.facts import (
    NOTHING,
    Cause,
    Env,
    Fact,
    forget,
    forget_soft,
    join,
    join_all,
    join_branches,
    narrow,
)
from breadknife.plugins.nullcheck.braces.loops import after_rounds, set_later
from breadknife.plugins.nullcheck.braces.narrowing import canonical
from breadknife.plugins.nullcheck.braces.targets import Targets
from breadknife.plugins.nullcheck.go.binding import Binder, operators
from breadknife.plugins.nullcheck.go.expressions import Evaluator
from breadknife.plugins.nullcheck.go.narrowing import branch
from breadknife.plugins.nullcheck.go.rules import BUILTINS, RETURNING_METHODS, RETURNS
from breadknife.plugins.nullcheck.go.summaries import never_returns
from breadknife.text.syntax import Node


@dataclass
class Flow:
    """Follows every path. A statement takes the environment before it and gives the one after, None if none is."""

    evaluator: Evaluator
    _targets: Targets = field(default_factory=Targets)
    _scopes: list[set[str]] = field(default_factory=list[set[str]])

    def __post_init__(self) -> None:
        self._outline = self.evaluator.outline
        self._binder = Binder(self.evaluator, self._scopes)
        self._handlers: dict[str, Callable[[Node, Env], Env | None]] = {
            "statement_list": self._list,
            "block": self._block,
            "expression_statement": self._expression,
            "short_var_declaration": self._binder.short,
            "assignment_statement": self._binder.assignment,
            "inc_statement": self._binder.update,
            "dec_statement": self._binder.update,
            "var_declaration": self._binder.var,
            "return_statement": self._return,
            "break_statement": self._break,
            "continue_statement": self._continue,
            "if_statement": self._if,
            "for_statement": self._for,
            "expression_switch_statement": self._switch,
            "type_switch_statement": self._type_switch,
            "select_statement": self._select,
            "labeled_statement": self._labeled,
            "receive_statement": self._binder.short,
            "comment": _same,
        }

    def statement(self, node: Node, env: Env) -> Env | None:
        handler = self._handlers.get(node.type)
        if handler is not None:
            return handler(node, env)
        for child in node.named_children:
            self.evaluator.value(child, env)
        return env

    def _list(self, node: Node, env: Env) -> Env | None:
        after: Env | None = env
        for statement in node.named_children:
            if after is None:
                break
            after = self.statement(statement, after)
        return after

    def _block(self, node: Node, env: Env) -> Env | None:
        self.evaluator.descend()
        with self._scope(env) as leave:
            after = leave(self._list_of(node, env))
        self.evaluator.ascend()
        return after

    def _list_of(self, node: Node, env: Env) -> Env | None:
        after: Env | None = env
        for child in node.named_children:
            if after is not None and child.type == "statement_list":
                after = self._list(child, after)
        return after

    @contextmanager
    def _scope(self, env: Env) -> Generator[Callable[[Env | None], Env | None]]:
        """Names declared inside mean something else outside: what was known of those there comes back."""
        outer, types = dict(env), dict(self.evaluator.types)
        declared = set[str]()
        self._scopes.append(declared)

        def leave(after: Env | None) -> Env | None:
            if after is None or not declared:
                return after
            for name in declared:
                forget(after, name)
                for key, fact in list(after.items()):
                    if fact.linked == name:
                        del after[key]
                for key, fact in outer.items():
                    if key == name or key.startswith(f"{name}."):
                        after[key] = fact
            return after

        with self._targets.unwinding(leave):
            yield leave
        self._scopes.pop()
        self.evaluator.types = types

    # --- simple statements ---

    def _expression(self, node: Node, env: Env) -> Env | None:
        for child in node.named_children:
            self.evaluator.value(child, env)
            if child.type != "call_expression":
                continue
            function = child.child_by_field_name("function")
            callee = self.evaluator.callee(function) if function is not None else None
            if never_returns(self._outline, child) or (callee is not None and callee.summary.never_returns):
                return None
            name = self._outline.text(function) if function is not None else ""
            if callee is None and name not in BUILTINS:
                root, _, method = name.rpartition(".")
                if root not in RETURNS and method not in RETURNING_METHODS:
                    forget_soft(env)
                    self._believe(child, env)
        return env

    def _believe(self, call: Node, env: Env) -> None:
        """`require.NotNil(t, x)`: what is given to an unknown call may be checked by it."""
        arguments = call.child_by_field_name("arguments")
        for argument in arguments.named_children if arguments is not None else ():
            if key := self.evaluator.key_of(argument):
                narrow(env, key)

    def _return(self, node: Node, env: Env) -> None:
        for child in node.named_children:
            self.evaluator.value(child, env)

    def _labeled(self, node: Node, env: Env) -> Env | None:
        label, *statements = node.named_children
        self._targets.label = self._outline.text(label)
        for statement in statements:
            return self.statement(statement, env)
        return env

    def _break(self, node: Node, env: Env) -> None:
        self._targets.broken(env, self._outline.text(node.named_children[0]) if node.named_children else "")

    def _continue(self, node: Node, env: Env) -> None:
        self._targets.continued(env, self._outline.text(node.named_children[0]) if node.named_children else "")

    # --- compound statements ---

    def _if(self, node: Node, env: Env) -> Env | None:
        self.evaluator.descend()
        with self._scope(env) as leave:
            initializer, condition = node.child_by_field_name("initializer"), node.child_by_field_name("condition")
            if initializer is not None:
                env = self.statement(initializer, env) or env
            yes, no = branch(self.evaluator, condition, env) if condition is not None else (dict(env), env)
            consequence, alternative = (node.child_by_field_name(name) for name in ("consequence", "alternative"))
            then = self.statement(consequence, yes) if consequence is not None else yes
            otherwise = self.statement(alternative, no) if alternative is not None else no
            test = canonical(self.evaluator, condition) if condition is not None else ""
            signs = partial(assigned_in, self._outline.text, consequence, alternative)
            after = leave(join_branches(test, then, otherwise, signs))
        self.evaluator.ascend()
        return after

    def _for(self, node: Node, env: Env) -> Env | None:
        body = node.child_by_field_name("body")
        header = next((child for child in node.named_children if child != body and child.type != "comment"), None)
        self.evaluator.descend()
        with self._scope(env) as leave:
            if header is not None and header.type == "for_clause":
                initializer, test, update = (
                    header.child_by_field_name(name) for name in ("initializer", "condition", "update")
                )
                if initializer is not None:
                    env = self.statement(initializer, env) or env
                after = self._rounds(body, env, test=test, update=update)
            elif header is not None and header.type == "range_clause":
                if (right := header.child_by_field_name("right")) is not None:
                    self.evaluator.value(right, env)
                after = self._rounds(body, env, over=header)
            else:
                after = self._rounds(body, env, test=header)
            after = leave(after)
        self.evaluator.ascend()
        return after

    def _rounds(
        self,
        body: Node | None,
        env: Env,
        test: Node | None = None,
        update: Node | None = None,
        over: Node | None = None,
    ) -> Env | None:
        def tested(env: Env) -> tuple[Env, Env | None]:
            if test is not None:
                return branch(self.evaluator, test, env)
            if over is None:
                return env, None
            out = dict(env)
            if (left := over.child_by_field_name("left")) is not None:
                for name in left.named_children:
                    self._binder.bind(name, NOTHING, env, declares=":=" in operators(over))
            return env, out

        def body_followed(env: Env) -> Env | None:
            return self.statement(body, env) if body is not None else env

        def updated(env: Env) -> Env | None:
            return self.statement(update, env) if update is not None else env

        head = set_later(env, partial(self._is_set_in, body)) if body is not None else env
        return after_rounds(self._targets, head, tested, body_followed, updated)

    def _is_set_in(self, body: Node, key: str) -> bool:
        source = self._outline.source[body.start_byte : body.end_byte]
        return re.search(rb"\b%b\b[\w, ]*=(?!=)" % re.escape(key.encode()), source) is not None

    def _switch(self, node: Node, env: Env) -> Env | None:
        self.evaluator.descend()
        with self._targets.within(self._targets.label_taken(), is_loop=False) as target, self._scope(env) as leave:
            if (initializer := node.child_by_field_name("initializer")) is not None:
                env = self.statement(initializer, env) or env
            subject = node.child_by_field_name("value")
            if subject is not None:
                self.evaluator.value(subject, env)
            key = self.evaluator.key_of(subject) if subject is not None else ""
            rest, before = env, dict(env)
            ends: list[Env | None] = []
            fallen: Env | None = None
            default: Node | None = None
            cases = [child for child in node.named_children if child.type in ("expression_case", "default_case")]
            for case in cases:
                if case.type == "default_case":
                    default = case
                    continue
                inside, rest = self._case(case, key, subject is None, rest)
                end = self._body(case, join(inside, fallen) or {})
                if end is not None:
                    self._signs(case, end, before)
                fallen = end if _falls_through(case) else None
                if fallen is None:
                    ends.append(end)
            last = self._body(default, join(rest, fallen) or {}) if default is not None else rest
            after = leave(join_all((last, *ends, *target.breaks)))
        self.evaluator.ascend()
        return after

    def _signs(self, case: Node, end: Env, before: Env) -> None:
        """What a case's test has found to be nil may be told by the names that the case sets."""
        for key, fact in end.items():
            if fact.cause is not None and (fact.cause.soft or fact.told) and fact != before.get(key, NOTHING):
                end[key] = replace(fact, signs=fact.signs | assigned_in(self._outline.text, case) - {key})

    def _case(self, case: Node, key: str, tests: bool, rest: Env) -> tuple[Env, Env]:
        """The environments in a case and after it didn't apply."""
        values = case.child_by_field_name("value")
        listed = values.named_children if values is not None else []
        if tests and len(listed) == 1:
            return branch(self.evaluator, listed[0], rest)
        for value in listed:
            if value.type != "nil":
                self.evaluator.value(value, rest)
        inside = dict(rest)
        if key and any(value.type == "nil" for value in listed):
            if len(listed) == 1 and not inside.get(key, NOTHING).checked:
                inside[key] = Fact(Cause(listed[0], "it is compared with nil", soft=True))
            narrow(rest, key)
        elif key:
            narrow(inside, key)
        return inside, rest

    def _body(self, case: Node, env: Env) -> Env | None:
        with self._scope(env) as leave:
            return leave(self._list_of(case, env))

    def _type_switch(self, node: Node, env: Env) -> Env | None:
        return self._cases(node, env, ("type_case", "default_case"))

    def _select(self, node: Node, env: Env) -> Env | None:
        return self._cases(node, env, ("communication_case", "default_case"))

    def _cases(self, node: Node, env: Env, kinds: tuple[str, ...]) -> Env | None:
        """A switch of which nothing is known but that one of its cases runs."""
        ends: list[Env | None] = []
        with self._targets.within(self._targets.label_taken(), is_loop=False) as target, self._scope(env) as leave:
            for name in ("initializer", "value"):
                if (part := node.child_by_field_name(name)) is not None:
                    if name == "value":
                        self.evaluator.value(part, env)
                        narrow(env, self.evaluator.key_of(part))
                    else:
                        env = self.statement(part, env) or env
            for name in node.children_by_field_name("alias"):
                for alias in name.named_children:
                    self._binder.bind(alias, NOTHING, env, declares=True)
            cases = [child for child in node.named_children if child.type in kinds]
            for case in cases:
                inside: Env | None = dict(env)
                with self._scope(inside) as leave_case:
                    if (communication := case.child_by_field_name("communication")) is not None:
                        inside = self.statement(communication, dict(env))
                    ends.append(leave_case(self._list_of(case, inside if inside is not None else {})))
            if not any(case.type == "default_case" for case in cases) and kinds[0] == "type_case":
                ends.append(env)
            return leave(join_all((*ends, *target.breaks)))


def _falls_through(case: Node) -> bool:
    statements = case.named_children[-1].named_children if case.named_children else []
    return bool(statements) and statements[-1].type == "fallthrough_statement"


def _same(node: Node, env: Env) -> Env:
    return env
