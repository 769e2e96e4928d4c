"""What the callers of a function need to know of it: the ways in which it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.declarations import Function, Parameter
from breadknife.plugins.nullcheck.core.il import Constant, Expression, Invocation, Null
from breadknife.plugins.nullcheck.core.nullness import NO_ASSUMPTIONS, UNKNOWN_FACT, Fact, Nullness
from breadknife.plugins.nullcheck.core.state import FlowState

MOST_CASES = 8
"""Where a function has more cases, those with the same result are merged to what they have in common."""


class Condition(NamedTuple):
    """Something that holds of a parameter wherever the function comes back in one way."""

    parameter: str
    """Its name, or that of an attribute of it."""
    test: str
    """`null` or `truth`."""
    outcome: bool


class SummaryCase(NamedTuple):
    """One way in which a function comes back."""

    result: Fact
    """If its `parameter` is set, the function gives back what it got as this parameter."""
    conditions: frozenset[Condition]
    """What holds then, all of it."""


class Summary(NamedTuple):
    cases: tuple[SummaryCase, ...] = ()
    """Without any, though the summary is known, the function never comes back."""
    is_known: bool = False
    """True if anything is known of the function."""


UNKNOWN_SUMMARY = Summary()


class BoundArgument(NamedTuple):
    """An argument of one call, as the call's parameter gets it."""

    fact: Fact
    expression: Expression | None
    """None where the parameter's default is taken, or what is given can't be told."""


def conditions_at(state: FlowState, function: Function, *, is_test: bool) -> frozenset[Condition]:
    """Return what the state says of the function's parameters, as far as they have the values that they were given. If
    the function `is_test`, also what it says of their attributes."""
    conditions = set[Condition]()
    names = {parameter.name for parameter in function.parameters if not parameter.kind.startswith("*")}
    for name in names:
        fact = state.facts.get(name)
        if fact is not None and fact.parameter == name and fact.nullness in (Nullness.NULL, Nullness.NON_NULL):
            conditions.add(Condition(name, "null", fact.nullness == Nullness.NULL))
    for key, outcome in state.truths.items():
        if key in names and _is_first(state, key):
            conditions.add(Condition(key, "truth", outcome))
        elif key.endswith(" is None") and key[:-8] in names and outcome:
            conditions.add(Condition(key[:-8], "null", outcome))
    for key, fact in state.facts.items() if is_test else ():
        root, dot, _ = key.partition(".")
        if fact.nullness == Nullness.NON_NULL and dot and (root in names or root == function.receiver):
            conditions.add(Condition(key, "null", False))
    return frozenset(conditions)


def _is_first(state: FlowState, parameter: str) -> bool:
    """Tell whether the parameter still has the value that it was given."""
    fact = state.facts.get(parameter)
    return fact is not None and fact.parameter == parameter


def cases_at(state: FlowState, result: Fact, function: Function) -> list[SummaryCase]:
    """Return the cases of one `return`, where the function gives `result` in this state. For a null that an assumption
    on a parameter excludes there are two: one with the null, where the assumption is false, and one without."""
    conditions = conditions_at(state, function, is_test=result.truth is not None)
    items = tuple(
        tuple(fact._replace(test=None, checked=None, unless=NO_ASSUMPTIONS) for fact in way) for way in result.items
    )
    plain = Fact(
        result.nullness, result.origin, result.type, truth=result.truth, items=items, parameter=result.parameter,
        nulls=result.nulls,
    )  # fmt: skip
    if result.nullness != Nullness.MAYBE:
        return [SummaryCase(plain, conditions)]
    excluding = {_condition(key, outcome, function.parameters) for key, outcome in result.unless} - {None}
    if not excluding:
        return [SummaryCase(plain, conditions)]
    without_null = plain._replace(nullness=Nullness.UNKNOWN, origin=None)
    opposites = frozenset(
        assumption._replace(outcome=not assumption.outcome) for assumption in excluding if assumption is not None
    )
    with_null = plain._replace(nullness=Nullness.NULL)
    return [SummaryCase(with_null, conditions | opposites), SummaryCase(without_null, conditions)]


def _condition(key: str, outcome: bool, parameters: Sequence[Parameter]) -> Condition | None:
    """Return an assumption as a condition on a parameter, if it is about one alone."""
    name = key.removesuffix(" is None")
    if all(parameter.name != name for parameter in parameters):
        return None
    return Condition(name, "truth" if key == name else "null", outcome)


def summarised(cases: Sequence[SummaryCase]) -> Summary:
    """Return the summary of a function with these cases. If they are too many, those with the same result are one."""
    merged = dict[Fact, frozenset[Condition]]()
    if len(cases) > MOST_CASES:
        for case in cases:
            known = merged.get(case.result)
            merged[case.result] = case.conditions if known is None else known & case.conditions
        cases = [SummaryCase(result, conditions) for result, conditions in merged.items()]
    return Summary(tuple(cases), is_known=True)


def common_conditions(cases: Sequence[SummaryCase]) -> frozenset[Condition]:
    """Return what holds in each of the cases, of which there is at least one."""
    first, *rest = cases
    return first.conditions.intersection(*(case.conditions for case in rest))


def bound_arguments(
    call: Invocation, function: Function, facts: Sequence[Fact], *, is_bound: bool, left_out: int
) -> dict[str, BoundArgument] | None:
    """Return what the parameters of a call get, by their names; None if it has an argument that stands for several.

    `facts`: of its arguments, in order. `is_bound`: the first parameter is the object before the dot. `left_out`: the
    null that stands for an argument that isn't given, as a bit; 0 if there is none."""
    parameters = function.parameters[1:] if is_bound else function.parameters
    by_place = [parameter for parameter in parameters if parameter.kind == ""]
    bound = dict[str, BoundArgument]()
    next_place = 0
    for index, argument in enumerate(call.arguments):
        if argument.name == "*":
            return None
        if argument.name:
            bound[argument.name] = BoundArgument(facts[index], argument.value)
        elif next_place < len(by_place):
            parameter = by_place[next_place]
            is_default = (
                parameter.default is not None and isinstance(argument.value, Null) and argument.value.nulls == left_out
            )
            if not is_default:
                bound[parameter.name] = BoundArgument(facts[index], argument.value)
            next_place += 1
    for parameter in parameters:
        if parameter.name not in bound and not parameter.kind.startswith("*"):
            default = parameter.default or parameter.left_out
            if isinstance(default, Null):
                fact = Fact(Nullness.NULL, nulls=default.nulls)
            elif isinstance(default, Constant):
                fact = Fact(Nullness.NON_NULL, truth=default.truth)
            else:
                fact = UNKNOWN_FACT
            bound[parameter.name] = BoundArgument(fact, default)
    return bound


def holds(
    condition: Condition, given: BoundArgument, state: FlowState, *, is_strict: bool, is_believed: bool = False
) -> bool | None:
    """Tell whether a call's argument fulfils the condition; None if that isn't known. `is_strict`: an argument that
    isn't known to be null is taken for non-null; and with `is_believed` for true."""
    fact, expression = given
    key = expression.key if expression is not None else ""
    match condition.test:
        case "null":
            if fact.nullness in (Nullness.NULL, Nullness.NON_NULL):
                return (fact.nullness == Nullness.NULL) == condition.outcome
            known = state.truths.get(f"{key} is None") if key else None
            if known is None and is_strict and condition.outcome and not fact.may_be_null:
                return False  # a function that gives null for null: nothing says that it gets one
            return None if known is None else known == condition.outcome
        case "truth":
            if fact.truth is not None or fact.nullness == Nullness.NULL:
                return bool(fact.truth) == condition.outcome
            known = state.truths.get(key) if key else None
            if known is None and is_strict and is_believed and not condition.outcome and not fact.may_be_null:
                return False  # nothing says that it is empty
            return None if known is None else known == condition.outcome
        case _:
            return None
