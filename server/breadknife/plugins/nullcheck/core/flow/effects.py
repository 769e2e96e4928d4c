"""What a call changes of the state."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.flow.refine import Refiner
from breadknife.plugins.nullcheck.core.home import Target
from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact, Nullness, OriginKind, forgotten, there
from breadknife.plugins.nullcheck.core.state import State, mentions

_LEFT_BY_CALLS = (OriginKind.COMPARISON, OriginKind.EXCEPTION)
"""Nulls that nobody has after a call which is an error's, and doesn't come back."""


class Callee(NamedTuple):
    """What is called, as far as it is known."""

    name: str = ""
    """Its qualified name, in the words of the knowledge for what that knows."""
    target: Target | None = None
    owner: Fact = NOTHING
    """Of a method: the object."""
    type: Type | None = None
    """The type of a function that is a value."""


class Effects(Refiner, ABC):
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
            if expression.callee.name in functions["removes"]:
                self._remove(expression, owner_key, state)
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

    def ensure(self, call: il.Call, callee: il.Attribute, state: State) -> None:
        """What gives a value after the call: `m.get(k)` after `m.put(k, v)`."""
        templates = self.home.knowledge.ensures.get(callee.name, ())
        first = call.arguments[0].value.key if call.arguments else ""
        for template in templates if callee.owner.key and first else ():
            key = template.replace("{owner}", callee.owner.key).replace("{0}", first)
            state.facts[key] = there(state.facts.get(key, NOTHING), call.at)

    def _remove(self, call: il.Call, owner: str, state: State) -> None:
        """What was known to be in a container isn't there any more."""
        taken = f"{owner}.get({call.arguments[0].value.key})" if call.arguments else ""
        for key in [key for key in state.facts if key == taken or (not taken and key.startswith(f"{owner}.get("))]:
            del state.facts[key]
        for key in [key for key, fact in state.facts.items() if fact.key_of == owner]:
            state.facts[key] = state.facts[key]._replace(key_of="")

    def _comes_back(self, expression: il.Call, callee: Callee) -> bool:
        """Whether the call is known to come back: where a value was only compared with null, it may be an error's."""
        knowledge = self.home.knowledge
        if callee.target is not None and (callee.target.function is None or not callee.target.function.is_stub):
            return True
        if callee.name in self.home.builtins or callee.name in knowledge.calls:
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
