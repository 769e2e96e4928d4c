"""All that is known at one point of a function, and how two paths are joined."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

from breadknife.plugins.nullcheck.core.nullness import Assumption, Fact, Nullness, join_facts, non_null

_BEFORE, _AFTER = ("_", "$", ".", "@", '"'), ("_", "$", "@")
"""Besides letters and digits, these belong to a name in a key, or show that it is part of another one."""
_MOST_ASSUMPTIONS = 8
"""How many of the assumptions that exclude a path are kept."""


@dataclass(slots=True)
class FlowState:
    """All that is known at one point of a function."""

    facts: dict[str, Fact]
    """Key of a value -> what is known of it."""
    truths: dict[str, bool]
    """Assumptions: the key of a test, and its outcome."""

    def copy(self) -> FlowState:
        return FlowState(dict(self.facts), dict(self.truths))

    def assume(self, key: str, outcome: bool) -> bool:
        """Add an assumption, and apply it to the nulls that it excludes. Return False if it contradicts another one."""
        known = self.truths.get(key)
        if known is not None:
            return known == outcome
        self.truths[key] = outcome
        self.rule_out(key, outcome)
        return True

    def rule_out(self, key: str, outcome: bool) -> None:
        """Make those values non-null whose null the assumption excludes."""
        assumption = (key, outcome)
        for name, fact in self.facts.items():
            if assumption in fact.unless:
                self.facts[name] = non_null(fact)

    def forget(self, target: str) -> None:
        """Forget what is known of the key `target`, which has another value now, and of all that is read through it."""
        for table in (self.facts, self.truths):
            for key in [key for key in table if target in key and mentions(key, target)]:
                del table[key]
        for key, fact in self.facts.items():
            if fact.is_related:
                self.facts[key] = without(fact, target)

    def forget_compound_truths(self, given: Collection[str]) -> None:
        """Forget the assumptions that a call may change: all but those on variables that aren't `given` to it."""
        for key in [key for key in self.truths if key in given or _is_compound(key)]:
            del self.truths[key]


def without(fact: Fact, target: str) -> Fact:
    """Return the fact without what it tells of values that are read through `target`."""
    related = fact
    if fact.test is not None and mentions(fact.test.key, target):
        related = related._replace(test=None)
    if any(mentions(key, target) for key, _ in fact.unless):
        related = related._replace(
            unless=frozenset(assumption for assumption in fact.unless if not mentions(assumption[0], target))
        )
    if any(mentions(key, target) for key, _ in fact.proves):
        related = related._replace(
            proves=tuple(assumption for assumption in fact.proves if not mentions(assumption[0], target))
        )
    return related


@lru_cache(maxsize=1 << 12)
def _is_compound(key: str) -> bool:
    """Tell whether the key of a test is about more than variables and constants: attributes, elements, calls."""
    return "." in key or "[" in key or "(" in key[1:]


@lru_cache(maxsize=1 << 14)
def mentions(key: str, target: str) -> bool:
    """Tell whether the value under `key` is read through that of `target`."""
    at = key.find(target)
    while at >= 0:
        end = at + len(target)
        before, after = key[at - 1 : at], key[end : end + 1]
        if not (before.isalnum() or before in _BEFORE) and not (after.isalnum() or after in _AFTER):
            return True
        at = key.find(target, at + 1)
    return False


def join(a: FlowState, b: FlowState, declared: Callable[[str], Fact]) -> FlowState:
    """Return what holds where two paths meet. `declared` gives the fact of a key that a path says nothing of."""
    if a == b:
        return a
    facts = dict(a.facts)
    truths = {key: value for key, value in a.truths.items() if b.truths.get(key) == value}
    left_facts, right_facts = a.facts, b.facts
    left_truths, right_truths = dict(a.truths), dict(b.truths)
    keys = [key for key, fact in left_facts.items() if right_facts.get(key) is not fact]
    keys += [key for key in right_facts if key not in left_facts]
    differing = list[tuple[str, Fact, Fact]]()
    for key in keys:
        left = left_facts.get(key) or declared(key)
        right = right_facts.get(key) or declared(key)
        if left == right:
            facts[key] = left
            continue
        differing.append((key, left, right))
        # A value that is null on one path alone tells of the others, later, by which path they came.
        if left.nullness == Nullness.NULL and not right.may_be_null:
            left_truths[f"{key} is None"] = True
        elif right.nullness == Nullness.NULL and not left.may_be_null:
            right_truths[f"{key} is None"] = True
    if differing:
        against = _excluding(left_truths, right_truths), _excluding(right_truths, left_truths)
        for key, left, right in differing:
            facts[key] = join_facts(left, right, against, key)
    return FlowState(facts, truths)


def _excluding(truths: dict[str, bool], other_truths: dict[str, bool]) -> frozenset[Assumption]:
    """Return the assumptions that exclude the path where `truths` hold, and not the other one. If there are too many,
    those that hold on the other path are kept rather than those that it says nothing of."""
    assumptions = [(key, not value) for key, value in truths.items() if other_truths.get(key) != value]
    if len(assumptions) > _MOST_ASSUMPTIONS:
        assumptions.sort(key=lambda assumption: assumption[0] not in other_truths)
    return frozenset(assumptions[:_MOST_ASSUMPTIONS])
