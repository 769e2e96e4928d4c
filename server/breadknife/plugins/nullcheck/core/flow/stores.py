"""What assignments and calls change of the state."""

from __future__ import annotations

from abc import ABC
from collections.abc import Collection, Sequence
from typing import NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.belief import ELEMENT
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
    """Applies assignments, and what calls change, to states."""

    # Assignments

    def assign(self, target: Expression, fact: Fact, state: FlowState, at: ByteRange) -> None:
        """Give the target the value of which `fact` is known. `at` is the range of the assignment."""
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
        """Forget what was known of the key and of what is read through it, and keep the new fact."""
        if key:
            if fact.test is not None and mentions(fact.test.key, key):
                fact = fact._replace(test=None)
            state.forget(key)
            if fact != UNKNOWN_FACT or key not in self.function.locals:
                state.facts[key] = fact._replace(via=at) if fact.may_be_null else fact

    def _unpack(self, targets: tuple[Expression, ...], fact: Fact, state: FlowState, at: ByteRange) -> None:
        """Assign the items of a value to several targets. If the value may be one of several tuples, each is assigned
        on a path of its own, which knows what one item tells of the others, and the paths are joined."""
        joined: FlowState | None = None
        tuples = self._unpacked(targets, fact, at)
        for items in tuples:
            branch = state.copy()
            for target, item in zip(targets, items, strict=True):
                is_element = fact.subject == ELEMENT and not item.may_be_null
                self.assign(target, item._replace(subject=ELEMENT) if is_element else item, branch, at)
            if len(tuples) > 1:
                is_beside_null = any(item.nullness == Nullness.NULL for item in items)
                for target, item in zip(targets, items, strict=True):
                    if target.key:
                        _assume_of(target.key, item, branch, is_beside_null=is_beside_null)
            joined = branch if joined is None else join(joined, branch, self.declared)
        if joined is not None:
            state.facts, state.truths = joined.facts, joined.truths

    def _unpacked(self, targets: tuple[Expression, ...], fact: Fact, at: ByteRange) -> Sequence[tuple[Fact, ...]]:
        """Return the tuples that the value may be, each with one item for each target: those that are known, or the one
        of its type, or one of which nothing is known."""
        tuples = [items for items in fact.items if len(items) == len(targets)]
        type_ = fact.type
        if not tuples and type_ is not None and type_.name == "tuple" and len(type_.arguments) >= len(targets):
            items = zip(type_.arguments, targets, strict=False)
            tuples = [tuple(self.home.declared_fact(item, target.key, at) for item, target in items)]
        has_others = bool(fact.items) and len(tuples) != len(fact.items)
        if not tuples or has_others or any(isinstance(target, il.Opaque) for target in targets):
            return [(UNKNOWN_FACT,) * len(targets)]
        return tuples

    # Calls

    def change(self, expression: il.Invocation, callee: Callee, state: FlowState) -> None:
        """Forget what the call may change: assumptions about attributes and elements, and the nulls of values that it
        may set, or that it may have been called because of."""
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
        below = tuple(f"{key}." for key in given)
        prefixes = below if not comes_back or callee.target is not None else ()
        if callee.name not in self.home.knowledge.calls:
            for key in self.set_by_others - state.facts.keys():
                if (declared := self.declared(key)).may_be_null:
                    state.facts[key] = declared
        for key, fact in state.facts.items():
            if fact.used is not None and key.startswith(below):
                state.facts[key] = fact._replace(used=None)
            if not fact.may_be_null:
                continue
            is_set = key in self.set_by_others and callee.name not in self.home.knowledge.calls
            if is_set or key.startswith(prefixes) or (not comes_back and _may_have_caused(fact, given)):
                state.facts[key] = havoc(fact)

    def _comes_back(self, expression: il.Invocation, callee: Callee) -> bool:
        """Tell whether the call is known to come back. Another one may be `fail(...)`, which raises an error."""
        knowledge = self.home.knowledge
        if callee.target is not None and (callee.target.function is None or not callee.target.function.is_stub):
            return True
        if callee.name in knowledge.builtins or callee.name in knowledge.calls:
            return True
        method = expression.callee.name if isinstance(expression.callee, il.Member) else ""
        if method in knowledge.functions["come_back_methods"] or callee.name in knowledge.functions["come_back"]:
            return True
        return callee.name.rpartition(".")[0] in knowledge.functions["come_back_packages"]


def _may_have_caused(fact: Fact, given: Collection[str]) -> bool:
    """Tell whether a call with these arguments, which may not come back, may have been made because the value is null:
    it would raise the error that says so."""
    is_compared = fact.origin is not None and fact.origin.kind is OriginKind.COMPARISON
    return is_compared or any(mentions(test, key) for test, _ in fact.unless for key in given)


def _assume_of(key: str, fact: Fact, state: FlowState, *, is_beside_null: bool) -> None:
    """Assume what `fact` says of the value under the key on this path, so that the paths of several tuples exclude each
    other. `is_beside_null`: another item of the tuple is null."""
    if fact.truth is not None:
        state.assume(key, fact.truth)
    if fact.nullness in (Nullness.NULL, Nullness.NON_NULL):
        state.assume(f"{key} is None", fact.nullness == Nullness.NULL)
    elif not fact.may_be_null and is_beside_null:  # it is taken to be non-null, as it tells of the null
        state.assume(f"{key} is None", False)
