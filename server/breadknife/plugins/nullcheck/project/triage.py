"""Another checker's findings, grouped by cause and sorted, each group with the one change that ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.errors import DocumentError
from breadknife.plugins.nullcheck.causes import Cause, Found, Origin
from breadknife.plugins.nullcheck.declared import Kind
from breadknife.plugins.nullcheck.project.changes import Edits, together
from breadknife.plugins.nullcheck.project.rechecking import Recheck
from breadknife.plugins.nullcheck.project.repairs import UNASKED, Repair, Repairs
from breadknife.plugins.nullcheck.project.reported import Told
from breadknife.plugins.nullcheck.project.root_causes import causes_of, moved_by, repaired
from breadknife.plugins.nullcheck.project.sorting import Sort, Sorted, sorted_by_code
from breadknife.plugins.nullcheck.project.tracing import traced
from breadknife.plugins.nullcheck.project.ways import CHOICE, edits_of, ways
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy

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


@dataclass(frozen=True)
class Group:
    """Findings of one cause and one sort."""

    cause: Cause
    sorted: Sorted
    """Of the finding that is likeliest to happen."""
    patch: Patch | None = None
    """Of a declaration, for a life cycle; at the use, for what can happen."""


def groups_of(repairs: Repairs, told: Told, folder: Path) -> list[Group]:
    """The groups: what can happen first, then by their numbers of findings. `folder`: diffs are told from there."""
    grouped = dict[tuple[Origin, Sort], list[tuple[Found, Sorted, Origin]]]()
    for cause in causes_of(repairs, told.found, told.paths):
        for found in cause.findings:
            origin = traced(repairs, found, cause.origin)
            its = sorted_by_code(repairs, found, origin)
            grouped.setdefault((_alike(origin, found), its.sort), []).append((found, its, origin))
    recheck, groups = Recheck(repairs), list[Group]()
    for same in repairs.workspace.shown(list(grouped.values()), lambda same: same[0][2].name):
        best = max((its for _, its, _ in same), key=lambda its: its.chance)
        group = Group(Cause(same[0][2], tuple(found for found, _, _ in same)), best)
        groups.append(_patched(repairs, group, recheck, folder))
    return sorted(groups, key=_rank)


def _alike(origin: Origin, found: Found) -> Origin:
    """What the findings of one cause have in common. Lookups of one file belong together, of several they don't."""
    path = found.path if origin.kind in (Kind.LIBRARY, Kind.PLACE) else origin.path
    return Origin(origin.kind, origin.name, path, origin.span if origin.kind is Kind.PARAMETER else None)


def _rank(group: Group) -> tuple[int, int, str, int]:
    first = group.cause.findings[0]
    return _ORDER.index(group.sorted.sort), -len(group.cause.findings), str(first.path), first.place.span.start


def _patched(repairs: Repairs, group: Group, recheck: Recheck, folder: Path) -> Group:
    """The group with its change. What one verified declaration ends is a life cycle, however it was sorted before."""

    def applied(title: str, edits: Edits) -> Patch | None:
        return _applied(repairs, title, edits, findings, recheck, folder)

    findings, sort = group.cause.findings, group.sorted.sort
    if sort is Sort.CAN_HAPPEN:
        repair = repairs.first(findings[0], UNASKED - DECLARATION)
        return replace(group, patch=applied(repair.action.title, repair.edits)) if isinstance(repair, Repair) else group
    if sort is Sort.NOISE and (group.sorted.is_shown or group.cause.origin.kind is not Kind.FUNCTION):
        return group
    chosen: Patch | None = None
    for way in ways(repairs, group.cause.origin, findings, repairs.workspace.tell):
        if way.offer.strategy not in DECLARATION:
            continue
        if way.offer.is_asked_for:
            edits = together({path: (edit,)} for path, edit in edits_of(way.offer, way.found.path))
            chosen = chosen or applied(CHOICE + way.offer.titled, edits)
        elif isinstance(repair := repaired(repairs, way, findings), Repair) and (
            patch := applied(repair.action.title, repair.edits)
        ):
            why = f"`{group.cause.origin.name}` says nothing of null, and a checker infers it"
            its = replace(group.sorted, sort=Sort.LIFE_CYCLE, why=why) if sort is Sort.NOISE else group.sorted
            return replace(group, sorted=its, patch=patch)
    if sort is Sort.NOISE:
        return group
    widened = repairs.first(findings[0], _WIDENING) if chosen is None else None
    if isinstance(widened, Repair):
        chosen = applied(widened.action.title, widened.edits)
    return replace(group, patch=chosen)


def _applied(
    repairs: Repairs, title: str, edits: Edits, findings: Sequence[Found], recheck: Recheck, folder: Path
) -> Patch | None:
    """The patch, with the texts as before. None where it ends no finding."""
    before = [(path, repairs.changes.document(path)) for path in edits]
    try:
        repairs.put(repairs.changes.edited(edits))
        diff = repairs.changes.diff(folder)
        moved = [(each, here) for each in findings if (here := moved_by(each, [edits]))]
        changed = len(findings) - len(moved)
        is_asked = any(repairs.checker(each.path) for each in findings)
        ended = len(recheck.ended(moved)) + changed if is_asked else None
    except (DocumentError, ValueError):
        return None
    finally:
        repairs.put(before)
    return None if ended == 0 else Patch(title, diff, ended)
