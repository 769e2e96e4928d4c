"""What an expression may evaluate to, and what it uses that may be nil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from breadknife.plugins.nullcheck.braces.evaluating import BracesEvaluator
from breadknife.plugins.nullcheck.braces.facts import (
    NOTHING,
    Cause,
    Env,
    Fact,
    forget,
    forget_fields,
    join,
)
from breadknife.plugins.nullcheck.go.names import Elsewhere, Names
from breadknife.plugins.nullcheck.go.narrowing import branch, key_of
from breadknife.plugins.nullcheck.go.outline import Function, Outline
from breadknife.plugins.nullcheck.go.rules import BUILTINS, RETURNING_METHODS, RETURNS, UNKNOWN, NilResult
from breadknife.plugins.nullcheck.go.summaries import Summary
from breadknife.plugins.nullcheck.values import Use
from breadknife.task.values import Related
from breadknife.text.syntax import Node

_LITERALS = frozenset({
    "interpreted_string_literal", "raw_string_literal", "int_literal", "nil", "true", "false", "float_literal",
})  # fmt: skip
_SAYING_NOTHING = (
    "int_literal", "interpreted_string_literal", "raw_string_literal", "field_identifier", "type_identifier",
    "qualified_type", "pointer_type", "comment",
)  # fmt: skip


class File(Protocol):
    @property
    def outline(self) -> Outline: ...

    @property
    def is_test(self) -> bool: ...

    @property
    def rules(self) -> Mapping[str, NilResult]:
        """By import path and function."""
        ...

    @property
    def names(self) -> Names:
        """What other files say."""
        ...

    def summary(self, function: Function, /) -> Summary: ...

    def is_checked(self, name: str, elsewhere: Elsewhere | None, /) -> bool:
        """Whether at least half of the calls in the file, and in that of the function, have their result compared with
        nil."""
        ...

    def only_call(self, called: Node, function: Node, given: list[Node], /) -> bool:
        """Whether this is the one call of a private function, and nothing before it asks for what it is about."""
        ...

    def is_never_made(self, struct: str, field: str, /) -> bool:
        """Whether nothing in the package makes the map that is a field of one of its structs."""
        ...

    def receiver_may_be_nil(self, method: Function, /) -> bool:
        """Whether a method copes with a nil receiver."""
        ...


@dataclass(frozen=True)
class Callee:
    """A function or method that is called, and whose text is known."""

    name: str
    results: tuple[str, ...]
    summary: Summary
    node: Node
    """Of its declaration; of what is called, where that is in another file."""
    elsewhere: Elsewhere | None = None

    def cause(self, reason: str, why: str = "") -> Cause:
        there = self.elsewhere
        related = Related(there.known.span, reason, there.uri) if there is not None else None
        return Cause(self.node, reason, why=why, elsewhere=related)


class Evaluator(BracesEvaluator):
    def __init__(self, file: File) -> None:
        super().__init__(
            {
                "identifier": self._name,
                "selector_expression": self._selector,
                "call_expression": self.call,
                "unary_expression": self._unary,
                "binary_expression": self._binary,
                "parenthesized_expression": self.last_value,
                "type_assertion_expression": self._assertion,
                "composite_literal": self._composite,
                "func_literal": self._function,
                "nil": self._nil,
            },
            _SAYING_NOTHING,
        )
        self.file = file
        self.outline = file.outline
        self.untracked: set[str] = set()
        """Variables that something else may change at any time: their address was taken, a closure sets them."""
        self.literals: list[Node] = []
        """Functions in this one, each to be followed by itself."""

    def text(self, node: Node) -> str:
        return self.outline.text(node)

    def key_of(self, node: Node) -> str:
        return key_of(self.outline, node)

    def type_of(self, node: Node) -> str:
        """The written type of a variable or of a field of the file's own structs, or ""."""
        if node.type == "identifier":
            name = self.outline.text(node)
            return self.types.get(name, self.outline.variables.get(name, ""))
        if node.type == "selector_expression":
            owner, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
            if owner is not None and field is not None:
                struct = self.file.names.struct(self.type_of(owner).lstrip("*")) or {}
                return struct.get(self.outline.text(field), "")
        if node.type == "parenthesized_expression" and node.named_child_count == 1:
            return self.type_of(node.named_children[0])
        return ""

    def _name(self, node: Node, env: Env) -> Fact:
        name = self.outline.text(node)
        for key, fact in list(env.items()):
            if fact.linked == name and not fact.told:  # somebody else looks at the error
                del env[key]
        return env.get(name, NOTHING)

    def _nil(self, node: Node, env: Env) -> Fact:
        return Fact(Cause(node, "it is set to nil", certain=True))

    def _selector(self, node: Node, env: Env, called: bool = False) -> Fact:
        owner, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
        if owner is None or field is None:
            return NOTHING
        fact = self.value(owner, env)
        if fact.cause is not None and self._dereferences(owner, self.outline.text(field), fact, called):
            self.use(owner, fact, Use.ATTRIBUTE, env)
        return env.get(self.key_of(node), NOTHING)

    def _dereferences(self, owner: Node, name: str, fact: Fact, called: bool) -> bool:
        """Whether `owner.name` panics for nil."""
        kind = fact.type or self.type_of(owner)
        base = kind.lstrip("*").partition("[")[0]
        method = self.outline.methods.get((base, name))
        if method is not None:
            return kind.startswith("*") and not (method.by_pointer and self.file.receiver_may_be_nil(method))
        struct = self.file.names.struct(base)
        if struct is None or name not in struct:
            there = self.file.names.method(base, name)
            if there is not None:
                return kind.startswith("*") and not (there.known.by_pointer and there.known.copes)
        if struct is not None:
            return name in struct or not called
        if kind in ("error", UNKNOWN) or self.file.names.is_interface(base):
            return True
        rule = next((rule for rule in self.file.rules.values() if rule.type == kind), None)
        if rule is not None:
            return rule.methods or not called
        return not called and not kind.startswith(("map[", "[]", "chan", "func"))

    # --- calls ---

    def call(self, node: Node, env: Env) -> Fact:
        results = self.results(node, env)
        return results[0] if len(results) == 1 else NOTHING

    def results(self, node: Node, env: Env) -> list[Fact]:
        """What is known of each result of a call; those linked to an error have "?" for its name."""
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return [NOTHING]
        if function.type == "selector_expression":
            self._selector(function, env, called=True)
        else:
            fact = self.value(function, env)
            if fact.cause is not None and (fact.cause.soft or self.type_of(function).startswith("func")):
                self.use(function, fact, Use.CALL, env)
        given = [child for child in arguments.named_children if child.type != "comment"]
        for argument in given:
            self.value(argument, env)
        name = self.outline.text(function)
        if function.type == "identifier" and name in BUILTINS:
            if name in ("make", "new") and given:
                return [Fact(type=("*" if name == "new" else "") + self.outline.text(given[0]))]
            return [NOTHING]
        root, _, method = name.rpartition(".")
        if root not in RETURNS and method not in RETURNING_METHODS:
            forget_fields(env)
        return self._known(function, name, given)

    def _known(self, function: Node, name: str, given: list[Node]) -> list[Fact]:
        if (rule := self._rule(function, name)) is not None:
            if rule.literals and all(argument.type in _LITERALS for argument in given):
                return [NOTHING]
            if rule.why:
                return [Fact(Cause(function, f"`{name}` returns nil {rule.why}"), rule.type)]
            return [Fact(Cause(function, f"`{name}` returns nil when it fails"), rule.type, linked="?"), NOTHING]
        callee = self.callee(function)
        return self._results(callee, function, given) if callee is not None else [NOTHING]

    def _rule(self, function: Node, name: str) -> NilResult | None:
        root, dot, rest = name.partition(".")
        if dot and root in self.outline.imports and root not in self.types:
            return self.file.rules.get(f"{self.outline.imports[root]}.{rest}")
        owner = function.child_by_field_name("operand")
        package, dot, its = self.type_of(owner).lstrip("*").rpartition(".") if owner is not None else ("", "", "")
        if not dot or package not in self.outline.imports:
            return None
        return self.file.rules.get(f"{self.outline.imports[package]}.{its}.{name.rpartition('.')[2]}")

    def _results(self, callee: Callee, function: Node, given: list[Node]) -> list[Fact]:
        summary, found = callee.summary, list[Fact]()
        fails = callee.results[-1:] == ("error",)
        chosen = any(self._is_constant(argument) for argument in given)  # which of two things it does
        for at, kind in enumerate(callee.results):
            alone = None
            if chosen:
                pass
            elif at in summary.nil_alone and fails and len(callee.results) > 1:
                alone = callee.cause(f"`{callee.name}` may return nil without an error")
            elif at in summary.nil_alone and self.file.is_checked(callee.name, callee.elsewhere):
                alone = callee.cause(f"`{callee.name}` may return nil", "most callers check it")
            elif at in summary.nil_alone and self.file.only_call(callee.node, function, given):
                alone = callee.cause(f"`{callee.name}` may return nil", "its only caller doesn't check it")
            if at in summary.nil_with_error:
                tells = "when it fails" if fails else "with `false`"
                cause = callee.cause(f"`{callee.name}` returns nil {tells}")
                found.append(Fact(cause, kind, linked="?", after=alone))
            else:
                found.append(Fact(alone, kind))
        return found or [NOTHING]

    def _is_constant(self, argument: Node) -> bool:
        """`true`, or `REQUIRED`, from whichever file."""
        name = self.outline.text(argument).rpartition(".")[2]
        is_named = argument.type in ("identifier", "selector_expression") and name.isupper() and len(name) > 1
        return argument.type in ("true", "false") or (is_named and name not in self.types)

    def callee(self, function: Node) -> Callee | None:
        """The function that a callee names, of this file or of another of the module."""
        found: Function | None = None
        if function.type == "identifier":
            name = self.outline.text(function)
            if name in self.types or name in self.untracked:
                return None
            found, there = self.outline.by_name.get(name), self.file.names.function(name)
        else:
            owner, field = function.child_by_field_name("operand"), function.child_by_field_name("field")
            if function.type != "selector_expression" or owner is None or field is None:
                return None
            name, root = self.outline.text(field), self.outline.text(owner)
            if root in self.outline.imports and root not in self.types:
                there = self.file.names.function(f"{root}.{name}")
            else:
                kind = self.type_of(owner).lstrip("*")
                found, there = self.outline.methods.get((kind, name)), self.file.names.method(kind, name)
        if found is not None:
            return Callee(name, found.results, self.file.summary(found), found.node)
        if there is None:
            return None
        results = tuple(there.kind(result, self.outline.imports) for result in there.known.results)
        return Callee(name, results, there.known.summary, function, there)

    # --- operators and literals ---

    def _unary(self, node: Node, env: Env) -> Fact:
        operand = node.named_children[-1] if node.named_child_count else None
        operator = node.children[0].type
        if operand is None:
            return NOTHING
        if operator == "&":
            inner = self.value(operand, env)
            if operand.type == "composite_literal":
                return replace(inner, type=f"*{inner.type}") if inner.type else NOTHING
            if operand.type == "identifier":
                self.untracked.add(self.outline.text(operand))
                forget(env, self.outline.text(operand))
            elif key := self.key_of(operand):
                forget(env, key)
            return NOTHING
        fact = self.value(operand, env)
        if operator == "*" and not fact.type.startswith(("map[", "func")):
            self.use(operand, fact, Use.OPERAND, env)
        return NOTHING

    def _binary(self, node: Node, env: Env) -> Fact:
        chain = [node]  # `a + b + c + …` leans to the left, as long as a file may be
        left = node.child_by_field_name("left")
        while left is not None and left.type == "binary_expression" and left.children[1].type not in ("&&", "||"):
            chain.append(left)
            left = left.child_by_field_name("left")
        if node.children[1].type in ("&&", "||"):
            yes, no = branch(self, node, env)
            joined = join(yes, no) or {}
            env.clear()
            env.update(joined)
            return NOTHING
        if left is not None:
            self._operand(left, env)
        for operation in reversed(chain):
            if (right := operation.child_by_field_name("right")) is not None:
                self._operand(right, env)
        return NOTHING

    def _operand(self, node: Node, env: Env) -> None:
        if node.type != "identifier" or self.outline.text(node) in self.untracked:
            self.value(node, env)
        else:
            self._name(node, env)

    def _assertion(self, node: Node, env: Env, safe: bool = False) -> Fact:
        operand, kind = node.child_by_field_name("operand"), node.child_by_field_name("type")
        if operand is None or kind is None:
            return NOTHING
        fact = self.value(operand, env)
        if not safe:
            self.use(operand, fact, Use.OPERAND, env)
            return NOTHING
        written = self.outline.text(kind)
        if not written.startswith("*"):
            return NOTHING
        cause = Cause(node, f"it is nil if the value isn't a `{written}`")
        return Fact(cause, written, linked="?")

    def checked_assertion(self, node: Node, env: Env) -> Fact:
        """`v, ok := x.(T)`."""
        return self._assertion(node, env, safe=True)

    def _composite(self, node: Node, env: Env) -> Fact:
        kind, body = node.child_by_field_name("type"), node.child_by_field_name("body")
        if body is not None:
            for element in body.named_children:
                value = element.named_children[-1] if element.type == "keyed_element" else element
                if element.type == "keyed_element" and element.named_child_count == 2:
                    key = element.named_children[0].named_children
                    if key and key[0].type != "identifier":  # a struct's field otherwise, most likely
                        self.value(key[0], env)
                if value.type != "comment":
                    self.value(value, env)
        written = self.outline.text(kind) if kind is not None else ""
        return Fact(type=written) if written else NOTHING

    def _function(self, node: Node, env: Env) -> Fact:
        self.literals.append(node)
        return NOTHING
