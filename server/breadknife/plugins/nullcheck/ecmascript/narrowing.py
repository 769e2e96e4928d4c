"""What a test says about the names in it: the environments after it succeeded and after it failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from breadknife.plugins.nullcheck.ecmascript.facts import CHECKED, Env, Fact, join, join_alternatives, narrow
from breadknife.plugins.nullcheck.ecmascript.regexes import matching
from breadknife.plugins.nullcheck.ecmascript.scopes import Scopes
from breadknife.plugins.nullcheck.ecmascript.types import SOME, Type
from breadknife.text.syntax import Node

_EQUAL = frozenset({"==", "===", "!=", "!=="})
_NULLS = frozenset({"null", "undefined"})
_TRANSPARENT = frozenset({"parenthesized_expression", "non_null_expression", "as_expression", "satisfies_expression"})
LINKS = frozenset({"member_expression", "subscript_expression", "call_expression", "non_null_expression"})
_MAX_KEY = 100
"""Bytes of a call that may be a key."""


class Evaluator(Protocol):
    @property
    def scopes(self) -> Scopes: ...

    def value(self, node: Node, env: Env, /) -> Fact:
        """Evaluate an expression, with all its effects on `env`."""
        ...

    def claim(self, node: Node, /) -> None:
        """`!` is written behind an expression's last operand."""
        ...

    def text(self, node: Node, /) -> str: ...

    def instance(self, node: Node, made: Node, env: Env, /) -> Type | None: ...

    def narrows(self, name: str, /) -> bool: ...

    def descend(self) -> None:
        """One level deeper; raises TooDeepError past the limit."""
        ...

    def ascend(self) -> None: ...


def is_null(evaluator: Evaluator, node: Node) -> bool:
    """Whether an expression is written `null`, `undefined` or `void 0`."""
    return node.type in _NULLS or (node.type in ("identifier", "unary_expression") and (
        evaluator.text(node) in ("undefined", "void 0")
    ))  # fmt: skip


def truth(evaluator: Evaluator, node: Node) -> bool | None:
    """The value of a constant test."""
    node = inner(node)
    if node.type in ("true", "false"):
        return node.type == "true"
    return evaluator.text(node) != "0" if node.type == "number" else None


def inner(node: Node) -> Node:
    while node.type == "parenthesized_expression":
        held = [child for child in node.named_children if child.type != "comment"]
        if len(held) != 1:
            break
        node = held[0]
    return node


def leaning(node: Node) -> Node | None:
    """The `a || b` of `a || b!.c`: the grammar takes the `!` for one of all before it."""
    while node.type in LINKS and node.named_child_count:
        child = node.child_by_field_name("object") or node.child_by_field_name("function") or node.named_children[0]
        if child.type == "binary_expression":
            return child if node.type == "non_null_expression" else None
        node = child
    return None


def key_of(evaluator: Evaluator, node: Node) -> str:
    """The name under which facts about an expression are kept, or ""; the same with `?.` as without."""
    match node.type:
        case "identifier" | "this" | "shorthand_property_identifier":
            return evaluator.text(node)
        case "member_expression":
            owner, name = node.child_by_field_name("object"), node.child_by_field_name("property")
            prefix = key_of(evaluator, owner) if owner is not None else ""
            return f"{prefix}.{evaluator.text(name)}" if prefix and name is not None else ""
        case "subscript_expression":
            owner, index = node.child_by_field_name("object"), node.child_by_field_name("index")
            if owner is None or index is None or index.type not in ("identifier", "string", "number"):
                return ""
            prefix = key_of(evaluator, owner)
            return f"{prefix}[{evaluator.text(index)}]" if prefix else ""
        case "call_expression" if node.end_byte - node.start_byte <= _MAX_KEY:
            return evaluator.text(node).replace("?.", ".")
        case "assignment_expression":
            left = node.child_by_field_name("left")
            return key_of(evaluator, left) if left is not None else ""
        case kind if kind in _TRANSPARENT and node.named_child_count:
            return key_of(evaluator, node.named_children[0])
        case _:
            return ""


def branch(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    """The environments after a test that succeeded and one that failed. `env` is used up."""
    correlated = any(fact.unless for fact in env.values())
    evaluator.descend()
    yes, no = _branch(evaluator, node, env)
    evaluator.ascend()
    if correlated:
        source = evaluator.text(inner(node))
        for env_, ruled_out in ((yes, source), (no, f"!{source}")):
            for key in [key for key, fact in env_.items() if fact.unless == ruled_out]:
                narrow(env_, key)
    return yes, no


def _branch(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    match node.type:
        case "parenthesized_expression" if inner(node) != node:
            return branch(evaluator, inner(node), env)
        case kind if kind in LINKS and (binary := leaning(node)) is not None:
            return _branch_leaning(evaluator, node, binary, env)
        case "unary_expression" if node.children[0].type == "!":
            yes, no = branch(evaluator, node.children[-1], env)
            return no, yes
        case "binary_expression":
            return _branch_binary(evaluator, node, env)
        case "call_expression":
            return _branch_call(evaluator, node, env)
        case _:
            return _branch_value(evaluator, node, env)


def _branch_leaning(evaluator: Evaluator, node: Node, binary: Node, env: Env) -> tuple[Env, Env]:
    left, right = binary.child_by_field_name("left"), binary.child_by_field_name("right")
    operator = binary.child_by_field_name("operator")
    if left is None or right is None or operator is None or operator.type not in ("&&", "||"):
        return _branch_value(evaluator, node, env)
    yes, no = branch(evaluator, left, env)
    rest = yes if operator.type == "&&" else no
    evaluator.claim(binary)
    evaluator.value(right, dict(rest))
    narrow(rest, key_of(evaluator, right))
    if operator.type == "&&":
        return rest, join_alternatives(no, dict(rest))
    return join_alternatives(yes, dict(rest)), rest


def _branch_value(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    """`if (x)`: a true value is there."""
    fact = evaluator.value(node, env)
    if fact.test is not None:
        yes, no = branch(evaluator, fact.test, env)
        narrow(yes, key_of(evaluator, node))
        return yes, no
    yes, no = dict(env), env
    there(evaluator, yes, node)
    if node.type == "assignment_expression":
        for side in ("left", "right"):
            if (child := node.child_by_field_name(side)) is not None:
                there(evaluator, yes, child)
    _lengths(evaluator, yes, no, node)
    return yes, no


def _branch_binary(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return dict(env), env
    match operator.type:
        case "&&" if is_null(evaluator, inner(left)):
            return dict(env), env
        case "&&":
            yes, no = branch(evaluator, left, env)
            both, second = branch(evaluator, right, yes)
            return both, join_alternatives(no, second)
        case "||":
            yes, no = branch(evaluator, left, env)
            second, neither = branch(evaluator, right, no)
            return join_alternatives(yes, second), neither
        case "??":
            evaluator.value(node, env)
            yes, no = dict(env), env
            if evaluator.text(right) in ("false", "0", "null", "undefined", '""', "''"):
                there(evaluator, yes, left)
            return yes, no
        case kind if kind in _EQUAL:
            return _branch_equality(evaluator, left, right, kind, env)
        case "instanceof":
            evaluator.value(node, env)
            yes, no = dict(env), env
            there(evaluator, yes, left)
            _shown(yes, key := key_of(evaluator, left), evaluator.instance(left, right, dict(yes)) if key else None)
            return yes, no
        case kind:
            evaluator.value(node, env)
            yes, no = dict(env), env
            for side in (left, right):
                if kind != "in":
                    there(evaluator, yes, side)
                _lengths(evaluator, yes, no, side)
            return yes, no


def _branch_equality(evaluator: Evaluator, left: Node, right: Node, kind: str, env: Env) -> tuple[Env, Env]:
    one, other = evaluator.value(left, env), evaluator.value(right, env)
    yes, no = dict(env), env
    equal, unequal = (no, yes) if kind.startswith("!") else (yes, no)
    if is_null(evaluator, left):
        left, right, one, other = right, left, other, one
    if is_null(evaluator, right):
        loose = len(kind) == 2
        written = "null" if right.type == "null" else "undefined"
        if loose or one.cause is None or one.cause.null in ("", written) or _is_chain(left):
            there(evaluator, unequal, left, chain=loose or written == "undefined")
        elif written in one.cause.null and (key := key_of(evaluator, left)):
            rest = "undefined" if written == "null" else "null"
            unequal[key] = replace(one, cause=replace(one.cause, null=rest))
        return yes, no
    if right.type == "unary_expression" and left.type == "string":
        left, right = right, left
    if left.type == "unary_expression" and right.type == "string" and left.children[0].type == "typeof":
        operand = left.children[-1]
        said = evaluator.text(right)[1:-1]
        if said == "undefined":
            there(evaluator, unequal, operand)
        elif said == "object":
            there(evaluator, unequal, operand)
            there(evaluator, equal, operand)
        else:
            there(evaluator, equal, operand)
        return yes, no
    # What equals a value that is there is there too.
    if other.cause is None:
        there(evaluator, equal, left)
        if right.type in ("true", "false"):  # `ok(x) === false`
            inner_yes, inner_no = (equal, unequal) if right.type == "true" else (unequal, equal)
            if left.type == "call_expression":
                _believe(evaluator, left, inner_yes, inner_no)
            there(evaluator, inner_yes, left)
    if one.cause is None:
        there(evaluator, equal, right)
    for side in (left, right):
        _lengths(evaluator, yes, no, side)
    return yes, no


def _branch_call(evaluator: Evaluator, node: Node, env: Env) -> tuple[Env, Env]:
    evaluator.value(node, env)
    yes, no = dict(env), env
    there(evaluator, yes, node)
    _believe(evaluator, node, yes, no)
    return yes, no


def _believe(evaluator: Evaluator, call: Node, yes: Env, no: Env) -> None:
    """A predicate of the program's own may well test for null: believe both outcomes."""
    function = call.child_by_field_name("function")
    name = evaluator.text(function) if function is not None else ""
    receiver, _, method = name.rpartition(".")
    if method in ("has", "includes") and receiver:
        for argument in arguments_of(call):
            for env in (yes, no) if method == "has" else (yes,):
                env[f"{receiver.rstrip('?')}.get({evaluator.text(argument)})"] = CHECKED
    yes.update(dict.fromkeys(matching(evaluator, call), CHECKED))
    narrows = evaluator.narrows(name)
    for argument in arguments_of(call):
        there(evaluator, yes, argument)
        if narrows:
            _shown(yes, key_of(evaluator, argument), SOME)
        if name not in ("Array.isArray", "Boolean", "Number.isInteger", "Number.isFinite"):
            there(evaluator, no, argument)


def _lengths(evaluator: Evaluator, yes: Env, no: Env, node: Node) -> None:
    """Who looks at a length knows what `pop` gives."""
    node = inner(node)
    name = node.child_by_field_name("property") if node.type == "member_expression" else None
    owner = node.child_by_field_name("object")
    if name is None or owner is None or evaluator.text(name) not in ("length", "size"):
        return
    if key := key_of(evaluator, owner):
        for env in (yes, no):
            for call in ("pop()", "shift()", "at(-1)", "at(0)"):
                env[f"{key}.{call}"] = CHECKED


def _shown(env: Env, key: str, type: Type | None) -> None:
    """From here on `key` is known to be of a narrower type."""
    if key and type is not None:
        env[key] = replace(env.get(key, CHECKED), narrowed=type)


def there(evaluator: Evaluator, env: Env, node: Node, chain: bool = True) -> None:
    """Narrow an expression that is known to be there, with what its optional chain starts from."""
    if key := key_of(evaluator, node):
        narrow(env, key)
    while True:
        match node.type:
            case (
                "parenthesized_expression"
                | "non_null_expression"
                | "as_expression"
                | "satisfies_expression"
                | ("await_expression")
            ):
                if not node.named_child_count:
                    return
                node = node.named_children[0]
            case "member_expression" | "subscript_expression" if (
                owner := node.child_by_field_name("object")
            ) is not None:
                if chain and node.child_by_field_name("optional_chain") is not None and (
                    key := key_of(evaluator, owner)
                ):  # fmt: skip
                    narrow(env, key)
                node = owner
            case "call_expression" if (function := node.child_by_field_name("function")) is not None:
                optional = chain and any(child.type == "?." for child in node.children)
                if optional and (key := key_of(evaluator, function)):
                    narrow(env, key)
                node = function
            case "unary_expression" if node.children[0].type == "typeof":
                node = node.children[-1]
            case "assignment_expression" if (right := node.child_by_field_name("right")) is not None:
                node = right
            case "ternary_expression" if (taken := _taken(evaluator, env, node)) is not None:
                node = taken
            case _:
                return


def _taken(evaluator: Evaluator, env: Env, node: Node) -> Node | None:
    """Of `a == null ? undefined : a.b` that is there: `a.b`, and its test has come out for that."""
    test, yes, no = (node.child_by_field_name(name) for name in ("condition", "consequence", "alternative"))
    if test is None or yes is None or no is None or is_null(evaluator, inner(yes)) == is_null(evaluator, inner(no)):
        return None
    succeeded, failed = branch(evaluator, test, dict(env))
    is_second = is_null(evaluator, inner(yes))
    env.clear()
    env.update(failed if is_second else succeeded)
    return no if is_second else yes


def _is_chain(node: Node) -> bool:
    return node.child_by_field_name("optional_chain") is not None


def arguments_of(call: Node) -> Iterator[Node]:
    arguments = call.child_by_field_name("arguments")
    if arguments is not None and arguments.type == "arguments":
        yield from (child for child in arguments.named_children if child.type != "comment")


def undecided(env: Env, yes: Env, no: Env) -> None:
    """`env` becomes what holds whichever way a test went."""
    joined = join(yes, no) or {}
    env.clear()
    env.update(joined)
