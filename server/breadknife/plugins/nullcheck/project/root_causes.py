"""Root causes of a project's findings, removed one at a time by one change each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.errors import DocumentError
from breadknife.plugins.nullcheck.formats.values import Said
from breadknife.plugins.nullcheck.project.causes import Cause, Origin
from breadknife.plugins.nullcheck.project.changes import Change
from breadknife.plugins.nullcheck.project.commands import Command, new_in
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.repairs import TO_CHOOSE, Repairs
from breadknife.plugins.nullcheck.project.values import Edits, Ended, Found, Refused, Repair
from breadknife.plugins.nullcheck.values import DECLARATION, SOURCE, Offer, Place, Strategy, Use
from breadknife.plugins.nullcheck.wording import counted
from breadknife.task.values import Finding
from breadknife.text.document import TextEdit
from breadknife.text.syntax import path_to

BY_HAND: Mapping[Kind, str] = {
    Kind.ATTRIBUTE: "by hand: the null may be intended until it is set; give it a first value, or check its uses",
    Kind.FUNCTION: "by hand: the null may be intended; raise an error instead, or check the result",
    Kind.PARAMETER: "by hand: the null may be intended; pass a value in each call, or check it",
    Kind.VARIABLE: "by hand: the value that it gets there may be null; assign another, or check it",
    Kind.LIBRARY: "by hand: it isn't declared in this project; check the result",
    Kind.PLACE: "by hand: no declaration to repair is known; check it where it is used",
}
"""Why no repair in one place is surely right, as far as it is known, and what is to be done."""
FURTHER_ON = "Where it is passed on: "
CHOICE = "Only if you want it: "
_GUARDS = frozenset({
    Strategy.ASSERT, Strategy.RAISE, Strategy.RETURN, Strategy.CONTINUE, Strategy.BREAK, Strategy.CHECK_ERROR,
    Strategy.MAKE,
})  # fmt: skip
"""After one of these the value is no null in the rest of the function."""
_TRIES = 3
"""Findings of one cause that are asked for a repair of their declaration: of most, the first has it."""


@dataclass(frozen=True)
class Way:
    """What may be done about a cause in one place."""

    found: Found
    """One of the findings, or the declaration itself, which shows it."""
    offer: Offer
    is_further_on: bool = False
    """It changes another declaration, that gives the null further."""

    @property
    def prefix(self) -> str:
        """What a title has to say before it names the repair."""
        return (CHOICE if self.offer.is_asked_for else "") + (FURTHER_ON if self.is_further_on else "")


@dataclass(frozen=True)
class Removed:
    """A cause whose declaration was repaired."""

    cause: Cause
    repair: Repair
    findings: int
    """That are gone, by the checker, else by the null check itself."""


def ways(repairs: Repairs, cause: Cause, failed: Callable[[str], None]) -> Iterator[Way]:
    """Best first: of the cause's own declaration, as its uses show it and by itself; of one that hands its null on; of
    a local value, or what a library gives, the check at the first of several findings. `failed` is told where the null
    check breaks."""
    origin, findings, first = cause.origin, cause.findings, cause.findings[0]
    guards, further_on, asked, seen = list[Way](), list[Way](), list[Way](), set[tuple[Path, tuple[TextEdit, ...]]]()
    is_local = origin.kind in (Kind.PARAMETER, Kind.VARIABLE, Kind.LIBRARY) or not origin.is_place
    is_first_of_several = is_local and bool(repairs.blocked(findings))
    for found in (*findings[:_TRIES], *_declaration(origin, first)):
        try:
            offers = repairs.offers(found)
        except DocumentError as error:
            failed(str(error))
            continue
        for offer in offers:
            is_guard = offer.strategy in _GUARDS and not offer.is_asked_for
            if is_guard and is_first_of_several and found == first:
                guards.append(Way(found, offer))
            if offer.strategy not in DECLARATION or offer.elsewhere or (found.path, offer.edits) in seen:
                continue
            seen.add((found.path, offer.edits))
            way = Way(found, offer, not _is_of(found.path, offer.edits, origin, repairs))
            if offer.is_asked_for:
                asked.append(way)
            elif way.is_further_on:
                further_on.append(way)
            else:
                yield way
    yield from (*further_on, *guards, *asked)


def remove_causes(
    repairs: Repairs, causes: Iterable[Cause], checker: Command | None, said: Sequence[Said]
) -> Iterator[Removed | Ended | Refused]:
    """Repair the causes' declarations, in this order, and keep what helps: fewer findings, none of them new.

    `said`: what the checker says so far.
    """
    made = list[Edits]()
    for cause in causes:
        left = _left(repairs, cause, made)
        first = cause.findings[0]
        outcome = Refused(first, BY_HAND[cause.origin.kind]) if left else Ended(first)
        for way in ways(repairs, left, repairs.workspace.tell) if left else ():
            repair = repaired(repairs, way, left.findings) if left else None
            kept = _kept(repairs, repair, left, checker, said) if isinstance(repair, Repair) and left else repair
            if isinstance(repair, Repair) and isinstance(kept, tuple):
                gone, said = kept
                made.append(repair.edits)
                repairs.workspace.tell(f"{counted(gone, 'finding')} gone: {cause.origin.name}: {repair.action.title}")
                outcome = Removed(cause, repair, gone)
                break
            outcome = Refused(first, kept.why if isinstance(kept, Refused) else "")
        yield outcome


def repaired(repairs: Repairs, way: Way, findings: Sequence[Found]) -> Repair | Refused:
    """The verified action of a way."""
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


def _left(repairs: Repairs, cause: Cause, made: Sequence[Edits]) -> Cause | None:
    """What is left of a cause after the repairs of others, with its places as they are by now."""
    if not made:
        return cause
    moved = [(each, here) for each in cause.findings if (here := each.moved(made))]
    ended = repairs.ended(moved)
    left = [here for each, here in moved if each not in ended]
    shown = next(iter(_declaration(cause.origin, cause.findings[0])), None)
    at = shown.moved(made) if shown else None
    origin = replace(cause.origin, span=at.place.span if at else None) if shown else cause.origin
    return Cause(origin, tuple(left)) if left else None


def _kept(
    repairs: Repairs, repair: Repair, cause: Cause, checker: Command | None, said: Sequence[Said]
) -> tuple[int, Sequence[Said]] | Refused:
    """The number of findings that a repair has ended, with what the checker says now; the texts are as before where it
    is refused."""
    paths = {*repair.edits, *(each.path for each in cause.findings)}
    before = {path: repairs.changes.document(path) for path in paths}
    own = sum(len(repairs.found(path)) for path in paths)
    if not repairs.accepted([repair]):
        return Refused(repair.found, repairs.objection)
    gone, why, after = own - sum(len(repairs.found(path)) for path in paths), "", said
    if checker:
        repairs.workspace.tell(f"checking {repair.action.title}")
        after = checker.check({change.path: change.after for change in repairs.changes})
        changes = (Change(path, old.text, repairs.changes.document(path).text) for path, old in before.items())
        fresh, gone = new_in(said, after, changes), len(said) - len(after)
        if fresh:
            why = f"it would bring {fresh[0].path}:{fresh[0].line}: {fresh[0].message}"
        elif gone <= 0:
            why = "the checker finds as much as before"
    elif gone < 0 or (gone == 0 and cause.findings[0].finding.source == SOURCE):
        why = "it would end no finding"
    if why:
        repairs.put(before.items())
        return Refused(repair.found, why)
    return max(gone, 1), after  # of another checker's findings, at least the one that was asked about


def _declaration(origin: Origin, shown: Found) -> Iterator[Found]:
    """The declaration itself, as the place to repair. `shown`: a finding that it causes."""
    if origin.is_place and origin.path is not None and origin.span is not None:
        place = Place(origin.span, Use.ASSIGN)
        yield Found(origin.path, Finding(origin.span, SOURCE, place.use, shown.finding.message), place)


def _is_of(path: Path, edits: Iterable[TextEdit], origin: Origin, repairs: Repairs) -> bool:
    """Whether they change that declaration, not another one that hands its null on."""
    if origin.path is None or origin.span is None:
        return False
    tree = repairs.tree(path)
    if origin.kind in (Kind.PLACE, Kind.ATTRIBUTE):  # which is declared wherever it is set
        name = re.compile(rf"\b{re.escape(origin.name.rpartition('.')[2])}\b")
        lines = (f"{_lines(tree.text, edit)}\n{edit.new_text}" for edit in edits) if tree else ()
        return origin.kind is Kind.PLACE or any(name.search(each) for each in lines)
    around = path_to(tree, tree.node_at(origin.span)) if tree and path == origin.path else ()
    whole = tree.span(around[-1]) if tree and around else origin.span
    return path == origin.path and any(whole.touches(edit.span) for edit in edits)


def _lines(text: str, edit: TextEdit) -> str:
    """The whole lines that an edit changes."""
    end = text.find("\n", edit.span.end)
    return text[text.rfind("\n", 0, edit.span.start) + 1 : end if end >= 0 else None]
