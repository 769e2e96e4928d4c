"""What may be done about a root cause in one place: `null report` tells the first, `fix --null` makes the first that
holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.errors import DocumentError
from breadknife.plugins.nullcheck.project.causes import Found, Origin
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.repairs import GUARDS, Repair, Repairs
from breadknife.plugins.nullcheck.values import DECLARATION, SOURCE, Offer, Place, Use
from breadknife.task.values import Action, Finding
from breadknife.text.document import TextEdit
from breadknife.text.syntax import SyntaxTree, path_to

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
_TRIES = 3
"""Findings of one cause that are asked for a repair of their declaration: of most, the first has it."""


@dataclass(frozen=True)
class Way:
    found: Found
    """One of the findings, or the declaration itself, which shows it."""
    offer: Offer
    is_further_on: bool = False
    """It changes another declaration, that gives the null further."""

    @property
    def prefix(self) -> str:
        """What a title has to say before it names the repair."""
        return (CHOICE if self.offer.is_asked_for else "") + (FURTHER_ON if self.is_further_on else "")


def ways(repairs: Repairs, origin: Origin, findings: Sequence[Found], failed: Callable[[str], None]) -> Iterator[Way]:
    """Best first: of the cause's own declaration, as its uses show it and by itself; of one that hands its null on; of
    a local value, or what a library gives, the first check that ends several findings. `failed` is told where the null
    check breaks."""
    declared = declaration(origin, findings[0])
    further_on, asked, seen = list[Way](), list[Way](), set[frozenset[tuple[Path, TextEdit]]]()
    for found in (*findings[:_TRIES], *([declared] if declared else ())):
        try:
            offers = repairs.offers(found)
        except DocumentError as error:
            failed(str(error))
            continue
        for offer in offers:
            edits = frozenset((found.path, edit) for edit in offer.edits)
            if offer.strategy not in DECLARATION or edits in seen:
                continue
            seen.add(edits)
            way = Way(found, offer, not _is_of(edits, origin, repairs))
            if offer.is_asked_for:
                asked.append(way)
            elif way.is_further_on:
                further_on.append(way)
            else:
                yield way
    yield from further_on
    yield from _guards(repairs, origin, findings)
    yield from asked


def declaration(origin: Origin, shown: Found) -> Found | None:
    """The declaration itself, as the place to repair. `shown`: a finding that it causes."""
    if origin.path is None or origin.span is None or not origin.is_place:
        return None
    place = Place(origin.span, Use.ASSIGN)
    return Found(origin.path, Finding(origin.span, SOURCE, place.use, shown.finding.message), place)


def _guards(repairs: Repairs, origin: Origin, findings: Sequence[Found]) -> Iterator[Way]:
    is_local = origin.kind in (Kind.PARAMETER, Kind.VARIABLE, Kind.LIBRARY) or not origin.is_place
    if len(findings) < 2 or not is_local:
        return
    first = findings[0]
    try:
        offers = repairs.offers(first)
    except DocumentError:
        return
    for offer in offers:
        if offer.strategy in GUARDS and not offer.is_asked_for:
            action = Action(offer.titled, data={"strategy": offer.strategy.value}, within=offer.within)
            made = Repair(first, action, {first.path: offer.edits})
            if any(repairs.covers(made, each) for each in findings[1:]):
                yield Way(first, offer)


def _is_of(edits: Iterable[tuple[Path, TextEdit]], origin: Origin, repairs: Repairs) -> bool:
    """Whether they change that declaration, not another one that hands its null on."""
    if origin.kind is Kind.PLACE:  # nothing is known of a declaration
        return True
    if origin.path is None or origin.span is None:
        return False
    if origin.kind is Kind.ATTRIBUTE:  # declared wherever it is set
        name = origin.name.rpartition(".")[2]
        trees = ((repairs.tree(path), edit) for path, edit in edits)
        return any(tree is not None and _tells_of(tree, edit, name) for tree, edit in trees)
    tree = repairs.tree(origin.path)
    around = path_to(tree, tree.node_at(origin.span)) if tree else ()
    whole = tree.span(around[-1]) if tree and around else origin.span
    return any(path == origin.path and whole.touches(edit.span) for path, edit in edits)


def _tells_of(tree: SyntaxTree, edit: TextEdit, name: str) -> bool:
    """Whether the name is in the lines that it changes, as they are or will be."""
    start = tree.text.rfind("\n", 0, edit.span.start) + 1
    end = tree.text.find("\n", edit.span.end)
    line = tree.text[start : end if end >= 0 else None]
    return re.search(rf"\b{re.escape(name)}\b", f"{line}\n{edit.new_text}") is not None
