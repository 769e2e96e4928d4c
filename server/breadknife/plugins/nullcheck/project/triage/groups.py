"""Another checker's findings, grouped by cause and sorted, each group with the one change that ends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.errors import DocumentError
from breadknife.plugins.nullcheck.project.causes import Cause, Found, Origin
from breadknife.plugins.nullcheck.project.changes import Edits, together
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.rechecking import Recheck
from breadknife.plugins.nullcheck.project.repairs import UNASKED, Repair, Repairs
from breadknife.plugins.nullcheck.project.reported import Told
from breadknife.plugins.nullcheck.project.root_causes import causes_of, moved_by, repaired
from breadknife.plugins.nullcheck.project.triage.sorting import Sort, Sorted, is_inferred, sorted_by_code
from breadknife.plugins.nullcheck.project.triage.tracing import receiver, traced
from breadknife.plugins.nullcheck.project.ways import CHOICE, ways
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy, Use

DEFAULTS = Origin(Kind.PARAMETER, "defaults of null")
_SEVERAL = 2
_Traced = tuple[Found, Sorted, Origin]
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
    """The groups, in the order in which they are read. `folder`: diffs are told from there."""
    each_sorted = list[_Traced]()
    for cause in causes_of(repairs, told.found, told.paths):
        for found in cause.findings:
            origin = traced(repairs, found, cause.origin)
            each_sorted.append((found, sorted_by_code(repairs, found, origin), origin))
    grouped = dict[tuple[Origin, Sort], list[_Traced]]()
    for found, its, origin in _by_receiver(repairs, each_sorted):
        grouped.setdefault((_alike(origin, found), its.sort), []).append((found, its, origin))
    recheck, groups = Recheck(repairs), list[Group]()
    for same in repairs.workspace.shown(list(grouped.values()), lambda same: same[0][2].name):
        best = max((its for _, its, _ in same), key=lambda its: its.chance)
        group = Group(Cause(same[0][2], tuple(found for found, _, _ in same)), best)
        groups.append(_patched(repairs, group, recheck, folder))
    return sorted(groups, key=_rank)


def _by_receiver(repairs: Repairs, each_sorted: Sequence[_Traced]) -> Iterator[_Traced]:
    """The findings, each with the declaration to change: a parameter that several calls give a null, or all parameters
    that have a null as their default and are declared without one, rather than each value by itself."""
    receivers = [_receiver(repairs, *each) for each in each_sorted]
    count = Counter(receivers)
    for (found, its, origin), to in zip(each_sorted, receivers, strict=True):
        if to is None or count[to] < _SEVERAL:
            yield found, its, origin
        elif to == DEFAULTS:
            yield found, its, to
        else:
            yield found, replace(its, why=f"{count[to]} calls hand a null to `{to.name}`, which excludes it"), to


def _receiver(repairs: Repairs, found: Found, its: Sorted, origin: Origin) -> Origin | None:
    if its.sort is not Sort.LIFE_CYCLE:
        return None
    if origin.kind is Kind.PARAMETER and found.place.use is Use.ASSIGN:
        return DEFAULTS
    return receiver(repairs, found)


def _alike(origin: Origin, found: Found) -> Origin:
    """What the findings of one cause have in common. Lookups of one file belong together, of several they don't."""
    path = found.path if origin.kind in (Kind.LIBRARY, Kind.PLACE) else origin.path
    return Origin(origin.kind, origin.name, path, origin.span if origin.kind is Kind.PARAMETER else None)


def _rank(group: Group) -> tuple[int, float, int, str, int]:
    """A life cycle by its findings; the others first by how likely they are to happen."""
    first, its = group.cause.findings[0], group.sorted
    likely = 0.0 if its.sort is Sort.LIFE_CYCLE else -its.chance
    return _ORDER.index(its.sort), likely, -len(group.cause.findings), str(first.path), first.place.span.start


def _patched(repairs: Repairs, group: Group, recheck: Recheck, folder: Path) -> Group:
    """The group with its change. What one verified declaration ends is a life cycle, however it was sorted before."""

    def applied(title: str, edits: Edits) -> Patch | None:
        return _applied(repairs, title, edits, findings, recheck, folder)

    findings, sort = group.cause.findings, group.sorted.sort
    if sort in (Sort.CAN_HAPPEN, Sort.UNCLEAR):
        repair = repairs.first(findings[0], UNASKED - DECLARATION - {Strategy.ASSERT})  # that is for what can't happen
        return replace(group, patch=applied(repair.action.title, repair.edits)) if isinstance(repair, Repair) else group
    is_function = group.cause.origin.kind is Kind.FUNCTION and is_inferred(repairs, group.cause.origin)
    if sort is Sort.NOISE and (group.sorted.is_shown or not is_function):
        return group
    if group.cause.origin == DEFAULTS:
        return replace(group, patch=_of_all(repairs, findings, applied))
    chosen: Patch | None = None
    for way in ways(repairs, group.cause.origin, findings, repairs.workspace.tell):
        if way.offer.strategy not in DECLARATION:
            continue
        if way.offer.is_asked_for:
            chosen = chosen or applied(CHOICE + way.offer.titled, {way.found.path: way.offer.edits})
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


def _of_all(repairs: Repairs, findings: Sequence[Found], applied: Callable[[str, Edits], Patch | None]) -> Patch | None:
    """One patch of several declarations."""
    offered = [repairs.first(each, _WIDENING) for each in findings]
    before = {path: repairs.changes.document(path) for each in findings for path in [each.path]}
    made = repairs.accepted([each for each in offered if isinstance(each, Repair)])
    repairs.put(before.items())
    if not made:
        return None
    title = made[0].action.title if len(made) == 1 else f"Declare that {len(made)} parameters may be null"
    return applied(title, together(each.edits for each in made))


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
