"""What a call gives back, what it demands of its arguments, and whether it comes back at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from breadknife.plugins.nullcheck.ecmascript.facts import NOTHING, Cause, Env, Fact, Summary
from breadknife.plugins.nullcheck.ecmascript.hooks import hook
from breadknife.plugins.nullcheck.ecmascript.imports import ALL, DEFAULT, WHOLE, Source
from breadknife.plugins.nullcheck.ecmascript.jsdoc import documented_result
from breadknife.plugins.nullcheck.ecmascript.modules import Exported, Known
from breadknife.plugins.nullcheck.ecmascript.narrowing import arguments_of, inner, key_of, truth
from breadknife.plugins.nullcheck.ecmascript.regexes import always_matches, meant
from breadknife.plugins.nullcheck.ecmascript.rules import (
    CALLS,
    NO_RETURN,
    REFUSES_FALSE,
    TAKES_STRING,
    THROWS,
    NullableCall,
    UsersRules,
    When,
    owner_of,
)
from breadknife.plugins.nullcheck.ecmascript.types import UNKNOWN, Type
from breadknife.plugins.nullcheck.ecmascript.undeclared import is_given, is_taken_for_granted
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

if TYPE_CHECKING:
    from breadknife.plugins.nullcheck.ecmascript.expressions import Evaluator

_FUNCTIONS = frozenset({"arrow_function", "function_expression"})
_FORMS: Mapping[When, frozenset[str]] = {
    When.FUNCTION: _FUNCTIONS,
    When.REGEX: frozenset({"regex"}),
    When.STRING: frozenset({"string", "template_string"}),
}
_PLAIN = frozenset(
    {"string", "number", "boolean", "bigint", "symbol", "Date", "RegExp", "Array", "Map", "Set", "Error"}
)
"""Types that null and undefined are certainly not members of."""


class Summaries(Protocol):
    def summary(self, function: Node, source: bytes, /) -> Summary:
        """Of a function of the text `source`."""
        ...

    @property
    def rules(self) -> UsersRules: ...

    def counts(self, name: str, /) -> tuple[int, int]:
        """How often the file calls a function of that name, and asks whether what it gives is there."""
        ...

    @property
    def imports(self) -> Mapping[str, Source]:
        """By the name that it has in the file."""
        ...


@dataclass(frozen=True)
class Callee:
    function: Node
    receiver: Type
    given: list[tuple[Node, Fact]]
    type: Type = UNKNOWN
    """Of the function itself."""

    @property
    def method(self) -> Node | None:
        member = self.function.type == "member_expression"
        return self.function.child_by_field_name("property") if member else None


def result(evaluator: Evaluator, callee: Callee, summaries: Summaries) -> Fact:
    if evaluator.outline.has_hooks and (made := hook(evaluator, callee.function.parent, callee.given)) is not None:
        return made
    fact = _result(evaluator, callee, summaries)
    if fact is NOTHING and callee.type.name == "Function" and callee.type.args:  # `get: () => string | null`
        returns = evaluator.outline.resolved(callee.type.args[0])
        if returns.null or returns.name == "Promise":
            return _declared_result(evaluator.text(callee.method or callee.function), callee.function, returns)
    return fact


def _result(evaluator: Evaluator, callee: Callee, summaries: Summaries) -> Fact:
    method = callee.method
    if method is None:
        return _function_result(evaluator, callee, summaries)
    name = evaluator.text(method)
    for rule in CALLS.get(name, ()):
        if _applies(evaluator, rule, callee):
            cause = Cause(method, f"`{rule.name}` returns {rule.null} {rule.why}", rule.null)
            return Fact(cause, _given(rule, callee.receiver))
    if name == "catch" and (caught := _caught(evaluator, callee, summaries)) is not None:
        return caught
    if (why := _users(evaluator, callee, name, summaries)) is not None:
        return Fact(Cause(method, f"`{name}` returns null {why}"))
    member = evaluator.outline.member(callee.receiver, name)
    if member is not None and member.known is not None and member.elsewhere is not None:
        head = _Head(name, member.node)
        return _known_result(evaluator, callee, summaries, head, member.known, member.type, member.elsewhere[0])
    if member is not None and member.is_method:
        function = member.function
        if function is None or member.type != UNKNOWN or _is_said(evaluator, function):
            return _declared_result(name, member.node, member.type)
        is_async = any(child.type == "async" for child in function.children)
        summary = summaries.summary(function, evaluator.outline.source)
        return _found_result(evaluator, callee, summaries, _Head(name, member.node, is_async), summary)
    if name in ("filter", "slice", "sort", "reverse", "concat") and callee.receiver.name == "Array":
        return Fact(type=callee.receiver)
    if name == "keys" and evaluator.text(callee.function) == "Object.keys":
        return Fact(type=Type("Array", (Type("string"),)))
    found = _of_module(evaluator, callee.function)
    if found is not None and (known := found.function) is not None:
        returns = found.kind(known.returns) if known.returns is not None else UNKNOWN
        head = _Head(name, evaluator.outline.tree.root)
        return _known_result(evaluator, callee, summaries, head, known, returns, found.uri)
    return NOTHING


def _caught(evaluator: Evaluator, callee: Callee, summaries: Summaries) -> Fact | None:
    """`p.catch(() => null)`: awaited, it is null where the promise fails."""
    handler = inner(callee.given[0][0]) if len(callee.given) == 1 else None
    if handler is None or handler.type not in _FUNCTIONS:
        return None
    body = handler.child_by_field_name("body")
    if body is not None and body.type == "statement_block" and not body.named_children:
        null = "undefined"
    elif (cause := summaries.summary(handler, evaluator.source).cause) is not None and cause.null:
        null = cause.null
    else:
        return None
    return Fact(type=Type("Promise", (Type(null=null),)))


def _users(evaluator: Evaluator, callee: Callee, name: str, summaries: Summaries) -> str | None:
    """When a method gives null by a user's rule, or a function of an imported module."""
    if (why := summaries.rules.methods.get((callee.receiver.name.rpartition("#")[2], name))) is not None:
        return why
    owner = callee.function.child_by_field_name("object")
    source = _imported(evaluator, owner, summaries) if owner is not None else None
    if source is None or source.name not in (ALL, DEFAULT, WHOLE):
        return None
    return summaries.rules.functions.get((source.module, name))


def _imported(evaluator: Evaluator, node: Node, summaries: Summaries) -> Source | None:
    """What a name was imported as, where nothing else has that name."""
    name = evaluator.text(node) if node.type == "identifier" else ""
    source, variable = summaries.imports.get(name), evaluator.scopes[name] if name else None
    if variable is None or variable.node.parent is None or _is_required(evaluator, variable.node):
        return source
    return None


def _of_module(evaluator: Evaluator, function: Node) -> Exported | None:
    """`util.find` of `import * as util`."""
    owner, name = function.child_by_field_name("object"), function.child_by_field_name("property")
    modules = evaluator.outline.modules
    if modules is None or owner is None or owner.type != "identifier" or name is None:
        return None
    variable = evaluator.scopes[evaluator.text(owner)]
    if variable is not None and not _is_required(evaluator, variable.node):
        return None
    return modules.member(evaluator.text(name), evaluator.text(owner))


def _is_required(evaluator: Evaluator, declared: Node) -> bool:
    """Whether a variable is the file's own `const util = require('./util')`."""
    declarator = declared.parent
    value = declarator.child_by_field_name("value") if declarator is not None else None
    return value is not None and evaluator.text(value).startswith("require(")


def _is_said(evaluator: Evaluator, function: Node) -> bool:
    """Whether the head of a function, or a comment before it, says what it gives."""
    if function.child_by_field_name("return_type") is not None:
        return True
    return evaluator.documented and documented_result(function, evaluator.outline.source) is not None


@dataclass(frozen=True)
class _Head:
    """Of a function: its name here, and where it stands."""

    name: str
    node: Node
    is_async: bool = False


def _known_result(
    evaluator: Evaluator, callee: Callee, summaries: Summaries, head: _Head, known: Known, returns: Type, uri: str
) -> Fact:
    """Of a function of another file."""
    if known.returns is not None:
        fact = _declared_result(head.name, head.node, returns)
    else:
        cause = Cause(head.node, "", known.null) if known.null is not None else None
        summary = Summary(cause, null_for=known.null_for)
        head = replace(head, is_async=known.is_async)
        fact = _found_result(evaluator, callee, summaries, head, summary, (known.calls + 1, known.checks))
    return replace(fact, cause=replace(fact.cause, elsewhere=(uri, known.span))) if fact.cause is not None else fact


def _key_is_tested(evaluator: Evaluator, callee: Callee) -> bool:
    """Of `find(a.key)` where `a.key` is known to be there: then what it leads to often is, whatever a comment says."""
    for node, fact in callee.given:
        value = meant(evaluator, node)
        if value is not None and value.type == "member_expression":
            names = {evaluator.text(node), evaluator.text(value)}
            if fact.checked or any(names.intersection(_conjuncts(evaluator, test)) for test in _tests_around(node)):
                return True
    return False


def _tests_around(node: Node) -> Iterator[Node]:
    """The conditions of the `if`s that it stands in: those without a null in them aren't followed."""
    inside, outer = node, node.parent
    while outer is not None and outer.type not in _FUNCTIONS:
        condition = outer.child_by_field_name("condition") if outer.type == "if_statement" else None
        if condition is not None and outer.child_by_field_name("consequence") == inside:
            yield condition
        inside, outer = outer, outer.parent


def _conjuncts(evaluator: Evaluator, condition: Node) -> list[str]:
    said = evaluator.text(inner(condition))
    return [part.strip() for part in said.split("&&")] if "||" not in said else []


def _function_result(evaluator: Evaluator, callee: Callee, summaries: Summaries) -> Fact:
    function = callee.function
    name = evaluator.text(function) if function.type == "identifier" else ""
    source = _imported(evaluator, function, summaries)
    if source is not None and (why := summaries.rules.functions.get((source.module, source.name))) is not None:
        return Fact(Cause(function, f"`{name}` returns null {why}"))
    variable = evaluator.scopes[name] if name else None
    if variable is None or variable.function is None or (evaluator.documented and _key_is_tested(evaluator, callee)):
        return NOTHING
    signature = variable.function
    if signature.known is not None:
        head, returns = _Head(name, signature.node), signature.returns or UNKNOWN
        return _known_result(evaluator, callee, summaries, head, signature.known, returns, signature.uri)
    if signature.returns is not None:
        return _declared_result(name, signature.node, signature.returns)
    summary = summaries.summary(signature.node, signature.source)
    return _found_result(evaluator, callee, summaries, _Head(name, signature.node, signature.is_async), summary)


def _declared_result(name: str, node: Node, type: Type) -> Fact:
    if type.null:
        return Fact(Cause(node, f"`{name}` may return {type.null}", type.null), type.present)
    return Fact(type=type) if type.name else NOTHING


def _found_result(
    evaluator: Evaluator,
    callee: Callee,
    summaries: Summaries,
    head: _Head,
    summary: Summary,
    elsewhere: tuple[int, int] = (0, 0),
) -> Fact:
    """`elsewhere`: calls and checks of it in another file."""
    if summary.cause is None:
        return NOTHING
    source, call = evaluator.outline.source, callee.function.parent
    given = {is_given(call, callee.given, *each, source) for each in summary.null_for}
    if given == {False}:
        return NOTHING
    if not evaluator.typed and True not in given:
        calls, checks = summaries.counts(head.name)
        if is_taken_for_granted(calls + elsewhere[0], checks + elsewhere[1]):
            return NOTHING
    null = summary.cause.null
    if head.is_async:
        return Fact(type=Type("Promise", (Type(null=null or "null or undefined"),)))
    return Fact(Cause(head.node, f"`{head.name}` may return {null or 'null'}", null))


def _applies(evaluator: Evaluator, rule: NullableCall, callee: Callee) -> bool:
    if rule.typed_only and not evaluator.typed:
        return False
    regexes = _regexes(evaluator, callee) if rule.when is When.REGEX else []
    if any(always_matches(evaluator.text(node)) for node in regexes):
        return False
    if rule.owner and owner_of(callee.receiver.name) == rule.owner:
        return True
    if callee.receiver.name and rule.owner:
        return False
    form = _FORMS.get(rule.when)
    if form is None or not callee.given:
        return False
    return inner(callee.given[0][0]).type in form or (rule.owner == "String" and bool(regexes))


def _regexes(evaluator: Evaluator, callee: Callee) -> list[Node]:
    """The regular expressions that are called or given, also by the name of a constant."""
    owner = callee.function.child_by_field_name("object")
    nodes = [owner] if owner is not None else []
    found = (meant(evaluator, inner(node)) for node in (*nodes, *(node for node, _ in callee.given[:1])))
    return [node for node in found if node is not None and node.type == "regex"]


def _given(rule: NullableCall, receiver: Type) -> Type:
    if rule.gives.isdigit():
        at = int(rule.gives)
        return receiver.args[at].present if at < len(receiver.args) else UNKNOWN
    return Type(rule.gives)


def ends(evaluator: Evaluator, call: Node, summaries: Summaries) -> bool:
    function = call.child_by_field_name("function")
    if function is None:
        return False
    name = key_of(evaluator, function)
    if name in NO_RETURN or _refuses(evaluator, call, name):
        return True
    if function.type == "identifier":
        variable = evaluator.scopes[name]
        signature = variable.function if variable is not None else None
        if signature is None or signature.is_async:
            return False
        if signature.known is not None:
            return signature.known.never_returns
        if signature.returns is not None and (evaluator.typed or signature.returns.name == "never"):
            return signature.returns.name == "never"
        return summaries.summary(signature.node, signature.source).never_returns
    if (found := _of_module(evaluator, function)) is not None:
        return found.function is not None and found.function.never_returns
    if name.startswith("this.") and name.count(".") == 1:
        member = evaluator.outline.member(evaluator.this[-1], name[5:])
        if member is not None and member.known is not None:
            return member.known.never_returns
        if member is None or member.function is None or any(c.type == "async" for c in member.function.children):
            return False
        if member.type.name == "never" or member.function.child_by_field_name("return_type") is not None:
            return member.type.name == "never"
        return summaries.summary(member.function, evaluator.outline.source).never_returns
    return False


def _refuses(evaluator: Evaluator, call: Node, name: str) -> bool:
    """`invariant(false)`: whether a call asserts what is false."""
    first = next(arguments_of(call), None)
    if first is None or truth(evaluator, first) is not False:
        return False
    variable = evaluator.scopes[name]
    signature = variable.function if variable is not None else None
    return signature.asserts if signature is not None and signature.returns is not None else name in REFUSES_FALSE


def argument_uses(evaluator: Evaluator, callee: Callee, env: Env) -> None:
    """Nulls that are given to a function which doesn't take them."""
    if all(fact.cause is None for _, fact in callee.given):
        return
    name = key_of(evaluator, callee.function)
    first, fact = callee.given[0]
    if name in THROWS or (name in TAKES_STRING and evaluator.typed):
        evaluator.use(first, fact, Use.ARGUMENT, env)
        return
    variable = evaluator.scopes[name] if callee.function.type == "identifier" else None
    if not evaluator.typed or variable is None or variable.function is None:
        return
    for (argument, given), type in zip(callee.given, variable.function.takes, strict=False):
        if argument.type == "spread_element":
            return
        if type is not None and demands(evaluator, type):
            evaluator.use(argument, given, Use.ARGUMENT, env)


def demands(evaluator: Evaluator, type: Type) -> bool:
    """Whether a declaration with that type certainly takes no null."""
    if type.null:
        return False
    if type.name in _PLAIN:
        return True
    declared = evaluator.outline.declared(type.name) if type.name else None
    return declared is not None and declared.alias is None and not declared.is_alias
