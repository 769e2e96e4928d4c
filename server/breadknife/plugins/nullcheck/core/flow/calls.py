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
    havoc,
    non_null,
)
from breadknife.plugins.nullcheck.core.solution import GivenValues
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

_MOST_ARGUMENTS = 2
"""A method of an unknown object is recognised by its first argument only if it has no more arguments than these."""


class TransferFunctions(StoreTransfer):
    """Evaluates calls: by the knowledge of the library, and by the summaries of the project's functions."""

    def __init__(self, home: Summaries, function: Function) -> None:
        super().__init__(home, function)
        self._cases = dict[int, tuple[Sequence[SummaryCase], dict[str, BoundArgument]]]()
        """Identity of a call -> the cases that were possible when it was last evaluated, and its arguments by the names
        of the parameters."""
        self.calls = dict[int, GivenValues]()
        """Identity of a call of one of the file's functions -> what it gives, whenever it was evaluated."""

    def called(self, call: il.Invocation, state: FlowState) -> str:
        dereferences, self.dereferences = self.dereferences, []
        name = self._callee(call.callee, state, len(call.arguments)).name
        self.dereferences = dereferences
        return name

    def call(self, expression: il.Invocation, state: FlowState) -> Fact:
        callee = self._callee(expression.callee, state, len(expression.arguments))
        functions = self.home.knowledge.functions
        facts = [self.value(argument.value, state) for argument in expression.arguments]
        if not callee.name and 0 < len(facts) <= _MOST_ARGUMENTS and isinstance(expression.callee, il.Member):
            callee = callee._replace(name=self._method_by_argument(expression.callee.name, facts[0]))
        self._need_arguments(expression, callee, state)
        self.may_raise = self.may_raise or callee.name not in functions["come_back"]
        self.change(expression, callee, state)
        if isinstance(expression.callee, il.Member):
            self.tell(self.home.knowledge.ensures.get(expression.callee.name, ()), expression, state)
        if self._never_returns(expression.callee, callee):
            self.is_dead = True
        self._require(expression, facts, state)
        if expression.key:
            known = state.facts.get(expression.key)
            if known is not None and known.nullness == Nullness.NON_NULL:
                return known  # a test of the same call has shown it
        fact = self._result(expression, callee, facts, state)
        is_telling = isinstance(expression.callee, il.Member) and expression.callee.name in self.home.knowledge.implies
        if is_telling or id(expression) in self._cases:  # the result's truth tells something of other values
            fact = fact._replace(test=expression)
        if callee.name in functions["iterators"]:
            fact = fact._replace(nullness=Nullness.NON_NULL, truth=True)
        return fact

    def _callee(self, callee: il.Expression, state: FlowState, arguments: int) -> Callee:
        """Return what so many arguments are given to. Reports the callee, or a method's owner, if it may be null."""
        if isinstance(callee, il.Member):
            owner = self.owner(callee, state, is_called=True)
            if callee.key and (fact := state.facts.get(callee.key)) is not None and fact.called:
                return Callee(fact.called, self.home.target(fact.called), owner)
            if owner.type is not None:
                target = self.home.method(owner.type, callee.name, arguments)
                if target is None:
                    attribute = self.home.member(owner.type, callee.name, callee.at)
                    if attribute.called:
                        return Callee(attribute.called, self.home.target(attribute.called), owner)
                    self.demand(callee, Use.CALL, state.facts.get(callee.key) or attribute, state)
                return Callee(f"{owner.type.name}.{callee.name}", target, owner)
            name = f"{owner.called}.{callee.name}" if owner.called else ""
            return Callee(name, self.home.target(name) if name else None, owner)
        fact = self.need(callee, Use.CALL, state)
        return Callee(fact.called, self.home.target(fact.called)) if fact.called else Callee()

    def _method_by_argument(self, method: str, first: Fact) -> str:
        """Return the qualified name of a method of an unknown object, if the type of the first argument tells it from
        others of its name; "" otherwise."""
        type_ = first.type.name if first.type is not None else ""
        return self.home.knowledge.by_argument.get(method, {}).get(type_, "")

    def _need_arguments(self, expression: il.Invocation, callee: Callee, state: FlowState) -> None:
        """Report the arguments that the callee needs and that may be null."""
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
            self._need_used_arguments(expression, callee.target, callee.target.function, state)

    def _need_used_arguments(
        self, call: il.Invocation, target: ResolvedSymbol, function: Function, state: FlowState
    ) -> None:
        """Report the arguments that may be null and that the function uses without a check."""
        if not function.is_plain:
            return
        is_bound = function.is_bound and isinstance(call.callee, il.Member)
        for argument, parameter in zip(call.arguments, function.parameters[is_bound:], strict=False):
            if argument.name or parameter.kind or parameter.left_out is not None or parameter.default is not None:
                return
            if target.home.needs(function, parameter.name):
                self.need(argument.value, Use.ARGUMENT, state)

    def _require(self, call: il.Invocation, facts: Sequence[Fact], state: FlowState) -> None:
        """Note the argument that is there once a function of a test library has come back."""
        name = call.callee.name if isinstance(call.callee, il.Member) else ""
        requires = self.home.knowledge.requires
        at = requires.get(call.callee.key, requires.get(name, len(facts)))
        if at < len(facts) and call.arguments[at].value.key:
            self.settle(call.arguments[at].value, non_null(facts[at], call.at), state)

    def _never_returns(self, expression: il.Expression, callee: Callee) -> bool:
        """Tell whether a call never comes back, like `sys.exit`, whatever is known of its cases. `expression` is what
        is called."""
        functions = self.home.knowledge.functions
        if callee.name in functions["never_return"] or expression.key in functions["never_return"]:
            return True
        if not isinstance(expression, il.Member):
            return False
        if expression.name in functions["never_return_methods"]:
            return True
        owner = callee.owner.type
        return callee.target is None and owner is not None and self.home.ends(owner, expression.name)

    # Results

    def _result(self, call: il.Invocation, callee: Callee, facts: Sequence[Fact], state: FlowState) -> Fact:
        """Return what a call gives. `facts` are those of its arguments, in order."""
        name, knowledge = callee.name, self.home.knowledge
        if callee.target is None and (rule := knowledge.calls.get(name)) is not None:
            return self._by_rule(rule, call, callee, facts)
        if callee.target is not None:
            if callee.target.function is not None:
                return self._by_summary(call, callee.target, callee.target.function, callee.owner, facts, state)
            if callee.target.class_ is not None:
                return Fact(Nullness.NON_NULL, type=callee.target.home.own_type(callee.target.class_))
        result = knowledge.results.get(name)
        if result is not None:
            first = facts[0].type if facts else None
            type_ = filled(parse_type(result), _owner_arguments(callee), first, knowledge.elements)
            return Fact(Nullness.NON_NULL, type=type_)
        return Fact(Nullness.NON_NULL, type=Type(name)) if name in knowledge.types else UNKNOWN_FACT

    def _given_type(self, rule: NullableCall, callee: Callee) -> Type | None:
        """Return the type of what a call gives if there is a value."""
        arguments = _owner_arguments(callee)
        if rule.name == "dict.get" and len(arguments) == 2:
            return arguments[1]
        return filled(parse_type(rule.gives), arguments, None, self.home.knowledge.elements) if rule.gives else None

    def _by_rule(self, rule: NullableCall, call: il.Invocation, callee: Callee, facts: Sequence[Fact]) -> Fact:
        """Return what a call gives by a row of the knowledge."""
        type_ = self._given_type(rule, callee)
        if (rule.typed_only and not self.home.file.is_typed) or _is_exempt(rule, call, facts):
            return Fact(type=type_)
        default: Fact | None = None
        default_expression: il.Expression | None = None
        for index, argument in enumerate(call.arguments):
            if argument.name == "default" or (not argument.name and index == rule.default_at):
                default, default_expression = facts[index], argument.value
        is_null = isinstance(default_expression, il.Null)
        gives_null = {
            "never": True,
            "optional": is_null or (default_expression is None and bool(call.arguments)),
            "alone": is_null or default_expression is None,
            "required": is_null,
        }[rule.default]
        if not gives_null:
            is_non_null = default is None or default.nullness == Nullness.NON_NULL
            return Fact(Nullness.NON_NULL if is_non_null and type_ is not None else Nullness.UNKNOWN, type=type_)
        null_name = self.home.knowledge.null_name(rule.nulls)
        shown = rule.shown or rule.name.rpartition("/")[2]
        origin = NullOrigin(rule.kind, call.at, f"`{shown}` returns {null_name} {rule.why}")
        if rule.beside_error:
            null = Fact(Nullness.NULL, origin, type_, truth=False)
            no_error = null._replace(type=None)
            return Fact(
                Nullness.NON_NULL, items=((null, NON_NULL_FACT), (NON_NULL_FACT._replace(type=type_), no_error))
            )
        bare_type = type_._replace(nullable=0) if type_ else None
        return Fact(Nullness.MAYBE, origin, bare_type, nulls=rule.nulls | (type_.nullable if type_ else 0))

    def _by_summary(
        self,
        call: il.Invocation,
        target: ResolvedSymbol,
        function: Function,
        owner: Fact,
        facts: Sequence[Fact],
        state: FlowState,
    ) -> Fact:
        """Return what a call of a function gives by its summary, and note what holds of the arguments after it.
        `owner` is what is known of the object whose method it is, `facts` those of the arguments, in order."""
        if function.is_async != call.is_awaited or function.is_generator:
            return UNKNOWN_FACT
        is_bound = function.is_bound and isinstance(call.callee, il.Member)
        # In JavaScript an argument that is `undefined`, the bit 2, counts as one that isn't given.
        left_out = self.home.knowledge.left_out & 2
        given = bound_arguments(call, function, facts, is_bound=is_bound, left_out=left_out)
        if target.home is self.home:
            values = {name for name, argument in (given or {}).items() if argument.fact.nullness == Nullness.NON_NULL}
            before = self.calls.get(id(call), GivenValues(function.label, frozenset(values)))
            self.calls[id(call)] = before._replace(parameters=before.parameters & values)
        summary = target.home.summary(function)
        declared = target.home.qualified_type(function.returns)
        if not summary.is_known:
            return Fact(type=declared)
        if given is not None and function.receiver and isinstance(call.callee, il.Member):
            given.setdefault(function.receiver, BoundArgument(owner, call.callee.owner))
        believes = self.home.knowledge.believes_arguments
        cases = [case for case in summary.cases if given is None or _is_possible(case, given, state, believes=believes)]
        is_certain = not target.home.is_overridden(function)
        if not cases:
            self.is_dead = self.is_dead or is_certain
            return UNKNOWN_FACT
        if given is not None and is_certain:
            for condition in common_conditions(cases):
                self._apply(condition, given, state)
            self._cases[id(call)] = cases, given
        return self._joined(call, function, cases, given or {}, declared, target)

    def prove(self, test: il.Invocation | il.Member, outcome: bool, state: FlowState) -> None:
        """Apply what holds of the arguments, and of the object, where a function or a property gives this outcome."""
        cases, given = self._cases.get(id(test), ((), {}))
        if isinstance(test, il.Member) and (owner := self.known_value(test.owner, state)).type is not None:
            target = self.home.getter(owner.type, test.name)
            if target is not None and target.function is not None and not target.home.is_overridden(target.function):
                cases = target.home.summary(target.function).cases
                given = {target.function.receiver: BoundArgument(owner, test.owner)}
        cases = [case for case in cases if case.result.truth in (outcome, None)]
        for condition in common_conditions(cases) if cases else ():
            self._apply(condition, given, state)

    def _apply(self, condition: Condition, given: dict[str, BoundArgument], state: FlowState) -> None:
        """Note a condition on a parameter as one on the argument of the call that it is given."""
        root, dot, attribute = condition.parameter.partition(".")
        fact, expression = given.get(root, BoundArgument(UNKNOWN_FACT, None))
        if dot and expression is not None and expression.key:
            key = f"{expression.key}.{attribute}"
            state.facts[key] = non_null(state.facts.get(key, UNKNOWN_FACT), expression.at)
            state.assume(f"{key} is None", False)
            return
        if expression is None or isinstance(expression, il.Constant | il.Null):
            return
        if condition.test == "truth":  # the argument may itself be a test
            self.refine(expression, condition.outcome, state)
        elif expression.key and not condition.outcome:
            self.settle(expression, non_null(fact, expression.at), state)

    def _joined(
        self,
        call: il.Invocation,
        function: Function,
        cases: Sequence[SummaryCase],
        given: dict[str, BoundArgument],
        declared: Type | None,
        target: ResolvedSymbol,
    ) -> Fact:
        """Return what a call gives that comes back in one of these cases. `declared` is the type of the result."""
        results = [_result_for(case, given) for case in cases]
        null_cases = [case for case, fact in zip(cases, results, strict=True) if fact.may_be_null]
        types = {fact.type for fact in results if not fact.may_be_null and fact.type is not None}
        type_ = declared or (types.pop() if len(types) == 1 else None)
        items = tuple(self._items(call, target, function, item) for fact in results for item in fact.items)
        if any(not fact.items for fact in results):
            items = ()
        if not null_cases:
            is_non_null = all(fact.nullness == Nullness.NON_NULL for fact in results)
            truth = results[0].truth if len({fact.truth for fact in results}) == 1 else None
            return Fact(Nullness.NON_NULL if is_non_null else Nullness.UNKNOWN, type=type_, items=items, truth=truth)
        first_origin = next(fact.origin for fact in results if fact.may_be_null)
        nulls = 0
        for fact in results:
            nulls |= fact.nulls if fact.may_be_null else 0
        why = f"{function.shown} may return {self.home.knowledge.null_name(nulls)}"
        origin = NullOrigin(_kind(first_origin), function.at, why, target.home.uri, call.at)
        unless = _excluding(null_cases, given) if len(null_cases) < len(cases) else frozenset[Assumption]()
        bare_type = type_._replace(nullable=0) if type_ else None
        return Fact(Nullness.MAYBE, origin, bare_type, unless, items=items, nulls=nulls)

    def _items(
        self, call: il.Invocation, target: ResolvedSymbol, function: Function, items: tuple[Fact, ...]
    ) -> tuple[Fact, ...]:
        """Return the items of a tuple that a function gives as its caller sees them: a null comes from the call."""
        why = f"{function.shown} may return {self.home.knowledge.null} there"
        declared = target.home.qualified_type(function.returns)
        types = declared.arguments if declared is not None and declared.name == "tuple" else ()
        if types and types[-1].name == "error" and not items[-1].may_be_null:
            items = _beside_error(items)
        seen_by_caller = list[Fact]()
        for item, type_ in zip_longest(items, types[: len(items)]):
            if item.may_be_null:
                origin = NullOrigin(_kind(item.origin), function.at, why, target.home.uri, call.at)
                item = item._replace(origin=origin, via=None)
            type_ = type_ if type_ is not None and type_.name else item.type
            seen_by_caller.append(item._replace(parameter="", type=type_))
        return tuple(seen_by_caller)


def _beside_error(items: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Return the items of a result of Go of whose error nothing is known: it isn't nil where another item surely is,
    and where that only may be, the error tells."""
    *others, error = items
    if any(item.nullness == Nullness.NULL for item in others):
        return (*others, non_null(error))
    return (*(havoc(item) if item.may_be_null else item for item in others), error)


def _is_exempt(rule: NullableCall, call: il.Invocation, facts: Sequence[Fact]) -> bool:
    """Tell whether the arguments, of which `facts` are known, are ones for which the rule says nothing."""
    if any(argument.name == "*" for argument in call.arguments):
        return True
    is_literal = all(
        isinstance(argument.value, il.Constant | il.Null) or fact.truth is not None
        for argument, fact in zip(call.arguments, facts, strict=True)
    )
    if rule.literals and is_literal:
        return True
    if call.arguments and call.arguments[0].value.key in rule.unless_literals:
        return True
    return bool(rule.unless and facts and facts[0].type is not None and facts[0].type.name == rule.unless)


def _is_possible(case: SummaryCase, given: dict[str, BoundArgument], state: FlowState, *, believes: bool) -> bool:
    """Tell whether a call with these arguments may come back in this case. `believes`: an argument of which nothing is
    known is taken to be true."""
    return all(
        condition.parameter not in given
        or holds(
            condition,
            given[condition.parameter],
            state,
            is_strict=not case.result.parameter,
            is_believed=believes,
        )
        is not False
        for condition in case.conditions
    )


def _excluding(null_cases: Sequence[SummaryCase], given: dict[str, BoundArgument]) -> frozenset[Assumption]:
    """Return assumptions on the arguments each of which means that a call doesn't come back in one of these cases."""
    excluding = set[Assumption]()
    for condition in common_conditions(null_cases):
        expression = given.get(condition.parameter, BoundArgument(UNKNOWN_FACT, None)).expression
        if isinstance(expression, il.Name | il.Member) and expression.key and condition.test in ("truth", "null"):
            key = expression.key if condition.test == "truth" else f"{expression.key} is None"
            excluding.add((key, not condition.outcome))
    return frozenset(excluding)


def _result_for(case: SummaryCase, given: dict[str, BoundArgument]) -> Fact:
    """Return the result of a case; where it is a parameter, what is known of the argument of this call."""
    result = case.result
    if not result.parameter or result.parameter not in given or result.nullness == Nullness.NON_NULL:
        return result
    fact = given[result.parameter].fact
    is_compared = result.origin is not None and result.origin.kind is OriginKind.COMPARISON
    if result.nullness == Nullness.NULL and not is_compared:
        return result
    if not fact.may_be_null:
        return fact._replace(test=None)
    origin = fact.origin or result.origin or NullOrigin(OriginKind.CALL, (0, 0), "")
    return fact._replace(origin=origin)


def _kind(origin: NullOrigin | None) -> OriginKind:
    """Return the kind of a null that a function has given, for its caller."""
    if origin is None or origin.kind in (OriginKind.EXIT, OriginKind.INITIAL):
        return OriginKind.CALL
    return origin.kind


def _owner_arguments(callee: Callee) -> tuple[Type, ...]:
    """Return the type arguments of the object whose method is called."""
    return callee.owner.type.arguments if callee.owner.type is not None else ()
