"""Expressions that are typed as if they could be None and can't where it matters: rows of data with their examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
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

_MATCH = re.compile(
    r"""re\.(?:match|search)\(\s*r?(?P<quote>["'])(?P<pattern>.{0,100}?)(?P=quote)\s*,(?:[^()]|\([^()]*\))*\)""",
    re.DOTALL,
)
_CALLED = re.compile(r"(?P<pattern>(?:\w+\.)*(?P<name>\w+))\.(?P<method>match|search)(?P<given>\(.*\))", re.DOTALL)
_COMPILED = re.compile(r"""re\.compile\(\s*(r?(["'])(?:(?!\2|\\|\n).|\\.){0,100}\2)\s*(?:,[^()]*)?\)""")
_ASKS = re.compile(r"[{$]|\\[\\bBZz]|\(\?(?![:P])|\[\[|--|&&|\|\||~~")
"""What may want something of where it stands, may take long to compile, or has Python warn."""
_TEXTS = ("", "\0", "\n", " ", "_", "a", "0", "é")
"""What needs nothing finds something in each."""


def matches_any_text(value: str) -> bool:
    """Whether it is a match of a pattern that finds something in whatever it is given: `re.match(r"\\s*", text)`."""
    found = _MATCH.fullmatch(value)
    if found is None or _ASKS.search(found["pattern"]):
        return False
    try:
        pattern = re.compile(found["pattern"])
    except (re.error, OverflowError, RecursionError):
        return False
    return all(pattern.match(each) for each in _TEXTS)


def patterns_that_match_any(value: str, source: str) -> Iterator[tuple[str, str]]:
    """Of `P.match(text)`: `P`, and how the text may make it of a pattern that needs nothing: `re.compile(…)`."""
    called = _CALLED.fullmatch(value)
    if called is None or "re.compile(" not in source:
        return
    for assigned in re.finditer(rf"\b{called['name']}\s*(?::[^=\n]+)?=\s*(?=re\.compile\()", source):
        made = _COMPILED.match(source, assigned.end())
        if made is not None and matches_any_text(f"re.{called['method']}({made[1]}, {called['given'][1:]}"):
            yield called["pattern"], made[0]
