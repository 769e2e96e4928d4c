"""Cascades: a task as a list of steps, cheapest first. Each step settles the answer, passes a value on, or vetoes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from breadknife.task.values import Silence

In = TypeVar("In")
Out = TypeVar("Out")


class Kind(StrEnum):
    """What a step costs, cheapest first."""

    RULE = "rule"
    TINY = "tiny"
    """A model of a few hundred million parameters at most."""
    SMALL = "small"
    """A larger model, such as one that writes code or rewrites text."""


@dataclass(frozen=True)
class Settled(Generic[Out]):
    """The task is done: `value` is its result."""

    value: Out


@dataclass(frozen=True)
class PassedOn(Generic[Out]):
    """The next step gets `value`; after the last one it is the result."""

    value: Out
    remembered: bool = False
    """True if the value comes from a memory of the step's own instead of being computed."""


@dataclass(frozen=True)
class Vetoed:
    """The task ends without a result. `silence` says why."""

    silence: Silence


Verdict = Settled[Any] | PassedOn[Any] | Vetoed


@dataclass(frozen=True)
class Step(Generic[In, Out]):
    """One step of a cascade. It is a value, so it can be named, memoised and chained."""

    name: str
    kind: Kind
    takes: type[In]
    gives: type[Out]
    """The type that it passes on. What the last step passes on is the result, unless an earlier step settles it."""
    run: Callable[[In, Any], Verdict]
    """Called with the value and the request's `Context`."""
    role: str = ""
    """The role of the model that it uses."""
    escalates: bool = False
    """True if it uses a bigger model than its role's. It is skipped unless the user's own settings name one for hard
    cases of the role."""
    memoised: bool = False
    """True if the verdict is remembered, because equal values have the same verdict. The values must be hashable."""
    needs_previous: bool = False
    """True if it needs what the step before it adds to the value, although the types don't say so: then that step may
    be the dearer one. It runs also if that step is skipped, with the value that the skipped step would have got."""
