"""Moves what is known of a text to the places that it has after an edit."""

from __future__ import annotations

import re
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.il import ByteRange, Type
from breadknife.plugins.nullcheck.core.nullness import Fact, NullOrigin
from breadknife.plugins.nullcheck.core.solution import NullDereference, ReturnPoint, Solution
from breadknife.plugins.nullcheck.core.state import FlowState
from breadknife.plugins.nullcheck.core.summary import Summary, SummaryCase
from breadknife.text.document import common_prefix, common_suffix

_NAME_WITH_OFFSET = re.compile(r"(=>|\{\}|class@)(\d+)\Z")
"""A name that a lowering has given to a function, a type or a class without one: it ends with its first byte."""


class Change(NamedTuple):
    """The one range of a file that an edit has replaced. All numbers are bytes."""

    start: int
    end: int
    """Where the range ended before the edit."""
    by: int
    """How much longer it is now."""

    @classmethod
    def between(cls, before: bytes, after: bytes) -> Change:
        """Return the smallest change that makes one text the other."""
        start = common_prefix(before, after)
        return cls(start, len(before) - common_suffix(before, after, start), len(after) - len(before))

    def place(self, at: ByteRange) -> ByteRange:
        """Return where a range is now. An end that the change has replaced is at the change's start."""
        return self._offset(at[0]), self._offset(at[1])

    def _offset(self, offset: int) -> int:
        return offset + self.by if offset >= self.end else min(offset, self.start)

    def then(self, later: Change) -> Change:
        """Return both changes as one, which also has what lies between them."""
        start = min(self.start, later.start)
        return Change(start, max(self.end, later.end - self.by), self.by + later.by)


class FactMover:
    """Moves what is known of one file over a change of its text. What is in other files stays where it is."""

    def __init__(self, change: Change, uri: str) -> None:
        self._change = change
        self._uri = uri
        self._facts = dict[Fact, Fact]()

    def place(self, at: ByteRange) -> ByteRange:
        return self._change.place(at)

    def dereference(self, dereference: NullDereference) -> NullDereference:
        return dereference._replace(at=self.place(dereference.at), fact=self.fact(dereference.fact))

    def summary(self, summary: Summary) -> Summary:
        return summary._replace(
            cases=tuple(SummaryCase(self.fact(case.result), case.conditions) for case in summary.cases)
        )

    def solution(self, solution: Solution) -> Solution:
        return Solution(
            [self.dereference(dereference) for dereference in solution.dereferences],
            [ReturnPoint(self.state(point.state), self.fact(point.fact)) for point in solution.returns],
            solution.gives_value,
            solution.calls,
            self.state(solution.end) if solution.end is not None else None,
        )

    def state(self, state: FlowState) -> FlowState:
        facts = {key: self.fact(fact) for key, fact in state.facts.items()}
        return FlowState(facts, state.truths)

    def fact(self, fact: Fact) -> Fact:
        is_named = fact.called or (fact.type is not None and _has_offset(fact.type))
        is_placed = fact.via is not None or fact.checked is not None or fact.used is not None
        if fact.origin is None and not is_placed and not fact.items and not is_named:
            return fact
        moved = self._facts.get(fact)
        if moved is None:
            moved = self._facts[fact] = fact._replace(
                origin=self._origin(fact.origin) if fact.origin is not None else None,
                via=self.place(fact.via) if fact.via is not None else None,
                checked=self.place(fact.checked) if fact.checked is not None else None,
                used=(self.place(fact.used[0]), fact.used[1]) if fact.used is not None else None,
                items=tuple(tuple(map(self.fact, items)) for items in fact.items),
                called=self._name(fact.called),
                type=self._type(fact.type) if fact.type is not None else None,
            )
        return moved

    def _name(self, name: str) -> str:
        """Return a name with the new offset, if it has one: `=>12`."""
        return _NAME_WITH_OFFSET.sub(lambda match: match[1] + str(self._change.place((int(match[2]), 0))[0]), name)

    def _type(self, type_: Type) -> Type:
        return type_._replace(
            name=self._name(type_.name), arguments=tuple(self._type(argument) for argument in type_.arguments)
        )

    def _origin(self, origin: NullOrigin) -> NullOrigin:
        is_in_file = not origin.file or origin.file == self._uri
        at = self.place(origin.at) if is_in_file else origin.at
        return origin._replace(at=at, here=self.place(origin.here) if origin.here is not None else None)


def _has_offset(type_: Type) -> bool:
    """Tell whether the type's name, or that of one of its arguments, may be one with an offset."""
    return type_.name[:1] in ("=", "{") or "@" in type_.name or any(map(_has_offset, type_.arguments))
