"""The path of facts through the statements of one function, or of a module's top level."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from breadknife.plugins.nullcheck.python import trying
from breadknife.plugins.nullcheck.python.annotations import is_optional
from breadknife.plugins.nullcheck.python.calls import comes_back, ends_here
from breadknife.plugins.nullcheck.python.classes import TUPLE_PATTERNS
from breadknife.plugins.nullcheck.python.containers import held_by
from breadknife.plugins.nullcheck.python.demands import State, states
from breadknife.plugins.nullcheck.python.expressions import MAX_DEPTH, Evaluator, TooDeepError
from breadknife.plugins.nullcheck.python.facts import (
    CHECKED,
    NOTHING,
    Cause,
    Env,
    Fact,
    contents,
    forget,
    forget_tested,
    has_name,
    join,
    join_all,
    join_branches,
    key_of,
    narrow,
    told_by_flag,
    trust,
)
from breadknife.plugins.nullcheck.python.findings import is_told_otherwise
from breadknife.plugins.nullcheck.python.loops import is_left_where_none
from breadknife.plugins.nullcheck.python.narrowing import branch, truth
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.returned import Return
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

_TESTS = frozenset({"comparison_operator", "boolean_operator", "not_operator", "call"})
_MAX_LOOPS = 4
"""Loops nested deeper than this are followed once round only, or the work would double with each level."""


@dataclass
class _Loop:
    breaks: list[Env] = field(default_factory=list[Env])
    continues: list[Env] = field(default_factory=list[Env])


@dataclass
class Flow:
    """Follows every path. A statement takes the environment before it and gives the one after, None if none is."""

    evaluator: Evaluator
    returns: list[Return] = field(default_factory=list[Return])
    _loops: list[_Loop] = field(default_factory=list[_Loop])
    _raised: list[Env | None] = field(default_factory=list["Env | None"])
    """For each surrounding `try`: what may hold when a statement in it raises."""
    _depth: int = 0

    def block(self, node: Node, env: Env | None) -> Env | None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooDeepError
        for statement in node.named_children:
            if env is None:
                break
            env = self._statement(statement, env)
        self._depth -= 1
        return env

    def _statement(self, node: Node, env: Env) -> Env | None:
        if self._raised and env:
            self._raised[-1] = join(self._raised[-1], env)
        handler = self._handlers.get(node.type)
        if handler is not None:
            after = handler(self, node, env)
        else:
            after = env
            for child in node.named_children:
                self.evaluator.value(child, env)
        if self._raised and after is not None:
            self._raised[-1] = join(self._raised[-1], after)
        return after

    # --- simple statements ---

    def _expression(self, node: Node, env: Env) -> Env | None:
        for child in node.named_children:
            match child.type:
                case "assignment":
                    self._assignment(child, env)
                case "augmented_assignment":
                    self._augmented(child, env)
                case "comment":
                    pass
                case _:
                    self.evaluator.value(child, env)
                    if ends_here(self.evaluator, child, env):
                        return None
                    if child.type == "call" and not comes_back(self.evaluator, child, env):
                        forget_tested(env)
        return env

    def _assignment(self, node: Node, env: Env) -> Fact:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return NOTHING
        if left.type in TUPLE_PATTERNS:
            return self._unpack(left, right, env)
        fact = self._assignment(right, env) if right.type == "assignment" else self.evaluator.value(right, env)
        # `a.on = not a.on` would be a test of itself
        if right.type in _TESTS and fact is NOTHING and env and not has_name(text(right), key_of(left) or text(left)):
            fact = Fact(kind=CHECKED.kind, test=right)
        if right.type == "none":
            fact = Fact(Cause(right, "it is set to None"))
        annotation = node.child_by_field_name("type")
        if annotation is not None and fact.cause is not None and self._is_believed(node, annotation, right):
            fact = CHECKED
        if (
            annotation is not None
            and fact.cause is None
            and (kind := self.evaluator.meaning.annotated(text(annotation)))
        ):
            fact = Fact(kind=kind)
        if annotation is not None and (held := contents(text(annotation), _annotated(left, annotation))) is not None:
            fact = fact._replace(kind=fact.kind or CHECKED.kind, contents=held)
        self.evaluator.bind(left, fact, env)
        return fact if fact.test is None else NOTHING

    def _is_believed(self, node: Node, annotation: Node, value: Node) -> bool:
        """`x: str = f()  # type: ignore`: the author knows that it is there; not of a plain None."""
        if value.type == "none" or is_optional(text(annotation)):
            return False
        return is_told_otherwise(self.evaluator.meaning.outline.source, node)

    def _unpack(self, left: Node, right: Node, env: Env) -> Fact:
        targets = left.named_children
        values = right.named_children if right.type in ("expression_list", "tuple") else []
        if len(targets) == len(values) and not any("splat" in child.type for child in (*targets, *values)):
            facts = [self.evaluator.value(value, env) for value in values]
            for target, value, fact in zip(targets, values, facts, strict=True):
                cause = Cause(value, "it is set to None") if value.type == "none" else fact.cause
                self.evaluator.bind(target, Fact(cause, fact.kind) if cause or fact.kind else NOTHING, env)
            return NOTHING
        fact = self.evaluator.value(right, env)
        self.evaluator.use(right, fact, Use.ITERATE, env)
        if len(targets) == len(fact.items) and not any("splat" in child.type for child in targets):
            for target, item in zip(targets, fact.items, strict=True):
                self.evaluator.bind(target, item, env)
            told_by_flag(targets, fact.items, env)
        else:
            self.evaluator.bind(left, NOTHING, env)
        return NOTHING

    def _augmented(self, node: Node, env: Env) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "identifier" or key_of(left):
            self.evaluator.use(left, self.evaluator.value(left, env), Use.OPERAND, env)
        fact = self.evaluator.value(right, env)
        if text(node.children[1]) != "%=":
            self.evaluator.use(right, fact, Use.OPERAND, env)
        self.evaluator.bind(left, NOTHING, env)

    def _return(self, node: Node, env: Env) -> None:
        values = [child for child in node.named_children if child.type != "comment"]
        if not values or values[0].type == "none":
            self.returns.append(Return(Fact(Cause(node, "")), states(self.evaluator.defaults, env)))
            return
        for value in values:
            fact = self.evaluator.value(value, env)
            self.returns.append(Return(fact, states(self.evaluator.defaults, env)))

    def _raise(self, node: Node, env: Env) -> None:
        for child in node.named_children:
            self.evaluator.value(child, env)

    def _assert(self, node: Node, env: Env) -> Env | None:
        parts = [child for child in node.named_children if child.type != "comment"]
        if not parts:
            return env
        yes, no = branch(self.evaluator, parts[0], env)
        for message in parts[1:]:
            self.evaluator.value(message, no)
        return None if truth(parts[0]) is False else yes

    def _delete(self, node: Node, env: Env) -> Env:
        for child in node.named_children:
            targets = child.named_children if child.type == "expression_list" else [child]
            for target in targets:
                if target.type == "identifier":
                    forget(env, text(target))
                else:
                    self.evaluator.value(target, env)
                    self.evaluator.thinned_out(target, env)
        return env

    def _break(self, node: Node, env: Env) -> None:
        if self._loops:
            self._loops[-1].breaks.append(env)

    def _continue(self, node: Node, env: Env) -> None:
        if self._loops:
            self._loops[-1].continues.append(env)

    def _definition(self, node: Node, env: Env) -> Env:
        inner = node.child_by_field_name("definition") if node.type == "decorated_definition" else node
        name = inner.child_by_field_name("name") if inner is not None else None
        if inner is None or name is None:
            return env
        body = inner.child_by_field_name("body")
        if inner.type == "class_definition" and body is not None:
            bound = set(self.evaluator.meaning.bound)
            self.block(body, dict(env))
            self.evaluator.meaning.bound = bound
        forget(env, text(name))
        return env

    def _global(self, node: Node, env: Env) -> Env:
        self.evaluator.globals.update(text(name) for name in node.named_children)
        return env

    def _import(self, node: Node, env: Env) -> Env:
        for name in node.children_by_field_name("name"):
            alias = name.child_by_field_name("alias")
            forget(env, text(alias if alias is not None else name).partition(".")[0])
        return env

    # --- compound statements ---

    def _if(self, node: Node, env: Env) -> Env | None:
        clauses = [node, *node.children_by_field_name("alternative")]
        ends: list[tuple[str, Env | None]] = []
        rest: Env | None = env
        for clause in clauses:
            if rest is None:
                break
            if clause.type == "else_clause":
                body = clause.child_by_field_name("body")
                rest = self.block(body, rest) if body is not None else rest
                break
            condition, body = clause.child_by_field_name("condition"), clause.child_by_field_name("consequence")
            if condition is None:
                continue
            yes, no = branch(self.evaluator, condition, rest)
            constant = truth(condition)
            ends.append((text(condition), self.block(body, yes if constant is not False else None) if body else yes))
            rest = no if constant is not True else None
        for condition, end in reversed(ends):
            rest = join_branches(condition, end, rest)
        return rest

    def _loop(
        self, node: Node, env: Env, test: Node | None, element: Fact = NOTHING, has_some: bool = False
    ) -> Env | None:
        """A `for` (no test) or `while`: round until nothing new may be None at its head. `has_some`: it is gone round
        once at least."""
        body, left = node.child_by_field_name("body"), node.child_by_field_name("left")
        head, out, back, loop = env, None, None, _Loop()
        for turn in range(3):
            loop = _Loop()
            entry = dict(head)
            if test is not None:
                entry, out = branch(self.evaluator, test, entry)
            else:
                out = dict(head)
            if left is not None:
                self.evaluator.bind(left, element, entry)
            self._loops.append(loop)
            end = self.block(body, entry) if body is not None else entry
            self._loops.pop()
            back = join_all((end, *loop.continues))
            grown = join(dict(head), back) or {}
            if turn == 2 or len(self._loops) >= _MAX_LOOPS or _may_be_none(grown) <= _may_be_none(head):
                break
            head = grown
        if test is not None and truth(test) is True:
            out = None
        if has_some:
            out = back
        alternative = node.child_by_field_name("alternative")
        if alternative is not None and out is not None and (otherwise := alternative.child_by_field_name("body")):
            out = self.block(otherwise, out)
        return join_all((out, *loop.breaks))

    def _for(self, node: Node, env: Env) -> Env | None:
        right = node.child_by_field_name("right")
        if right is None:
            return self._loop(node, env, None)
        element = self.evaluator.iterate(right, env)
        has_some = states(self.evaluator.defaults, env).get(text(right)) == State.TRUE
        after = self._loop(node, env, None, element, has_some)
        if after is not None and element is not NOTHING and is_left_where_none(self.evaluator.tests, node):
            trust(after, held_by(right))
        return after

    def _while(self, node: Node, env: Env) -> Env | None:
        return self._loop(node, env, node.child_by_field_name("condition"))

    def _try(self, node: Node, env: Env) -> Env | None:
        body = node.child_by_field_name("body")
        handlers = [child for child in node.named_children if child.type == "except_clause"]
        forgives = any(map(trying.forgives, handlers))
        self._raised.append(dict(env))
        self.evaluator.forgiven += forgives
        end = self.block(body, dict(env)) if body is not None else env
        self.evaluator.forgiven -= forgives
        raised = self._raised.pop()
        ends: list[Env | None] = []
        outer = raised
        used = self._relied_on(body, env, raised) if body is not None and handlers and raised else ""
        for handler in handlers:
            blocks = [child for child in handler.named_children if child.type == "block"]
            for caught in handler.named_children:
                if caught.type not in ("block", "comment"):
                    self.evaluator.value(caught, dict(raised or {}))
            self._raised.append(None)
            caught_at = dict(raised or {})
            if used and not trying.may_catch(handler):
                narrow(caught_at, used)
            ends.append(self.block(blocks[0], caught_at) if blocks else raised)
            outer = join(outer, self._raised.pop())
        final = None
        for clause in node.named_children:
            if clause.type == "else_clause" and end is not None and (otherwise := clause.child_by_field_name("body")):
                end = self.block(otherwise, end)
            elif clause.type == "finally_clause":
                final = next((child for child in clause.named_children if child.type == "block"), None)
        after = join_all((end, *ends))
        if final is not None:
            leaving = self.block(final, join(outer, after))
            after = self.block(final, after) if after is not None and leaving is not None else None
        if self._raised:
            self._raised[-1] = join(self._raised[-1], outer)
        return after

    def _relied_on(self, body: Node, before: Env, raised: Env) -> str:
        """Without what nothing of a `try` is done: it is there where another exception comes of that."""
        first = trying.used_first(body)
        key = key_of(first) if first is not None else ""
        return key if before.get(key, NOTHING).cause == raised.get(key, NOTHING).cause else ""

    def _with(self, node: Node, env: Env) -> Env | None:
        forgives = swallows = False
        for clause in node.named_children:
            for item in clause.named_children if clause.type == "with_clause" else ():
                value = item.child_by_field_name("value")
                if value is None:
                    continue
                target = value.child_by_field_name("alias") if value.type == "as_pattern" else None
                manager = value.named_children[0] if value.type == "as_pattern" else value
                self.evaluator.use(manager, self.evaluator.value(manager, env), Use.WITH, env)
                if target is not None:
                    self.evaluator.bind(target, NOTHING, env)
                source = text(manager)
                forgives = forgives or trying.CATCHES_NONE.search(source) is not None
                swallows = swallows or "suppress" in source or "aises" in source
        body = node.child_by_field_name("body")
        if body is None:
            return env
        if swallows:
            self._raised.append(dict(env))
        self.evaluator.forgiven += forgives
        end = self.block(body, dict(env))
        self.evaluator.forgiven -= forgives
        return join(end, self._raised.pop()) if swallows else end

    def _match(self, node: Node, env: Env) -> Env | None:
        subject, body = node.child_by_field_name("subject"), node.child_by_field_name("body")
        if subject is None or body is None:
            return env
        self.evaluator.value(subject, env)
        key = key_of(subject)
        rest: Env | None = env
        ends: list[Env | None] = []
        for case in body.named_children:
            if case.type != "case_clause" or rest is None:
                continue
            patterns = [child for child in case.named_children if child.type == "case_pattern"]
            pattern = text(patterns[0]) if len(patterns) == 1 else ""
            guard, consequence = case.child_by_field_name("guard"), case.child_by_field_name("consequence")
            inside = dict(rest)
            if key and "None" not in pattern and not (pattern.isidentifier()):
                narrow(inside, key)
            if guard is not None and guard.named_children:
                inside = branch(self.evaluator, guard.named_children[0], inside)[0]
            elif pattern == "_" or pattern.isidentifier():
                rest = None
            elif key and "None" in pattern.replace(" ", "").split("|"):
                narrow(rest, key)
            if consequence is not None:
                ends.append(self.block(consequence, inside))
        return join_all((rest, *ends))

    _handlers: ClassVar[Mapping[str, Callable[[Any, Node, Env], Env | None]]] = {
        "expression_statement": _expression,
        "return_statement": _return,
        "raise_statement": _raise,
        "assert_statement": _assert,
        "delete_statement": _delete,
        "break_statement": _break,
        "continue_statement": _continue,
        "if_statement": _if,
        "for_statement": _for,
        "while_statement": _while,
        "try_statement": _try,
        "with_statement": _with,
        "match_statement": _match,
        "function_definition": _definition,
        "class_definition": _definition,
        "decorated_definition": _definition,
        "global_statement": _global,
        "import_statement": _import,
        "import_from_statement": _import,
    }
    """For all: methods of its own would keep each from being freed but by a collection, and a key makes hundreds."""


def _annotated(target: Node, annotation: Node) -> Cause:
    return Cause(annotation, f"`{text(target)}` is annotated `{text(annotation)}`")


def _may_be_none(env: Env) -> set[str]:
    return {key for key, fact in env.items() if fact.cause}
