"""What pip, CMake and Ninja print while the engine is compiled, read for people: how far it is, or why it failed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NINJA = re.compile(r"^\s*\[(\d+)/(\d+)\]")
_MAKE = re.compile(r"^\s*\[\s*(\d+)%\]")
_FAULT = re.compile(r"\bfatal error: |\berror: |CMake Error|^\s*ERROR[: ]|No space left|Killed")
_USELESS = re.compile(
    r"subprocess-exited-with-error|Failed to build|failed building|did not run successfully|metadata-generation-failed"
    r"|subprocess error|This error originates from",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Compiled:
    done: int
    total: int


@dataclass(frozen=True)
class Phase:
    message: str


_PHASES = (
    ("Installing build dependencies", Phase("fetching CMake and what else the build needs")),
    ("*** Configuring CMake", Phase("looking at the compiler and the processor")),
    ("*** Building project", Phase("compiling")),
    ("*** Installing project", Phase("packing it")),
)


def read(line: str) -> Compiled | Phase | None:
    """Return what a line tells of the build; None for most."""
    if match := _NINJA.match(line):
        return Compiled(int(match[1]), int(match[2]))
    if match := _MAKE.match(line):
        return Compiled(int(match[1]), 100)
    return next((phase for words, phase in _PHASES if words in line), None)


def fault(lines: Iterable[str]) -> str:
    """Return the first line that says why a build failed, or the last line that says anything."""
    messages = [line.strip() for line in lines if line.strip()]
    at = next((i for i, line in enumerate(messages) if _FAULT.search(line) and not _USELESS.search(line)), -1)
    if at < 0:
        return messages[-1] if messages else "it ended without a word"
    place, _, rest = messages[at].partition("CMake Error at ")
    if rest.endswith(":") and at + 1 < len(messages):  # where it is; what it is comes after that
        return f"{place}{messages[at + 1]}"
    return messages[at].removeprefix("ERROR: ")


def remaining(seconds: float, done: int, total: int) -> str:
    """Return about how long the rest takes, when `done` took `seconds`; empty while nobody can tell."""
    if done < 5 or seconds < 10:
        return ""
    left = seconds / done * (total - done)
    return f"about {round(left / 60)} min left" if left >= 90 else f"about {max(10, round(left, -1)):.0f} s left"
