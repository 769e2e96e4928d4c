"""What an assignment leaves of a state."""

from __future__ import annotations

from abc import ABC

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.flow.evaluate import Evaluator
from breadknife.plugins.nullcheck.core.il import At, Expression
from breadknife.plugins.nullcheck.core.nullness import NOTHING, SURE, Fact, Nullness, OriginKind, there
from breadknife.plugins.nullcheck.core.state import State, join, mentions
from breadknife.plugins.nullcheck.values import Use


class Assigner(Evaluator, ABC):
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
