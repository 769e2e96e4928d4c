"""What a call gives, what it needs, and what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.flow.stores import Callee, StoreTransfer
from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.core.knowledge import NullableCall, filled, parse_type
from breadknife.plugins.nullcheck.core.nullness import (
    NON_NULL_FACT,
    UNKNOWN_FACT,
    Assumption,
    Fact,
    Nullness,
    NullOrigin,
    OriginKind,
    non_null,
)
from breadknife.plugins.nullcheck.core.state import FlowState
from breadknife.plugins.nullcheck.core.summaries import Summaries
from breadknife.plugins.nullcheck.core.summary import (
    BoundArgument,
    Condition,
    SummaryCase,
    bound_arguments,
    common_conditions,
    holds,
)
from breadknife.plugins.nullcheck.core.symbols import ResolvedSymbol
from breadknife.plugins.nullcheck.values import Use

_MOST_TOLD_APART = 2
"""Arguments of a method that its first argument tells from others: with more of them it is another one."""


class TransferFunctions(StoreTransfer):
    def __init__(self, home: Summaries, function: Function) -> None:
        super().__init__(home, function)
        self._ways = dict[int, tuple[Sequence[SummaryCase], dict[str, BoundArgument]]]()
        """The ways in which calls came back when they were last evaluated, by the identity of the call."""

    def called(self, call: il.Invocation, state: FlowState) -> str:
        dereferences, self.dereferences = self.dereferences, []
        name = self._callee(call.callee, state).name
        self.dereferences = dereferences
        return name

    def call(self, expression: il.Invocation, state: FlowState) -> Fact:
        callee = self._callee(expression.callee, state)
        functions = self.home.knowledge.functions
        facts = [self.value(argument.value, state) for argument in expression.arguments]
        if not callee.name and 0 < len(facts) <= _MOST_TOLD_APART and isinstance(expression.callee, il.Member):
            callee = callee._replace(name=self._told_apart(expression.callee.name, facts[0]))
        self._needed(expression, callee, state)
        self.may_raise = self.may_raise or callee.name not in functions["come_back"]
        self.change(expression, callee, state)
        if isinstance(expression.callee, il.Member):
            self.tell(self.home.knowledge.ensures.get(expression.callee.name, ()), expression, state)
        if self._never_returns(expression.callee, callee.name, state):
            self.is_dead = True
        if expression.key:
            known = state.facts.get(expression.key)
            if known is not None and known.nullness == Nullness.NON_NULL:
                return known
        fact = self._result(expression, callee, facts, state)
        is_telling = isinstance(expression.callee, il.Member) and expression.callee.name in self.home.knowledge.implies
        if is_telling or id(expression) in self._ways:
            fact = fact._replace(test=expression)
        if callee.name in functions["iterators"]:
            fact = fact._replace(nullness=Nullness.NON_NULL, truth=True)
        return fact

    def _callee(self, callee: il.Expression, state: FlowState) -> Callee:
        if isinstance(callee, il.Member):
            owner = self.owner(callee, state, is_called=True)
            if callee.key and (fact := state.facts.get(callee.key)) is not None and fact.called:
                return Callee(fact.called, self.home.target(fact.called), owner)
            if owner.type is not None:
                target = self.home.method(owner.type, callee.name)
                if target is None:
                    held = self.home.member(owner.type, callee.name, callee.at)
                    if held.called:
                        return Callee(held.called, self.home.target(held.called), owner)
                    if held.may_be_null:
                        self.need(callee, Use.CALL, state)
                return Callee(f"{owner.type.name}.{callee.name}", target, owner)
            name = f"{owner.called}.{callee.name}" if owner.called else ""
            return Callee(name, self.home.target(name) if name else None, owner)
        fact = self.need(callee, Use.CALL, state)
        return Callee(fact.called, self.home.target(fact.called)) if fact.called else Callee()

    def _told_apart(self, method: str, first: Fact) -> str:
        """Return the qualified name of a method that its first argument tells from others of the name."""
        type_ = first.type.name if first.type is not None else ""
        return self.home.knowledge.by_argument.get(method, {}).get(type_, "")

    def _needed(self, expression: il.Invocation, callee: Callee, state: FlowState) -> None:
        """Find the arguments that must not be null."""
        knowledge, arguments = self.home.knowledge, expression.arguments
        for argument in arguments:
            if argument.name == "*":
                self.need(argument.value, Use.ITERATE, state)
        if not arguments or arguments[0].name:
            return
        if callee.name in knowledge.functions["iterate"]:
            self.need(arguments[0].value, Use.ITERATE, state)
        elif callee.name in knowledge.functions["need"] or callee.name in knowledge.takers:
            self.need(arguments[0].value, Use.ARGUMENT, state)
        elif self.home.follows_arguments and callee.target is not None and callee.target.function is not None:
            self._accepted(expression, callee.target, callee.target.function, state)

    def _accepted(self, call: il.Invocation, target: ResolvedSymbol, function: Function, state: FlowState) -> None:
        """Find the arguments that the function uses without a check."""
        if not function.is_plain:
            return
        is_bound = function.is_bound and isinstance(call.callee, il.Member)
        for argument, parameter in zip(call.arguments, function.parameters[is_bound:], strict=False):
            if argument.name or parameter.kind or parameter.left_out is not None or parameter.default is not None:
                return
            if target.home.needs(function, parameter.name):
                self.need(argument.value, Use.ARGUMENT, state)

    def _never_returns(self, callee: il.Expression, name: str, state: FlowState) -> bool:
        functions = self.home.knowledge.functions
        if name in functions["never_return"] or callee.key in functions["never_return"]:
            return True
        if not isinstance(callee, il.Member):
            return False
        return callee.name in functions["never_return_methods"]

    # Results

    def _result(self, call: il.Invocation, callee: Callee, facts: Sequence[Fact], state: FlowState) -> Fact:
        name, knowledge = callee.name, self.home.knowledge
        if callee.target is None and (rule := knowledge.calls.get(name)) is not None:
            if rule.typed_only and not self.home.file.is_typed:
                return Fact(type=self._given_type(rule, callee))
            return self._by_rule(rule, call, callee, facts, state)
        if callee.target is not None:
            if callee.target.function is not None:
                return self._by_summary(call, callee.target, callee.target.function, callee.owner, facts, state)
            if callee.target.class_ is not None:
                return Fact(Nullness.NON_NULL, type=callee.target.home.own_type(callee.target.class_))
        own = _own(callee)
        result = knowledge.results.get(name)
        if result is not None:
            first = facts[0].type if facts else None
            return Fact(Nullness.NON_NULL, type=filled(parse_type(result), own, first, knowledge.elements))
        return Fact(Nullness.NON_NULL, type=Type(name)) if name in knowledge.types else UNKNOWN_FACT

    def _given_type(self, rule: NullableCall, callee: Callee) -> Type | None:
        """Return the type of what a call gives if there is a value."""
        if rule.name == "dict.get" and len(_own(callee)) == 2:
            return _own(callee)[1]
        return filled(parse_type(rule.gives), _own(callee), None, self.home.knowledge.elements) if rule.gives else None

    def _by_rule(
        self, rule: NullableCall, call: il.Invocation, callee: Callee, facts: Sequence[Fact], state: FlowState
    ) -> Fact:
        gives = self._given_type(rule, callee)
        is_literal = all(
            isinstance(argument.value, il.Constant | il.Null) or fact.truth is not None
            for argument, fact in zip(call.arguments, facts, strict=True)
        )
        if any(argument.name == "*" for argument in call.arguments) or (rule.literals and is_literal):
            return Fact(type=gives)
        if call.arguments and call.arguments[0].value.key in rule.unless_literals:
            return Fact(type=gives)
        if rule.unless and facts and facts[0].type is not None and facts[0].type.name == rule.unless:
            return Fact(type=gives)
        default: Fact | None = None
        given: il.Expression | None = None
        for at, argument in enumerate(call.arguments):
            if argument.name == "default" or (not argument.name and at == rule.default_at):
                default, given = facts[at], argument.value
        is_null = isinstance(given, il.Null)
        gives_null = {
            "never": True,
            "optional": is_null or (given is None and bool(call.arguments)),
            "alone": is_null or given is None,
            "required": is_null,
        }[rule.default]
        if not gives_null:
            is_there = default is None or default.nullness == Nullness.NON_NULL
            return Fact(Nullness.NON_NULL if is_there and gives is not None else Nullness.UNKNOWN, type=gives)
        said = self.home.knowledge.null_name(rule.nulls)
        origin = NullOrigin(
            rule.kind, call.at, f"`{rule.shown or rule.name.rpartition('/')[2]}` returns {said} {rule.why}"
        )
        if rule.beside_error:
            failed = Fact(Nullness.NULL, origin, gives, truth=False), NON_NULL_FACT
            return Fact(
                Nullness.NON_NULL, items=(failed, (NON_NULL_FACT._replace(type=gives), failed[0]._replace(type=None)))
            )
        type_ = gives._replace(nullable=0) if gives else None
        return Fact(Nullness.MAYBE, origin, type_, nulls=rule.nulls | (gives.nullable if gives else 0))

    def _by_summary(
        self,
        call: il.Invocation,
        target: ResolvedSymbol,
        function: Function,
        owner: Fact,
        facts: Sequence[Fact],
        state: FlowState,
    ) -> Fact:
        if function.is_async != call.is_awaited or function.is_generator:
            return UNKNOWN_FACT
        summary = target.home.summary(function)
        declared = target.home.qualified_type(function.returns)
        if not summary.is_known:
            return Fact(type=declared)
        is_bound = function.is_bound and isinstance(call.callee, il.Member)
        given = bound_arguments(call, function, facts, is_bound, self.home.knowledge.left_out & 2)
        if given is not None and function.receiver and isinstance(call.callee, il.Member):
            given.setdefault(function.receiver, BoundArgument(owner, call.callee.owner))
        believes = self.home.knowledge.believes_arguments
        ways = [way for way in summary.cases if given is None or _is_possible(way, given, state, believes)]
        is_certain = not target.home.is_overridden(function)
        if not ways:
            self.is_dead = self.is_dead or is_certain
            return UNKNOWN_FACT
        if given is not None and is_certain:
            for condition in common_conditions(ways):
                self._apply(condition, given, state)
            self._ways[id(call)] = ways, given
        return self._joined(call, function, ways, given or {}, declared, target)

    def prove(self, test: il.Invocation | il.Member, outcome: bool, state: FlowState) -> None:
        """Apply what holds of the arguments, and of the object, where a function or a property gives this outcome."""
        ways, given = self._ways.get(id(test), ((), {}))
        if isinstance(test, il.Member) and (owner := self.known_value(test.owner, state)).type is not None:
            target = self.home.getter(owner.type, test.name)
            if target is not None and target.function is not None and not target.home.is_overridden(target.function):
                ways = target.home.summary(target.function).cases
                given = {target.function.receiver: BoundArgument(owner, test.owner)}
        ways = [way for way in ways if way.result.truth in (outcome, None)]
        for condition in common_conditions(ways) if ways else ():
            self._apply(condition, given, state)

    def _apply(self, condition: Condition, given: dict[str, BoundArgument], state: FlowState) -> None:
        """What holds of an argument whenever the call comes back holds after it."""
        root, dot, attribute = condition.parameter.partition(".")
        fact, expression = given.get(root, BoundArgument(UNKNOWN_FACT, None))
        if dot and expression is not None and expression.key:
            key = f"{expression.key}.{attribute}"
            state.facts[key] = non_null(state.facts.get(key, UNKNOWN_FACT), expression.at)
            state.assume(f"{key} is None", False)
            return
        if expression is None or not expression.key or isinstance(expression, il.Constant | il.Null):
            return
        if condition.test == "null" and not condition.outcome:
            self.settle(expression, non_null(fact, expression.at), state)
        elif condition.test == "truth":
            if condition.outcome:
                self.settle(expression, non_null(fact, expression.at), state)
            state.assume(expression.key, condition.outcome)

    def _joined(
        self,
        call: il.Invocation,
        function: Function,
        ways: Sequence[SummaryCase],
        given: dict[str, BoundArgument],
        declared: Type | None,
        target: ResolvedSymbol,
    ) -> Fact:
        results = [_given_back(way, given) for way in ways]
        nulls = [way for way, fact in zip(ways, results, strict=True) if fact.may_be_null]
        types = {fact.type for fact in results if not fact.may_be_null and fact.type is not None}
        type_ = declared or (types.pop() if len(types) == 1 else None)
        items = tuple(self._item(call, target, function, item) for fact in results for item in fact.items)
        if any(not fact.items for fact in results):
            items = ()
        if not nulls:
            is_there = all(fact.nullness == Nullness.NON_NULL for fact in results)
            truth = results[0].truth if len({fact.truth for fact in results}) == 1 else None
            return Fact(Nullness.NON_NULL if is_there else Nullness.UNKNOWN, type=type_, items=items, truth=truth)
        first = next(fact.origin for fact in results if fact.may_be_null)
        unless = set[Assumption]()
        bits = 0
        for fact in results:
            bits |= fact.nulls if fact.may_be_null else 0
        why = f"{function.shown} may return {self.home.knowledge.null_name(bits)}"
        origin = NullOrigin(_kind(first), function.at, why, target.home.uri, call.at)
        if len(nulls) < len(ways):
            for condition in common_conditions(nulls):
                expression = given.get(condition.parameter, BoundArgument(UNKNOWN_FACT, None)).expression
                if expression is not None and isinstance(expression, il.Name | il.Member) and expression.key:
                    key = expression.key if condition.test == "truth" else f"{expression.key} is None"
                    if condition.test in ("truth", "null"):
                        unless.add((key, not condition.outcome))
        bare = type_._replace(nullable=0) if type_ else None
        return Fact(Nullness.MAYBE, origin, bare, frozenset(unless), items=items, nulls=bits)

    def _item(
        self, call: il.Invocation, target: ResolvedSymbol, function: Function, items: tuple[Fact, ...]
    ) -> tuple[Fact, ...]:
        why = f"{function.shown} may return {self.home.knowledge.null} there"
        declared = target.home.qualified_type(function.returns)
        types = declared.arguments if declared is not None and declared.name == "tuple" else ()
        marked = list[Fact]()
        for item, type_ in zip_longest(items, types[: len(items)]):
            if item.may_be_null:
                origin = NullOrigin(_kind(item.origin), function.at, why, target.home.uri, call.at)
                item = item._replace(origin=origin, via=None)
            marked.append(item._replace(parameter="", type=type_ if type_ is not None and type_.name else item.type))
        return tuple(marked)


def _is_possible(way: SummaryCase, given: dict[str, BoundArgument], state: FlowState, believes: bool) -> bool:
    return all(
        condition.parameter not in given
        or holds(condition, given[condition.parameter], state, not way.result.parameter, believes) is not False
        for condition in way.conditions
    )


def _given_back(way: SummaryCase, given: dict[str, BoundArgument]) -> Fact:
    """Return the result of one way back, where it is an argument that of the call."""
    result = way.result
    if not result.parameter or result.parameter not in given or result.nullness == Nullness.NON_NULL:
        return result
    fact = given[result.parameter].fact
    is_compared = result.origin is not None and result.origin.kind is OriginKind.COMPARISON
    if result.nullness == Nullness.NULL and not is_compared:
        return result
    if not fact.may_be_null:
        return fact._replace(test=None)
    kind = fact.origin or result.origin or NullOrigin(OriginKind.CALL, (0, 0), "")
    return fact._replace(origin=kind)


def _kind(origin: NullOrigin | None) -> OriginKind:
    if origin is None or origin.kind is OriginKind.EXIT:
        return OriginKind.CALL
    return origin.kind


def _own(callee: Callee) -> tuple[Type, ...]:
    """Return the type arguments of the object whose method is called."""
    return callee.owner.type.arguments if callee.owner.type is not None else ()
