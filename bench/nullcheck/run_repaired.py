"""Runs generated Python programs that fail of a None before and after our first fix.

    python bench/nullcheck/run_repaired.py [--seed 41] [--of 400] [--show crash]

A program is a way to get a value that may be None, in a shape of code, with a use that fails of None. It is run with
the None and with a value. Of those that fail of the None and have a finding, each finding gets the first fix of its
menu, one after the other; then they are run again. With the None a program now

- crashes: with an AttributeError or a TypeError, at the same line as before, or elsewhere,
- hides it: an exception that we have written in was caught by the program's own code, which the crash wasn't,
- raises: with an exception that we have written in,
- runs on: the code without the value was skipped, or the function was left.

With the value it has to give what it gave. What has no fix that may be first is counted apart.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.menu.menu import ranked
from breadknife.plugins.nullcheck.values import HIDING
from breadknife.text.document import Document, apply_edits
from breadknife.text.syntax import parse

HEAD = """
import re


class Row:
    size = 1
    rows = [1]

    def use(self):
        return 1

    def __getitem__(self, key):
        return 1

    def __iter__(self):
        return iter([1])

    def __add__(self, other):
        return 1

    def __call__(self):
        return 1


def find(key):
    if key == "none":
        return None
    return Row()


def broken(key):
    if key == "none":
        raise OSError(key)
    return Row()


"""
SOURCES = (
    "x = find(key)",
    'x = {"some": Row()}.get(key)',
    'x = next((each for each in [Row()] if key == "some"), None)',
    'x = None\nif key == "some":\n    x = Row()',
    "try:\n    x = broken(key)\nexcept OSError:\n    x = None",
)
USES = ("x.use()", "x.size", "x[0]", "x + 1", "x()", "sum(x)", "x.rows[0]", "len(x.rows)")
SHAPES = tuple(
    """
def f(key):
    {source}
    return {use}
---
def f(key):
    {source}
    y = {use}
    return y + 1
---
def f(key):
    {source}
    print({use})
---
def f(key):
    {source}
    return print({use}, x.size)
---
def f(key):
    done = []
    for key in (key, 'some'):
        {source}
        done.append({use})
    return len(done)
---
def f(key):
    {source}
    if {use} > 0:
        return 2
    return 3
---
def f(key):
    {source}
    return 2 if {use} else 3
---
def f(key):
    {source}
    while {use} < 1:
        print(key)
    return 2
---
def f(key):
    {source}
    try:
        return {use}
    except ValueError:
        return 0
---
def f(key):
    {source}
    try:
        y = {use}
    except (KeyError, ValueError, AssertionError):
        y = 0
    return y + 1
---
def f(key):
    {source}
    try:
        print({use})
    finally:
        print(key)
---
def f(key):
    try:
        int('a')
    except ValueError as error:
        {source}
        raise OSError({use}) from error
---
def f(key):
    {source}
    return [{use} for _ in 'ab'][0]
---
def f(key):
    {source}
    def g():
        return {use}
    return g() + 1
---
def f(key):
    {source}
    yield {use}
---
def f(key):
    with open(__file__):
        {source}
        return {use}
---
class A:
    def read(self, key):
        {source}
        return {use}


def f(key):
    return A().read(key) + 1
---
def f(key):
    if key == 'none':
        return g(key) + 1
    return 1


def g(key):
    {source}
    return {use}
""".strip().split("\n---\n")
)
"""What each function gives is used by whoever calls it, unless it gives nothing."""
MOST_FINDINGS = 5
_CRASHES = (AttributeError, TypeError)


@dataclass(frozen=True)
class Run:
    """How a program ended."""

    result: str
    raised: BaseException | None
    line: str
    """The code of the last line of the program that the exception went through, "" without one."""
    written: bool
    """An exception was raised at a line that only the repaired program has."""

    @property
    def crashed(self) -> bool:
        return isinstance(self.raised, _CRASHES) and not self.written


def programs() -> Iterator[str]:
    for shape, source, use in itertools.product(SHAPES, SOURCES, USES):
        lines = list[str]()
        for line in shape.split("\n"):
            indent = line[: len(line) - len(line.lstrip())]
            lines += line.replace("{source}", source.replace("\n", "\n" + indent)).replace("{use}", use).split("\n")
        yield HEAD.lstrip() + "\n".join(lines) + "\n"


def run(text: str, key: str, before: str = "") -> Run:
    """Run a program with a key; `before` is the text that it was made of."""
    lines, old = text.split("\n"), set(before.split("\n")) if before else set(text.split("\n"))
    written, failed = list[int](), list[str]()

    def trace(frame: FrameType, event: str, given: Any) -> Any:
        if frame.f_code.co_filename != "<program>":
            return None
        if event == "exception":
            failed.append(lines[frame.f_lineno - 1])
            if lines[frame.f_lineno - 1] not in old and given[0] not in _CRASHES:
                written.append(frame.f_lineno)
        return trace

    scope: dict[str, Any] = {"__file__": __file__, "__name__": "program", "print": _say_nothing}
    result, raised = "", None
    sys.settrace(trace)
    try:
        exec(compile(text, "<program>", "exec"), scope)
        given = scope["f"](key)
        result = repr(list(given) if hasattr(given, "__next__") else given)
    except Exception as error:
        raised = error
    finally:
        sys.settrace(None)
    return Run(result, raised, failed[0].strip() if raised is not None and failed else "", bool(written))


def _say_nothing(*_: object) -> None:
    """Stand for `print`."""


def repaired(text: str) -> str | None:
    """Return a program in which each finding has got the first fix of its menu; None if one has none."""
    for _ in range(MOST_FINDINGS):
        tree = parse(text, "python")
        assert tree is not None
        file = language("python").open(Document("file:///program.py", "python", text), tree, None)
        found = file.findings()
        if not found:
            return text
        place = file.place(found[0])
        assert place is not None
        offers = [each for each in ranked(file, place, found[:1], "file:///program.py") if not each.is_asked_for]
        if not offers or offers[0].strategy in HIDING or offers[0].elsewhere:
            return None
        text = apply_edits(text, offers[0].edits)
    return None


def outcome(before: Run, after: Run, value: Run) -> str:
    """Return what becomes of a program with the None; `value` is its run with a value."""
    if after.result == "None" != value.result:
        return "crashes elsewhere"  # whoever calls it uses what it gives
    if after.crashed:
        return "crashes at the same line" if after.line == before.line else "crashes elsewhere"
    if after.written:
        return "raises" if after.raised is not None else "hides it"
    return "runs on" if after.raised is None else "fails as it would without the use"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=41)
    parser.add_argument("--of", type=int, default=400, help="programs that are drawn")
    parser.add_argument("--show", default="", help="print the programs whose outcome begins so")
    given = parser.parse_args()
    every, counted = list(programs()), Counter[str]()
    for text in random.Random(given.seed).sample(every, min(given.of, len(every))):
        before, value = run(text, "none"), run(text, "some")
        if not before.crashed or (value.raised is not None and not isinstance(value.raised, OSError)):
            counted["don't fail of the None alone"] += 1
            continue
        made = repaired(text)
        if made is None or made == text:
            counted["no finding" if made else "no fix that may be first"] += 1
            continue
        said = outcome(before, run(made, "none", text), value)
        counted[said] += 1
        now = run(made, "some", text)
        counted["with a value: another result"] += (now.result, type(now.raised)) != (value.result, type(value.raised))
        if given.show and said.startswith(given.show):
            print(made[len(HEAD) - 1 :], end="\n---\n")
    for said, count in counted.most_common():
        print(f"{count:4} {said}")


if __name__ == "__main__":
    main()
