"""Root causes of a project's findings: ranked, and removed one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.plugins.nullcheck.formats.values import Said
from breadknife.plugins.nullcheck.project.causes import Cause, Found, Origin, origin_of, ranked
from breadknife.plugins.nullcheck.project.changes import Change, Edits
from breadknife.plugins.nullcheck.project.checking import Checker, new_in
from breadknife.plugins.nullcheck.project.rechecking import Recheck
from breadknife.plugins.nullcheck.project.repairs import TO_CHOOSE, Refused, Repair, Repairs
from breadknife.plugins.nullcheck.project.ways import BY_HAND, Way, ways
from breadknife.plugins.nullcheck.values import SOURCE, Place, Use
from breadknife.plugins.nullcheck.wording import counted
from breadknife.task.values import Finding


@dataclass(frozen=True)
class Removed:
    """A cause whose declaration was repaired."""

    cause: Cause
    repair: Repair
    findings: int
    """That are gone, by the checker, else by the null check itself."""
    changes: tuple[Change, ...]
    """All that is changed by then."""


@dataclass(frozen=True)
class Ended:
    """A finding that isn't there any more, after the repairs of others."""

    found: Found


def causes_of(repairs: Repairs, found: Sequence[Found], project: Iterable[Path]) -> list[Cause]:
    """The findings by what causes them. `project`: the files where a declaration may be."""
    traced = list[tuple[Origin, Found]]()
    for each in found:
        document, file = repairs.changes.document(each.path), repairs.file(each.path)
        if file:
            origin = origin_of(each.path, document, file, each, repairs.tree)
            traced.append((origin, each))
    return ranked(traced)


def remove_causes(
    repairs: Repairs, causes: Iterable[Cause], checker: Checker | None, said: Sequence[Said]
) -> Iterator[Removed | Ended | Refused]:
    """Repair the causes' declarations, in this order, and keep what helps: fewer findings, none of them new.

    `said`: what the checker says so far.
    """
    made, recheck = list[Edits](), Recheck(repairs)
    for cause in causes:
        first = cause.findings[0]
        findings = _still_there(repairs, recheck, cause, made)
        outcome = Refused(first, BY_HAND[cause.origin.kind]) if findings else Ended(first)
        for way in ways(repairs, _here(cause.origin, made), findings, repairs.workspace.tell) if findings else ():
            repair = repaired(repairs, way, findings)
            kept = repair if isinstance(repair, Refused) else _kept(repairs, repair, findings, checker, said)
            if isinstance(repair, Refused) or isinstance(kept, Refused):
                outcome = Refused(first, kept.why if isinstance(kept, Refused) else "")
                continue
            gone, said = kept
            made.append(repair.edits)
            repairs.workspace.tell(f"{counted(gone, 'finding')} gone: {cause.origin.name}: {repair.action.title}")
            outcome = Removed(cause, repair, gone, tuple(repairs.changes))
            break
        yield outcome


def _still_there(repairs: Repairs, recheck: Recheck, cause: Cause, made: Sequence[Edits]) -> list[Found]:
    """What is left of a cause's findings after the repairs of others, where they are by now."""
    if not made:
        return [*cause.findings]
    moved = [(each, here) for each in cause.findings if (here := moved_by(each, made))]
    own = {path: {each.place for each in repairs.found(path)} for path in {each.path for each, _ in moved}}
    ended = recheck.ended(moved)
    return [
        here
        for each, here in moved
        if each not in ended and (each.finding.source != SOURCE or here.place in own[here.path])
    ]


def _here(origin: Origin, made: Sequence[Edits]) -> Origin:
    """Where it is by now; without its place where that has been changed."""
    if origin.path is None or origin.span is None:
        return origin
    finding, place = Finding(origin.span, SOURCE, Use.ASSIGN, ""), Place(origin.span, Use.ASSIGN)
    here = moved_by(Found(origin.path, finding, place), made)
    return replace(origin, span=here.place.span if here else None)


def repaired(repairs: Repairs, way: Way, findings: Sequence[Found]) -> Repair | Refused:
    if way.offer.is_asked_for:
        return Refused(way.found, TO_CHOOSE)
    of = None if way.found in findings else findings[0].finding
    repair = repairs.first(way.found, frozenset({way.offer.strategy}), of=of)
    if isinstance(repair, Repair):
        title = repair.action.explanation or repair.action.title
        if title == way.offer.titled:  # how many findings it ends of one file, where that of the project is told
            title = replace(way.offer, removes=1).titled
        return replace(repair, action=replace(repair.action, title=way.prefix + title))
    return repair


def _kept(
    repairs: Repairs,
    repair: Repair,
    findings: Sequence[Found],
    checker: Checker | None,
    said: Sequence[Said],
) -> tuple[int, Sequence[Said]] | Refused:
    """The number of findings that a repair has ended, with what the checker says now; the texts are as before where it
    is refused."""
    paths = {*repair.edits, *(each.path for each in findings)}
    before = {path: repairs.changes.document(path) for path in paths}
    own = sum(len(repairs.own(path)) for path in paths)
    if not repairs.accepted([repair]):
        return Refused(repair.found, repairs.objection)
    gone = own - sum(len(repairs.own(path)) for path in paths)
    if checker:
        repairs.workspace.tell(f"checking {repair.action.title}")
        after = checker({change.path: change.after for change in repairs.changes})
        changes = (Change(path, old.text, repairs.changes.document(path).text) for path, old in before.items())
        fresh, gone = new_in(said, after, changes), len(said) - len(after)
        if fresh or gone <= 0:
            repairs.put(before.items())
            first = f"{fresh[0].path}:{fresh[0].line}: {fresh[0].message}" if fresh else ""
            return Refused(repair.found, f"it would bring {first}" if first else "the checker finds as much as before")
        return gone, after
    if gone < 0 or (gone == 0 and findings[0].finding.source == SOURCE):
        repairs.put(before.items())
        return Refused(repair.found, "it would end no finding")
    return max(gone, 1), said  # of another checker's findings, at least the one that was asked about


def moved_by(found: Found, made: Sequence[Edits]) -> Found | None:
    """Where a finding is after edits, each in positions of what those before it have made; None where they have changed
    its text."""
    for edits in made:
        for edit in sorted(edits.get(found.path, ()), reverse=True):
            spans = (found.place.span, found.finding.span)
            if any(edit.span.start < span.end and span.start < edit.span.end for span in spans):
                return None
            if edit.span.end <= min(span.start for span in spans):
                by = len(edit.new_text) - len(edit.span)
                place = replace(found.place, span=found.place.span.shifted(by))
                finding = replace(found.finding, span=found.finding.span.shifted(by), related=())
                found = Found(found.path, finding, place)
    return found
