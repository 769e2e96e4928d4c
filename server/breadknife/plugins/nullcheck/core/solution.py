"""What is known of a function when it has been followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.il import At
from breadknife.plugins.nullcheck.core.nullness import Fact
from breadknife.plugins.nullcheck.core.state import State
from breadknife.plugins.nullcheck.values import Use


class NullUse(NamedTuple):
    """The use of a value that may be null, as if it couldn't."""

    at: At
    use: Use
    fact: Fact
    key: str


class Returned(NamedTuple):
    state: State
    fact: Fact


@dataclass
class Solution:
    """What is known of a function when it has been followed."""

    uses: list[NullUse] = field(default_factory=list[NullUse])
    returns: list[Returned] = field(default_factory=list[Returned])
    gives_value: bool = False
    """Whether a `return` has something else than the null itself."""
    end: State | None = None
    """The state after its last statement; None if that is never reached."""
