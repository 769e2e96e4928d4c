"""What assignments and calls change of the state."""

from __future__ import annotations

from abc import ABC
from collections.abc import Collection
from typing import NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.flow.evaluate import typed
from breadknife.plugins.nullcheck.core.flow.refine import Refiner
from breadknife.plugins.nullcheck.core.il import ByteRange, Expression
from breadknife.plugins.nullcheck.core.nullness import UNKNOWN_FACT, Fact, Nullness, OriginKind, havoc
from breadknife.plugins.nullcheck.core.state import FlowState, join, mentions
from breadknife.plugins.nullcheck.core.symbols import ResolvedSymbol
from breadknife.plugins.nullcheck.values import Use


class Callee(NamedTuple):
    """What is called, as far as it is known."""

    name: str = ""
    """Its qualified name, in the words of the knowledge for what that knows."""
    target: ResolvedSymbol | None = None
    owner: Fact = UNKNOWN_FACT
    """The object whose method is called."""


class StoreTransfer(Refiner, ABC):
    # Assignments

    def assign(self, target: Expression, fact: Fact, state: FlowState, at: ByteRange) -> None:
        match target:
            case il.Name(key=key):
                self.store(key, fact, state, at)
            case il.Member(owner=owner, key=key):
                self.need(owner, Use.ATTRIBUTE, state)
                self.store(key, fact, state, at)
            case il.Subscript(owner=owner, within=within, key=key):
                self.container(target, "[]=", state)
                if within is not None:
                    self.value(within, state)
                self.store(key, fact, state, at)
            case il.Display(items=items):
                self._unpack(items, fact, state, at)
            case il.Opaque(parts=parts):
                for part in parts:
                    self.assign(part, UNKNOWN_FACT, state, at)
            case _:
                self.value(target, state)

    def store(self, key: str, fact: Fact, state: FlowState, at: ByteRange) -> None:
        if key:
            if fact.test is not None and mentions(fact.test.key, key):
                fact = fact._replace(test=None)
            state.forget(key)
            if fact != UNKNOWN_FACT or key not in self.function.locals:
                state.facts[key] = fact._replace(via=at) if fact.may_be_null else fact

    def _unpack(self, targets: tuple[Expression, ...], fact: Fact, state: FlowState, at: ByteRange) -> None:
        ways = [way for way in fact.items if len(way) == len(targets)]
        if (
            fact.type is not None
            and not ways
            and fact.type.name == "tuple"
            and len(fact.type.arguments) >= len(targets)
        ):
            types = fact.type.arguments
            ways = [tuple(typed(type_) for type_ in types[: len(targets)])]
        if (len(ways) != len(fact.items) and fact.items) or not ways or any(isinstance(t, il.Opaque) for t in targets):
            ways = [(UNKNOWN_FACT,) * len(targets)]
        joined: FlowState | None = None
        for way in ways:
            branch = state.copy()
            for target, given in zip(targets, way, strict=True):
                self.assign(target, given, branch, at)
            if len(ways) > 1:
                is_beside_null = any(fact.nullness == Nullness.NULL for fact in way)
                for target, given in zip(targets, way, strict=True):
                    if target.key:
                        _assume_of(target.key, given, branch, is_beside_null)
            joined = branch if joined is None else join(joined, branch, self.declared)
        if joined is not None:
            state.facts, state.truths = joined.facts, joined.truths

    # Calls

    def change(self, expression: il.Invocation, callee: Callee, state: FlowState) -> None:
        """Forget what the call may change."""
        functions = self.home.knowledge.functions
        if callee.name in functions["keep"]:
            return
        given = {argument.value.key for argument in expression.arguments}
        if isinstance(expression.callee, il.Member) and expression.callee.name not in functions["keep_methods"]:
            owner = expression.callee.owner.key
            given.add(self.function.receiver if owner == "super()" else owner)
        given.discard("")
        state.forget_compound_truths(given if callee.target is None else ())
        comes_back = self._comes_back(expression, callee)
        parts = tuple(f"{key}." for key in given) if not comes_back or callee.target is not None else ()
        set_by_others = self.home.shared | self.function.changed_within
        for key, fact in state.facts.items():
            if not fact.may_be_null:
                continue
            is_set = key in set_by_others and callee.name not in self.home.knowledge.calls
            if is_set or key.startswith(parts) or (not comes_back and _is_left(fact, given)):
                state.facts[key] = havoc(fact)

    def _comes_back(self, expression: il.Invocation, callee: Callee) -> bool:
        """Tell whether the call is known to come back: where a value was only compared with null, it may be an
        error's."""
        knowledge = self.home.knowledge
        if callee.target is not None and (callee.target.function is None or not callee.target.function.is_stub):
            return True
        if callee.name in knowledge.builtins or callee.name in knowledge.calls:
            return True
        method = expression.callee.name if isinstance(expression.callee, il.Member) else ""
        if method in knowledge.functions["come_back_methods"] or callee.name in knowledge.functions["come_back"]:
            return True
        return callee.name.rpartition(".")[0] in knowledge.functions["come_back_packages"]


def _is_left(fact: Fact, given: Collection[str]) -> bool:
    """Tell whether a call that gets this and may not come back may have been made because of the null."""
    is_compared = fact.origin is not None and fact.origin.kind is OriginKind.COMPARISON
    return is_compared or any(mentions(test, key) for test, _ in fact.unless for key in given)


def _assume_of(key: str, fact: Fact, state: FlowState, is_beside_null: bool) -> None:
    """Assume what one of several values tells of the others."""
    if fact.truth is not None:
        state.assume(key, fact.truth)
    if fact.nullness in (Nullness.NULL, Nullness.NON_NULL):
        state.assume(f"{key} is None", fact.nullness == Nullness.NULL)
    elif not fact.may_be_null and is_beside_null:  # what isn't known to be null is taken to be there
        state.assume(f"{key} is None", False)
