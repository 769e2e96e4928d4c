"""What a test says about the names in it: the environments after it succeeded and after it failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from breadknife.plugins.nullcheck.python import demands
from breadknife.plugins.nullcheck.python.containers import held_by
from breadknife.plugins.nullcheck.python.facts import (
    CHECKED,
    NOTHING,
    TESTED,
    Cause,
    Env,
    Fact,
    join_alternatives,
    key_of,
    narrow,
    tested_keys,
    trust,
)
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.text.syntax import Node

_BUILTIN = frozenset({
    "isinstance", "issubclass", "hasattr", "getattr", "callable", "bool", "all", "any", "len", "int", "float", "iter",
})  # fmt: skip
"""Calls whose success says that the argument is there, and whose failure says nothing."""


class Evaluator(Protocol):
    @property
    def defaults(self) -> Mapping[str, str]:
        """Parameter of the function that is followed -> source of its default, "" where it has none."""
        ...

    def value(self, node: Node, env: Env, /) -> Fact:
        """Evaluate an expression, with all its effects on `env`."""
        ...

    def descend(self) -> None:
        """One level deeper; raises TooDeepError past MAX_DEPTH."""
        ...

    def ascend(self) -> None: ...

    def tested(self, key: str, test: Node, /) -> None:
        """A test says of `key` whether it is None, on one of its sides at least."""
        ...

    def kind_made_by(self, node: Node, /) -> str:
        """The kind of the objects of a class, or of any in a tuple of classes; "" where it isn't known."""
        ...

    def peek(self, node: Node, env: Env, /) -> Fact:
        """What is known of an expression that was just evaluated."""
        ...


def truth(node: Node) -> bool | None:
    """The value of a constant test; of `TYPE_CHECKING` the one that checkers give it."""
    if node.type in ("identifier", "attribute") and text(node).endswith("TYPE_CHECKING"):
        return True
    if node.type in ("true", "false"):
        return node.type == "true"
    if node.type == "integer":
        return text(node) != "0"
    return None


def branch(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    """The environments after a test that succeeded and one that failed. `env` is used up."""
    for key in _tested(node):
        evaluator.tested(key, node)
    correlated = any(fact.unless for fact in env.values())
    evaluator.descend()
    yes, no = _branch(evaluator, node, env)
    evaluator.ascend()
    if evaluator.defaults and node.type in ("identifier", "comparison_operator"):
        demands.tested(evaluator.defaults, node, yes, no)
    if correlated:
        for env_, ruled_out in _shown(node, yes, no):
            for key in [key for key, fact in env_.items() if fact.unless == ruled_out]:
                narrow(env_, key)
    return yes, no


def _shown(node: Node, yes: Env, no: Env) -> Iterator[tuple[Env, str]]:
    """What is known now to have succeeded, or with `not` before it to have failed. A test for None tells as much of
    the name that it tests as one of its truth, where that is none."""
    source = text(node)
    yield from ((yes, source), (no, f"not {source}"))
    tested = _not_none(node)
    if tested is not node:
        name = text(tested)
        yield from ((no, f"not {name}"), (no, f"{name} is None"), (yes, f"not {name} is None"))
    elif node.type == "comparison_operator" and node.named_children[-1].type == "none" and _is(node, "is", "=="):
        name = text(node.named_children[0])
        yield from ((yes, f"not {name}"), (yes, f"not {name} is not None"), (no, f"{name} is not None"))


def _is(comparison: Node, *operators: str) -> bool:
    return [child.type for child in comparison.children if not child.is_named][:1] in [[each] for each in operators]


def _not_none(test: Node) -> Node:
    """`x` of `x is not None`; any other test itself."""
    if test.type == "comparison_operator" and test.named_child_count == 2 and _is(test, "is not", "!="):
        return test.named_children[0] if test.named_children[1].type == "none" else test
    return test


def _tested(node: Node) -> Iterator[str]:
    """The names that a test without `and`, `or` and `not` asks for None."""
    match node.type:
        case "identifier" | "attribute":
            yield key_of(node)
        case "named_expression":
            yield key_of(node)
        case "comparison_operator" if node.named_child_count == 2 and node.named_children[1].type == "none":
            yield key_of(node.named_children[0])
        case "call" if (function := node.child_by_field_name("function")) is not None:
            if text(function) in ("isinstance", "hasattr", "callable"):
                yield from (key_of(argument) for argument in _arguments(node))
        case _:
            pass


def _branch(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    match node.type:
        case "parenthesized_expression" if node.named_child_count == 1:
            return branch(evaluator, node.named_children[0], env)
        case "not_operator" if (argument := node.child_by_field_name("argument")) is not None:
            yes, no = branch(evaluator, argument, env)
            return no, yes
        case "boolean_operator":
            return _branch_boolean(evaluator, node, env)
        case "comparison_operator":
            return _branch_comparison(evaluator, node, env)
        case "call":
            return _branch_call(evaluator, node, env)
        case _:
            return _branch_value(evaluator, node, env)


def _branch_value(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    """`if x`: a true value is no None."""
    fact = evaluator.value(node, env)
    if fact.test is not None:
        return branch(evaluator, fact.test, env)
    yes, no = dict(env), env
    keys = {key_of(node)}
    if node.type == "named_expression" and (value := node.child_by_field_name("value")) is not None:
        keys.add(key_of(value))
    for key in keys - {""}:
        narrow(yes, key)
    return yes, no


def _branch_boolean(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return dict(env), env
    yes, no = branch(evaluator, left, env)
    if is_and(node):
        both, second = branch(evaluator, right, yes)
        return both, join_alternatives(no, second)
    led_on = tested_keys(no)
    second, neither = branch(evaluator, right, no)
    # `x is None or …` lets a None through by its own words, `x is not None or …` only for want of another test
    joined = join_alternatives(yes, second, tested_keys(yes) | tested_keys(second) - led_on)
    if node.parent is not None and node.parent.type in ("if_statement", "elif_clause"):
        _allow_either(joined, (left, second), (right, yes))
    return joined, neither


def _allow_either(env: Env, one: tuple[Node, Env], other: tuple[Node, Env]) -> None:
    """`if x or y:` leads on when one of them is None. Each comes with the path on which it may be that."""
    known = [(_not_none(node), failed) for node, failed in (one, other)]
    facts = [failed.get(key_of(node), NOTHING) for node, failed in known]
    if all(fact.cause is not None and fact.cause.reason is not TESTED for fact in facts):
        for at, (node, _) in enumerate(known):
            env[key_of(node)] = facts[at]._replace(unless=f"not {text(known[1 - at][0])}")


def _branch_comparison(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    evaluator.value(node, env)
    yes, no = dict(env), env
    operators = [child.type for child in node.children if not child.is_named]
    if len(operators) != 1:
        for operand in node.named_children:
            narrow(yes, key_of(operand))
        return yes, no
    left, right = node.named_children[0], node.named_children[-1]
    equal, other = (no, yes) if operators[0] in ("is not", "!=", "not in") else (yes, no)
    if operators[0] in ("is", "is not", "==", "!="):
        if left.type == "none":
            left, right = right, left
        if right.type == "none":
            _narrow_all(other, left)
            _allow(equal, left, node)
        elif evaluator.peek(right, env).cause is None:
            _narrow_all(equal, left)
            if left.type == "call":  # type(x) is T
                for argument in _arguments(left):
                    _narrow_all(equal, argument)
        if evaluator.peek(left, env).cause is None and right.type != "none":
            _narrow_all(equal, right)
    elif operators[0] in ("in", "not in"):
        _narrow_all(equal, left)
        if left.type == "none":
            trust(yes, held_by(right))
            trust(no, held_by(right))
        equal[f"{text(right)}.get({text(left)})"] = CHECKED
    return yes, no


def _branch_call(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    fact = evaluator.value(node, env)
    yes, no = dict(env), env
    if fact.cause is not None:
        narrow(yes, key_of(node))
    function = node.child_by_field_name("function")
    name = text(function) if function is not None else ""
    if name in ("all", "any"):
        for container in _looked_through(node):
            trust(yes, container)
            trust(no, container)
    if name == "hasattr":
        yes[f"getattr({', '.join(map(text, _arguments(node)))}, None)"] = CHECKED
    for argument in _arguments(node):
        if name in _BUILTIN:
            if name != "isinstance" or "None" not in text(node):
                _narrow_all(yes, argument)
            if name == "isinstance":
                _is_of(evaluator, node, yes)
        else:  # a predicate of the program's own may well test for None: believe both outcomes
            for env_ in (yes, no):
                _narrow_all(env_, argument)
                trust(env_, key_of(argument))
    return yes, no


def _looked_through(call: Node) -> Iterator[str]:
    """The containers whose elements `all` or `any` is asked about."""
    for argument in call.named_children[1:]:
        parts = [argument, *argument.named_children]
        clauses = [each for part in parts for each in (part, *part.named_children) if each.type == "for_in_clause"]
        given = [right for clause in clauses if (right := clause.child_by_field_name("right")) is not None]
        for each in given or argument.named_children:
            yield held_by(each)


def _is_of(evaluator: Evaluator, test: Node, env: Env) -> None:
    """`isinstance(x, A)` has succeeded."""
    match list(_arguments(test)):
        case [tested, class_] if (key := key_of(tested)) and (kind := evaluator.kind_made_by(class_)):
            fact = env.get(key, NOTHING)
            env[key] = Fact(kind=kind, before=fact.before or fact.kind)
        case _:
            pass


def is_and(node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type == "and"


def _narrow_all(env: Env, node: Node) -> None:
    """Narrow an expression and, in a tuple or list of expressions, each."""
    if node.type in ("tuple", "list", "parenthesized_expression"):
        for child in node.named_children:
            _narrow_all(env, child)
        return
    if key := key_of(node):
        narrow(env, key)
    if node.type == "named_expression" and (value := node.child_by_field_name("value")) is not None:
        _narrow_all(env, value)


def _allow(env: Env, node: Node, test: Node) -> None:
    """A test for None has succeeded: nobody tests what can't be."""
    key = key_of(node)
    if key and node.type not in ("call", "subscript") and env.get(key, NOTHING).cause is None:
        env[key] = Fact(Cause(test, TESTED))


def _arguments(call: Node) -> Iterator[Node]:
    arguments = call.child_by_field_name("arguments")
    if arguments is not None:
        for child in arguments.named_children:
            yield child.child_by_field_name("value") or child if child.type == "keyword_argument" else child
