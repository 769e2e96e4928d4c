"""What a test leaves of a state."""

from __future__ import annotations

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.flow.evaluate import Evaluator
from breadknife.plugins.nullcheck.core.il import At, Expression
from breadknife.plugins.nullcheck.core.nullness import NOTHING, SURE, Fact, Nullness, Origin, OriginKind, there
from breadknife.plugins.nullcheck.core.state import State


class Refiner(Evaluator):
    """Applies the outcome of tests to states."""

    def refine(self, test: Expression, outcome: bool, state: State) -> bool:
        """Change the state to what holds after the test. False if the test can't come out so."""
        match test:
            case il.Not(operand=operand):
                return self.refine(operand, not outcome, state)
            case il.Test():
                return self._refine_test(test, outcome != test.negated, state)
            case il.Call():
                return self._refine_call(test, outcome, state)
            case il.Constant(truth=truth):
                return truth == outcome
            case il.Name() | il.Attribute() | il.Element():
                return self._refine_truth(test, outcome, state)
            case _:
                return True

    def _refine_truth(self, test: Expression, outcome: bool, state: State) -> bool:
        key = test.key
        fact = self.known_value(test, state)
        if fact.truth is not None and fact.truth != outcome:
            return False
        if fact.test is not None and not self.refine(fact.test, outcome, state):
            return False
        if not key:
            return True
        if outcome:
            if fact.nullness == Nullness.NULL:
                return False
            return self.settle(test, there(fact, test.at), state) and state.assume(key, True)
        state.rule_out(f"{key} is None", True)
        if fact.container:
            state.examined |= {fact.container}
        return state.assume(key, False)

    def settle(self, test: Expression, fact: Fact, state: State) -> bool:
        """The value under the key is there."""
        key = test.key
        state.facts[key] = fact
        if (owner := _asked_of(test)) and isinstance(test, il.Call):
            state.facts[f"{owner}[{test.arguments[0].value.key}]"] = fact
        if fact.container:
            state.examined |= {fact.container}
        return state.assume(f"{key} is None", False)

    def known_value(self, expression: Expression, state: State) -> Fact:
        """The value of an expression that was evaluated before: nothing is found a second time."""
        if isinstance(expression, il.Call) and (result := self._results.get(id(expression))) is not None:
            return (expression.key and state.facts.get(expression.key)) or result
        uses, raised, is_dead = self.uses, self.raised, self.is_dead
        self.uses, self.raised = [], None
        fact = self.value(expression, state)
        self.uses, self.raised, self.is_dead = uses, raised, is_dead
        return fact

    def _refine_test(self, test: il.Test, outcome: bool, state: State) -> bool:
        left, right = test.left, test.right
        if test.operator in ("is", "=="):
            for one, other in ((left, right), (right, left)):
                if isinstance(other, il.Null):
                    return self._refine_null(one, outcome, state)
        if test.operator == "in" and isinstance(left, il.Null):
            inner = (
                right.callee.owner if isinstance(right, il.Call) and isinstance(right.callee, il.Attribute) else right
            )
            state.examined |= {inner.key}
            return True
        if test.operator == "instance":
            if outcome and left.key and not _names_null(right):
                fact = there(self.known_value(left, state), test.at)
                type_ = self.home.instance_type(self.function, right)
                self.settle(left, fact._replace(type=type_ or fact.type), state)
        elif outcome:
            for side in (left, right) if test.operator != "in" else (left,):
                self._is_there(side, state, test.at)
                if isinstance(side, il.Call) and test.operator != "in":
                    for argument in side.arguments:
                        self._is_there(argument.value, state, test.at)
            if test.operator == "in" and right.key and left.key:
                for key in (f"{right.key}.get({left.key})", f"{right.key}[{left.key}]"):
                    state.facts[key] = there(state.facts.get(key, NOTHING), test.at)
        return state.assume(test.key, outcome) if test.key else True

    def _is_there(self, expression: Expression, state: State, at: At) -> None:
        if isinstance(expression, il.Display):
            for each in expression.items:
                self._is_there(each, state, at)
        elif expression.key and not isinstance(expression, il.Constant | il.Null):
            self.settle(expression, there(self.known_value(expression, state), at), state)

    def _refine_null(self, one: Expression, is_null: bool, state: State) -> bool:
        fact = self.known_value(one, state)
        key = one.key
        if not is_null:
            if fact.nullness == Nullness.NULL:
                return False
            return self.settle(one, there(fact, one.at), state) if key else True
        if fact.container:
            state.examined |= {fact.container}
        if not key:
            return True
        if not state.assume(f"{key} is None", True):
            return False
        fact = self.known_value(one, state)
        if fact.nullness == Nullness.MAYBE:
            state.facts[key] = fact._replace(nullness=Nullness.NULL, checked=one.at, truth=False)
        elif fact.nullness == Nullness.UNKNOWN and not isinstance(one, il.Call | il.Element):
            origin = Origin(OriginKind.COMPARISON, one.at, "it is tested for None, and this path continues if it is")
            state.facts[key] = fact._replace(nullness=Nullness.NULL, origin=origin, truth=False)
        state.truths[key] = False
        return True

    def _refine_call(self, test: il.Call, outcome: bool, state: State) -> bool:
        fact = self.known_value(test, state)
        if fact.truth is not None and fact.truth != outcome:
            return False
        name = self.called(test, state)
        believed = name in self.home.knowledge.functions["believe"]
        for argument in test.arguments:
            key = argument.value.key
            if key:
                state.examined |= {key}
            if outcome or not believed:
                self._is_there(argument.value, state, test.at)
        if outcome and name == "hasattr" and len(test.arguments) == 2:
            owner, attribute = (each.value for each in test.arguments)
            if owner.key and isinstance(attribute, il.Constant):
                state.facts.setdefault(f"{owner.key}.{attribute.key[1:-1]}", SURE)
        if not test.key:
            return True
        if outcome:
            return self.settle(test, there(fact, test.at), state)
        return True


def _names_null(classes: Expression) -> bool:
    items = classes.items if isinstance(classes, il.Display) else (classes,)
    return any(
        isinstance(each, il.Null) or each.key.endswith("NoneType") or isinstance(each, il.Call) for each in items
    )


def _asked_of(call: Expression) -> str:
    """The key of the container of `d.get(k)`."""
    if not isinstance(call, il.Call) or not isinstance(call.callee, il.Attribute) or len(call.arguments) != 1:
        return ""
    return call.callee.owner.key if call.callee.name == "get" else ""
