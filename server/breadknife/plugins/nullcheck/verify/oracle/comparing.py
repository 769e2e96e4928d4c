"""Which problems are new after an edit: those that didn't stand at the same place before, as the same fault.

An edit moves what comes after it, and changes the types that are told of faults that it has nothing to do with. So a
fault is known by its place and its code, whatever the message says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.plugins.nullcheck.verify.oracle.values import CheckerProblem
from breadknife.text.document import Span, TextEdit

_ONE_FAULT = {"18047": "2531", "18048": "2532", "18049": "2533", "reportOptionalOperand": "reportOperatorIssue"}
"""tsc's code of a fault that names the object -> of the same one that doesn't; pyright's of a left operand that may be
None and alone is at fault -> of both."""
_OF_NULL = re.compile(
    r"\b(?:None|null|undefined)|\A.*\bunknown\b|\ANo (?:matching )?overload|\bNoneType\b", re.IGNORECASE
)
"""Faults that a null may be the cause of, or that nothing is known. Where no overload takes an argument, its type isn't
told."""


@dataclass(frozen=True)
class OffsetMap:
    """What became of the positions in a text."""

    changed: tuple[tuple[Span, Span], ...] = ()
    """What was replaced, and what is there now, in order. The rest has only moved."""

    @classmethod
    def of(cls, edits: Iterable[TextEdit]) -> OffsetMap:
        """Return the map of these edits, in code points."""
        changed, shift = list[tuple[Span, Span]](), 0
        for edit in sorted(edits):
            start = edit.span.start + shift
            changed.append((edit.span, Span(start, start + len(edit.new_text))))
            shift += len(edit.new_text) - len(edit.span)
        return cls(tuple(changed))

    def leads(self, before: int, now: int) -> bool:
        """Tell whether what stood at the one position may stand at the other: after what was inserted there, or, as
        that may hold it too, where that begins; anywhere in what has replaced it."""
        shift = 0
        for old, new in self.changed:
            if before < old.start:
                break
            if before < old.end:
                return new.start <= now < new.end
            if before == old.start and now == new.start:
                return True
            shift = new.end - old.end
        return now == before + shift


@dataclass(frozen=True)
class ProblemDiff:
    """What an edit has changed of what a checker says."""

    new: Sequence[CheckerProblem]
    hidden: Sequence[CheckerProblem]
    """Those of the edited files that are gone though no null is at fault: the edit has made the checker look away."""


def compared(
    was: Sequence[CheckerProblem], now: Iterable[CheckerProblem], moves: Mapping[Path, OffsetMap]
) -> ProblemDiff:
    """Compare two lists of problems. `moves`: of the files that were edited."""

    def is_same(old: CheckerProblem, new: CheckerProblem) -> bool:
        is_fault = (old.path, fault(old.code)) == (new.path, fault(new.code))
        return is_fault and moves.get(new.path, OffsetMap()).leads(old.start, new.start)

    reworded, left = _unmatched(was, now, lambda old, new: is_same(old, new) and old.message == new.message)
    new, left = _unmatched(left, reworded, is_same)
    gone = (problem for problem in left if problem.path in moves)
    return ProblemDiff(new, [problem for problem in gone if not _OF_NULL.search(problem.message)])


def _unmatched(
    was: Iterable[CheckerProblem],
    now: Iterable[CheckerProblem],
    is_same: Callable[[CheckerProblem, CheckerProblem], bool],
) -> tuple[list[CheckerProblem], list[CheckerProblem]]:
    """Return what is there now and wasn't before, and what was before and isn't now: each stands for one other."""
    new, left = list[CheckerProblem](), list(was)
    for each in now:
        known = next((old for old in left if is_same(old, each)), None)
        if known is None:
            new.append(each)
        else:
            left.remove(known)
    return new, left


def fault(code: str) -> str:
    """Return the same for all codes that may be told of one fault, as other types become known."""
    plain = code.removeprefix("TS")
    return _ONE_FAULT.get(plain, plain)
