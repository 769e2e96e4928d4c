"""Another checker's findings, grouped by cause and sorted, each group with the one change that ends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.errors import DocumentError
from breadknife.plugins.nullcheck.project.causes import Cause, Origin, causes_of
from breadknife.plugins.nullcheck.project.changes import together
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.repairs import UNASKED, Repairs
from breadknife.plugins.nullcheck.project.reported import Told
from breadknife.plugins.nullcheck.project.root_causes import CHOICE, repaired, ways
from breadknife.plugins.nullcheck.project.triage.sorting import Sort, Sorted, sorted_by_code
from breadknife.plugins.nullcheck.project.values import Edits, Found, Repair
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy, Use

DEFAULTS = Origin(Kind.PARAMETER, "defaults of null")
_ORDER = tuple(Sort)
_WIDENING = frozenset({Strategy.ANNOTATE, Strategy.WIDEN, Strategy.RETURN_TYPE})


@dataclass(frozen=True)
class Patch:
    """A verified change."""

    title: str
    diff: str
    """As `git apply` takes it in the folder."""
    ended: int | None
    """The findings of the group that are gone with it, by the checker that reported them; None where it isn't asked."""
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
    groups = list[Group]()
    for (origin, _), same in repairs.workspace.shown(list(grouped.items()), lambda each: each[0][0].name):
        best = max((its for _, its in same), key=lambda its: its.chance)
        group = Group(Cause(origin, tuple(found for found, _ in same)), best)
        groups.append(replace(group, patch=_patch(repairs, group, folder)))
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
        ended = [each.patch.ended for each in (first, *others) if each.patch]
        total = None if None in ended else sum(each or 0 for each in ended)
        patch = replace(first.patch, ended=total) if first.patch else None
        yield replace(first, cause=replace(first.cause, findings=findings), patch=patch)


def _rank(group: Group) -> tuple[int, float, int, str, int]:
    """A life cycle by its findings; the others first by how likely they are to happen."""
    first, its = group.cause.findings[0], group.sorted
    likely = 0.0 if its.sort is Sort.LIFE_CYCLE else -its.chance
    return _ORDER.index(its.sort), likely, -len(group.cause.findings), str(first.path), first.place.span.start


def _patch(repairs: Repairs, group: Group, folder: Path) -> Patch | None:
    """Its change: the repair at the use of what can happen, the declaration of a life cycle."""
    findings, sort = group.cause.findings, group.sorted.sort
    if sort is Sort.NOISE:
        return None
    if sort is not Sort.LIFE_CYCLE:
        repair = repairs.first(findings[0], UNASKED - DECLARATION - {Strategy.ASSERT})  # that is for what can't happen
        if not isinstance(repair, Repair):
            return None
        patch = _applied(repairs, [repair], findings, folder)
        return replace(patch, test=repairs.proof(repair)) if patch is not None else None
    if group.cause.origin == DEFAULTS:
        offered = [repairs.first(each, _WIDENING) for each in findings]
        before = {each.path: repairs.changes.document(each.path) for each in findings}
        made = repairs.accepted([each for each in offered if isinstance(each, Repair)])
        repairs.put(before.items())
        return _applied(repairs, made, findings, folder)
    chosen: Patch | None = None
    for way in ways(repairs, group.cause, repairs.workspace.tell):
        if way.offer.strategy in DECLARATION and way.offer.is_asked_for:
            edits = {way.found.path: way.offer.edits}
            chosen = chosen or _changed(repairs, CHOICE + way.offer.titled, edits, findings, folder)
        elif way.offer.strategy in DECLARATION:
            repair = repaired(repairs, way, findings)
            if patch := _applied(repairs, [repair] if isinstance(repair, Repair) else [], findings, folder):
                return patch
    widened = repairs.first(findings[0], _WIDENING) if chosen is None else None
    return chosen or _applied(repairs, [widened] if isinstance(widened, Repair) else [], findings, folder)


def _applied(repairs: Repairs, made: Sequence[Repair], findings: Sequence[Found], folder: Path) -> Patch | None:
    """The patch of these repairs."""
    if not made:
        return None
    title = made[0].action.title if len(made) == 1 else f"Declare that {len(made)} parameters may be null"
    return _changed(repairs, title, together(each.edits for each in made), findings, folder)


def _changed(repairs: Repairs, title: str, edits: Edits, findings: Sequence[Found], folder: Path) -> Patch | None:
    """The patch, with the texts as before. None where it ends no finding."""
    before = [(path, repairs.changes.document(path)) for path in edits]
    try:
        repairs.put(repairs.changes.edited(edits))
        diff = repairs.changes.diff(folder)
        moved = [(each, here) for each in findings if (here := each.moved([edits]))]
        is_asked = any(repairs.checker(each.path) for each in findings)
        ended = len(repairs.ended(moved)) + len(findings) - len(moved) if is_asked else None
    except (DocumentError, ValueError):
        return None
    finally:
        repairs.put(before)
    return None if ended == 0 else Patch(title, diff, ended)
