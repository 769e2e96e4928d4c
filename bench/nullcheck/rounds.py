"""Repairs made together, and what a checker says newly after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from breadknife.plugins.nullcheck.formats.values import PrintedFinding
from breadknife.plugins.nullcheck.project.changes import FileChange
from breadknife.plugins.nullcheck.project.values import RepairedFinding
from breadknife.plugins.nullcheck.verify.oracle.comparing import OffsetMap, compared
from breadknife.plugins.nullcheck.verify.oracle.values import CheckerProblem
from breadknife.text.document import Span


def rounds(made: Sequence[RepairedFinding]) -> list[list[RepairedFinding]]:
    """So that no two of a round change the same function, or the same lines."""
    found = list[list[RepairedFinding]]()
    for repair in made:
        fits = next((together for together in found if not any(_is_near(repair, other) for other in together)), None)
        if fits is None:
            found.append([repair])
        else:
            fits.append(repair)
    return found


def new_in(
    before: Sequence[PrintedFinding], after: Sequence[PrintedFinding], changes: Iterable[FileChange]
) -> list[PrintedFinding]:
    """What wasn't said before the changes."""
    moves = {each.path: _moves(each.before, each.after) for each in changes}
    told: dict[CheckerProblem, list[PrintedFinding]] = {}
    for each in after:
        told.setdefault(_problem(each), []).append(each)
    new = compared([_problem(each) for each in before], [_problem(each) for each in after], moves).new
    return [told[problem].pop() for problem in new]


def _is_near(one: RepairedFinding, other: RepairedFinding) -> bool:
    return any(
        here.touches(there)
        for path in one.edits.keys() & other.edits.keys()
        for here in _changed(one, path)
        for there in _changed(other, path)
    )


def _changed(repair: RepairedFinding, path: Path) -> Sequence[Span]:
    within = repair.action.within if path == repair.found.path else None
    spans = [edit.span for edit in repair.edits[path]]
    return [within] if within and all(within.contains(span) for span in spans) else spans


def _moves(before: str, after: str) -> OffsetMap:
    """In lines, from 0."""
    changes = SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False).get_opcodes()
    return OffsetMap(tuple((Span(a, b), Span(c, d)) for kind, a, b, c, d in changes if kind != "equal"))


def _problem(said: PrintedFinding) -> CheckerProblem:
    return CheckerProblem(Path(said.path), said.code, said.message, said.line - 1)
