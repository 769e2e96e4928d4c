"""What assignments and declarations bring: the facts that names, fields and maps get."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from breadknife.plugins.nullcheck.braces.facts import NOTHING, Cause, Env, Fact, forget
from breadknife.plugins.nullcheck.go.expressions import Evaluator
from breadknife.plugins.nullcheck.go.outline import Outline, specs
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

_ERROR = re.compile(r"(?:errors\.New|fmt\.Errorf)\(|&\w+\{|(?:\w+\.)?(?:Err|err)[A-Z]\w*$|io\.EOF$")
"""Is never nil."""
_VALUES = re.compile(r"map\[[\w.*]+\](\*?[\w.]+)")


@dataclass(frozen=True)
class Binder:
    evaluator: Evaluator
    _scopes: list[set[str]]
    """The names that each block around declares."""

    @property
    def _outline(self) -> Outline:
        return self.evaluator.outline

    def short(self, node: Node, env: Env) -> Env:
        return self._bind_all(node, env, declares=node.type == "short_var_declaration" or ":=" in operators(node))

    def assignment(self, node: Node, env: Env) -> Env:
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type != "=":
            return self.update(node, env)
        return self._bind_all(node, env, declares=False)

    def _bind_all(self, node: Node, env: Env, declares: bool) -> Env:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        targets = [child for child in left.named_children if child.type != "comment"] if left is not None else []
        values = [] if right is None else right.named_children if right.type == "expression_list" else [right]
        facts = self._facts(targets, values, env)
        for target in targets:
            if target.type == "identifier" and not self._wraps(target, values):
                _unlink(env, self._outline.text(target))
        for at, (target, fact) in enumerate(zip(targets, facts, strict=False)):
            self.bind(target, fact, env, declares)
            if target.type == "identifier" and fact.type and len(values) == len(targets):
                self._unmade(target, values[at], fact, env)
        return env

    def _wraps(self, target: Node, values: list[Node]) -> bool:
        """`err = fmt.Errorf("…: %w", err)`: as much of an error as before; `err = ErrLate`: more can't be."""
        if len(values) != 1:
            return False
        name, said = self._outline.text(target), self._outline.text(values[0])
        if _ERROR.match(said) is not None and said not in self.evaluator.types:  # no local
            return True
        if not said.startswith(("fmt.", "errors.")) or name not in said:
            return False
        return re.match(rf"(?:fmt|errors)\.[\s\S]*\b{re.escape(name)}\b", said) is not None

    def _unmade(self, target: Node, value: Node, fact: Fact, env: Env) -> None:
        """The maps of a struct that its literal doesn't make."""
        literal = value.named_children[-1] if value.type == "unary_expression" else value
        body = literal.child_by_field_name("body") if literal.type == "composite_literal" else None
        fields = self.evaluator.file.names.struct(fact.type.lstrip("*"))
        given = body.named_children if body is not None else []
        if not fields or (body is None and value.type != "call_expression"):
            return
        if value.type == "call_expression" and not self._outline.text(value).startswith("new("):
            return
        if any(element.type == "literal_element" for element in given):
            return
        made = {self._outline.text(element.named_children[0]) for element in given if element.named_children}
        lacking = {name: kind for name, kind in fields.items() if name not in made}
        self._lacks(target, lacking, f"`{fact.type.lstrip('*')}` is made here without `{{}}`", value, env)

    def _lacks(self, target: Node, fields: Mapping[str, str], why: str, made: Node, env: Env) -> None:
        """The maps among some fields of a new struct are nil."""
        its = self._outline.text(target)
        for name, kind in fields.items():
            if kind.startswith("map[") and its not in self.evaluator.untracked:
                env[f"{its}.{name}"] = Fact(Cause(made, why.format(name), certain=True), kind)

    def _facts(self, targets: list[Node], values: list[Node], env: Env) -> list[Fact]:
        """What each target gets."""
        if len(values) == len(targets):
            return [self.evaluator.value(value, env) for value in values]
        if len(values) != 1 or len(targets) < 2:
            for value in values:
                self.evaluator.value(value, env)
            return [NOTHING] * len(targets)
        if values[0].type == "call_expression":
            facts = self.evaluator.results(values[0], env)
        elif values[0].type == "type_assertion_expression":
            facts = [self.evaluator.checked_assertion(values[0], env)]
        elif values[0].type == "index_expression" and self._outline.text(targets[-1]) != "_":
            facts = [self._looked_up(values[0], env)]
        else:
            self.evaluator.value(values[0], env)
            facts = []
        facts = [*facts, *[NOTHING] * (len(targets) - len(facts))][: len(targets)]
        return [self._told_by(targets, at, self._linked(fact, targets[-1], values[0])) for at, fact in enumerate(facts)]

    def _told_by(self, targets: list[Node], at: int, fact: Fact) -> Fact:
        """The fact of one result, which any other that is tested may tell of: `i < 0`, `errs != nil`."""
        if fact.cause is None:
            return fact
        names = [self._outline.text(target) for target in targets]
        others = {name for name in names if name not in ("_", names[at], fact.linked)}
        if _is_error(targets[-1], names[-1]):  # tells of it already, or can't
            others.discard(names[-1])
        return replace(fact, signs=fact.signs | others)

    def _looked_up(self, value: Node, env: Env) -> Fact:
        """`v, ok := m[k]`, where the zero value of what is in `m` is nil."""
        self.evaluator.value(value, env)
        operand = value.child_by_field_name("operand")
        held = _VALUES.fullmatch(self.evaluator.type_of(operand)) if operand is not None else None
        kind = held[1] if held is not None else ""
        if operand is None or not (kind.startswith("*") or self.evaluator.file.names.is_interface(kind)):
            return NOTHING
        cause = Cause(value, f"`{self._outline.text(operand)}` returns nil for a missing key")
        return Fact(cause, kind, linked="?")

    def _linked(self, fact: Fact, tells: Node, value: Node) -> Fact:
        """The fact with the name of the error, or `ok`, that was given back with the value."""
        name = self._outline.text(tells)
        if fact.cause is None:  # nothing is known of the call, but what comes without an error is there
            is_error = _is_error(tells, name) and name not in self.evaluator.untracked
            return replace(fact, linked=name) if is_error else fact
        if not fact.linked:
            return fact
        has_ok = value.type == "type_assertion_expression" or "`false`" in fact.cause.reason
        which = "`ok`" if has_ok else "the error"
        if name == "_":
            if self.evaluator.file.is_test:
                return Fact(type=fact.type)
            return Fact(replace(fact.cause, why=f"{which} that comes with it is ignored"), fact.type)
        if tells.type != "identifier" or name in self.evaluator.untracked:
            return Fact(type=fact.type)
        return replace(fact, linked=name, cause=replace(fact.cause, why=f"`{name}` isn't looked at before"))

    def bind(self, target: Node, fact: Fact, env: Env, declares: bool) -> None:
        match target.type:
            case "identifier":
                name = self._outline.text(target)
                if name == "_":
                    return
                if declares and self._scopes and name not in self._scopes[-1]:
                    self._scopes[-1].add(name)
                    self.evaluator.types[name] = ""
                if fact.type and not self.evaluator.types.get(name):
                    self.evaluator.types[name] = fact.type
                forget(env, name)
                if name not in self.evaluator.untracked and (fact.cause is not None or fact.linked):
                    env[name] = fact
            case "selector_expression":
                self.evaluator.value(target, env)
                if key := self.evaluator.key_of(target):
                    forget(env, key)
                    if fact.cause is not None and key.partition(".")[0] not in self.evaluator.untracked:
                        env[key] = fact
            case "index_expression":
                self._written(target, env)
            case _:
                self.evaluator.value(target, env)

    def _written(self, target: Node, env: Env) -> None:
        """`m[k] = v`: a nil map panics."""
        operand, index = target.child_by_field_name("operand"), target.child_by_field_name("index")
        if operand is None:
            return
        fact = self.evaluator.value(operand, env)
        kind = fact.type or self.evaluator.type_of(operand)
        if fact == NOTHING and operand.type == "selector_expression" and kind.startswith("map["):
            fact = self._never_made(operand, kind)
        if fact.cause is not None and (kind.startswith("map[") or (not kind and fact.cause.soft)):
            self.evaluator.use(operand, fact, Use.ASSIGN, env)
        if index is not None:
            self.evaluator.value(index, env)

    def _never_made(self, operand: Node, kind: str) -> Fact:
        owner, field = operand.child_by_field_name("operand"), operand.child_by_field_name("field")
        struct = self.evaluator.type_of(owner).lstrip("*").partition("[")[0] if owner is not None else ""
        if field is None or not self.evaluator.file.is_never_made(struct, self._outline.text(field)):
            return NOTHING
        reason = f"nothing in this package makes the map `{self._outline.text(field)}` of `{struct}`"
        return Fact(Cause(operand, reason, certain=True), kind)

    def update(self, node: Node, env: Env) -> Env:
        """`x += 1`, `x++`."""
        left = node.child_by_field_name("left") or node
        right = node.child_by_field_name("right")
        if right is not None:
            self.evaluator.value(right, env)
        for target in left.named_children:
            if target.type == "index_expression":
                self._written(target, env)
            else:
                self.evaluator.value(target, env)
        return env

    def var(self, node: Node, env: Env) -> Env:
        for spec in specs(node, "var_spec"):
            kind, value = spec.child_by_field_name("type"), spec.child_by_field_name("value")
            names = spec.children_by_field_name("name")
            written = self._outline.text(kind) if kind is not None else ""
            if value is not None:
                facts = self._facts(names, value.named_children, env)
            elif written.startswith(("*", "map[", "func(")) or self.evaluator.file.names.is_interface(written):
                facts = [Fact(Cause(spec, "it is declared without a value", certain=True), written)] * len(names)
            else:
                facts = [Fact(type=written)] * len(names)
            for name, fact in zip(names, facts, strict=False):
                self.bind(name, replace(fact, type=written or fact.type), env, declares=True)
                if value is None and (fields := self.evaluator.file.names.struct(written)):
                    self._lacks(name, fields, f"`{written}` is declared here without a value", spec, env)
        return env


def _is_error(tells: Node, name: str) -> bool:
    """Whether the last result of an unknown call is an error, by its name."""
    return tells.type == "identifier" and name.lower().endswith("err")


def _unlink(env: Env, name: str) -> None:
    """An error is overwritten before it was looked at."""
    for key, fact in list(env.items()):
        if fact.linked == name:
            env[key] = replace(fact, linked="", after=None)


def operators(node: Node) -> set[str]:
    return {child.type for child in node.children if not child.is_named}
