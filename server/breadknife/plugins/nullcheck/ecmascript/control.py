"""Statements that have others inside: branches, loops, `try`, `switch`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from breadknife.plugins.nullcheck.ecmascript.binding import bind
from breadknife.plugins.nullcheck.ecmascript.facts import (
    CHECKED,
    NOTHING,
    Cause,
    Env,
    Fact,
    join,
    join_all,
    join_branches,
)
from breadknife.plugins.nullcheck.ecmascript.frames import Loop
from breadknife.plugins.nullcheck.ecmascript.keys import looked_up
from breadknife.plugins.nullcheck.ecmascript.narrowing import branch, inner, is_null, there, truth
from breadknife.plugins.nullcheck.ecmascript.types import UNKNOWN
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

if TYPE_CHECKING:
    from breadknife.plugins.nullcheck.ecmascript.flow import Flow

_MAX_LOOPS = 3
"""Loops nested deeper than this are followed once round only, or the work would double with each level."""


def _branched(flow: Flow, node: Node | None, env: Env) -> tuple[Env, Env]:
    if node is None or not (flow.relevant(node, env) or flow.tells_type(node)):
        return dict(env), env
    return branch(flow.evaluator, node, env)


def _body(flow: Flow, node: Node | None, env: Env | None) -> Env | None:
    return flow.statement(node, env) if node is not None and env is not None else env


def _if(flow: Flow, node: Node, env: Env) -> Env | None:
    ends: list[tuple[str, Env | None]] = []
    rest: Env | None = env
    clause: Node | None = node
    while clause is not None and rest is not None:  # `else if … else if …`, as long as a file may be
        condition = clause.child_by_field_name("condition")
        if condition is None:
            break
        constant = truth(flow.evaluator, condition)
        yes, no = _branched(flow, condition, rest)
        end = _body(flow, clause.child_by_field_name("consequence"), yes if constant is not False else None)
        ends.append((flow.evaluator.text(inner(condition)), end))
        rest = no if constant is not True else None
        alternative = clause.child_by_field_name("alternative")
        clause = None
        for child in alternative.named_children if alternative is not None else ():
            if child.type == "if_statement":
                clause = child
            elif child.type != "comment":
                rest = _body(flow, child, rest)
    for condition_text, end in reversed(ends):
        rest = join_branches(condition_text, end, rest)
    return rest


def _loop(flow: Flow, env: Env, test: Node | None, body: Node | None, start: Callable[[Env], None] | None,
          step: Node | None = None, first: bool = False) -> Env | None:  # fmt: skip
    """Round until nothing new may be null at its head."""
    frame = flow.frame
    head, out, loop = env, None, Loop()
    flow.turns += 1
    for turn in range(3):
        loop = Loop()
        entry, out = dict(head), None
        if test is not None and not first:
            entry, out = _branched(flow, test, entry)
        elif start is not None:
            out = dict(head)
            start(entry)
        frame.loops.append(loop)
        end = _body(flow, body, entry)
        frame.loops.pop()
        back = join_all((end, *loop.continues))
        if first and test is not None and back is not None:
            back, out = _branched(flow, test, back)
        if step is not None and back is not None:
            flow.evaluator.value(step, back)
        grown = join(dict(head), back) or {}
        if turn == 2 or flow.turns > _MAX_LOOPS or _may_be_null(grown) <= _may_be_null(head):
            break
        head = grown
    flow.turns -= 1
    if test is not None and truth(flow.evaluator, test) is True:
        out = None
    return join_all((out, *loop.breaks))


def _for(flow: Flow, node: Node, env: Env) -> Env | None:
    initializer, test, step = (node.child_by_field_name(n) for n in ("initializer", "condition", "increment"))
    flow.enter()
    before: Env | None = env
    if initializer is not None:
        before = flow.statement(initializer, env) or env
    if test is not None and test.type == "empty_statement":
        test = None
    after = _loop(flow, before or env, test, node.child_by_field_name("body"), None, step)
    flow.leave(after)
    return after


def _for_in(flow: Flow, node: Node, env: Env) -> Env | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    of = any(child.type == "of" for child in node.children)
    fact = NOTHING
    if right is not None and flow.relevant(right, env):
        fact = flow.evaluator.value(right, env)
        if of:
            flow.evaluator.use(right, fact, Use.ITERATE, env)
    element = fact.type.args[0] if of and fact.type.name == "Array" and fact.type.args else UNKNOWN
    flow.enter()
    declared = node.child_by_field_name("kind") is not None

    def start(entry: Env) -> None:
        if right is not None and not of:
            there(flow.evaluator, entry, right)  # what isn't there has no keys
        if left is not None:
            cause = Cause(left, f"an element may be {element.null}", element.null) if element.null else None
            item = Fact(cause, flow.evaluator.outline.resolved(element.present)) if element != UNKNOWN else NOTHING
            if declared:
                flow.declarer.names(left, entry, flow.frame.node)
            bind(flow.evaluator, left, item, entry)
            if of and right is not None:
                entry.update(dict.fromkeys(looked_up(flow.evaluator, left, right), CHECKED))

    after = _loop(flow, env, None, node.child_by_field_name("body"), start)
    flow.leave(after)
    return after


def _while(flow: Flow, node: Node, env: Env) -> Env | None:
    return _loop(flow, env, node.child_by_field_name("condition"), node.child_by_field_name("body"), None)


def _do(flow: Flow, node: Node, env: Env) -> Env | None:
    test = node.child_by_field_name("condition")
    return _loop(flow, env, test, node.child_by_field_name("body"), None, first=True)


def _try(flow: Flow, node: Node, env: Env) -> Env | None:
    frame = flow.frame
    handler, finalizer = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
    forgives = handler is not None and not flow.evaluator.typed
    frame.raised.append(dict(env))
    flow.evaluator.forgiven += forgives
    end = _body(flow, node.child_by_field_name("body"), dict(env))
    flow.evaluator.forgiven -= forgives
    raised = frame.raised.pop()
    outer, after = raised, end
    if handler is not None:
        frame.raised.append(None)
        flow.evaluator.scopes.enter()
        caught = dict(raised or {})
        if (parameter := handler.child_by_field_name("parameter")) is not None:
            flow.declarer.names(parameter, caught, frame.node)
        handled = _body(flow, handler.child_by_field_name("body"), caught)
        outer = frame.raised.pop()
        flow.evaluator.scopes.leave(handled, outer)
        after = join(end, handled)
    if finalizer is not None and (body := finalizer.child_by_field_name("body")) is not None:
        leaving = flow.block(body, dict(join(outer, after) or {}))
        after = flow.block(body, after) if after is not None and leaving is not None else None
    if frame.raised:
        frame.raised[-1] = join(frame.raised[-1], outer)
    return after


def _switch(flow: Flow, node: Node, env: Env) -> Env | None:
    subject, body = node.child_by_field_name("value"), node.child_by_field_name("body")
    if subject is None or body is None:
        return env
    evaluator = flow.evaluator
    if flow.relevant(subject, env):
        evaluator.value(subject, env)
    constant = truth(evaluator, subject)
    loop = Loop(is_switch=True)
    flow.frame.loops.append(loop)
    flow.enter()
    rest = dict(env)
    end: Env | None = None
    default = False
    for case in body.named_children:
        statements = case.children_by_field_name("body")
        value = case.child_by_field_name("value")
        entry = dict(rest)
        if case.type == "switch_default":
            default = True
        elif value is not None:
            if constant is True:
                entry, rest = _branched(flow, value, rest)
            elif is_null(evaluator, value):
                there(evaluator, rest, inner(subject), chain=value.type != "null")
            else:
                evaluator.value(value, rest)
                entry = dict(rest)
                there(evaluator, entry, inner(subject))
        end = flow.statements(statements, join(entry, end))
    flow.frame.loops.pop()
    after = join_all((end, *loop.breaks, None if default else rest))
    flow.leave(after)
    return after


def _may_be_null(env: Env) -> set[str]:
    return {key for key, fact in env.items() if fact.cause}


STATEMENTS: Mapping[str, Callable[[Flow, Node, Env], Env | None]] = {
    "if_statement": _if,
    "for_statement": _for,
    "for_in_statement": _for_in,
    "while_statement": _while,
    "do_statement": _do,
    "try_statement": _try,
    "switch_statement": _switch,
}
