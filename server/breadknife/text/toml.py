"""TOML that may have come from anybody, and where its keys are: `tomllib` gives values without their lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_LONGEST_KEY = 100
"""Parts of a dotted key."""
_LONG_KEY = re.compile(
    rf"""(?x) (?<![\w-]) (?: (?: [\w-]++ | "[^"\n]*+" | '[^'\n]*+' ) [ \t]*+ \. [ \t]*+ ){{{_LONGEST_KEY}}}"""
)


def parse_toml(text: str) -> dict[str, Any]:
    """Parse as `tomllib.loads` does. Raises ValueError for what isn't TOML, or would take too long.

    `tomllib` needs a time that grows with the square of a key's parts, 16 s for one of 64 KB, and raises RecursionError
    for a list in a thousand others.
    """
    if long := _LONG_KEY.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise ValueError(f"a key of more than {_LONGEST_KEY} parts (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply (at line 1)") from None


KeyPath = tuple[str | int, ...]
"""The names that lead to a key, with the number (from 0) of the table after the name of an array of tables."""

_STRING = r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
_TOKEN = re.compile(
    rf"(?P<string>{_STRING})|(?P<comment>\#[^\n]*)|(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<end>\n)|(?P<equals>=)"
    r"|(?P<bare>[\w-]+)|(?P<other>.)",
    re.DOTALL,
)


class KeyPlace(NamedTuple):
    """Where a key or a table's header begins, both counted from 1; columns in code points."""

    line: int
    column: int


def key_places(source: str) -> dict[KeyPath, KeyPlace]:
    """Return the place of each key and table of a valid TOML text, but not of keys inside of values."""
    places: dict[KeyPath, KeyPlace] = {}
    table: KeyPath = ()
    arrays: dict[KeyPath, int] = {}  # array of tables -> the number of its newest table
    for place, bracket_count, names in _statements(source):
        if not bracket_count:
            path = (*table, *names)
        else:
            path = ()
            for name in names[:-1]:
                path = _newest((*path, name), arrays)
            path = (*path, names[-1])
            if bracket_count == 2:
                arrays[path] = arrays.get(path, -1) + 1
            path = table = _newest(path, arrays) if bracket_count == 2 else path
        for end in range(1, len(path) + 1):
            places.setdefault(path[:end], place)
    return places


def nearest_place(places: Mapping[KeyPath, KeyPlace], path: KeyPath) -> KeyPlace | None:
    """Return the place of a key, or else of the table or value that it is in."""
    return next((places[path[:end]] for end in range(len(path), 0, -1) if path[:end] in places), None)


def _newest(path: KeyPath, arrays: dict[KeyPath, int]) -> KeyPath:
    """Return the path of an array's newest table; a path that is no array's comes back as it is."""
    return (*path, arrays[path]) if path in arrays else path


def _statements(source: str) -> Iterator[tuple[KeyPlace, int, list[str]]]:
    """Yield (place, opening brackets of a header or 0 for a key, names) for each key and header."""
    line, line_start, start = 1, 0, KeyPlace(1, 1)
    opened, depth = 0, 0
    names: list[str] = []
    in_value = False
    for token in _TOKEN.finditer(source):
        kind, text = token.lastgroup, token.group()
        if in_value:
            depth += (kind == "open") - (kind == "close")
        elif kind == "open":
            opened += 1
        elif kind in ("bare", "string"):
            start = start if names else KeyPlace(line, token.start() - line_start + 1)
            names.append(text if kind == "bare" else tomllib.loads(f"name = {text}")["name"])
        elif kind == "equals":
            yield start, 0, names
            in_value = True
        if kind == "end" and depth <= 0:
            if opened and names:
                yield start, opened, names
            opened, depth, names, in_value = 0, 0, [], False
        if breaks := text.count("\n"):
            line, line_start = line + breaks, token.start() + text.rfind("\n") + 1
    if opened and names:
        yield start, opened, names
