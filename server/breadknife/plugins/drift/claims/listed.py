"""Finds what a definition's documentation lists and the definition no longer has, or has anew."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from breadknife.plugins.drift.claims.claimed import Claimed
from breadknife.plugins.drift.claims.entries import DocumentedEntry, EntryKind
from breadknife.plugins.drift.values import Drift, Kind, Parameter
from breadknife.text.document import Span

_RECEIVERS = frozenset(("self", "cls", "this", "mcs"))
_DEFAULT = re.compile(
    r"default(?:s|ing|ed)?\b(?:\s+(?:value|is|are|to|of|as))*\s*[:=]?\s*[`(*]*|\[\w+\s*=\s*", re.IGNORECASE
)
"""What stands before the default of a parameter, in words or as JSDoc writes it."""
_BY_DEFAULT = re.compile(r"[`*)]*(?:\s+[a-z]+)?,?\s+(?:\(?(?:by|is the|as) default\b|\(default\))", re.IGNORECASE)
"""What stands behind it, or behind its unit."""
_WORD = re.compile(r"[\w$]+")


def find_in_entries(claimed: Claimed, entries: Sequence[DocumentedEntry]) -> Iterator[Drift]:
    """Yield the entries of a block that became false."""
    old, new = claimed.before.parameters, claimed.after.parameters
    taken_apart = {any(each.is_property for each in parameters) for parameters in (old, new)}
    if (
        claimed.before.has_parameters
        and claimed.after.has_parameters
        and len(taken_apart) == 1  # else the name may still be that of the whole
        and all(each.name for each in (*old, *new))
    ):
        renames = renamed_parameters(claimed)
        names = {each.name for each in (*old, *new)}
        entries = [entry for entry in entries if entry.owner.partition(".")[0] not in names]
        yield from _parameters(claimed, entries, renames)
        yield from _added(claimed, entries, renames)
        yield from _kept(claimed, entries, renames)
    yield from _raised(claimed, entries)
    yield from _returned(claimed, entries)


def renamed_parameters(claimed: Claimed) -> dict[str, str]:
    """Return the parameters with another name now: the code uses the new name where it used the old one, or name alone
    has changed at its place in the list."""
    old, new = claimed.before.parameters, claimed.after.parameters
    olds, news = [each.name for each in old], [each.name for each in new]
    found: dict[str, str] = {}
    for name in olds:
        by = claimed.alignment.replaced.get(name, "")
        if name not in news and by in news and by not in olds:
            found[name] = by
    matcher = difflib.SequenceMatcher(None, olds, news, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "replace" and b - a == d - c == 1 and _is_same_but_name(old[a], new[c]):
            found.setdefault(olds[a], news[c])
    return found if len(set(found.values())) == len(found) else {}


def _is_same_but_name(old: Parameter, new: Parameter) -> bool:
    said = bool(old.type or old.default)
    return said and (old.type, old.default, old.starred) == (new.type, new.default, new.starred)


def _parameters(claimed: Claimed, entries: Sequence[DocumentedEntry], renames: dict[str, str]) -> Iterator[Drift]:
    now = {each.name for each in claimed.after.parameters}
    was = {each.name for each in claimed.before.parameters} - now
    come = now - was - {each.name for each in claimed.before.parameters} - set(renames.values())
    takes_any = any(each.starred for each in claimed.after.parameters)
    counts = claimed.after.counts
    for entry in _standing(claimed, entries, EntryKind.PARAMETER, EntryKind.TYPE):
        for place in entry.names:
            name = place.text
            if name not in was:
                continue
            here = claimed.span(place.line, place.start, place.end)
            if name in renames:
                edit = here, renames[name]
                yield claimed.drift(Kind.PARAMETER_RENAMED, here, name, renames[name], edit, cause=claimed.after.head)
            elif not takes_any or not any(f"{quote}{name}{quote}" in counts for quote in "'\""):
                is_alone = not come and _is_whole(claimed, entry)  # else one that came may be the same by another name
                gone = (claimed.whole_lines(entry.first, entry.last), "") if is_alone else None
                yield claimed.drift(Kind.PARAMETER_REMOVED, here, name, edit=gone, cause=claimed.after.head)


def _is_whole(claimed: Claimed, entry: DocumentedEntry) -> bool:
    """Tell whether the lines of an entry can go: it has one name, others are left, and no quotes stand in its lines."""
    block = claimed.block
    return len(entry.names) == 1 and block.first < entry.first and entry.last < block.last


def _added(claimed: Claimed, entries: Sequence[DocumentedEntry], renames: dict[str, str]) -> Iterator[Drift]:
    """Yield the list of parameters, if it named all that there were and lacks one that came."""
    listed = [
        (place.text, entry.last) for entry in _standing(claimed, entries, EntryKind.PARAMETER) for place in entry.names
    ]
    names = {name for name, _ in listed}
    before = [each.name for each in claimed.before.parameters if _is_told(each)]
    if not names or not before or not all(name in names for name in before):
        return
    said = {word for line in claimed.block.lines for word in _WORD.findall(line)}
    for each in claimed.after.parameters:
        if each.name in before or not _is_told(each) or each.name in renames.values():
            continue
        if each.name not in said:
            order = [other.name for other in claimed.after.parameters]
            earlier = [pair for pair in listed if pair[0] in order[: order.index(each.name)]]
            _, row = (earlier or listed)[-1]
            yield claimed.drift(
                Kind.PARAMETER_ADDED, claimed.line_span(row), each.name, each.name, cause=claimed.after.head
            )


def _is_told(parameter: Parameter) -> bool:
    """Tell whether documentation is expected to list a parameter."""
    return parameter.name not in _RECEIVERS and not parameter.name.startswith("_") and not parameter.starred


def _kept(claimed: Claimed, entries: Sequence[DocumentedEntry], renames: dict[str, str]) -> Iterator[Drift]:
    """Yield defaults and types of parameters that have others now."""
    now = {each.name: each for each in claimed.after.parameters}
    for old in claimed.before.parameters:
        new = now.get(renames.get(old.name, old.name))
        if new is None:
            continue
        own = [
            entry
            for entry in _standing(claimed, entries, EntryKind.PARAMETER, EntryKind.TYPE)
            if any(place.text == old.name for place in entry.names)
        ]
        for entry in own:
            if old.default and new.default and old.default != new.default:
                yield from _defaults(claimed, entry, old.default, new.default)
            if old.type and new.type:
                yield from _types(claimed, entry, old.type, new.type)


def _defaults(claimed: Claimed, entry: DocumentedEntry, old: str, new: str) -> Iterator[Drift]:
    """Yield the default that an entry names, with or without quotes, if it is the one that the parameter had."""
    bare, new_bare = old.strip("'\""), new.strip("'\"")
    for row, line in claimed.standing_lines(entry.first, entry.last):
        for quote in ("", "'", '"'):
            value = f"{quote}{bare}{quote}"
            if not value.strip("'\""):
                continue
            behind = (match.end() for match in _DEFAULT.finditer(line) if _is_word(line, match.end(), value))
            before = (at for at in _find_words(line, value) if _BY_DEFAULT.match(line, at + len(value)))
            for at in sorted({*behind, *before}):
                written = f"{quote}{new_bare}{quote}" if new_bare != new or not quote else new
                if old != bare and new == new_bare and not quote:
                    written = new
                here = claimed.span(row, at, at + len(value))
                yield claimed.drift(Kind.DEFAULT_CHANGED, here, value, written, (here, written), old)


def _is_word(text: str, at: int, word: str) -> bool:
    """Tell whether a word stands at a place of a text and isn't a part of a longer one."""
    after = text[at + len(word) : at + len(word) + 2]
    before = text[at - 1 : at]
    inside = before.isalnum() or before in ("_", ".", "[") or after[:1].isalnum() or after[:1] in ("_", "-", "[", "(")
    return text.startswith(word, at) and not inside and not (after[:1] == "." and after[1:].isalnum())


def _find_words(text: str, word: str) -> Iterator[int]:
    """Yield where a word stands in a text by itself."""
    at = text.find(word)
    while at >= 0:
        if _is_word(text, at, word):
            yield at
        at = text.find(word, at + 1)


def _types(claimed: Claimed, entry: DocumentedEntry, old: str, new: str) -> Iterator[Drift]:
    """Yield the type in an entry that is the one that the code had."""
    place = entry.type
    if place is None or old == new or place.line not in claimed.standing:
        return
    at = next(_find_words(place.text, old), None)
    if at is not None and next(_find_words(place.text, new), None) is None:
        here = claimed.span(place.line, place.start + at, place.start + at + len(old))
        yield claimed.drift(Kind.TYPE_CHANGED, here, old, new, (here, new), cause=claimed.after.head)


def _raised(claimed: Claimed, entries: Sequence[DocumentedEntry]) -> Iterator[Drift]:
    gone = claimed.before.raises - claimed.after.raises
    come = claimed.after.raises - claimed.before.raises
    counts = claimed.after.counts
    for entry in _standing(claimed, entries, EntryKind.RAISES):
        for place in entry.names:
            if place.text in gone and place.text not in counts:
                here = claimed.span(place.line, place.start, place.end)
                new = next(iter(come)) if len(gone) == len(come) == 1 else ""
                edit: tuple[Span, str] | None = (here, new) if new else None
                if not new and _is_whole(claimed, entry):
                    edit = claimed.whole_lines(entry.first, entry.last), ""
                yield claimed.drift(Kind.RAISES_GONE, here, place.text, new, edit)


def _returned(claimed: Claimed, entries: Sequence[DocumentedEntry]) -> Iterator[Drift]:
    if claimed.before.returns and not claimed.after.returns and claimed.after.has_parameters:
        for entry in _standing(claimed, entries, EntryKind.RETURNS):
            here = claimed.line_span(entry.first)
            yield claimed.drift(Kind.RETURNS_GONE, here, "return", cause=claimed.after.head)
    elif claimed.before.result and claimed.after.result:
        for entry in _standing(claimed, entries, EntryKind.RETURNS):
            yield from _types(claimed, entry, claimed.before.result, claimed.after.result)


def _standing(claimed: Claimed, entries: Sequence[DocumentedEntry], *kinds: EntryKind) -> Iterator[DocumentedEntry]:
    """Yield the entries of these kinds that stood there before."""
    for entry in entries:
        if entry.kind in kinds and entry.first in claimed.standing:
            yield entry
