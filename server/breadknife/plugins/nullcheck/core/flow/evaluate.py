"""What an expression is worth in a state, and what a test leaves of a state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.il import ByteRange, Expression, Type
from breadknife.plugins.nullcheck.core.knowledge import element, held
from breadknife.plugins.nullcheck.core.nullness import (
    NO_ASSUMPTIONS,
    NON_NULL_FACT,
    UNKNOWN_FACT,
    Fact,
    Nullness,
    NullOrigin,
    OriginKind,
    havoc,
    is_initial,
    non_null,
)
from breadknife.plugins.nullcheck.core.solution import NullDereference
from breadknife.plugins.nullcheck.core.state import FlowState
from breadknife.plugins.nullcheck.core.summaries import Summaries
from breadknife.plugins.nullcheck.values import Use

_READS = frozenset({Use.ATTRIBUTE, Use.SUBSCRIPT, Use.CALL})
"""The uses that may come before a test: for others null is mostly excluded by what the value is."""
_FUNCTION = Fact(Nullness.NON_NULL, type=Type("function"))


@dataclass
class Evaluator(ABC):
    """Evaluates the expressions of one function: `evaluate_comma_ok` those of the kind `CommaOk`, and so on."""

    home: Summaries
    function: Function
    dereferences: list[NullDereference] = field(default_factory=list[NullDereference])
    forgives: bool = False
    """True if uses of null are caught where the evaluation is."""
    is_dead: bool = False
    """Set by a call that never comes back."""
    may_raise: bool = False
    """Set by a call that may raise."""
    _declared: dict[str, Fact] = field(default_factory=dict[str, Fact])
    _results: dict[int, Fact] = field(default_factory=dict[int, Fact])
    """What calls gave when they were last evaluated, by the identity of the call."""

    # Values

    def value(self, expression: Expression, state: FlowState) -> Fact:
        """Return what the expression is worth in the state. Adds what it dereferences to `dereferences`, and notes in
        the state what a call or a dereference changes.

        An expression that another checker says may be null (`home.assumed`) is so unless more is known here."""
        fact = _EVALUATE[type(expression)](self, expression, state)
        assumed = self.home.assumed.get(expression.at) if self.home.assumed else None
        if assumed is not None and fact.nullness == Nullness.NON_NULL and fact.checked is not None:
            self.home.denied[expression.at] = fact.checked
        if assumed is None or fact.nullness != Nullness.UNKNOWN:
            return fact
        if state.truths.get(f"{expression.key} ask {assumed.nulls}") is False:
            return fact
        return fact._replace(nullness=Nullness.MAYBE, origin=assumed.origin, nulls=assumed.nulls)

    def declared(self, key: str, /) -> Fact:
        """Return what the key is where the flow says nothing of it."""
        fact = self._declared.get(key)
        if fact is None:
            fact = self._declared[key] = self.home.declared(self.function, key)
        return fact

    def known(self, key: str, state: FlowState) -> Fact:
        """Return what is known of the key in the state, or else by its declaration."""
        return state.facts.get(key) or self.declared(key)

    def need(self, expression: Expression, use: Use, state: FlowState) -> Fact:
        """Return the value of an expression that must not be null for this use. If it may be, that is a finding, and
        the state then takes it for non-null, so that the next use isn't one, too."""
        return self.demand(expression, use, self.value(expression, state), state)

    def demand(self, expression: Expression, use: Use, fact: Fact, state: FlowState) -> Fact:
        """Do what `need` does for an expression that has been evaluated to `fact`."""
        if fact.may_be_null and not isinstance(expression, il.Null):
            if not self.forgives and not self.home.file.is_ignored(expression.at) and self._is_reason(fact):
                self._found(expression, use, fact)
            fact = non_null(fact)
            if expression.key:
                state.facts[expression.key] = fact
                state.truths[f"{expression.key} is None"] = False  # it is found, and excludes no other finding
        elif fact.nullness == Nullness.UNKNOWN and fact.used is None and use in _READS and not _is_value(fact):
            return self._note_use(expression, use, fact, state)
        return fact

    def _is_reason(self, fact: Fact) -> bool:
        """Tell whether a null that a value may be is reason enough for a finding. A variable's first null isn't, where
        an exception may have kept it from another value."""
        is_first = is_initial(fact) and fact.nullness != Nullness.NULL
        return not is_first or self.home.knowledge.first_nulls

    def _found(self, expression: Expression, use: Use, fact: Fact) -> None:
        evidence = self.home.evidence.of(expression, fact, self.function)
        self.dereferences.append(NullDereference(expression.at, use, fact, expression.key, evidence))

    def _note_use(self, expression: Expression, use: Use, fact: Fact, state: FlowState) -> Fact:
        """Note the use of a value of which nothing is known: if the function compares it with null somewhere, this may
        be too late."""
        if expression.key and self.home.evidence.is_compared(expression, self.function):
            fact = state.facts[expression.key] = fact._replace(used=(expression.at, use))
        return fact

    def evaluate_null(self, expression: il.Null, _state: FlowState) -> Fact:
        why = expression.why or f"it is {self.home.knowledge.null_name(expression.nulls)} here"
        origin = NullOrigin(OriginKind(expression.kind), expression.at, why)
        return Fact(Nullness.NULL, origin, truth=False, nulls=expression.nulls)

    def evaluate_chain_null(self, expression: il.ChainNull, state: FlowState) -> Fact:
        fact, left_out = self.value(expression.owner, state), self.home.knowledge.left_out
        origin = fact.origin
        if not fact.may_be_null:
            why = f"`?.` gives {self.home.knowledge.null_name(left_out)} where it finds no object"
            origin = NullOrigin(OriginKind.CHAIN, expression.owner.at, why)
        return Fact(Nullness.NULL, origin, truth=False, nulls=left_out)

    def evaluate_type_assertion(self, expression: il.TypeAssertion, state: FlowState) -> Fact:
        fact, type_ = self.value(expression.value, state), self.home.qualified_type(expression.type)
        if type_ is not None and type_.nullable:
            return fact._replace(type=type_._replace(nullable=0))
        fact = non_null(fact)._replace(type=type_ or fact.type)
        if expression.key:
            state.facts[expression.key] = fact
            state.assume(f"{expression.key} is None", False)
        return fact

    def evaluate_constant(self, expression: il.Constant, _state: FlowState) -> Fact:
        return constant_fact(expression.type, expression.truth)

    def evaluate_name(self, expression: il.Name, state: FlowState) -> Fact:
        return state.facts.get(expression.key) or self.declared(expression.key)

    def evaluate_member(self, expression: il.Member, state: FlowState) -> Fact:
        owner = self.owner(expression, state, is_called=False)
        if expression.key and (fact := state.facts.get(expression.key)) is not None:
            return fact
        if owner.type is not None:
            return self.home.member(owner.type, expression.name, expression.at)
        return self.home.global_(f"{owner.called}.{expression.name}") if owner.called else UNKNOWN_FACT

    def owner(self, attribute: il.Member, state: FlowState, *, is_called: bool) -> Fact:
        """Return the value of the expression that has the attribute. It must not be null, unless null has this
        attribute too. `is_called`: the attribute is called as a method."""
        fact = self.value(attribute.owner, state)
        is_open = fact.may_be_null or (fact.nullness == Nullness.UNKNOWN and fact.used is None)
        has = self.home.null_has(fact.type, attribute.name, is_called=is_called) if is_open else True
        if has is None and fact.may_be_null:
            return fact  # that it is null is known, but not that its method minds
        return fact if has else self.demand(attribute.owner, Use.ATTRIBUTE, fact, state)

    def container(self, expression: il.Subscript, operator: str, state: FlowState) -> Fact:
        """Return the value of the container. `operator` is `[]` or `[]=`: in Go only storing needs a map."""
        use = self.home.knowledge.operators.get(operator)
        return self.value(expression.owner, state) if use is None else self.need(expression.owner, use, state)

    def evaluate_subscript(self, expression: il.Subscript, state: FlowState) -> Fact:
        owner = self.container(expression, "[]", state)
        if expression.within is None:
            return owner._replace(nullness=Nullness.NON_NULL, origin=None, items=(), called="")
        self.value(expression.within, state)
        if expression.key and (fact := state.facts.get(expression.key)) is not None:
            return fact
        if owner.type is None:
            return UNKNOWN_FACT
        return typed(held(owner.type, expression.within.key))

    def evaluate_invocation(self, expression: il.Invocation, state: FlowState) -> Fact:
        fact = self._results[id(expression)] = self.call(expression, state)
        return fact

    @abstractmethod
    def call(self, expression: il.Invocation, state: FlowState) -> Fact:
        """Return what the call gives, and apply to the state what it changes."""

    @abstractmethod
    def called(self, call: il.Invocation, state: FlowState) -> str:
        """Return the qualified name of the function that is called, or ""."""

    def evaluate_operation(self, expression: il.Operation, state: FlowState) -> Fact:
        operator, operands = expression.operator, expression.operands
        if operator == "next":
            return self._next(operands[0], state)
        use = self.home.knowledge.operators.get(operator)
        last = UNKNOWN_FACT
        for index, operand in enumerate(operands):
            # `"%s" % value` formats any value, null too.
            is_formatted = operator == "%" and (index or isinstance(operand, il.Constant | il.Display))
            last = self.value(operand, state) if use is None or is_formatted else self.need(operand, use, state)
        if operator in ("with", "await", "unbox"):  # those have one operand
            return havoc(last) if operator == "with" else last
        return NON_NULL_FACT

    def _next(self, iterable: Expression, state: FlowState) -> Fact:
        """Return an element of the iterable."""
        fact = self.value(iterable, state)
        type_ = element(fact.type, self.home.knowledge.elements) if fact.type is not None else None
        return typed(type_)

    def evaluate_comparison(self, expression: il.Comparison, state: FlowState) -> Fact:
        left = self.value(expression.left, state)
        if left.used is not None and isinstance(expression.right, il.Null) and left.nullness == Nullness.UNKNOWN:
            is_excluded = left.type is not None and self.home.knowledge.types_exclude_null
            if expression.operator != "ask" and not is_excluded:  # `x?.y` is often more careful than it need be
                self._find_earlier_use(expression, left, left.used, state)
        if expression.operator == "in":
            self.need(expression.right, Use.OPERAND, state)
        else:
            self.value(expression.right, state)
        return Fact(Nullness.NON_NULL, test=expression)

    def _find_earlier_use(self, test: il.Comparison, fact: Fact, used: tuple[ByteRange, str], state: FlowState) -> None:
        """Report the use of a value that is compared with null only after it."""
        at, use = used
        state.facts[test.left.key] = fact._replace(used=None)
        if not self.home.file.is_ignored(at):
            null = self.home.knowledge.null
            origin = NullOrigin(OriginKind.LATER, test.at, f"it is compared with {null} only after this use")
            found = fact._replace(nullness=Nullness.MAYBE, origin=origin, used=None)
            evidence = self.home.evidence.of(test.left, fact, self.function)
            self.dereferences.append(NullDereference(at, Use(use), found, test.left.key, evidence))

    def evaluate_not(self, expression: il.Not, state: FlowState) -> Fact:
        self.value(expression.operand, state)
        operand = expression.operand
        if expression.key:
            return Fact(Nullness.NON_NULL, test=expression)
        test = operand._replace(negated=not operand.negated) if isinstance(operand, il.Comparison) else None
        return Fact(Nullness.NON_NULL, test=test)

    def evaluate_display(self, expression: il.Display, state: FlowState) -> Fact:
        facts = tuple(self.value(item, state) for item in expression.items)
        truth = bool(facts) if expression.type in ("tuple", "list", "dict") else None
        items = _tuples(expression.items, facts) if expression.type in ("tuple", "list") else ()
        return Fact(Nullness.NON_NULL, type=Type(expression.type), items=items, truth=truth or None)

    def evaluate_assignment_expression(self, expression: il.AssignmentExpression, state: FlowState) -> Fact:
        """Return the value of an owner that is looked at again; the assignment itself is another step."""
        return self.value(expression.value, state)

    def evaluate_opaque(self, expression: il.Opaque, state: FlowState) -> Fact:
        for part in expression.parts:
            self.value(part, state)
        return UNKNOWN_FACT

    def evaluate_closure(self, expression: il.Closure, _state: FlowState) -> Fact:
        return _FUNCTION._replace(called=expression.key) if expression.key else _FUNCTION

    def evaluate_cast(self, expression: il.Cast, state: FlowState) -> Fact:
        fact = self.value(expression.value, state)
        if expression.drops_null and fact.may_be_null:
            fact = UNKNOWN_FACT
        type_ = self.home.qualified_type(expression.type) or fact.type
        if type_ is not None and type_.nullable and fact.nullness == Nullness.UNKNOWN:
            return self.home.declared_fact(type_, expression.key.partition("@")[0] or "this", expression.at)
        return fact._replace(type=type_._replace(nullable=0) if type_ is not None else None)

    def evaluate_comma_ok(self, expression: il.CommaOk, state: FlowState) -> Fact:
        fact = self.value(expression.value, state)
        # The value is non-null beside `true` only where its type is known, and may be null at all.
        value = non_null(fact) if fact.type is not None and not fact.type.is_value else fact
        null = UNKNOWN_FACT
        if value.nullness == Nullness.NON_NULL:
            null = self.evaluate_null(expression.null, state)._replace(type=fact.type)
        return Fact(
            Nullness.NON_NULL,
            items=((null, NON_NULL_FACT._replace(truth=False)), (value, NON_NULL_FACT._replace(truth=True))),
        )


def _is_value(fact: Fact) -> bool:
    """Tell whether null is none of the values that it may be: of a number, a struct, a module, a function. What another
    package declares may also be an interface."""
    return bool(fact.called) or (fact.type is not None and fact.type.is_value and "." not in fact.type.name)


def _tuples(items: Sequence[Expression], facts: tuple[Fact, ...]) -> tuple[tuple[Fact, ...], ...]:
    """Return the tuples that these values may be: two if one of them is null only where another one tells so."""
    for index, fact in enumerate(facts):
        telling_keys = {test.removesuffix(" is None") for test, _ in fact.unless}
        if fact.nullness == Nullness.MAYBE and any(item.key in telling_keys for item in items):
            with_null = [_beside(fact, item.key, item_fact) for item, item_fact in zip(items, facts, strict=True)]
            with_null[index] = fact._replace(nullness=Nullness.NULL, unless=NO_ASSUMPTIONS)
            without_null = (*facts[:index], havoc(fact), *facts[index + 1 :])
            return tuple(with_null), without_null
    return (facts,)


def _beside(null: Fact, key: str, fact: Fact) -> Fact:
    """Return what is known of the value under the key where another value is null: `null` is the fact of that one, and
    `fact` what is known anyway."""
    for test, outcome in null.unless:
        if test == key and fact.truth is None:
            fact = fact._replace(truth=not outcome)
        elif test == f"{key} is None" and outcome:
            fact = non_null(fact)
    return fact


@cache
def constant_fact(type_: str, truth: bool) -> Fact:
    """Return the fact of a literal. There are many literals, so each kind of them shares one."""
    return Fact(Nullness.NON_NULL, type=Type(type_), truth=truth)


def typed(type_: Type | None) -> Fact:
    """Return an element of a container that is declared to hold this type. That some elements may be null says nothing
    of this one."""
    return Fact(type=type_._replace(nullable=0)) if type_ is not None else UNKNOWN_FACT


_EVALUATE: dict[type[Expression], Callable[[Evaluator, Any, FlowState], Fact]] = {
    kind: method
    for kind in get_args(Expression)
    if (method := getattr(Evaluator, f"evaluate_{il.kind_name(kind)}", None)) is not None
}
"""Kind of expression -> the method that evaluates it. Those that choose between values aren't in a graph any more."""
