"""Tells which findings a baseline has: also where code was moved, renamed or reformatted since."""

from __future__ import annotations

import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from breadknife.cli.baseline.entries import AROUND, Entry
from breadknife.text.document import common_prefix

_MOST_RENAMED = 2
"""Names that may be others in an entry's text: with more it is no longer the same code."""
_LEAST_WORDS = 6
"""Words and signs of a text that is recognised with other names: shorter ones look alike by chance."""
_MOST_COMPARED = 200
"""Findings, and entries, of a rule in a file that are compared one by one."""
_BESIDE = 4
"""Words and signs beside a finding that must be the same where it has moved and something around it has changed."""
_IN_SYMBOL = 2 * AROUND
"""How many words and signs in common the same symbol is worth."""

Key = Callable[[Entry], Hashable]

_SAME: Sequence[Key] = (
    lambda entry: (entry.rule, entry.symbol, entry.words, entry.text),
    lambda entry: (entry.rule, entry.words, entry.text),
)
"""What two entries of a file have in common if they are surely the same finding."""


class FilesNow(Protocol):
    """The files of a folder as they are now."""

    def is_gone(self, path: str, /) -> bool:
        """Tell whether there is no such file any more."""
        ...

    def has_left(self, entry: Entry, /) -> bool:
        """Tell whether an entry's text isn't in its file any more as often as the baseline has it."""
        ...


class OneFile:
    """The files where only one counts: nothing has come from others."""

    def is_gone(self, path: str, /) -> bool:
        return False

    def has_left(self, entry: Entry, /) -> bool:
        return False


class EntryMatcher:
    """Finds the entry of each finding. An entry is one finding's, so no more are old than there are entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_path = defaultdict[str, Counter[Entry]](Counter)
        self._elsewhere = defaultdict[Hashable, list[Entry]](list)
        """(Rule, symbol, text) -> the entries of all files."""
        for entry in entries:
            self._by_path[entry.path][entry] += 1
            self._elsewhere[_wherever(entry)].append(entry)

    @property
    def paths(self) -> Iterable[str]:
        """The files that have entries."""
        return self._by_path.keys()

    def left(self, path: str) -> Iterator[Entry]:
        """Yield the entries of a file that no finding had so far."""
        return self._by_path[path].elements() if path in self._by_path else iter(())

    def match(self, path: str, found: Sequence[Entry], files: FilesNow) -> Sequence[Entry | None]:
        """Return for each finding of a file the entry that it is; None if it is new. `files` are those that are there:
        what an entry of another file was about may have come here from there."""
        known = self._by_path[path if path in self._by_path else self._earlier_path(found, files) or path]
        matched = list[Entry | None]([None] * len(found))

        def take(at: int, entry: Entry, owner: Counter[Entry]) -> None:
            matched[at] = entry
            owner[entry] -= 1
            if not owner[entry]:
                del owner[entry]

        for key in _SAME:
            by_key = _grouped(known, key)
            for at in _unmatched(matched):
                if group := by_key.get(key(found[at])):
                    take(at, group.pop(), known)
        for *_, at, entry in _alike(known, [(at, found[at]) for at in _unmatched(matched)]):
            if matched[at] is None and entry in known:
                take(at, entry, known)
        for at in _unmatched(matched):
            elsewhere = self._elsewhere.get(_wherever(found[at]), ())[:_MOST_COMPARED]
            for entry in sorted(elsewhere, key=lambda entry: -_common(entry, found[at])):
                owner = self._by_path[entry.path]
                came = entry.path != path and _common(entry, found[at]) >= _BESIDE
                if came and owner.get(entry) and files.has_left(entry):
                    take(at, entry, owner)
                    break
        return matched

    def _earlier_path(self, found: Sequence[Entry], files: FilesNow) -> str | None:
        """Return which of the files that are gone is the most like a file with these findings; None if none is."""
        gone = [path for path, entries in self._by_path.items() if entries and files.is_gone(path)][:_MOST_COMPARED]
        numbered = [*enumerate(found)]
        symbols = {entry.symbol for entry in found}  # which count most: a copy of a part has another
        likeness = {path: sum(pair[0] for pair in _alike(self._by_path[path], numbered)) for path in gone}
        best = max(
            sorted(gone),
            key=lambda path: (sum(entry.symbol in symbols for entry in self._by_path[path]), likeness[path]),
            default=None,
        )
        return best if best is not None and likeness[best] else None


def _unmatched(matched: Sequence[Entry | None]) -> list[int]:
    return [at for at, entry in enumerate(matched) if entry is None]


def _wherever(entry: Entry) -> Hashable:
    return entry.rule, entry.symbol, entry.text


def _grouped(entries: Counter[Entry], key: Key) -> Mapping[Hashable, list[Entry]]:
    """Return the entries by key, each as often as it is there."""
    groups = defaultdict[Hashable, list[Entry]](list)
    for entry in entries.elements():
        groups[key(entry)].append(entry)
    return groups


def _alike(known: Iterable[Entry], found: Sequence[tuple[int, Entry]]) -> Sequence[tuple[int, int, int, Entry]]:
    """Return how much alike findings and entries of a file are, where they may be the same: the nearest first."""
    entries, findings = defaultdict[str, list[Entry]](list), defaultdict[str, list[tuple[int, Entry]]](list)
    for entry in known:
        entries[entry.rule].append(entry)
    for at, entry in found:
        findings[entry.rule].append((at, entry))
    pairs = [
        (_likeness(entry, new), _common_behind(entry, new), at, entry)
        for rule in findings
        for at, new in findings[rule][:_MOST_COMPARED]
        for entry in entries[rule][:_MOST_COMPARED]
    ]
    # Of two that are as near, what is put before a finding more often looks like what was before it.
    return sorted((pair for pair in pairs if pair[0]), key=lambda pair: (-pair[0], -pair[1], *pair[2:]))


def _likeness(entry: Entry, found: Entry) -> int:
    """Return how much of the text around two findings is the same, if they may be the same finding; otherwise 0."""
    in_symbol = _IN_SYMBOL if entry.symbol and entry.symbol == found.symbol else 0
    if entry.text == found.text:
        common = _common(entry, found)
        return 1 + common + in_symbol if in_symbol or common >= _BESIDE else 0
    return len(entry.words) + in_symbol if _is_renamed(entry, found) else 0


def _common(one: Entry, other: Entry) -> int:
    """Return how many words and signs around two findings are the same, without a gap."""
    return common_prefix(one.before.split()[::-1], other.before.split()[::-1]) + _common_behind(one, other)


def _common_behind(one: Entry, other: Entry) -> int:
    return common_prefix(one.behind.split(), other.behind.split())


def _is_renamed(entry: Entry, found: Entry) -> bool:
    """Tell whether a finding has the same text but for a few names, each of which is another one at all its places: in
    the symbol, too, which may be what has another name."""
    one, other = entry.words, found.words
    start, start_now = len(entry.before.split()), len(found.before.split())
    if entry.symbol == found.symbol and entry.behind == found.behind:  # new code may have come before it
        one, other = one[start:], other[start_now:]
    elif start != start_now:
        return False
    if len(one) != len(other) or len(one) < _LEAST_WORDS:
        return False
    there, back = dict[str, str](), dict[str, str]()
    for first, second in zip(one, other, strict=True):
        if there.setdefault(first, second) != second or back.setdefault(second, first) != first:
            return False
        if first != second and not (first.isidentifier() and second.isidentifier()):
            return False
    symbol = ".".join(there.get(name, name) for name in entry.symbol.split("."))
    return found.symbol in (entry.symbol, symbol) and sum(map(operator.ne, there, there.values())) <= _MOST_RENAMED
