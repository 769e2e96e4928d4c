"""What is known of a function when it has been followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.il import ByteRange
from breadknife.plugins.nullcheck.core.nullness import Fact
from breadknife.plugins.nullcheck.core.state import FlowState
from breadknife.plugins.nullcheck.values import Use


class NullDereference(NamedTuple):
    """The use of a value that may be null, as if it couldn't."""

    at: ByteRange
    kind: Use
    fact: Fact
    key: str


class ReturnPoint(NamedTuple):
    state: FlowState
    fact: Fact


@dataclass
class Solution:
    """What is known of a function when it has been followed."""

    dereferences: list[NullDereference] = field(default_factory=list[NullDereference])
    returns: list[ReturnPoint] = field(default_factory=list[ReturnPoint])
    gives_value: bool = False
    """Whether a `return` has something else than the null itself."""
    end: FlowState | None = None
    """The state after its last statement; None if that is never reached."""
