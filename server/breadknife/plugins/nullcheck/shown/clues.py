"""What the text around a finding shows: whether its null can really get to its use.

A clue is there or not. `confidence.json` has a weight for each; `bench/nullcheck/fit_confidence.py` fits them to
findings that people have judged. Clues are read from the text alone, in the same way for each language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span

_LINES_BEFORE = 3
_LOOKED_THROUGH = 6_000
"""Characters before the use, in which its value gets its name."""
_LONGEST_CALL = 300
"""Characters."""


class NullOrigin(StrEnum):
    """Where a null comes from."""

    CALL = "call"
    """What a call gives: a lookup, I/O, a parse, a function of the project; what is read from outside."""
    ANNOTATION = "annotation"
    """A declaration that allows it, and says no more."""
    TEST = "test"
    """Only a comparison with null, which goes on."""
    UNSET = "unset"
    """An attribute or a variable that is null until it is set."""
    DEFAULT = "default"
    """A parameter that a call may leave out."""


class Clue(StrEnum):
    """What speaks for, or against, that a null can happen, besides its origin."""

    TESTED = "tested"
    """The code tests it for null, and the path from there leads on to the use."""
    FAILED = "failed"
    """It comes beside an error that is ignored, looked at too late, or not even given."""
    NAMED = "named"
    """A call's result got a name: it isn't used at once, and isn't read from an object."""
    ARGUMENT = "argument"
    """A call's result goes to a function that takes no null."""
    OUTSIDE = "outside"
    """The call, or the name of its result, says that it's about a file, a text, a request, an option … This counts only
    if the lines before the call don't test what it gets: such a test may make its result sure."""


_TEST = re.compile(r"\b(?:if|elif|while|assert|in)\b|\.(?:includes|has|contains\w*|starts[wW]ith)\(")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w+")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_TEXT = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_NO_INPUT = frozenset({"self", "this", "cls", "None", "null", "nil", "undefined", "await", "yield", "new"})
_KINDS: Mapping[OriginKind, NullOrigin] = {
    OriginKind.ANNOTATION: NullOrigin.ANNOTATION,
    OriginKind.DEFAULT: NullOrigin.DEFAULT,
    OriginKind.COMPARISON: NullOrigin.TEST,
    OriginKind.LIFE_CYCLE: NullOrigin.UNSET,
    OriginKind.INITIAL: NullOrigin.UNSET,
    OriginKind.EXIT: NullOrigin.UNSET,
    OriginKind.EXCEPTION: NullOrigin.UNSET,
}
"""The kinds that aren't what a call gives."""


def origin_of(kind: OriginKind) -> NullOrigin:
    return _KINDS.get(kind, NullOrigin.CALL)


def clues_of(text: str, span: Span, use: str, origin: NullOrigin, *, is_failed: bool = False) -> frozenset[str]:
    """The names of the origin and of the clues for what is used at `span`; `use` is the finding's code. `is_failed`: an
    error tells of the null."""
    clues = {origin.value}
    if origin is NullOrigin.TEST:
        clues.add(Clue.TESTED)
    if is_failed:
        clues.add(Clue.FAILED)
    if origin is not NullOrigin.CALL:
        return frozenset(clues)
    if use == Use.ARGUMENT:
        clues.add(Clue.ARGUMENT)
    used = text[span.start : span.end]
    if not used.endswith(")") and "." not in used:
        clues.add(Clue.NAMED)
    call, start = _call(text, span)
    if (_words(call) | _words(used)) & _outside() and not _is_input_tested(text, call, start):
        clues.add(Clue.OUTSIDE)
    return frozenset(clues)


def _call(text: str, span: Span) -> tuple[str, int]:
    """The call whose result is used, and where it begins; "" where the result's name is assigned nowhere before."""
    used = text[span.start : span.end]
    if used.endswith(")"):
        return used[:_LONGEST_CALL], span.start
    first = max(0, span.start - _LOOKED_THROUGH)
    assigned = rf"(?<![\w.]){re.escape(used)}\s*(?:[:,][^=\n]*)?:?=(?!=)\s*(?:(?:await|yield|new)\s+)?"
    found = list(re.finditer(assigned, text[first : span.start]))
    if not found:
        return "", span.start
    start = first + found[-1].end()
    return text[start : _end_of_call(text, start)], start


def _end_of_call(text: str, start: int) -> int:
    """After the bracket that ends the call at `start`, or after its longest beginning."""
    head = re.compile(r"[\w.\[\]\"']*\(").match(text, start)
    if head is None:
        return start
    last, depth = min(len(text), start + _LONGEST_CALL), 1
    for at in range(head.end(), last):
        depth += (text[at] == "(") - (text[at] == ")")
        if not depth:
            return at + 1
    return last


def _is_input_tested(text: str, call: str, start: int) -> bool:
    names = _names(call)
    before = text[: text.rfind("\n", 0, start) + 1].splitlines()[-_LINES_BEFORE:] if names else []
    return any(_TEST.search(line) and names & _names(line) for line in before)


def _names(code: str) -> frozenset[str]:
    return frozenset(name for name in _IDENTIFIER.findall(_TEXT.sub("", code)) if len(name) > 2) - _NO_INPUT


def _words(code: str) -> frozenset[str]:
    """`httpUrl_of` has the words "http", "url" and "of"."""
    return frozenset(word.lower() for word in _WORD.findall(code))


@cache
def _outside() -> frozenset[str]:
    lines = (
        files("breadknife.plugins.nullcheck.shown")
        .joinpath("outside_words.txt")
        .read_text(encoding="ascii")
        .splitlines()
    )
    return frozenset(line for line in lines if line and not line.startswith("#"))
