"""What an expression may evaluate to, and what it uses that may be null."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from breadknife.plugins.nullcheck.braces.evaluating import BracesEvaluator
from breadknife.plugins.nullcheck.braces.facts import (
    NOTHING,
    Cause,
    Env,
    Fact,
    forget,
    forget_fields,
    narrow,
)
from breadknife.plugins.nullcheck.java.keys import MAX_KEY, Keys, asked, compact, has_parent
from breadknife.plugins.nullcheck.java.names import Member, Names
from breadknife.plugins.nullcheck.java.narrowing import branch
from breadknife.plugins.nullcheck.java.operators import OPERATORS
from breadknife.plugins.nullcheck.java.outline import Method, Outline, base, type_arguments
from breadknife.plugins.nullcheck.java.rules import (
    ALWAYS_SET,
    BOXED,
    CHECKERS,
    CHECKS,
    PRIMITIVES,
    RETURNING,
    NullableMethod,
)
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

_COMPARED = re.compile(r"([\w.]+)\s*[!=]=\s*null\b")
_TESTS = frozenset(
    {"binary_expression", "unary_expression", "instanceof_expression", "parenthesized_expression", "method_invocation"}
)
_SAYING_NOTHING = (
    "string_literal", "decimal_integer_literal", "type_identifier", "generic_type", "class_literal", "this",
    "line_comment", "block_comment",
)  # fmt: skip


class File(Protocol):
    @property
    def outline(self) -> Outline: ...

    @property
    def others(self) -> Names:
        """What other files say."""
        ...

    @property
    def rules(self) -> Mapping[tuple[str, str], NullableMethod]:
        """By receiver and name."""
        ...

    def cause_of(self, method: Method, call: Node, given: list[Node], /) -> Cause | None:
        """Why this call of it may give null."""
        ...

    def cause_elsewhere(self, member: Member, name: str, node: Node, /) -> Cause | None:
        """Why a method or field of another file, used at `node`, may be null."""
        ...


class Evaluator(BracesEvaluator):
    def __init__(self, file: File, owner: int | None, flow: Callable[[Node, Env], Env | None]) -> None:
        super().__init__(
            {
                "identifier": self._name,
                "field_access": self._field,
                "method_invocation": self._call,
                "assignment_expression": self._assignment,
                "lambda_expression": self._lambda,
                "method_reference": self._reference,
                "object_creation_expression": self._creation,
                "switch_expression": self._switch,
                "parenthesized_expression": self.last_value,
                **{kind: partial(operator, self) for kind, operator in OPERATORS.items()},
            },
            _SAYING_NOTHING,
        )
        self.file = file
        self.outline = file.outline
        self.owner = owner
        self._follow = flow
        """Follows a block in an expression: a lambda's, a switch's."""
        self.keys = Keys()
        self.classes: list[Node] = []
        """Bodies of anonymous and local classes in this method, each to be followed by itself."""

    def text(self, node: Node) -> str:
        return self.outline.text(node)

    def unbox(self, node: Node, fact: Fact, target: str, env: Env) -> None:
        """A value goes where a primitive is needed."""
        if fact.cause is not None and target in PRIMITIVES and base(fact.type) in BOXED:
            self.use(node, fact, Use.ASSIGN, env)

    def condition(self, node: Node, env: Env) -> None:
        self.unbox(node, self.value(node, env), "boolean", env)

    def key_of(self, node: Node) -> str:
        match node.type:
            case "identifier":
                name = self.text(node)
                is_field = name not in self.types and self.outline.field_named(self.owner, name) is not None
                return f"this.{name}" if is_field else name
            case "field_access":
                owner, field = node.child_by_field_name("object"), node.child_by_field_name("field")
                if owner is None or field is None:
                    return ""
                prefix = (
                    "this" if owner.type == "this" else self.key_of(owner) if owner.type != "method_invocation" else ""
                )
                return f"{prefix}.{self.text(field)}" if prefix else ""
            case "parenthesized_expression":
                return self.key_of(node.named_children[0]) if node.named_child_count == 1 else ""
            case "method_invocation" if node.end_byte - node.start_byte <= MAX_KEY:
                return compact(self.text(node))
            case "cast_expression" if (value := node.child_by_field_name("value")) is not None:
                return self.key_of(value)
            case _:
                return ""

    def type_of(self, node: Node) -> str:
        """The written type of an expression, or ""."""
        match node.type:
            case "identifier":
                name = self.text(node)
                if name in self.types:
                    return self.types[name]
                field = self.outline.field_named(self.owner, name)
                return field.type if field is not None else ""
            case "field_access":
                owner, name = node.child_by_field_name("object"), node.child_by_field_name("field")
                if owner is not None and owner.type == "this" and name is not None:
                    field = self.outline.field_named(self.owner, self.text(name))
                    return field.type if field is not None else ""
                there = self._field_elsewhere(owner, name)
                return there.known.type if there is not None else ""
            case "object_creation_expression" | "cast_expression" if (
                kind := node.child_by_field_name("type")
            ) is not None:
                return self.text(kind)
            case "class_literal":
                return "Class"
            case "method_invocation" if self.text(node) in ("getClass()", "this.getClass()"):
                return "Class"
            case "parenthesized_expression" if node.named_child_count == 1:
                return self.type_of(node.named_children[0])
            case _:
                pass
        return ""

    # --- names ---

    def _name(self, node: Node, env: Env) -> Fact:
        name = self.text(node)
        if name in self.types:
            return env.get(name, NOTHING)
        return self._field_fact(name, env)

    def _field_fact(self, name: str, env: Env) -> Fact:
        fact = env.get(f"this.{name}")
        if fact is not None:
            return fact
        field = self.outline.field_named(self.owner, name)
        if field is None or not field.nullable:
            return NOTHING
        return Fact(Cause(field.node, f"the field `{name}` is annotated as nullable"), field.type)

    def _field(self, node: Node, env: Env) -> Fact:
        owner, field = node.child_by_field_name("object"), node.child_by_field_name("field")
        if owner is None or field is None:
            return NOTHING
        if owner.type == "this":
            return self._field_fact(self.text(field), env)
        self.use(owner, self.value(owner, env), Use.ATTRIBUTE, env)
        key = self.key_of(node)
        if key in env:
            return env[key]
        there = self._field_elsewhere(owner, field)
        return self._elsewhere(there, self.text(field), node) if there is not None else NOTHING

    def _field_elsewhere(self, owner: Node | None, name: Node | None) -> Member | None:
        if owner is None or name is None:
            return None
        return self.file.others.field(self._class_of(owner), self.text(name))

    def _class_of(self, owner: Node) -> str:
        kind = self.type_of(owner)
        return self.outline.class_named(kind) if kind else self.text(owner)

    def _elsewhere(self, member: Member, name: str, node: Node) -> Fact:
        cause = self.file.cause_elsewhere(member, name, node)
        return Fact(cause, member.known.type) if cause is not None else NOTHING

    def assign(self, target: Node, fact: Fact, env: Env) -> None:
        match target.type:
            case "identifier" | "field_access":
                if target.type == "field_access":
                    self._field(target, env)
                if key := self.key_of(target):
                    forget(env, key)
                    kind = self.type_of(target)
                    if fact.cause is not None:
                        env[key] = Fact(
                            fact.cause,
                            kind if kind not in ("", "var") else fact.type,
                            fact.unless,
                            partial=fact.partial,
                        )
                    elif key.startswith("this."):
                        narrow(env, key)
            case _:
                self.value(target, env)

    def _assignment(self, node: Node, env: Env) -> Fact:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None:
            return NOTHING
        fact = self.tested(right, env)
        if operator is not None and operator.type != "=":
            if operator.type != "+=":
                self.unbox(right, fact, "int", env)
            self.value(left, env)
            return NOTHING
        self.unbox(right, fact, self.type_of(left), env)
        self.assign(left, fact, env)
        self.keys.made(self.text(left), right, env)
        return fact

    def tested(self, node: Node, env: Env) -> Fact:
        """A value; where it is a test, its names are believed from here on, since its result may be looked at later."""
        fact = self.value(node, env)
        if node.type in _TESTS:
            source = self.text(node)
            for key in [key for key, known in env.items() if known.cause and key.removeprefix("this.") in source]:
                narrow(env, key)
            for key in asked(source):
                narrow(env, key)
            for name in _COMPARED.findall(source):
                narrow(env, name if name in self.types or name.startswith("this.") else f"this.{name}")
        return fact

    # --- calls ---

    def _call(self, node: Node, env: Env) -> Fact:
        receiver, name = node.child_by_field_name("object"), node.child_by_field_name("name")
        arguments = node.child_by_field_name("arguments")
        if name is None or arguments is None:
            return NOTHING
        called = self.text(name)
        if receiver is not None and receiver.type not in ("this", "super"):
            self.use(receiver, self.value(receiver, env), Use.ATTRIBUTE, env)
        given = [child for child in arguments.named_children if not child.type.endswith("comment")]
        facts = [self._argument(argument, receiver, env) for argument in given]
        self._checks(f"{self.text(receiver)}.{called}" if receiver is not None else called, given, env)
        if receiver is not None:
            self.keys.called(self.text(receiver), called, [self.text(each) for each in given], env)
        known = env.get(self.key_of(node), env.get(self._field_given_by(receiver, called))) if env else None
        if env and called not in RETURNING:
            forget_fields(env)
        if receiver is None or receiver.type in ("this", "super"):
            self._own_call(called, env)
        if known is not None:
            return known
        if called in ("requireNonNull", "checkNotNull") and facts:
            return NOTHING
        return self._result(node, receiver, called, given)

    def _argument(self, argument: Node, receiver: Node | None, env: Env) -> Fact:
        return (
            self._lambda(argument, env, receiver) if argument.type == "lambda_expression" else self.value(argument, env)
        )

    def _field_given_by(self, receiver: Node | None, called: str) -> str:
        """The field, as a key, that a method of this class does nothing but give; "" for another method."""
        is_own = receiver is None or receiver.type == "this"
        method = self.outline.method_named(self.owner, called) if is_own else None
        body = method.body.named_children if method is not None else []
        given = body[0].named_children if len(body) == 1 and body[0].type == "return_statement" else []
        if method is None or not given or given[0].type not in ("identifier", "field_access"):
            return ""
        name = self.text(given[0]).removeprefix("this.")
        return f"this.{name}" if self.outline.field_named(method.owner, name) is not None else ""

    def _own_call(self, called: str, env: Env) -> None:
        """A method of this class is called: a nullable field that it has to do with may be set, or checked, there."""
        method = self.outline.method_named(self.owner, called)
        fields = (
            self.outline.classes[self.owner].fields if method is not None and self.owner in self.outline.classes else {}
        )
        nullable = [name for name, field in fields.items() if field.nullable]
        if method is not None and nullable:
            words = set(re.findall(r"\w+", self.text(method.body)))
            for name in words.intersection(nullable):
                narrow(env, f"this.{name}")

    def _checks(self, called: str, given: list[Node], env: Env) -> None:
        """`Objects.requireNonNull(x)`, `assertNotNull(x)`, `Assert.state(x != null)`."""
        if not called.startswith(CHECKERS) and not any(part in called.rpartition(".")[2] for part in CHECKS):
            return
        for argument in given:
            narrow(env, self.key_of(argument))
            if argument.type in _TESTS:
                yes, _ = branch(self, argument, dict(env))
                env.clear()
                env.update(yes)

    def _result(self, node: Node, receiver: Node | None, called: str, given: list[Node]) -> Fact:
        if receiver is None or receiver.type == "this":
            method = self.outline.method_named(self.owner, called)
            its = self.outline.classes.get(self.owner) if self.owner is not None else None
            if method is None and its is not None and called not in its.methods:
                there = self.file.others.method(its.parent, called)
                return self._elsewhere(there, called, node) if there is not None else NOTHING
            cause = self.file.cause_of(method, node, given) if method is not None else None
            return Fact(cause, method.type) if cause is not None and method is not None else NOTHING
        kind = self.type_of(receiver)
        rule = self.file.rules.get((base(kind) or self.text(receiver), called), self.file.rules.get(("", called)))
        if rule is None:
            there = self.file.others.method(self._class_of(receiver), called)
            return self._elsewhere(there, called, node) if there is not None else NOTHING
        if rule.arguments is not None and (
            len(given) not in rule.arguments or (rule.receiver and rule.static != (not kind))
        ):
            return NOTHING
        if (rule.last and self.text(given[-1]) != rule.last) or (given and self._literal(given[0]) in ALWAYS_SET):
            return NOTHING
        if rule.where_asked and self.text(receiver).rpartition(".")[2] not in self.outline.maps_that_may_miss:
            return NOTHING
        if has_parent(receiver) or (given and self.keys.has(self.text(receiver), self.text(given[0]))):
            return NOTHING
        arguments = type_arguments(kind)
        result = {"V": arguments[1] if len(arguments) == 2 else "", "T": arguments[0] if arguments else ""}.get(
            rule.type, rule.type
        )
        shown = f"{rule.receiver}.{rule.name}".removeprefix(".")
        return Fact(Cause(node, f"`{shown}` returns null {rule.why}"), result)

    def _literal(self, node: Node) -> str:
        source = self.text(node)
        return source if source in self.types else self.outline.literal(self.owner, source)

    def _creation(self, node: Node, env: Env) -> Fact:
        for child in node.named_children:
            if child.type == "class_body":
                self.classes.append(child)
            else:
                self.value(child, env)
        return NOTHING

    def _lambda(self, node: Node, env: Env, over: Node | None = None) -> Fact:
        """Its body runs later: what it knows of variables holds, since those can't change; of fields, nothing. `over`:
        whose call it is given to; a key of a map, if that has the keys of one."""
        body, parameters = node.child_by_field_name("body"), node.child_by_field_name("parameters")
        inner = {key: fact for key, fact in env.items() if "." not in key and not (fact.cause and fact.cause.soft)}
        types, forgiven = dict(self.types), self.forgiven
        self.forgiven = 0
        if parameters is not None:
            for parameter in [parameters, *parameters.named_children]:
                name = parameter.child_by_field_name("name") or parameter
                if name.type == "identifier":
                    inner.pop(self.text(name), None)
                    kind = parameter.child_by_field_name("type")
                    self.types[self.text(name)] = self.text(kind) if kind is not None else ""
                    if over is not None:
                        self.keys.each(self.text(over), self.text(name), inner)
        if body is not None:
            if body.type == "block":
                self._follow(body, inner)
            else:
                self.value(body, inner)
        self.types, self.forgiven = types, forgiven
        return NOTHING

    def _reference(self, node: Node, env: Env) -> Fact:
        owner = node.named_children[0] if node.named_child_count else None
        if owner is not None and owner.type == "identifier" and self.text(owner) in self.types:
            self.use(owner, self.value(owner, env), Use.ATTRIBUTE, env)
        return NOTHING

    def _switch(self, node: Node, env: Env) -> Fact:
        after = self._follow(node, env)
        if after is not env:
            env_after = dict(after or {})
            env.clear()
            env.update(env_after)
        return NOTHING
