"""Expressions that are typed as if they could be None and can't where it matters: rows of data with their examples."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    value: re.Pattern[str]
    """The place's own source, with what its first name was set to put in that name's place."""
    reason: str
    example: str
    """A place with it, between ⟦ and ⟧."""
    inside: str = ""
    """Only in a node of that kind; `async` stands for a coroutine."""


def _row(value: str, reason: str, example: str, inside: str = "") -> Invariant:
    return Invariant(re.compile(value, re.DOTALL), reason, example, inside)


def _pipe(name: str) -> Invariant:
    return _row(
        rf"(?:subprocess\.)?Popen\(.*\b{name}\s*=\s*(?:subprocess\.)?PIPE\b.*\)\.{name}",
        "Popen was given a pipe",
        f"def f():\n    p = Popen(['a'], {name}=PIPE)\n    ⟦p.{name}⟧.close()",
    )


INVARIANTS = (
    _row(
        r"sys\.(?:__)?std(?:in|out|err)(?:__)?",
        "it is only None in programs without a console",
        "import sys\n⟦sys.__stdout__⟧.flush()",
    ),
    _row(
        r"(?:inspect\.)?currentframe\(\)(?:\.f_back)?",
        "CPython always has a frame here",
        "import inspect\ndef f():\n    frame = inspect.currentframe()\n    return ⟦frame.f_back⟧.f_locals",
    ),
    _row(
        r"(?:asyncio\.)?current_task\(\)",
        "a coroutine always runs in a task",
        "import asyncio\nasync def f():\n    ⟦asyncio.current_task()⟧.cancel()",
        "async",
    ),
    _row(
        r"sys\.exc_info\(\)(?:\[\d\])?",
        "an exception is being handled",
        "import sys\ntry:\n    a()\nexcept OSError:\n    ⟦sys.exc_info()[2]⟧.tb_frame",
        "except_clause",
    ),
    _row(
        r"\w+\.__traceback__",
        "an exception that was raised has a traceback",
        "try:\n    a()\nexcept OSError as e:\n    ⟦e.__traceback__⟧.tb_frame",
        "except_clause",
    ),
    _row(r"__(?:file|spec|package|loader)__", "the import system sets it", "⟦__spec__⟧.name"),
    _pipe("stdin"),
    _pipe("stdout"),
    _pipe("stderr"),
)
