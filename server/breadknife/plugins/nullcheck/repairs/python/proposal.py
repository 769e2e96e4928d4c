"""A way to repair a place before it is verified, and which comes before which."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from breadknife.plugins.nullcheck.values import Content, Strategy
from breadknife.text.document import Span, TextEdit

Edits: TypeAlias = tuple[TextEdit, ...]
_QUOTED = re.compile(r"`[^`]*`(?: or `[^`]*`)*|\bthe result\b")


@dataclass(frozen=True)
class Proposal:
    strategy: Strategy
    title: str
    reason: str
    """The evidence for it, as a clause for people. `order.toml` ranks it."""
    edits: Callable[[Content], Edits]
    content: Content | None = None
    """What is written when no model says better; None where there is nothing to say."""
    ends: tuple[Span, ...] = ()
    """The uses that the repair of a declaration makes right."""
    is_asked_for: bool = False
    """See `Offer`."""

    @property
    def rank(self) -> int:
        return order()[self.strategy][_QUOTED.sub("…", self.reason)]


@cache
def order() -> Mapping[str, Mapping[str, int]]:
    """Strategy -> evidence -> rank: the highest comes first."""
    return tomllib.loads(files("breadknife.plugins.nullcheck.repairs.python").joinpath("order.toml").read_text("utf-8"))
