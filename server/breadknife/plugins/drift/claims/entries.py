"""Reads what documentation lists (parameters, exceptions, results) as Google, NumPy, Sphinx, JSDoc and Javadoc do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from breadknife.plugins.drift.values import Block


class EntryKind(StrEnum):
    PARAMETER = "parameter"
    TYPE = "type"
    RAISES = "raises"
    RETURNS = "returns"


@dataclass(frozen=True)
class LinePiece:
    """A piece of one line of a block."""

    line: int
    """Counted from the text's first line, from 0."""
    start: int
    end: int
    """Columns in code points."""
    text: str


@dataclass(frozen=True)
class DocumentedEntry:
    """One thing that documentation lists."""

    kind: EntryKind
    names: tuple[LinePiece, ...]
    """What it is about; empty for a result."""
    type: LinePiece | None
    first: int
    last: int
    """Its lines."""
    owner: str = ""
    """What the name is a property of: `options` for JSDoc's `options.timeout`."""


_FIELD = re.compile(r"(\s*)[:@](\w+)(?:\s+([^:\n]*?))?:(?=\s|$)")
_TAG = re.compile(
    r"(\s*)@(param|arg|argument|property|prop|throws|exception|returns?|yields?)\b(?:\s+\{(?P<type>(?:[^{}]|\{[^{}]*\})*)\})?"
    r"(?:\s+\[?(?P<name>[A-Za-z_$][\w$]*)(?P<path>[.\w$\[\]]*))?"
)
_FIELDS = {
    **dict.fromkeys(("param", "parameter", "arg", "argument", "key", "keyword"), EntryKind.PARAMETER),
    "type": EntryKind.TYPE,
    **dict.fromkeys(("raise", "raises", "except", "exception", "throws"), EntryKind.RAISES),
    **dict.fromkeys(("return", "returns", "rtype", "yields", "yield"), EntryKind.RETURNS),
}
_SECTIONS = {
    **dict.fromkeys(
        ("args", "arguments", "parameters", "params", "keyword args", "keyword arguments", "other parameters"),
        EntryKind.PARAMETER,
    ),
    "raises": EntryKind.RAISES,
    **dict.fromkeys(("returns", "return", "yields", "yield"), EntryKind.RETURNS),
}
_HEADER = re.compile(r"(\s*)([A-Z][a-z]+(?: [A-Za-z]+)?)\s*(:?)\s*$")
_UNDERLINE = re.compile(r"\s*-{3,}\s*$")
_GOOGLE = re.compile(
    r"\s*(?P<names>[*`]{0,4}[\w.]+`{0,2}(?:\s*(?:,|/|\|)\s*[*`]{0,4}[\w.]+`{0,2})*)\s*(?:\((?P<type>.*?)\))?\s*:(?!:)"
)
_NUMPY = re.compile(r"\s*(?P<names>[*`]{0,4}\w[\w.]*`{0,2}(?:\s*,\s*[*`]{0,4}\w+`{0,2})*)\s*(?::\s*(?P<type>.*?))?\s*$")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")


def read_entries(block: Block) -> list[DocumentedEntry]:
    """Return what a block lists, in its order. An entry ends before the next one, or where its indentation ends."""
    return [*_fields(block), *_sections(block)]


def _fields(block: Block) -> Iterator[DocumentedEntry]:
    """Yield the fields of Sphinx and the tags of JSDoc and Javadoc."""
    for at, line in enumerate(block.lines):
        row = block.first + at
        if (match := _FIELD.match(line)) and (kind := _FIELDS.get(match[2])):
            last = block.first + _end(block.lines, at, _indent(line)) - 1
            names, type_ = (), None
            if match[3]:
                words = list(_NAME.finditer(line, match.start(3), match.end(3)))
                if kind in (EntryKind.PARAMETER, EntryKind.TYPE) and words:
                    names = (_place(row, words[-1]),)
                    before = line[match.start(3) : words[-1].start()].rstrip(" *\\")
                    if before:
                        type_ = LinePiece(row, match.start(3), match.start(3) + len(before), before)
                elif kind is EntryKind.RAISES and words:
                    names = (_place(row, words[-1]),)
            if kind is EntryKind.TYPE or match[2] == "rtype":
                text = line[match.end() :].strip()
                start = line.find(text, match.end())
                type_ = LinePiece(row, start, start + len(text), text) if text else None
            yield DocumentedEntry(kind, names, type_, row, last)
        elif match := _TAG.match(line):
            kind = _FIELDS.get(match[2], EntryKind.PARAMETER)
            owner, place = "", None
            if match["name"]:
                *owners, last_name = _NAME.finditer(line, match.start("name"), match.end("path"))
                owner, place = ".".join(each[0] for each in owners), _place(row, last_name)
            below = range(at + 1, len(block.lines))
            end = next((n for n in below if block.lines[n].strip()[:1] in ("", "@")), len(block.lines))
            name = (place,) if place is not None else ()
            type_ = LinePiece(row, match.start("type"), match.end("type"), match["type"]) if match["type"] else None
            if kind is EntryKind.RAISES and type_ is not None:  # JSDoc's `@throws {TypeError} if …`
                name, type_ = (type_,), None
            yield DocumentedEntry(
                kind, () if kind is EntryKind.RETURNS else name, type_, row, block.first + end - 1, owner
            )


def _sections(block: Block) -> Iterator[DocumentedEntry]:
    """Yield the entries of the sections of Google and NumPy."""
    at = 0
    while at < len(block.lines):
        header = _HEADER.match(block.lines[at])
        kind = _SECTIONS.get(header[2].lower()) if header else None
        below = block.lines[at + 1] if at + 1 < len(block.lines) else ""
        is_numpy = kind is not None and _UNDERLINE.match(below) is not None
        if header is None or kind is None or not (is_numpy or header[3]):
            at += 1
            continue
        margin = _indent(block.lines[at])
        start = at + (2 if is_numpy else 1)
        end = start
        while end < len(block.lines):
            line = block.lines[end]
            if line.strip() and _indent(line) < margin + (0 if is_numpy else 1):
                break
            if is_numpy and _indent(line) == margin and end + 1 < len(block.lines) and (
                _UNDERLINE.match(block.lines[end + 1]) and line.strip()
            ):  # fmt: skip
                break
            end += 1
        yield from _section(block, kind, start, end, is_numpy)
        at = max(end, at + 1)


def _section(block: Block, kind: EntryKind, start: int, end: int, is_numpy: bool) -> Iterator[DocumentedEntry]:
    lines = block.lines
    margins = [_indent(line) for line in lines[start:end] if line.strip()]
    if not margins:
        return
    if kind is EntryKind.RETURNS:
        last = max(row for row in range(start, end) if lines[row].strip())
        yield DocumentedEntry(kind, (), None, block.first + start, block.first + last)
        return
    for row in range(start, end):
        line = lines[row]
        if not line.strip() or _indent(line) != margins[0]:
            continue
        match = (_NUMPY if is_numpy else _GOOGLE).match(line)
        if match is None:
            continue
        names = tuple(
            _place(block.first + row, each) for each in _NAME.finditer(line, match.start("names"), match.end("names"))
        )
        if kind is EntryKind.RAISES:
            names = names[-1:]
        type_ = None
        if match["type"]:
            type_ = LinePiece(block.first + row, match.start("type"), match.end("type"), match["type"])
        last = min(_end(lines, row, margins[0]), end) - 1
        yield DocumentedEntry(kind, names, type_, block.first + row, block.first + last)


def _end(lines: Sequence[str], at: int, margin: int) -> int:
    """Return the row after the last line of an entry: what is indented further than it, and blank lines between."""
    end = at + 1
    for row in range(at + 1, len(lines)):
        if lines[row].strip():
            if _indent(lines[row]) <= margin:
                break
            end = row + 1
    return end


def _indent(line: str) -> int:
    text = line.expandtabs(8)
    return len(text) - len(text.lstrip())


def _place(row: int, match: re.Match[str]) -> LinePiece:
    return LinePiece(row, match.start(), match.end(), match[0])
