"""Root causes of a project's findings: ranked, and removed one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.cli.changes import Change, Edits
from breadknife.cli.checking import Checker, new_in
from breadknife.cli.formats import counted
from breadknife.cli.repairs import GUARDS, Refused, Repair, Repairs
from breadknife.errors import DocumentError
from breadknife.plugins.nullcheck.causes import Cause, Found, Origin, Origins, origin_of, origins, ranked
from breadknife.plugins.nullcheck.declared import Kind
from breadknife.plugins.nullcheck.formats.values import Said
from breadknife.plugins.nullcheck.values import DECLARATION, SOURCE, Place, Use
from breadknife.task.values import Finding

TRIES = 3
"""Findings of one cause that are asked for a repair of their declaration: of most, the first has it."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Removed:
    """A cause whose declaration was repaired."""

    cause: Cause
    repair: Repair
    findings: int
    """That are gone, by the checker, else by the null check itself."""
    changes: tuple[Change, ...]
    """All that is changed by then."""


def causes_of(repairs: Repairs, found: Sequence[Found], project: Iterable[Path], tell: Tell) -> list[Cause]:
    """The findings by what causes them. `project`: the files where a declaration may be."""
    known: dict[str, Origins | None] = {}
    wanted = {repairs.changes.document(each.path).language for each in found}
    for path in sorted({*project, *(each.path for each in found)}):
        try:
            document = repairs.changes.document(path)
        except DocumentError as error:
            tell(str(error))
            continue
        if document.language in wanted and (file := repairs.file(path)):
            if document.language not in known:
                known[document.language] = origins(document.language)
            if at := known[document.language]:
                at.add(path, file.tree)
    traced = list[tuple[Origin, Found]]()
    for each in found:
        document, file = repairs.changes.document(each.path), repairs.file(each.path)
        if file:
            origin = origin_of(known.get(document.language), each.path, document, file, each, repairs.tree)
            traced.append((origin, each))
    return ranked(traced)


def remove_causes(
    repairs: Repairs, causes: Iterable[Cause], checker: Checker | None, said: Sequence[Said], tell: Tell
) -> Iterator[Removed | Refused]:
    """Repair the causes' declarations, in this order, and keep what helps: fewer findings, none of them new.

    `said`: what the checker says so far.
    """
    made = list[Edits]()
    for cause in causes:
        findings = [moved for each in cause.findings if (moved := moved_by(each, made))]
        if not findings:
            continue
        first = cause.findings[0]
        is_elsewhere = cause.origin.kind in (Kind.LIBRARY, Kind.PLACE)
        why = "it has no declaration in this project" if is_elsewhere else "no edit of its declaration is surely right"
        refused = Refused(first, why)
        if cause.origin.kind is Kind.PLACE:
            yield refused
            continue
        for repair in _ways(repairs, cause, findings, made):
            kept = _kept(repairs, repair, findings, checker, said, tell)
            if isinstance(kept, Refused):
                refused = Refused(first, kept.why)
                continue
            gone, said = kept
            made.append(repair.edits)
            tell(f"{counted(gone, 'finding')} gone: {cause.origin.name}: {repair.action.title}")
            yield Removed(cause, repair, gone, tuple(repairs.changes))
            break
        else:
            yield refused


def _ways(repairs: Repairs, cause: Cause, findings: Sequence[Found], made: Sequence[Edits]) -> Iterator[Repair]:
    """Repairs of a cause in one place: of its declaration, as its uses show it and by itself; else, of a local value,
    the first guard that ends several findings."""
    for each in findings[:TRIES]:
        repair = repairs.first(each, DECLARATION)
        if isinstance(repair, Repair):
            yield repair
    declared = declaration(cause) if len(findings) > 1 else None
    if declared and (at := moved_by(declared, made)):
        repair = repairs.first(at, DECLARATION, of=findings[0].finding)
        if isinstance(repair, Repair):
            yield repair
    is_local = cause.origin.kind in (Kind.PARAMETER, Kind.VARIABLE) or not cause.origin.is_place
    if is_local and len(findings) > 1:
        guard = repairs.first(findings[0], GUARDS)
        if isinstance(guard, Repair) and any(repairs.covers(guard, each) for each in findings[1:]):
            yield guard


def declaration(cause: Cause) -> Found | None:
    """The declaration itself, as the place to repair."""
    origin, first = cause.origin, cause.findings[0]
    if origin.path is None or origin.span is None or not origin.is_place:
        return None
    place = Place(origin.span, Use.ASSIGN)
    return Found(origin.path, Finding(origin.span, SOURCE, place.use, first.finding.message), place)


def _kept(
    repairs: Repairs,
    repair: Repair,
    findings: Sequence[Found],
    checker: Checker | None,
    said: Sequence[Said],
    tell: Tell,
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
        tell(f"checking {repair.action.title}")
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
