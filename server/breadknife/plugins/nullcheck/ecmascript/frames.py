"""The functions that are being followed, and where their jumps lead."""

from __future__ import annotations

from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.ecmascript.facts import Env, Fact
from breadknife.plugins.nullcheck.ecmascript.types import Type
from breadknife.text.syntax import Node


@dataclass
class Loop:
    is_switch: bool = False
    breaks: list[Env] = field(default_factory=list[Env])
    continues: list[Env] = field(default_factory=list[Env])


@dataclass
class Frame:
    """A function that is being followed."""

    node: Node
    returns: list[Fact] = field(default_factory=list[Fact])
    """What each `return` gives back; NOTHING for a value that isn't known to be null."""
    loops: list[Loop] = field(default_factory=list[Loop])
    raised: list[Env | None] = field(default_factory=list["Env | None"])
    """For each surrounding `try`: what may hold when a statement in it throws."""
    demands: Type | None = None
    """What it must return."""
    ends: bool = False
    """The end of its body can be reached."""
