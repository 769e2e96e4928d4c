"""Reads what pip, CMake, Make and Ninja print while the engine is compiled: how far it is, or why it failed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

_NINJA = re.compile(r"^\s*\[(\d+)/(\d+)\]")
_MAKE = re.compile(r"^\s*\[\s*(\d+)%\]")
_FAULT = re.compile(r"\bfatal error: |\berror: |CMake Error|^\s*ERROR[: ]|No space left|Killed")
_SAYS_NO_REASON = re.compile(
    r"subprocess-exited-with-error|Failed to build|failed building|did not run successfully|metadata-generation-failed"
    r"|subprocess error|This error originates from",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Compiled:
    """How much is compiled: files as Ninja counts them, or percent as Make does."""

    done: int
    total: int


@dataclass(frozen=True)
class Phase:
    """A phase of the build begins; `message` says which, for people."""

    message: str


_PHASES = (
    ("Installing build dependencies", Phase("fetching CMake and what else the build needs")),
    ("*** Configuring CMake", Phase("looking at the compiler and the processor")),
    ("*** Building project", Phase("compiling")),
    ("*** Installing project", Phase("packing it")),
)


def read(line: str) -> Compiled | Phase | None:
    """Return what a line of output says of the build's progress; None for a line that says nothing of it, as most."""
    if match := _NINJA.match(line):
        return Compiled(int(match[1]), int(match[2]))
    if match := _MAKE.match(line):
        return Compiled(int(match[1]), 100)
    return next((phase for words, phase in _PHASES if words in line), None)


def fault(lines: Iterable[str]) -> str:
    """Return why a build failed: the first line of its output that gives a reason, or else the last that isn't
    blank."""
    messages = [line.strip() for line in lines if line.strip()]
    for message, next_message in pairwise([*messages, ""]):
        if not _FAULT.search(message) or _SAYS_NO_REASON.search(message):
            continue
        before, _, position = message.partition("CMake Error at ")
        if position.endswith(":") and next_message:  # CMake says where the error is, then on the next line what it is
            return f"{before}{next_message}"
        return message.removeprefix("ERROR: ")
    return messages[-1] if messages else "it ended without a word"


def remaining(seconds: float, done: int, total: int) -> str:
    """Return about how long the rest takes, in words, if the first `done` of `total` files took `seconds`.

    Empty while too little is done to tell.
    """
    if done < 5 or seconds < 10:
        return ""
    seconds_left = seconds / done * (total - done)
    if seconds_left >= 90:
        return f"about {round(seconds_left / 60)} min left"
    return f"about {max(10, round(seconds_left, -1)):.0f} s left"
