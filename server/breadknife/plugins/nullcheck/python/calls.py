"""What a call gives back, by the rules for the standard library and by what the project's functions are known to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from breadknife.plugins.nullcheck.python.demands import came_back, failing_test, is_ruled_out
from breadknife.plugins.nullcheck.python.facts import (
    CHECKED,
    FLAGS,
    NOTHING,
    Cause,
    Env,
    Fact,
    forget_attributes,
    key_of,
    narrow,
)
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.rule import Default, NullableCall
from breadknife.plugins.nullcheck.python.rules import (
    COMES_BACK,
    COMES_BACK_METHODS,
    ITERATES,
    NO_RETURN,
    NO_RETURN_METHODS,
    TAKERS,
    TAKES_VALUE,
)
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

_LOOKS = ITERATES | {"len", "print"}


class Evaluator(Protocol):
    forgiven: int
    """How many surrounding `try` blocks catch what a use of None raises."""

    @property
    def defaults(self) -> Mapping[str, str]:
        """See `narrowing`."""
        ...

    @property
    def meaning(self) -> Meaning: ...

    @property
    def method(self) -> str:
        """The name of the function that is followed."""
        ...

    def value(self, node: Node, env: Env, /) -> Fact:
        """Evaluate an expression, with all its effects on `env`."""
        ...

    def use(self, node: Node, fact: Fact, use: Use, env: Env, /) -> None:
        """A value is used in a way that None doesn't allow."""
        ...

    def change(self, name: str, env: Env, /) -> None:
        """A parameter may hold more or less from here on."""
        ...

    def peek(self, node: Node, env: Env, /) -> Fact:
        """What is known of an expression that was just evaluated."""
        ...


def call_result(
    meaning: Meaning,
    function: Node,
    qualified: str,
    receiver: str,
    given: list[Node],
    first: Fact,
    awaited: bool,
    env: Env,
) -> Fact:
    """`receiver`: the kind of the object whose method is called, of a plain name that of what it stands for. `first`:
    what is known of the first argument."""
    method = text(function).rpartition(".")[2] if receiver and function.type == "attribute" else ""
    rules = meaning.rules
    rule = rules.get(qualified) or (rules.get(f"{receiver}.{method}" if method else receiver) if receiver else None)
    if rule is not None:
        if rule.name == "getattr" and (known := _named_attribute(given, env)) is not None:
            return known
        why = f"`{rule.name}` returns None {rule.why}"
        return Fact(Cause(function, why), rule.gives) if _gives_none(rule, given) else Fact(kind=rule.gives)
    if kind := meaning.made_by(function):
        return Fact(kind=kind)
    callee = meaning.callee(function, receiver)
    if callee is None or callee.is_property or callee.is_async != awaited:
        return NOTHING
    if not (callee.cause or callee.kind or callee.items or callee.contents):
        return NOTHING
    group = function.start_byte + 1 if callee.together else 0
    items = [Fact(cause, group=group) if cause else NOTHING for cause in callee.items]
    if callee.flag is not None:
        items[callee.flag[0]] = FLAGS["true" if callee.flag[1] else "false"]
    cause, unless = callee.cause, ""
    if callee.fallback is not None and not _falls_back(callee.fallback, given, first):
        cause = None
    if cause is not None and callee.null_where:
        cause = None if is_ruled_out(callee.null_where, given, env) else cause
        unless = failing_test(callee.null_where, given) if cause is not None else ""
    return Fact(cause, callee.kind, unless=unless, items=tuple(items), contents=callee.contents)


def _named_attribute(given: list[Node], env: Env) -> Fact | None:
    """What is known of `o.x`, where `getattr(o, "x", None)` asks for it."""
    if len(given) < 2 or given[1].type != "string" or not (owner := key_of(given[0])):
        return None
    known = env.get(f"{owner}.{text(given[1])[1:-1]}")
    return NOTHING if known == CHECKED else known


def _falls_back(parameter: tuple[int, str], given: list[Node], first: Fact) -> bool:
    """Whether a call leaves a parameter to its default, or gives it what may be None itself."""
    value = _argument(given, *parameter)
    if value is not None and value == given[0] and first.cause is not None:
        return True
    return not any("splat" in child.type for child in given) and (value is None or value.type == "none")


def _gives_none(rule: NullableCall, given: list[Node]) -> bool:
    if rule.default is Default.NEVER:
        return True
    if any(child.type in ("list_splat", "dictionary_splat") for child in given):
        return False
    default = _argument(given, rule.default_at, rule.keyword)
    if default is None:
        return rule.default is Default.OPTIONAL_EVEN_ALONE or (rule.default is Default.OPTIONAL and len(given) > 0)
    return default.type == "none"


def _argument(given: list[Node], at: int, keyword: str) -> Node | None:
    """What a call gives for a parameter, by its place or name."""
    for child in given:
        name = child.child_by_field_name("name") if child.type == "keyword_argument" else None
        if name is not None and text(name) == keyword:
            return child.child_by_field_name("value")
    position = [child for child in given if child.type != "keyword_argument"]
    return position[at] if len(position) > at else None


def evaluate_arguments(
    evaluator: Evaluator, given: list[Node], qualified: str, env: Env, function: Node, receiver: str
) -> Fact:
    """What is known of the first. `qualified` is the name of what is called: some builtins take no None first."""
    first = NOTHING
    for at, argument in enumerate(given):
        is_tried = argument.type == "lambda" and evaluator.meaning.tries(function, receiver)
        evaluator.forgiven += is_tried
        fact = evaluator.value(argument, env)
        evaluator.forgiven -= is_tried
        first = fact if at == 0 else first
        is_builtin = "." not in qualified and qualified not in evaluator.meaning.outline.by_name
        if at == 0 and fact.cause is not None and (is_builtin or receiver or qualified in TAKERS):
            name = f"{receiver}.{text(function).rpartition('.')[2]}" if receiver else qualified
            if name in TAKES_VALUE or (name in TAKERS and not _is_set_by_name(evaluator, argument, env)):
                evaluator.use(argument, fact, Use.ARGUMENT, env)
            elif is_builtin and qualified in ITERATES:
                evaluator.use(argument, fact, Use.ITERATE, env)
    return first


def _is_set_by_name(evaluator: Evaluator, node: Node, env: Env) -> bool:
    """Whether it is an attribute that may get a value in ways that no assignment shows: options, most often."""
    owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    return (
        owner is not None
        and name is not None
        and evaluator.meaning.may_be_set_by_name(evaluator.peek(owner, env).kind, text(name))
    )


def after_call(evaluator: Evaluator, function: Node, receiver: str, env: Env) -> None:
    """What isn't known any more once something was called, and what is."""
    forget_attributes(env, lambda key: _set_here_alone(evaluator, key, env), evaluator.meaning.outline.class_named)
    _set_by(evaluator, function, receiver, env)


def changed_by(evaluator: Evaluator, function: Node, qualified: str, given: list[Node], env: Env) -> None:
    """What is called may change what it is a method of, and what it is given."""
    owner = function.child_by_field_name("object")
    values = [each.child_by_field_name("value") if each.type == "keyword_argument" else each for each in given]
    for value in (owner, *(values if qualified not in _LOOKS else ())):
        if value is not None and value.type == "identifier":
            evaluator.change(text(value), env)


def _set_here_alone(evaluator: Evaluator, key: str, env: Env) -> bool:
    """Whether no other method of the object's class, as far as this file has it, gives that attribute a value."""
    owner, _, name = key.rpartition(".")
    kind = env.get(owner, NOTHING).kind
    if not kind.startswith("#"):
        return False
    variable = evaluator.meaning.outline.classes[int(kind[1:])].variables.get(name)
    return variable is not None and variable.setters <= {evaluator.method}


def _set_by(evaluator: Evaluator, function: Node, receiver: str, env: Env) -> None:
    """A method of the object's own class gives attributes a value: which, isn't said here."""
    name = function.child_by_field_name("attribute")
    owner = function.child_by_field_name("object")
    if not receiver.startswith("#") or name is None or owner is None or not (key := key_of(owner)):
        return
    method = text(name)
    for attribute, variable in evaluator.meaning.outline.classes[int(receiver[1:])].variables.items():
        here = f"{key}.{attribute}"
        if method in variable.setters or (
            here in env and env[here].cause and _is_abstract(evaluator, receiver, method)
        ):
            env[here] = CHECKED


def _is_abstract(evaluator: Evaluator, receiver: str, method: str) -> bool:
    """Whether it is for a class below to say what it sets."""
    member = evaluator.meaning.member(receiver, method)
    called = member.function if member is not None else None
    return called is not None and called.is_abstract


def ends_here(evaluator: Evaluator, node: Node, env: Env) -> bool:
    """Whether a call never comes back. Where it does, its arguments are from here on what it lets pass."""
    function = node.child_by_field_name("function") if node.type == "call" else None
    if function is None:
        return False
    if evaluator.meaning.key(function) in NO_RETURN_METHODS or evaluator.meaning.qualified(function) in NO_RETURN:
        return True
    owner = function.child_by_field_name("object") if function.type == "attribute" else None
    callee = evaluator.meaning.callee(function, evaluator.peek(owner, env).kind if owner is not None else "")
    if callee is None or callee.is_async or callee.never_returns:
        return callee is not None and not callee.is_async
    arguments = node.child_by_field_name("arguments")
    if not callee.back_where or arguments is None or arguments.type != "argument_list":
        return False
    given = [child for child in arguments.named_children if child.type != "comment"]
    if any("splat" in child.type for child in given):
        return False
    if is_ruled_out(callee.back_where, given, env):
        return True
    for argument in came_back(callee.back_where, given, evaluator.defaults, env):
        narrow(env, key_of(argument))
    return False


def comes_back(evaluator: Evaluator, node: Node, env: Env) -> bool:
    """Whether a call is known to: it is the program's own, a builtin, a log's, or one of a collection's."""
    function = node.child_by_field_name("function")
    if function is None:
        return False
    owner, name = function.child_by_field_name("object"), function.child_by_field_name("attribute")
    if owner is None or name is None:
        qualified = evaluator.meaning.qualified(function)
        return qualified in COMES_BACK or evaluator.meaning.callee(function, "") is not None
    if text(name) in COMES_BACK_METHODS or evaluator.meaning.qualified(function) in COMES_BACK:
        return True
    return evaluator.meaning.callee(function, evaluator.peek(owner, env).kind) is not None
