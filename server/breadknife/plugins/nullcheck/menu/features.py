"""What the text around a place shows of the repair that its author would choose.

`ranking.json` has a weight for each feature; `bench/nullcheck/fit_ranking.py` fits them to repairs that people chose. A
clue is about a place, and is the same for all that is offered there. A feature is about one offer: its strategy with
the place that the language's rules give it, what is known of the offer itself, and its strategy, or that it declares
something, together with a clue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.shown.clues import origin_of
from breadknife.plugins.nullcheck.values import DECLARATION, Offer, Place, Strategy

RANKED = DECLARATION | {Strategy.ASSERT, Strategy.RAISE}
"""What says that there is no null, or stops where there is one. What goes on without the value, or with another one,
changes what a program does: only the language's rules, which look at the code around it, say when that comes first."""
_BECAUSE = "because "
_HABIT = re.compile(rf"{_BECAUSE}the (file|function|method|loop)\b.*\b(?:elsewhere|already)$")
_QUOTED = re.compile(r"`[^`]*`")
_NULL = r"(?:None|null|nil|undefined)"
_ANY = re.compile(r"\b[Aa]ny\b")
_IGNORES = r"# (?:type|pyright): ?ignore|@ts-ignore|@ts-expect-error|@SuppressWarnings"
_IN_FILE = {
    "asserts": r"^[ \t]*assert\b.*(?:is not None|isinstance)|requireNonNull",
    "raises on null": rf"^[ \t]*if.* (?:is|===?) {_NULL}.*\n[ \t]*(?:raise|throw)\b",
    "returns on null": rf"^[ \t]*if.* (?:is|===?) {_NULL}.*\n[ \t]*return\b",
    "has ignore comments": _IGNORES,
    "declares results": r"^[ \t]*(?:async )?def .*->",
}
"""What a file does -> how it looks there."""
_OF_VALUE = {
    "asserts it": r"\bassert {name} is not None",
    "tests that it is there": rf"\bif {{name}}(?: is not None)?\b[^\n]*:|\bif \(?{{name}}(?: !==? {_NULL})?\)",
    "tests that it is missing": rf"\bif (?:not {{name}}|{{name}} is None)\b|\bif \((?:!{{name}}|{{name}} ===? {_NULL})",
    "sets it to null": rf"(?<![\w.]){{name}}(?::[^=\n]*)? = {_NULL}",
    "sets it": rf"(?<![\w.]){{name}}(?::[^=\n]*)? = (?!{_NULL})",
    "declares it nullable": rf"\b{{last}}\??: [^=\n]*\b(?:Optional|{_NULL})\b",
    "uses it": r"(?<![\w.]){name}\??[.\[(]",
}
"""What it does with a value of that `name`, whose `last` part stands after the last dot -> how a line looks."""
_LONGEST = 200
"""Code points of a line that is looked at: the patterns take their time with a longer one, which nobody wrote."""
_OFTEN = 3


def clues_of(text: str, place: Place, kind: OriginKind | None) -> frozenset[str]:
    """What is to be seen around a place. `kind` says what its null comes from, None where only another checker reports
    it."""
    value = text[place.span.start : place.span.end]
    clues = {f"use {place.use.value}", f"origin {origin_of(kind) if kind is not None else 'unknown'}"}
    last = value.rpartition(".")[2]
    names = {"name": re.escape(value), "last": re.escape(last)}
    lines = [line for line in text.splitlines() if len(line) <= _LONGEST]
    all_lines, of_value = "\n".join(lines), "\n".join(line for line in lines if last in line)
    looks = [(all_lines, clue, pattern) for clue, pattern in _IN_FILE.items()]
    for clue, pattern in _OF_VALUE.items():
        looks.append((of_value, clue, re.sub(r"\{(name|last)\}", lambda found: names[found[1]], pattern)))
    for where, clue, pattern in looks:
        if count := len(re.findall(pattern, where, re.MULTILINE)):
            clues.add(f"the file {clue}{' often' if count >= _OFTEN else ''}")
    return frozenset(clues)


def about(offer: Offer) -> Iterator[str]:
    """What is known of the offer itself."""
    yield _BECAUSE + _QUOTED.sub("…", offer.reason).replace(",", "")
    if offer.is_asked_for:
        yield "a person must choose it"
    if offer.removes > 1:
        yield "it ends many findings" if offer.removes > _OFTEN else "it ends several findings"
    written = [edit.new_text for edit in offer.edits]
    if any(map(_ANY.search, written)):
        yield "it writes Any"
    if any(re.search(_IGNORES, text) for text in written):
        yield "it writes an ignore comment"


def features_of(strategy: Strategy, own: Iterable[str], clues: Iterable[str], at: int) -> Iterator[str]:
    """The features of an offer of which `about` says its `own`, at a place with these clues. `at`: which one it is,
    from 0, in the order in which the language's own rules give them."""
    given = f"given {('first', 'second', 'later')[min(at, 2)]}"
    yield from (strategy, given, f"{strategy}: {given}")
    for clue in own:
        yield f"{strategy}: {clue}" if clue.startswith(_BECAUSE) else f"any: {clue}"
        if habit := _HABIT.match(clue):
            yield f"any: the {habit[1]} does so elsewhere"
    kind = "declares" if strategy in DECLARATION else strategy
    yield from (f"{kind}: {clue}" for clue in clues)
