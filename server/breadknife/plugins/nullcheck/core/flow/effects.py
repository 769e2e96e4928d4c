"""What assignments and calls change of the state."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.attributes import Target
from breadknife.plugins.nullcheck.core.flow.refine import Refiner
from breadknife.plugins.nullcheck.core.il import At, Expression
from breadknife.plugins.nullcheck.core.nullness import NOTHING, SURE, Fact, Nullness, OriginKind, forgotten, there
from breadknife.plugins.nullcheck.core.state import State, join, mentions
from breadknife.plugins.nullcheck.values import Use

_LEFT_BY_CALLS = (OriginKind.COMPARISON, OriginKind.EXCEPTION)
"""Where a call reports an error and doesn't come back, nobody has these nulls after it."""


class Callee(NamedTuple):
    """What is called, as far as it is known."""

    name: str = ""
    """Its qualified name, in the words of the knowledge for what that knows."""
    target: Target | None = None
    owner: Fact = NOTHING
    """The object whose method is called."""


class Effects(Refiner, ABC):
    # Assignments

    def assign(self, target: Expression, fact: Fact, state: State, at: At) -> None:
        match target:
            case il.Name(key=key):
                self.store(key, fact, state, at)
            case il.Attribute(owner=owner, name=name, key=key):
                self.need(owner, Use.ATTRIBUTE, state)
                if fact.origin is not None and fact.origin.kind is OriginKind.EXIT:
                    fact = fact._replace(origin=fact.origin._replace(kind=OriginKind.LIFE_CYCLE))
                self.store(key, fact, state, at)
                if owner.key == self.function.receiver:
                    self.stores.setdefault(name, []).append(fact)
            case il.Element(owner=owner, within=within, key=key):
                self.container(target, "[]=", state)
                if within is not None:
                    self.value(within, state)
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
        if (
            fact.type is not None
            and not ways
            and fact.type.name == "tuple"
            and len(fact.type.arguments) >= len(targets)
        ):
            types = fact.type.arguments
            ways = [tuple(self.typed_fact(each, fact.view, at, state.examined) for each in types[: len(targets)])]
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
        """The values of one way. Where the last one tells that nothing went wrong, the others are there."""
        types = whole.type.arguments if whole.type is not None and whole.type.name == "tuple" else ()
        tells = bool(types) and types[-1].name in self.home.knowledge.functions["tell"]
        if not tells or way[-1].nullness != Nullness.NULL:
            return way
        return tuple(there(each) if each.nullness == Nullness.UNKNOWN else each for each in way[:-1]) + way[-1:]

    def _assume_of(self, key: str, fact: Fact, truths: set[bool | None], state: State, is_beside_null: bool) -> None:
        """Assume what one of several values tells of the others. `truths`: the constants that it is in the ways."""
        if fact.truth is not None:
            state.assume(key, fact.truth)
        elif len(truths) == 1 and not fact.may_be_null:  # beside a constant, what isn't one is the contrary
            state.assume(key, not truths.pop())
        if fact.nullness in (Nullness.NULL, Nullness.THERE):
            state.assume(f"{key} is None", fact.nullness == Nullness.NULL)
        elif not fact.may_be_null and is_beside_null:  # what isn't known to be null is taken to be there
            state.assume(f"{key} is None", False)

    # Calls

    def change(self, expression: il.Call, callee: Callee, state: State) -> None:
        """Forget what the call may change."""
        functions = self.home.knowledge.functions
        if callee.name in functions["keep"]:
            return
        nulls = [key for key, fact in state.facts.items() if fact.nullness >= Nullness.MAYBE]
        given = {argument.value.key for argument in expression.arguments} if nulls or state.truths else set[str]()
        owner_key = ""
        if isinstance(expression.callee, il.Attribute):
            owner_key = expression.callee.owner.key
            if owner_key == "super()":
                owner_key = self.function.receiver
            if expression.callee.name not in functions["keep_methods"]:
                given.add(owner_key)
                state.examined |= {owner_key}
        if state.truths:
            state.forget_compound_truths(given if callee.target is None else ())
        comes_back = not nulls or self._comes_back(expression, callee)
        if not comes_back:
            for key in nulls:
                origin = state.facts[key].origin
                if (origin is not None and origin.kind in _LEFT_BY_CALLS) or any(
                    mentions(test, each) for test, _ in state.facts[key].unless for each in given if each
                ):
                    state.facts[key] = forgotten(state.facts[key])
        if nulls and callee.name not in self.home.knowledge.calls:
            for name in (self.home.shared | self.function.changed_within).intersection(nulls):
                state.facts[name] = forgotten(state.facts[name])
        if callee.target is not None and callee.target.home is self.home and callee.target.function is not None:
            for name in self.home.shared:
                if (
                    name.encode() in callee.target.function.words
                    and name not in state.facts
                    and self.declared(name).may_be_null
                ):
                    state.facts[name] = forgotten(self.declared(name))
        set_ = self._set_by(callee)
        if set_ is None and (not comes_back or callee.target is not None):
            if nulls:
                self._forget_nulls_of(given | {owner_key}, nulls, state)
        elif owner_key and set_ is not None:
            for name in set_:
                key = f"{owner_key}.{name}"
                if (fact := self.known(key, state)).may_be_null:
                    state.facts[key] = forgotten(fact)
        if isinstance(expression.callee, il.Attribute) and expression.callee.name in ("update", "clear", "append"):
            state.examined |= {owner_key}

    def _comes_back(self, expression: il.Call, callee: Callee) -> bool:
        """Whether the call is known to come back: where a value was only compared with null, it may be an error's."""
        knowledge = self.home.knowledge
        if callee.target is not None and (callee.target.function is None or not callee.target.function.is_stub):
            return True
        if callee.name in self.home.language.builtins or callee.name in knowledge.calls:
            return True
        method = expression.callee.name if isinstance(expression.callee, il.Attribute) else ""
        if method in knowledge.functions["come_back_methods"] or callee.name in knowledge.functions["come_back"]:
            return True
        return callee.name.rpartition(".")[0] in knowledge.functions["come_back_packages"]

    def _set_by(self, callee: Callee) -> frozenset[str] | None:
        target = callee.target
        if target is None or target.function is None or target.function.owner is None or target.function.is_stub:
            return None
        if target.home.is_overridden(target.function):
            return None
        return target.home.attributes_set_by(target.function.owner, target.function)

    def _forget_nulls_of(self, objects: set[str], nulls: Sequence[str], state: State) -> None:
        for key in nulls:
            if "." in key and any(each and key.startswith(each + ".") for each in objects):
                state.facts[key] = forgotten(state.facts[key])
