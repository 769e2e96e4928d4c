"""What a test leaves of a state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

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

    def refine(self, test: Expression, outcome: bool, state: FlowState) -> bool:
        """Change the state to what holds after the test. False if the test can't come out so."""
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
        """Apply an assumption that is proved. False if it contradicts what is known."""
        name, _, is_null = key.partition(" is None")
        if key == name:
            is_known = state.truths.get(key) is not None
            return (
                state.truths[key] == outcome if is_known else self._refine_truth(il.Name((0, 0), key), outcome, state)
            )
        if is_null or outcome:
            return state.assume(key, outcome)
        fact = self.known(name, state)
        state.facts[name] = non_null(fact)
        return fact.nullness != Nullness.NULL and state.assume(key, outcome)

    def settle(self, test: Expression, fact: Fact, state: FlowState) -> bool:
        """Note that the value of the expression is there, as the fact says. False if that contradicts an assumption."""
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
        left, right = test.left, test.right
        if test.operator in ("is", "==", "ask"):
            for operand, opposite in ((left, right), (right, left)):
                if isinstance(opposite, il.Null):
                    return self._refine_null(operand, outcome, state, opposite.nulls, suspects=test.operator != "ask")
        if test.operator == "instance":
            if outcome and left.key and not _names_null(right):
                fact = non_null(self.known_value(left, state), test.at)
                self.settle(left, fact._replace(type=None), state)  # a class below its own may have other methods
        elif outcome:
            for side in (left, right) if test.operator != "in" else (left,):
                self._is_there(side, state, test.at)
                if isinstance(side, il.Invocation) and test.operator != "in":
                    for argument in side.arguments:
                        self._is_there(argument.value, state, test.at)
            if test.operator == "in":
                _hold_key(right.key, left.key, state, test.at)
        if test.operator == "==":
            for operand, opposite in ((left, right), (right, left)):
                is_empty = isinstance(opposite, il.Constant) and not opposite.truth and isinstance(operand, il.Name)
                if is_empty and not state.assume(operand.key, not outcome):
                    return False
        return state.assume(test.key, outcome) if test.key else True

    def give_key(self, target: Expression, iterable: Expression, state: FlowState) -> None:
        """A loop over a container, its keys or its items gives `target` a key that the container has."""
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
        """Apply what a call of a method tells of others: `m.get(k)` is there where `m.has(k)` is true, or `m.put(k, v)`
        was called."""
        owner = object_key(call)
        first = call.arguments[0].value.key if call.arguments else ""
        for template in templates if owner and first else ():
            key = template.replace("{owner}", owner).replace("{0}", first)
            state.facts[key] = non_null(state.facts.get(key, UNKNOWN_FACT), call.at)

    def _is_there(self, expression: Expression, state: FlowState, at: ByteRange) -> None:
        if isinstance(expression, il.Display):
            for item in expression.items:
                self._is_there(item, state, at)
        elif expression.key and not isinstance(expression, il.Constant | il.Null):
            self.settle(expression, non_null(self.known_value(expression, state), at), state)

    def _refine_null(self, operand: Expression, is_null: bool, state: FlowState, nulls: int, *, suspects: bool) -> bool:
        """`nulls`: those that are tested for. `suspects`: a value of which nothing is known may be null."""
        fact = self.known_value(operand, state)
        key = operand.key
        if fact.may_be_null and nulls != il.ANY_NULL:
            left = fact.nulls & (nulls if is_null else ~nulls)
            if is_null and not left:
                return False
            if not is_null and left:
                if key:
                    state.facts[key] = fact._replace(nulls=left)
                return True
        if fact.nullness == Nullness.UNKNOWN and nulls != il.ANY_NULL and not is_null:
            return not (key and self.home.assumed) or state.assume(f"{key} ask {nulls}", False)
        if not is_null:
            if fact.nullness == Nullness.NULL:
                return False
            return self.settle(operand, non_null(fact, operand.at), state) if key else True
        if not key:
            return True
        if not state.assume(f"{key} is None", True):
            return False
        fact = self.known_value(operand, state)
        if fact.nullness == Nullness.MAYBE:
            left = fact.nulls & nulls
            state.facts[key] = fact._replace(nullness=Nullness.NULL, checked=operand.at, truth=False, nulls=left)
        elif suspects and fact.nullness == Nullness.UNKNOWN and not isinstance(operand, il.Invocation | il.Subscript):
            why = f"it is tested for {self.home.knowledge.null}, and this path continues if it is"
            origin = NullOrigin(OriginKind.COMPARISON, operand.at, why)
            state.facts[key] = fact._replace(nullness=Nullness.NULL, origin=origin, truth=False, nulls=nulls)
        state.truths[key] = False
        state.rule_out(key, False)
        return True

    def _refine_call(self, test: il.Invocation, outcome: bool, state: FlowState) -> bool:
        fact = self.known_value(test, state)
        if fact.truth is not None and fact.truth != outcome:
            return False
        name = self.called(test, state)
        believed = name in self.home.knowledge.functions["believe"]
        for argument in test.arguments:
            if outcome or not believed:
                self._is_there(argument.value, state, test.at)
        if outcome and isinstance(test.callee, il.Member):
            self.tell(self.home.knowledge.implies.get(test.callee.name, ()), test, state)
        self.prove(test, outcome, state)
        if not test.key:
            return True
        if outcome:
            return self.settle(test, non_null(fact, test.at), state)
        return True


def _hold_key(container: str, key: str, state: FlowState, at: ByteRange) -> None:
    """The container has the key: what is looked up by it is there."""
    for looked_up in (f"{container}.get({key})", f"{container}[{key}]") if container and key else ():
        state.facts[looked_up] = non_null(state.facts.get(looked_up, UNKNOWN_FACT), at)


def _names_null(classes: Expression) -> bool:
    items = classes.items if isinstance(classes, il.Display) else (classes,)
    return any(
        isinstance(item, il.Null) or item.key.endswith("NoneType") or isinstance(item, il.Invocation) for item in items
    )


def object_key(call: il.Invocation) -> str:
    """Return the key of the object whose method is called; "" for a function."""
    return call.callee.owner.key if isinstance(call.callee, il.Member) else ""


def _is_lookup(call: il.Invocation) -> bool:
    """Tell whether it is `d.get(k)`."""
    return isinstance(call.callee, il.Member) and call.callee.name == "get" and len(call.arguments) == 1
