"""Finds what pages of documentation still name although a change took it out of the code: definitions, flags,
environment variables, settings, and files that were moved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from breadknife.plugins.drift.claims.alignment import pair
from breadknife.plugins.drift.claims.mentions import mentions
from breadknife.plugins.drift.values import Drift, Kind, SourceFacts
from breadknife.text.document import Document, Span

_SETTING = re.compile(r"['\"](--[a-z][\w-]+|[A-Z][A-Z\d]*_[A-Z\d_]+|[a-z][a-z\d]*(?:[_-][a-z\d]+)+)['\"]")
"""A string that people write: a flag, an environment variable, a key of a file of settings."""
_FLAG = re.compile(r"(?<![\w-])--[a-z][\w-]+")
_WORD = re.compile(r"[A-Za-z_$][\w$]*(?:-[\w$]+)*")
_PATH = re.compile(r"(?<![\w/.-])[\w.-]+(?:/[\w.-]+)+")
_SHORTEST = 4
_MOST_NAMES = 200
_HISTORY = re.compile(
    r"\b(?:remov|renam|deprecat|replac|no longer|formerly|previously|used to|migrat|version(?:added|changed))", re.I
)
"""What says that a line speaks of the past."""


@dataclass(frozen=True)
class FileChange:
    """A file of code, before and after. One that came or went has no facts on that side."""

    path: str
    """Relative to the folder, with slashes."""
    before: SourceFacts | None
    after: SourceFacts | None


@dataclass(frozen=True)
class Gone:
    """Something that a change took out of the code."""

    new: str
    """What has replaced it; empty if nothing has for certain."""
    path: str
    row: int


Elsewhere = Callable[[Sequence[str]], frozenset[str]]
"""Tells which of some words stand in code that hasn't changed."""


def find_gone(changes: Sequence[FileChange], moved: Mapping[str, str], elsewhere: Elsewhere) -> dict[str, Gone]:
    """Return what left the code: names of definitions, flags, variables and settings that no file has any more, and
    the paths of `moved` files with their new ones."""
    had, has = Counter[str](), Counter[str]()
    found: dict[str, Gone] = {}
    for change in changes:
        if (change.before is not None and not change.before.whole) or (
            change.after is not None and not change.after.whole
        ):
            return {}  # what doesn't parse may have anything
        had.update(change.before.counts if change.before else {})
        has.update(change.after.counts if change.after else {})
    there = {word for token in has for word in _words(token)}
    for change in changes:
        for name, gone in _gone_in(change):
            if len(name) >= _SHORTEST and name not in there and name.lstrip("-") not in there and name not in found:
                found[name] = gone
    if len(found) > _MOST_NAMES:
        return {}
    if found:
        kept = elsewhere(sorted(found))
        found = {name: gone for name, gone in found.items() if name not in kept}
    return found | {old: Gone(new, new or old, 0) for old, new in moved.items() if "/" in old}


def _words(token: str) -> Iterator[str]:
    if token[0] in "'\"":
        yield token[1:-1]
        yield from _FLAG.findall(token)
        yield from re.findall(r"[\w$]+", token)
    else:
        yield token


def _gone_in(change: FileChange) -> Iterator[tuple[str, Gone]]:
    if change.before is None:
        return
    after = change.after.symbols if change.after else ()
    news = {symbol.key: symbol for symbol in after}
    renamed = {old.name: new for old, new in pair(change.before.symbols, after) if old.name != new.name}
    for symbol in change.before.symbols:
        if symbol.name and not symbol.name.startswith("_"):
            new = renamed.get(symbol.name)
            if new is not None:
                yield symbol.name, Gone(new.name, change.path, new.head)
            elif symbol.key not in news:
                holder = next((each for each in after if each.name == symbol.container), None)
                yield symbol.name, Gone("", change.path, holder.head if holder else 0)
    counts: Mapping[str, int] = change.after.counts if change.after else {}
    for token in change.before.counts:
        if token not in counts and (match := _SETTING.fullmatch(token)):
            yield match[1], Gone("", change.path, 0)


def find_page_drift(gone: Mapping[str, Gone], page: Document, before: str) -> list[Drift]:
    """Return what a page says of things that are gone, in lines that stood in it before, in its order. Lines that speak
    of the past, and those of code that shows how it was, aren't told."""
    standing = {line.strip() for line in before.splitlines()}
    found: list[Drift] = []
    for row in range(page.line_count):
        line = page.line_text(row)
        if line.strip() not in standing or _HISTORY.search(line):
            continue
        at = page.line_starts[row]
        for name, start, end in _named(line, gone):
            thing = gone[name]
            here = Span(at + start, at + end)
            kind = Kind.PAGE_MOVED if "/" in name else Kind.PAGE_RENAMED if thing.new else Kind.PAGE_GONE
            edit = (here, thing.new) if thing.new else None
            found.append(Drift(kind, here, name, thing.new, "", thing.row, edit, thing.path))
    return found


def _named(line: str, gone: Mapping[str, Gone]) -> Iterator[tuple[str, int, int]]:
    """Yield what of `gone` a line names as code, with its columns."""
    taken: list[tuple[int, int]] = []
    for pattern in (_PATH, _FLAG):
        for match in pattern.finditer(line):
            if match[0] in gone:
                taken.append(match.span())
                yield match[0], *match.span()
    for mention in mentions(line):
        if mention.is_code and not any(start <= mention.start < end for start, end in taken):
            word = _WORD.match(line, mention.start)
            around = line[max(0, mention.start - 1) : mention.start], line[mention.end : mention.end + 1]
            is_part = around[0] in ("-", "/") or around[1] == "/" or word is None or word[0] != mention.text
            if mention.text in gone and not is_part:
                yield mention.text, mention.start, mention.end
