"""Another checker's findings, grouped by cause and sorted, each group with the one change that ends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.plugins.nullcheck.project.causes import Cause, Origin, causes_of, declaration_of
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.repairing import repair_each
from breadknife.plugins.nullcheck.project.repairs import UNASKED, Repairs
from breadknife.plugins.nullcheck.project.reported import Told
from breadknife.plugins.nullcheck.project.sorting import Sort, Sorted, sorted_by_code
from breadknife.plugins.nullcheck.project.values import Found, Refused, Repair
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy, Use
from breadknife.plugins.nullcheck.verify.proving.prover import Tried, proofs
from breadknife.text.syntax import SyntaxTree

DEFAULTS = Origin(Kind.PARAMETER, "defaults of null")
_ORDER = tuple(Sort)
_STRATEGIES = {
    Sort.CAN_HAPPEN: UNASKED - DECLARATION - {Strategy.ASSERT},  # that is for what can't happen
    Sort.UNCLEAR: UNASKED - DECLARATION - {Strategy.ASSERT},
    Sort.LIFE_CYCLE: DECLARATION | {Strategy.WIDEN},
}
_TESTS_AT_ONCE = 2


@dataclass(frozen=True)
class Patch:
    """A verified change."""

    title: str
    diff: str
    """As `git apply` takes it in the folder."""
    ended: int
    """The findings of the group that are gone with it."""
    test: str = ""
    """A test for pytest that fails without it and passes with it, of what can happen; "" where none is found."""


@dataclass(frozen=True)
class Group:
    """Findings of one cause and one sort."""

    cause: Cause
    sorted: Sorted
    """Of the finding that is likeliest to happen."""
    patch: Patch | None = None
    """Of a declaration, for a life cycle; at the use, for what can happen."""


def groups_of(repairs: Repairs, told: Told, folder: Path) -> list[Group]:
    """The groups, in the order in which they are read. `folder`: diffs are told from there."""
    grouped = defaultdict[tuple[Origin, Sort], list[tuple[Found, Sorted]]](list)
    for cause in causes_of(repairs, told.found, told.paths):
        for found in cause.findings:
            its = sorted_by_code(repairs, found, cause.origin)
            is_default = cause.origin.kind is Kind.PARAMETER and found.place.use is Use.ASSIGN
            grouped[DEFAULTS if is_default else _in_file(cause.origin, found), its.sort].append((found, its))
    groups, to_prove = list[Group](), dict[int, tuple[Tried, SyntaxTree]]()
    for (origin, sort), same in repairs.workspace.shown(list(grouped.items()), lambda each: each[0][0].name):
        best = max((its for _, its in same), key=lambda its: its.chance)
        group = Group(Cause(origin, tuple(found for found, _ in same)), best)
        patch, made = _patch(repairs, group.cause, sort, folder)
        tree = repairs.tree(made.found.path) if made is not None and sort is not Sort.LIFE_CYCLE else None
        if made is not None and tree is not None and (tried := repairs.tried(made)) is not None:
            to_prove[len(groups)] = tried, tree
        groups.append(replace(group, patch=patch))
    for at, test in _tests(repairs, to_prove):
        patch = groups[at].patch
        groups[at] = replace(groups[at], patch=replace(patch, test=test) if patch else None)
    return sorted(_merged(groups), key=_rank)


def _in_file(origin: Origin, found: Found) -> Origin:
    """Lookups of one file belong together, of several they don't."""
    return replace(origin, path=found.path, span=None) if origin.kind in (Kind.LIBRARY, Kind.PLACE) else origin


def _merged(groups: Sequence[Group]) -> Iterator[Group]:
    """The groups, those with the same patch as one: several calls hand a null to the same parameter."""
    same = defaultdict[object, list[Group]](list)
    for at, group in enumerate(groups):
        same[group.patch.diff if group.patch else at].append(group)
    for first, *others in same.values():
        findings = tuple(found for each in (first, *others) for found in each.cause.findings)
        ended = sum(each.patch.ended for each in (first, *others) if each.patch)
        patch = replace(first.patch, ended=ended) if first.patch else None
        yield replace(first, cause=replace(first.cause, findings=findings), patch=patch)


def _rank(group: Group) -> tuple[int, float, int, str, int]:
    """A life cycle by its findings; the others first by how likely they are to happen."""
    first, its = group.cause.findings[0], group.sorted
    likely = 0.0 if its.sort is Sort.LIFE_CYCLE else -its.chance
    return _ORDER.index(its.sort), likely, -len(group.cause.findings), str(first.path), first.place.span.start


def _patch(repairs: Repairs, cause: Cause, sort: Sort, folder: Path) -> tuple[Patch | None, Repair | None]:
    """What is done about a group, and the first repair of it; the texts are as before. None where it ends nothing."""
    strategies, findings = _STRATEGIES.get(sort), cause.findings
    if strategies is None:
        return None, None
    shown = declaration_of(cause) if sort is Sort.LIFE_CYCLE else None
    before = repairs.changes.documents()
    outcomes = list(repair_each(repairs, [*findings, *([shown] if shown else ())], strategies))
    made = [each for each in outcomes if isinstance(each, Repair)]
    diff = repairs.changes.diff(folder)
    repairs.put(before)
    ended = sum(not isinstance(each, Refused) and each.found in findings for each in outcomes)
    if not made or not ended:
        return None, None
    title = made[0].action.title if len(made) == 1 else f"{len(made)} changes: {made[0].action.title}"
    return Patch(title, diff, ended), made[0]


def _tests(repairs: Repairs, tried: Mapping[int, tuple[Tried, SyntaxTree]]) -> Iterator[tuple[int, str]]:
    """The tests that prove repairs, by number."""
    with ThreadPoolExecutor(_TESTS_AT_ONCE) as threads:
        begun = [(at, threads.submit(proofs, *each, CancelToken())) for at, each in tried.items()]
        for at, found in repairs.workspace.shown(begun, lambda _: "running a test of each repair"):
            yield at, next((proof.test for proof in found.result().values()), "")
