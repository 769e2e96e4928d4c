"""The result of following a function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.belief import Evidence
from breadknife.plugins.nullcheck.core.il import ByteRange
from breadknife.plugins.nullcheck.core.nullness import Fact
from breadknife.plugins.nullcheck.core.state import FlowState
from breadknife.plugins.nullcheck.values import Use


class NullDereference(NamedTuple):
    """The use of a value that may be null, as if it couldn't."""

    at: ByteRange
    kind: Use
    fact: Fact
    """What is known of the value."""
    key: str
    evidence: Evidence = Evidence()
    """What others do with it."""


class GivenValues(NamedTuple):
    """A call, and those of the callee's parameters that get a value there which isn't null."""

    callee: str
    """Its `Function.label`."""
    parameters: frozenset[str]


class ReturnPoint(NamedTuple):
    """A point where a `return` leaves the function."""

    state: FlowState
    fact: Fact
    """What is known of the value that it gives."""


@dataclass
class Solution:
    """What is known of a function when it has been followed: the findings in it, and how it comes back."""

    dereferences: list[NullDereference] = field(default_factory=list[NullDereference])
    returns: list[ReturnPoint] = field(default_factory=list[ReturnPoint])
    gives_value: bool = False
    """True if a `return` has a value that isn't the null itself."""
    calls: list[GivenValues] = field(default_factory=list["GivenValues"])
    """The calls of the file's own functions."""
    end: FlowState | None = None
    """The state after its last statement; None if that is never reached."""
