"""What an expression is worth in a state, and what a test leaves of a state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.home import Home
from breadknife.plugins.nullcheck.core.il import At, Expression, Type
from breadknife.plugins.nullcheck.core.knowledge import element, held
from breadknife.plugins.nullcheck.core.nullness import (
    NOTHING,
    SURE,
    Fact,
    Nullness,
    Origin,
    OriginKind,
    State,
    forgotten,
    is_initial,
    join,
    join_facts,
    mentions,
    there,
)
from breadknife.plugins.nullcheck.values import Use

_STATEFUL = (Type("stateful"),)
_FUNCTION = Fact(Nullness.THERE, type=Type("function"))


class NullUse(NamedTuple):
    """The use of a value that may be null, as if it couldn't."""

    at: At
    use: Use
    fact: Fact
    key: str


@dataclass
class Evaluator(ABC):
    """Evaluates the expressions of one function."""

    home: Home
    function: il.Function
    uses: list[NullUse] = field(default_factory=list[NullUse])
    forgives: bool = False
    """Whether uses of null are caught where the evaluation is."""
    is_dead: bool = False
    """Set by a call that never comes back."""
    raised: list[State] | None = None
    """If not None: gets the states in which a call may raise."""
    stores: dict[str, list[Fact]] = field(default_factory=dict[str, list[Fact]])
    """What the receiver's attributes get."""
    captured: dict[At, State] = field(default_factory=dict[At, State])
    """What is known where functions without a name are made."""
    given: dict[At, tuple[Fact, ...]] = field(default_factory=dict[At, tuple[Fact, ...]])
    """What such functions are called with."""
    _declared: dict[str, Fact] = field(default_factory=dict[str, Fact])
    _results: dict[int, Fact] = field(default_factory=dict[int, Fact])
    """What calls gave when they were last evaluated, by the identity of the call."""

    # Values

    def value(self, expression: Expression, state: State) -> Fact:
        return _VALUES[type(expression)](self, expression, state)

    def declared(self, key: str, /) -> Fact:
        fact = self._declared.get(key)
        if fact is None:
            fact = self._declared[key] = self.home.declared(self.function, key)
        return fact

    def known(self, key: str, state: State) -> Fact:
        return state.facts.get(key) or self.declared(key)

    def need(self, expression: Expression, use: Use, state: State) -> Fact:
        """The value of an expression that must be there: if it may be null, that is a finding, once."""
        return self.demand(expression, use, self.value(expression, state), state)

    def demand(self, expression: Expression, use: Use, fact: Fact, state: State) -> Fact:
        """`fact` is the value of the expression."""
        if fact.may_be_null and not isinstance(expression, il.Null):
            is_sure = fact.nullness == Nullness.NULL or not is_initial(fact)
            if is_sure and not self.forgives and not self.home.file.is_ignored(expression.at):
                self.uses.append(NullUse(expression.at, use, fact, expression.key))
            fact = there(fact)
            if expression.key:
                state.facts[expression.key] = fact
                state.assume(f"{expression.key} is None", False)
        return fact

    def _null(self, expression: il.Null, _state: State) -> Fact:
        why = expression.why or f"it is {self.home.knowledge.null_name(expression.nulls)} here"
        origin = Origin(OriginKind(expression.kind), expression.at, why)
        return Fact(Nullness.NULL, origin, truth=False, nulls=expression.nulls)

    def _absent(self, expression: il.Absent, state: State) -> Fact:
        fact = self.value(expression.owner, state)
        if not fact.may_be_null:
            return NOTHING
        return Fact(Nullness.NULL, fact.origin, truth=False, nulls=self.home.knowledge.left_out)

    def _told(self, expression: il.Told, state: State) -> Fact:
        fact, type_ = self.value(expression.value, state), self.home.qualified_type(expression.type)
        if type_ is not None and type_.nullable:
            if fact.may_be_null:
                return fact._replace(type=type_._replace(nullable=0))
            return self.held_fact(type_, expression.value, state, expression.at)
        fact = there(fact)._replace(type=type_ or fact.type)
        if expression.key:
            self.settle(expression, fact, state)
        return fact

    def _constant(self, expression: il.Constant, _state: State) -> Fact:
        return constant_fact(expression.type, expression.truth)

    def _name(self, expression: il.Name, state: State) -> Fact:
        return state.facts.get(expression.key) or self.declared(expression.key)

    def _attribute(self, expression: il.Attribute, state: State) -> Fact:
        owner = self.owner(expression, state, is_called=False)
        if expression.name in self.home.knowledge.functions["sizes"] and expression.owner.key:
            state.examined |= {expression.owner.key}
        if expression.key and (fact := state.facts.get(expression.key)) is not None:
            return fact
        if owner.type is not None:
            return self.home.member(owner.type, expression.name, expression.at)
        return self.home.global_(f"{owner.called}.{expression.name}") if owner.called else NOTHING

    def owner(self, attribute: il.Attribute, state: State, *, is_called: bool) -> Fact:
        """The value of what has the attribute."""
        fact = self.value(attribute.owner, state)
        if fact.may_be_null and not self.home.null_has(fact.type, attribute.name, is_called=is_called):
            return self.demand(attribute.owner, Use.ATTRIBUTE, fact, state)
        return fact

    def container(self, expression: il.Element, operator: str, state: State) -> Fact:
        use = self.home.knowledge.operators.get(operator)
        return self.value(expression.owner, state) if use is None else self.need(expression.owner, use, state)

    def _element(self, expression: il.Element, state: State) -> Fact:
        owner = self.container(expression, "[]", state)
        if expression.index is None:
            return owner._replace(nullness=Nullness.THERE, origin=None, items=(), called="")
        self.value(expression.index, state)
        if expression.key and (fact := state.facts.get(expression.key)) is not None:
            return fact
        if owner.type is None:
            return NOTHING
        field_ = self.home.typed_field(owner.type, expression.index.key, is_asked=False)
        type_ = field_ or held(owner.type, expression.index.key)
        return self.held_fact(type_, expression.owner, state, expression.at) if type_ is not None else NOTHING

    def held_fact(self, type_: Type, container: Expression, state: State, at: At) -> Fact:
        """What is taken out of a container that holds values of the type."""
        return self.typed_fact(type_, container.key, at, state.examined)

    def typed_fact(self, type_: Type | None, container: str, at: At, examined: Collection[str] = ()) -> Fact:
        """A value of a type that may allow null. `container`: the key of what it comes from, or ""."""
        if type_ is None:
            return NOTHING
        if type_.name == "key" and type_.arguments:
            return Fact(type=type_.arguments[0], key_of=container)
        if not type_.nullable or container in examined:
            return Fact(type=type_._replace(nullable=0), view=container)
        why = f"the type of `{_shown(container)}` lets what it holds be {self.home.knowledge.null_name(type_.nullable)}"
        origin = Origin(OriginKind.ANNOTATION, at, why)
        return Fact(Nullness.MAYBE, origin, type_._replace(nullable=0), container=container, nulls=type_.nullable)

    def _call(self, expression: il.Call, state: State) -> Fact:
        fact = self._results[id(expression)] = self.call(expression, state)
        return fact

    @abstractmethod
    def call(self, expression: il.Call, state: State) -> Fact: ...

    @abstractmethod
    def called(self, call: il.Call, state: State) -> str:
        """The qualified name of the function that is called, or ""."""

    def _operation(self, expression: il.Operation, state: State) -> Fact:
        operator, operands = expression.operator, expression.operands
        if operator == "next":
            return self._next(operands[0], state)
        use = self.home.knowledge.operators.get(operator)
        if use is None and self.home.file.is_typed:
            use = self.home.knowledge.typed_operators.get(operator)
        first = NOTHING
        for at, operand in enumerate(operands):
            is_text = operator == "%" and (at or isinstance(operand, il.Constant | il.Display))
            if use is None or is_text:
                first = self.value(operand, state)
            elif operator in ("arithmetic", "test"):
                first = self.need_unboxed(operand, use, state)
            else:
                first = self.need(operand, use, state)
        if operator == "await" and first.type is not None and first.type.name == "Promise" and first.type.arguments:
            return self.typed_fact(first.type.arguments[0], operands[0].key, expression.at)
        if operator == "unbox":
            return first
        if operator in ("with", "await"):
            return forgotten(first) if operator == "with" else first
        return SURE

    def need_unboxed(self, operand: Expression, use: Use, state: State) -> Fact:
        """The value of an operand, which must be there if it is an object that stands for a number or a truth."""
        fact = self.value(operand, state)
        is_boxed = fact.type is not None and fact.type.name in self.home.knowledge.boxed
        return self.demand(operand, use, fact, state) if is_boxed else fact

    def _next(self, iterable: Expression, state: State) -> Fact:
        fact = self.value(iterable, state)
        if isinstance(iterable, il.Display) and fact.items and fact.items[0]:
            facts = fact.items[0]
            joined = facts[0]
            for each in facts[1:]:
                joined = joined if joined == each else join_facts(joined, each)
            return joined
        type_ = element(fact.type, self.home.knowledge.elements) if fact.type is not None else None
        if type_ is None:
            return NOTHING
        of = il.Name(iterable.at, fact.view or iterable.key)
        return self.held_fact(type_, of, state, iterable.at)

    def _test(self, expression: il.Test, state: State) -> Fact:
        left = self.value(expression.left, state)
        if expression.operator == "in":
            self.need(expression.right, Use.OPERAND, state)
        else:
            right = self.value(expression.right, state)
            if expression.operator == "is":
                state.examined |= {fact.container for fact in (left, right) if fact.container}
        return Fact(Nullness.THERE, test=expression)

    def _not(self, expression: il.Not, state: State) -> Fact:
        self.value(expression.operand, state)
        operand = expression.operand
        if expression.key:
            return Fact(Nullness.THERE, test=expression)
        test = operand._replace(negated=not operand.negated) if isinstance(operand, il.Test) else None
        return Fact(Nullness.THERE, test=test)

    def _display(self, expression: il.Display, state: State) -> Fact:
        facts = tuple(self.value(each, state) for each in expression.items)
        truth = bool(facts) if expression.type in ("tuple", "list", "dict") else None
        items = (facts,) if expression.type in ("tuple", "list") else ()
        return Fact(Nullness.THERE, type=Type(expression.type), items=items, truth=truth or None)

    def _parts(self, expression: il.Parts, state: State) -> Fact:
        for part in expression.parts:
            self.value(part, state)
        return NOTHING

    def _cast(self, expression: il.Cast, state: State) -> Fact:
        fact = self.value(expression.value, state)
        if expression.drops_null and fact.may_be_null:
            fact = NOTHING
        type_ = self.home.qualified_type(expression.type) or fact.type
        if type_ is not None and type_.nullable and fact.nullness == Nullness.UNKNOWN:
            return self.typed_fact(type_, expression.key, expression.at)
        return fact._replace(type=type_._replace(nullable=0) if type_ is not None else None)

    def _attempt(self, expression: il.Attempt, state: State) -> Fact:
        fact = self.value(expression.value, state)
        value = there(fact) if fact.type is not None and not fact.type.is_value else fact
        null = self._null(expression.null, state)._replace(type=fact.type) if value.nullness == Nullness.THERE else NOTHING
        return Fact(Nullness.THERE, items=((null, SURE._replace(truth=False)), (value, SURE._replace(truth=True))))

    def _closure(self, expression: il.Closure, state: State) -> Fact:
        known = self.captured.get(expression.at)
        self.captured[expression.at] = state.copy() if known is None else join(known, state, self.declared)
        return _FUNCTION

    # Stores

    def assign(self, target: Expression, fact: Fact, state: State, at: At) -> None:
        match target:
            case il.Name(key=key):
                self.store(key, fact, state, at)
            case il.Attribute(owner=owner, name=name, key=key):
                self.need(owner, Use.ATTRIBUTE, state)
                self.store(key, fact, state, at)
                if owner.key == self.function.receiver:
                    self.stores.setdefault(name, []).append(fact)
            case il.Element(owner=owner, index=index, key=key):
                self.container(target, "[]=", state)
                if index is not None:
                    self.value(index, state)
                self.store(key, fact, state, at)
                if owner.key:
                    state.examined |= {owner.key}
            case il.Display(items=items):
                self._unpack(items, fact, state, at)
            case il.Parts(parts=parts):
                for part in parts:
                    self.assign(part, NOTHING, state, at)
            case _:
                self.value(target, state)

    def store(self, key: str, fact: Fact, state: State, at: At) -> None:
        if key:
            if fact.test is not None and mentions(fact.test.key, key):
                fact = fact._replace(test=None)
            state.forget(key)
            if fact != NOTHING or key not in self.function.locals:
                state.facts[key] = fact._replace(via=at) if fact.may_be_null else fact
            if fact.key_of:
                state.facts[f"{fact.key_of}.get({key})"] = SURE

    def _unpack(self, targets: tuple[Expression, ...], fact: Fact, state: State, at: At) -> None:
        ways = [way for way in fact.items if len(way) == len(targets)]
        if fact.type is not None and not ways and fact.type.name == "tuple" and len(fact.type.arguments) >= len(targets):
            types, of = fact.type.arguments, il.Name(at, fact.view)
            ways = [tuple(self.held_fact(each, of, state, at) for each in types[: len(targets)])]
            if len(types) == len(targets) and types[-1].name in self.home.knowledge.functions["tell"]:
                ways = [(*(there(each) for each in ways[0][:-1]), ways[0][-1])]
        if not ways and not fact.items and targets and self._tells_by_name(targets[-1]):
            ways = [(SURE,) * (len(targets) - 1) + (NOTHING,)]
        ways = [self._trusted(way, fact) for way in ways]
        if (len(ways) != len(fact.items) and fact.items) or not ways or any(isinstance(t, il.Parts) for t in targets):
            ways = [(NOTHING,) * len(targets)]
        joined: State | None = None
        for way in ways:
            branch = state.copy()
            for target, given in zip(targets, way, strict=True):
                self.assign(target, given, branch, at)
            if len(ways) > 1:
                for place, (target, given) in enumerate(zip(targets, way, strict=True)):
                    if isinstance(target, il.Name):
                        truths = {each[place].truth for each in ways if each[place].nullness != Nullness.NULL} - {None}
                        others = way[:place] + way[place + 1 :]
                        is_beside_null = any(each.nullness == Nullness.NULL for each in others)
                        self._assume_of(target.key, given, truths, branch, is_beside_null)
            joined = branch if joined is None else join(joined, branch, self.declared)
        if joined is not None:
            state.facts, state.truths, state.examined = joined.facts, joined.truths, joined.examined

    def _tells_by_name(self, target: Expression) -> bool:
        """Whether a variable is called so that it tells whether the other values are there."""
        names = self.home.knowledge.functions["tell_names"]
        return isinstance(target, il.Name) and target.key.partition("@")[0] in names

    def _trusted(self, way: tuple[Fact, ...], whole: Fact) -> tuple[Fact, ...]:
        """One way, with the values there of which a last one tells that nothing went wrong."""
        types = whole.type.arguments if whole.type is not None and whole.type.name == "tuple" else ()
        tells = bool(types) and types[-1].name in self.home.knowledge.functions["tell"]
        if not tells or way[-1].nullness != Nullness.NULL:
            return way
        return tuple(there(each) if each.nullness == Nullness.UNKNOWN else each for each in way[:-1]) + way[-1:]

    def _assume_of(self, key: str, fact: Fact, truths: set[bool | None], state: State, is_beside_null: bool) -> None:
        """One of several values at once tells the others. `truths`: of the value where it is a constant."""
        if fact.truth is not None:
            state.assume(key, fact.truth)
        elif len(truths) == 1 and not fact.may_be_null:  # beside a constant, what isn't one is the contrary
            state.assume(key, not truths.pop())
        if fact.nullness in (Nullness.NULL, Nullness.THERE):
            state.assume(f"{key} is None", fact.nullness == Nullness.NULL)
        elif not fact.may_be_null and is_beside_null:  # what isn't known to be null is taken to be there
            state.assume(f"{key} is None", False)

    # Tests

    def refine(self, test: Expression, outcome: bool, state: State) -> bool:
        """Change the state to what holds after the test. False if the test can't come out so."""
        match test:
            case il.Not(operand=operand):
                return self.refine(operand, not outcome, state)
            case il.Told(value=value):
                return self.refine(value, outcome, state)
            case il.Null() | il.Absent():
                return not outcome
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
        if outcome and fact.proves:
            proves, fact = fact.proves, fact._replace(proves=())
            if key:
                state.facts[key] = fact  # two that prove each other
            if not all(self._hold(each, held, state) for each, held in proves):
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

    def _hold(self, key: str, outcome: bool, state: State) -> bool:
        """Apply an assumption that is proved. False if it contradicts what is known."""
        name, _, is_null = key.partition(" is None")
        if key == name:
            return self._refine_truth(il.Name(At(0, 0), key), outcome, state)
        if is_null or outcome:
            return state.assume(key, outcome)
        fact = self.known(name, state)
        state.facts[name] = there(fact)
        return fact.nullness != Nullness.NULL and state.assume(key, outcome)

    def settle(self, test: Expression, fact: Fact, state: State) -> bool:
        """The value under the key is there."""
        key = test.key
        state.facts[key] = fact
        if isinstance(test, il.Call) and len(test.arguments) == 1 and isinstance(test.callee, il.Attribute):
            if test.callee.name == "get" and test.callee.owner.key:
                state.facts[f"{test.callee.owner.key}[{test.arguments[0].value.key}]"] = fact
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
        if test.operator in ("is", "==", "ask"):
            for one, other in ((left, right), (right, left)):
                if isinstance(other, il.Null):
                    return self._refine_null(one, outcome, state, other.nulls, suspects=test.operator != "ask")
        if test.operator == "in" and isinstance(left, il.Null):
            inner = right.callee.owner if isinstance(right, il.Call) and isinstance(right.callee, il.Attribute) else right
            state.examined |= {inner.key}
            return True
        if test.operator == "instance":
            if outcome and left.key and not _names_null(right):
                fact = there(self.known_value(left, state), test.at)
                type_ = self.home.instance_type(self.function, right)
                self.settle(left, fact._replace(type=self.narrower(fact.type, type_)), state)
        elif outcome:
            for side in (left, right) if test.operator != "in" else (left,):
                self._is_there(side, state, test.at)
                other = right if side is left else left
                if test.operator == "==" and not isinstance(other, il.Constant):
                    self._set_apart(side.key, state)
                if isinstance(side, il.Call) and test.operator != "in":
                    for argument in side.arguments:
                        self._is_there(argument.value, state, test.at)
            if test.operator == "in" and right.key and left.key:
                for key in (f"{right.key}.get({left.key})", f"{right.key}[{left.key}]"):
                    state.facts[key] = there(state.facts.get(key, NOTHING), test.at)
        if test.operator == "==":
            for one, other in ((left, right), (right, left)):
                if isinstance(other, il.Constant) and not other.truth and isinstance(one, il.Name):
                    if not state.assume(one.key, not outcome):
                        return False
        return state.assume(test.key, outcome) if test.key else True

    def _set_apart(self, key: str, state: State) -> None:
        """The value under the key is one of those that are special: what it tells of others isn't known then."""
        for each, fact in list(state.facts.items()) if key else ():
            if any(test.partition(" is None")[0] == key for test, _ in fact.unless):
                state.facts[each] = forgotten(fact)

    def _narrow_by(self, test: il.Call, name: str, state: State) -> None:
        """A function that is declared to tell the type of its argument."""
        target = self.home.target(name) if name else None
        function = target.function if target is not None else None
        if function is None or target is None or function.narrows_to is None:
            return
        places = [at for at, each in enumerate(function.parameters) if each.name == function.narrows]
        if places and places[0] < len(test.arguments):
            value = test.arguments[places[0]].value
            fact, type_ = self.known_value(value, state), target.home.qualified_type(function.narrows_to)
            if value.key:
                self.settle(value, there(fact)._replace(type=self.narrower(fact.type, type_)), state)

    def _imply(self, test: il.Call, callee: il.Attribute, state: State) -> None:
        """What is there as well where a call of a method is true: `m.get(k)` where `m.has(k)` is."""
        arguments = [each.value for each in test.arguments]
        templates = self.home.knowledge.implies.get(callee.name, ())
        if not templates or not callee.owner.key or not arguments or not arguments[0].key:
            return
        owner, argument = callee.owner, arguments[0]
        for template in templates:
            regex = owner if callee.name != "match" else argument
            is_literal = regex.key.startswith("/")
            if ".exec(" in template and not is_literal and _is_stateful(self.known_value(regex, state)):
                continue
            key = template.replace("{owner}", owner.key).replace("{0}", argument.key)
            state.facts[key] = there(state.facts.get(key, NOTHING), test.at)

    def narrower(self, known: Type | None, tested: Type | None) -> Type | None:
        """The type of a value of a known type after a test for another one."""
        if known is None or tested is None:
            return tested or known
        return known if self.home.is_below(known.name, tested.name) else tested

    def _is_there(self, expression: Expression, state: State, at: At) -> None:
        if isinstance(expression, il.Display):
            for each in expression.items:
                self._is_there(each, state, at)
        elif expression.key and not isinstance(expression, il.Constant | il.Null):
            self.settle(expression, there(self.known_value(expression, state), at), state)

    def _refine_null(self, one: Expression, is_null: bool, state: State, nulls: int, *, suspects: bool) -> bool:
        """`nulls`: those that are tested for. `suspects`: a value of which nothing is known may be null."""
        fact = self.known_value(one, state)
        key = one.key
        if fact.may_be_null and nulls != il.ANY_NULL:
            left = fact.nulls & (nulls if is_null else ~nulls)
            if is_null and not left:
                return False
            if not is_null and left:
                if key:
                    state.facts[key] = fact._replace(nulls=left)
                return True
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
            left = fact.nulls & nulls
            state.facts[key] = fact._replace(nullness=Nullness.NULL, checked=one.at, truth=False, nulls=left)
        elif suspects and fact.nullness == Nullness.UNKNOWN and not isinstance(one, il.Call | il.Element):
            origin = Origin(OriginKind.COMPARISON, one.at, "it is tested for None, and this path continues if it is")
            state.facts[key] = fact._replace(nullness=Nullness.NULL, origin=origin, truth=False, nulls=nulls)
        state.truths[key] = False
        state.rule_out(key, False)
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
            if outcome:
                self._set_apart(key, state)
            if outcome or not believed:
                self._is_there(argument.value, state, test.at)
        if outcome and test.arguments:
            self._narrow_by(test, name, state)
        if outcome and isinstance(test.callee, il.Attribute):
            self._imply(test, test.callee, state)
        if outcome and name == "hasattr" and len(test.arguments) == 2:
            owner, attribute = (each.value for each in test.arguments)
            if owner.key and isinstance(attribute, il.Constant):
                state.facts.setdefault(f"{owner.key}.{attribute.key[1:-1]}", SURE)
        if not test.key:
            return True
        if outcome:
            return self.settle(test, there(fact, test.at), state)
        return True


@cache
def constant_fact(type_: str, truth: bool) -> Fact:
    """One for each kind of literal: there are many literals."""
    return Fact(Nullness.THERE, type=Type(type_), truth=truth)


def _is_stateful(fact: Fact) -> bool:
    """Whether a pattern goes on from where it has found something before."""
    return fact.type is not None and fact.type.arguments == _STATEFUL


def _names_null(classes: Expression) -> bool:
    items = classes.items if isinstance(classes, il.Display) else (classes,)
    return any(isinstance(each, il.Null) or each.key.endswith("NoneType") or isinstance(each, il.Call) for each in items)


def _shown(key: str) -> str:
    return key.partition("@")[0] or "this"


_VALUES: dict[type[Expression], Callable[[Evaluator, Expression, State], Fact]] = {
    il.Null: Evaluator._null,
    il.Absent: Evaluator._absent,
    il.Told: Evaluator._told,
    il.Constant: Evaluator._constant,
    il.Name: Evaluator._name,
    il.Attribute: Evaluator._attribute,
    il.Element: Evaluator._element,
    il.Call: Evaluator._call,
    il.Operation: Evaluator._operation,
    il.Test: Evaluator._test,
    il.Not: Evaluator._not,
    il.Display: Evaluator._display,
    il.Closure: Evaluator._closure,
    il.Cast: Evaluator._cast,
    il.Attempt: Evaluator._attempt,
    il.Parts: Evaluator._parts,
}  # pyright: ignore[reportAssignmentType, reportPrivateUsage]
