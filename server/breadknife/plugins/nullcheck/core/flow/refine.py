"""What a test leaves of a state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.flow.evaluate import Evaluator
from breadknife.plugins.nullcheck.core.il import ByteRange, Expression
from breadknife.plugins.nullcheck.core.nullness import (
    UNKNOWN_FACT,
    Fact,
    Nullness,
    NullOrigin,
    OriginKind,
    non_null,
)
from breadknife.plugins.nullcheck.core.state import FlowState


class Refiner(Evaluator, ABC):
    """Applies the outcome of tests to states."""

    @abstractmethod
    def prove(self, test: il.Invocation | il.Member, outcome: bool, state: FlowState) -> None:
        """Apply what holds of the arguments, and of the object, where a function or a property gives this outcome."""

    @cached_property
    def set_by_others(self) -> AbstractSet[str]:
        """Variables that a call may set."""
        return self.home.shared | self.function.changed_within

    def refine(self, test: Expression, outcome: bool, state: FlowState) -> bool:
        """Change the state to what holds after the test has had this outcome. Return False if it can't have it."""
        match test:
            case il.Not(operand=operand):
                return self.refine(operand, not outcome, state)
            case il.TypeAssertion(value=value):
                return self.refine(value, outcome, state)
            case il.Comparison():
                return self._refine_test(test, outcome != test.negated, state)
            case il.Invocation():
                return self._refine_call(test, outcome, state)
            case il.Name() | il.Member() | il.Subscript():
                return self._refine_truth(test, outcome, state)
            case _:
                return True

    def _refine_truth(self, test: Expression, outcome: bool, state: FlowState) -> bool:
        """Refine by whether a value counts as true. Return False if it can't."""
        key = test.key
        fact = self.known_value(test, state)
        if fact.truth is not None and fact.truth != outcome:
            return False
        if fact.test is not None and not self.refine(fact.test, outcome, state):
            return False
        if outcome and not all(self._hold(assumption, held, state) for assumption, held in fact.proves):
            return False
        if isinstance(test, il.Member):
            self.prove(test, outcome, state)
        if not key:
            return True
        if outcome:
            if fact.nullness == Nullness.NULL:
                return False
            return self.settle(test, non_null(fact, test.at), state) and state.assume(key, True)
        state.rule_out(f"{key} is None", True)
        return state.assume(key, False)

    def _hold(self, key: str, outcome: bool, state: FlowState) -> bool:
        """Apply an assumption that is proved. Return False if it contradicts what is known."""
        name, _, is_null = key.partition(" is None")
        if key == name:
            known = state.truths.get(key)
            return known == outcome if known is not None else self._refine_truth(il.Name((0, 0), key), outcome, state)
        if is_null or outcome:
            return state.assume(key, outcome)
        fact = self.known(name, state)
        state.facts[name] = non_null(fact)
        return fact.nullness != Nullness.NULL and state.assume(key, outcome)

    def settle(self, test: Expression, fact: Fact, state: FlowState) -> bool:
        """Note `fact`, which is non-null, as that of the expression. Return False if that contradicts an assumption."""
        key = test.key
        state.facts[key] = fact
        if isinstance(test, il.Invocation) and _is_lookup(test) and (owner := object_key(test)):
            state.facts[f"{owner}[{test.arguments[0].value.key}]"] = fact
        return state.assume(f"{key} is None", False)

    def known_value(self, expression: Expression, state: FlowState) -> Fact:
        """Return the value of an expression that was evaluated before: nothing is found a second time."""
        if isinstance(expression, il.Invocation) and (result := self._results.get(id(expression))) is not None:
            return (expression.key and state.facts.get(expression.key)) or result
        dereferences, is_dead = self.dereferences, self.is_dead
        self.dereferences = []
        fact = self.value(expression, state)
        self.dereferences, self.is_dead = dereferences, is_dead
        return fact

    def _refine_test(self, test: il.Comparison, outcome: bool, state: FlowState) -> bool:
        """Refine by a comparison. `outcome` is that without its negation. Return False if it can't have it."""
        left, right = test.left, test.right
        if test.operator in ("is", "==", "ask", "compare"):
            for operand, opposite in ((left, right), (right, left)):
                if isinstance(opposite, il.Null):
                    suspects = test.operator in ("is", "==")
                    return self._refine_null(operand, outcome, state, opposite.nulls, suspects=suspects)
        if test.operator == "instance":
            if outcome and left.key and not _names_null(right):
                fact = non_null(self.known_value(left, state), test.at)
                self.settle(left, fact._replace(type=None), state)  # a class below its own may have other methods
        elif outcome:
            for side in (left, right) if test.operator != "in" else (left,):
                self._note_non_null(side, state, test.at)
                if isinstance(side, il.Invocation) and test.operator != "in":
                    for argument in side.arguments:
                        self._note_non_null(argument.value, state, test.at)
            if test.operator == "in":
                _hold_key(right.key, left.key, state, test.at)
        if test.operator == "==":
            for operand, opposite in ((left, right), (right, left)):
                is_empty = isinstance(opposite, il.Constant) and not opposite.truth and isinstance(operand, il.Name)
                if is_empty and not state.assume(operand.key, not outcome):
                    return False
        return state.assume(test.key, outcome) if test.key else True

    def give_key(self, target: Expression, iterable: Expression, state: FlowState) -> None:
        """Note that the container of a loop over it, its keys or its items has the key that `target` gets."""
        container = iterable
        while isinstance(container, il.Invocation):
            if container.arguments:
                container = container.arguments[0].value  # `sorted(d)`
            elif isinstance(container.callee, il.Member):
                container = container.callee.owner  # `d.items()`
            else:
                return
        for item in target.items if isinstance(target, il.Display) else (target,):
            _hold_key(container.key, item.key, state, target.at)

    def tell(self, templates: Sequence[str], call: il.Invocation, state: FlowState) -> None:
        """Apply what a call of a method tells of others: `m.get(k)` isn't null where `m.has(k)` is true, or after
        `m.put(k, v)`. `templates` are the keys of those others, with `{owner}` and `{0}` for `m` and `k`."""
        owner = object_key(call)
        first = call.arguments[0].value.key if call.arguments else ""
        for template in templates if owner and first else ():
            key = template.replace("{owner}", owner).replace("{0}", first)
            state.facts[key] = non_null(state.facts.get(key, UNKNOWN_FACT), call.at)

    def _note_non_null(self, expression: Expression, state: FlowState, at: ByteRange) -> None:
        """Note that the value isn't null, nor are the items of a display, by a test at the range `at`."""
        if isinstance(expression, il.Display):
            for item in expression.items:
                self._note_non_null(item, state, at)
        elif expression.key and not isinstance(expression, il.Constant | il.Null):
            self.settle(expression, non_null(self.known_value(expression, state), at), state)

    def _refine_null(self, operand: Expression, is_null: bool, state: FlowState, nulls: int, *, suspects: bool) -> bool:
        """Refine by a test for null. Return False if it can't have this outcome.

        `nulls` are those that are tested for, as bits. `suspects`: the test is a reason to think that a value of which
        nothing is known may be null."""
        fact = self.known_value(operand, state)
        key = operand.key
        if fact.may_be_null and nulls != il.ANY_NULL:
            remaining = fact.nulls & (nulls if is_null else ~nulls)
            if is_null and not remaining:
                return False
            if not is_null and remaining:
                if key:
                    state.facts[key] = fact._replace(nulls=remaining)
                return True
        if fact.nullness == Nullness.UNKNOWN and nulls != il.ANY_NULL and not is_null:
            return not (key and self.home.assumed) or state.assume(f"{key} ask {nulls}", False)
        if not is_null:
            if fact.nullness == Nullness.NULL:
                return False
            return self.settle(operand, non_null(fact, operand.at), state) if key else True
        if fact.nullness == Nullness.NON_NULL and isinstance(operand, il.Name) and key not in self.set_by_others:
            return False  # a call may have changed another value, and `k in d` says only that there is a `d[k]`
        if not key:
            return True
        if not state.assume(f"{key} is None", True):
            return False
        fact = self.known_value(operand, state)
        if fact.nullness == Nullness.MAYBE:
            remaining = fact.nulls & nulls
            state.facts[key] = fact._replace(nullness=Nullness.NULL, checked=operand.at, truth=False, nulls=remaining)
        elif suspects and fact.nullness == Nullness.UNKNOWN and not isinstance(operand, il.Invocation | il.Subscript):
            why = f"it is tested for {self.home.knowledge.null}, and this path continues if it is"
            origin = NullOrigin(OriginKind.COMPARISON, operand.at, why)
            state.facts[key] = fact._replace(nullness=Nullness.NULL, origin=origin, truth=False, nulls=nulls)
        state.truths[key] = False
        state.rule_out(key, False)
        return True

    def _refine_call(self, test: il.Invocation, outcome: bool, state: FlowState) -> bool:
        """Refine by whether the result of a call counts as true. Return False if it can't.

        The arguments of a test are taken to be non-null after it. Where it fails, this is also so, except for tests
        that are known (`believe`, like `isinstance`): those fail for null, too."""
        fact = self.known_value(test, state)
        if fact.truth is not None and fact.truth != outcome:
            return False
        name = self.called(test, state)
        fails_for_null = name in self.home.knowledge.functions["believe"]
        for argument in test.arguments:
            if outcome or not fails_for_null:
                self._note_non_null(argument.value, state, test.at)
        if outcome and isinstance(test.callee, il.Member):
            self.tell(self.home.knowledge.implies.get(test.callee.name, ()), test, state)
        self.prove(test, outcome, state)
        if not test.key:
            return True
        if outcome:
            return self.settle(test, non_null(fact, test.at), state)
        return True


def _hold_key(container: str, key: str, state: FlowState, at: ByteRange) -> None:
    """Note that the container has the key: what is looked up by it isn't null."""
    for looked_up in (f"{container}.get({key})", f"{container}[{key}]") if container and key else ():
        state.facts[looked_up] = non_null(state.facts.get(looked_up, UNKNOWN_FACT), at)


def _names_null(classes: Expression) -> bool:
    """Tell whether one of the classes of an `isinstance` is, or may be, that of null: then it says nothing."""
    items = classes.items if isinstance(classes, il.Display) else (classes,)
    return any(
        isinstance(item, il.Null) or item.key.endswith("NoneType") or isinstance(item, il.Invocation) for item in items
    )


def object_key(call: il.Invocation) -> str:
    """Return the key of the object whose method is called; "" for a function."""
    return call.callee.owner.key if isinstance(call.callee, il.Member) else ""


def _is_lookup(call: il.Invocation) -> bool:
    """Tell whether the call looks up a key, as `d.get(k)` does."""
    return isinstance(call.callee, il.Member) and call.callee.name == "get" and len(call.arguments) == 1
