"""Where a TOML text sets what: `tomllib` gives values without their lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]
"""Of a key: names, and numbers (from 0) in an array of tables."""

_STRING = r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
_TOKEN = re.compile(
    rf"(?P<string>{_STRING})|(?P<comment>\#[^\n]*)|(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<end>\n)|(?P<equals>=)"
    r"|(?P<bare>[\w-]+)|(?P<other>.)",
    re.DOTALL,
)


def key_lines(source: str) -> dict[KeyPath, int]:
    """Each key and table of a valid TOML text with its line, from 1. Keys inside of values aren't there."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    arrays: dict[KeyPath, int] = {}
    for line, opened, names in _statements(source):
        if not opened:
            path = (*table, *names)
        else:
            path = ()
            for name in names[:-1]:
                path = _newest((*path, name), arrays)
            path = (*path, names[-1])
            if opened == 2:
                arrays[path] = arrays.get(path, -1) + 1
            path = table = _newest(path, arrays) if opened == 2 else path
        for end in range(1, len(path) + 1):
            lines.setdefault(path[:end], line)
    return lines


def nearest_line(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """The line of a key, or else of the table or value that it is in."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)


def _newest(path: KeyPath, arrays: dict[KeyPath, int]) -> KeyPath:
    return (*path, arrays[path]) if path in arrays else path


def _statements(source: str) -> Iterator[tuple[int, int, list[str]]]:
    """(line, opening brackets of a header or 0 for a key, names)."""
    line, start = 1, 1
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
            start = start if names else line
            names.append(text if kind == "bare" else tomllib.loads(f"name = {text}")["name"])
        elif kind == "equals":
            yield start, 0, names
            in_value = True
        if kind == "end" and depth <= 0:
            if opened and names:
                yield start, opened, names
            opened, depth, names, in_value = 0, 0, [], False
        line += text.count("\n")
    if opened and names:
        yield start, opened, names
