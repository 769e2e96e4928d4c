"""What can be found in a file: its functions, classes, constants, tests, the sections of a document, settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.find.words import count_words, words_of
from breadknife.text.document import Document
from breadknife.text.generated import is_generated
from breadknife.text.outline import Definition, definitions
from breadknife.text.syntax import parse

MOST = 2_000
"""Entries of one file."""
_LONGEST_HEAD = 200
"""Characters of an entry's head that are shown and compared."""
NAME, HEAD, BODY = 8, 3, 1
"""What a word counts in an entry's name, in its head and documentation, and in its body. On the train part of
`bench/find/code.py` nothing near it is better."""
_HEADS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "markdown": ("section", re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)),
    "restructuredtext": ("section", re.compile(r"^(\S.{1,119})\n[=~^*#\"'+-]{3,}$", re.MULTILINE)),
    "toml": ("setting", re.compile(r"^\[+([^\]\n]+)\]+", re.MULTILINE)),
    "ini": ("setting", re.compile(r"^\[+([^\]\n]+)\]+", re.MULTILINE)),
    "yaml": ("setting", re.compile(r"^([A-Za-z_][\w.-]*):", re.MULTILINE)),
    "json": ("setting", re.compile(r"^(?:  |\t)\"([^\"\n]+)\":", re.MULTILINE)),
}
"""Language -> the kind of its entries, and how one begins. It goes on until the next one."""


@dataclass(frozen=True)
class FileEntry:
    """A part of a file that has a name."""

    name: str
    kind: str
    """That of a `Definition`, `section`, `setting`, or `file` for what stands in none of them."""
    container: str
    """The class that it is in; empty if it is in none."""
    line: int
    """Where it begins, counted from 1."""
    last_line: int
    head: str
    """The first line of its signature, or its heading."""
    documentation: str
    counts: Mapping[str, int]
    """Its words, with how much each counts."""
    is_generated: bool = False
    """A program has written its file."""


def entries_of(text: str, language: str) -> tuple[FileEntry, ...]:
    """Return the entries of a text, in order, at most `MOST`. `language` is the LSP's id; a text in a language that has
    no names, or with syntax that takes too long to parse, is one entry as a whole."""
    document = Document("untitled:text", language, text)
    if language in _HEADS:
        found = list(_sections(document, *_HEADS[language]))
    else:
        tree = parse(text, language)
        found = list(_defined(document, definitions(tree))) if tree is not None else []
    entries = found[:MOST] or [_entry(document, "", "file", 1, document.line_count, text[:_LONGEST_HEAD], "", text)]
    return tuple(replace(entry, is_generated=True) for entry in entries) if is_generated(text) else tuple(entries)


def _sections(document: Document, kind: str, head: re.Pattern[str]) -> Iterator[FileEntry]:
    matches = list(head.finditer(document.text))
    if not matches:
        return
    ends = [*(match.start() for match in matches[1:]), len(document.text)]
    if document.text[: matches[0].start()].strip():
        first = document.text[: matches[0].start()]
        yield _entry(document, "", "file", 1, document.line_at(matches[0].start()), "", "", first)
    for match, end in zip(matches, ends, strict=True):
        first, last = document.line_at(match.start()) + 1, document.line_at(max(match.start(), end - 1)) + 1
        yield _entry(
            document, match[1].strip(), kind, first, last, match[1].strip(), "", document.text[match.end() : end]
        )


def _defined(document: Document, definitions: Sequence[Definition]) -> Iterator[FileEntry]:
    """Yield an entry for each definition, whose body is without the definitions in it, and one for the rest."""
    text = document.text
    inside: dict[int, list[Definition]] = {}
    open_ones, rest = list[int](), 0
    outside = list[str]()
    for at, definition in enumerate(definitions):
        while open_ones and definitions[open_ones[-1]].span.end <= definition.span.start:
            open_ones.pop()
        if open_ones:
            inside.setdefault(open_ones[-1], []).append(definition)
        else:
            outside.append(text[rest : definition.span.start])
            rest = max(rest, definition.span.end)
        open_ones.append(at)
    outside.append(text[rest:])
    if "".join(outside).strip():
        yield _entry(document, "", "file", 1, 1, "", "", "\n".join(outside))
    for at, definition in enumerate(definitions):
        start, pieces = definition.span.start, list[str]()
        for inner in inside.get(at, ()):
            pieces.append(text[start : inner.span.start])
            start = max(start, inner.span.end)
        body = "".join((*pieces, text[start : definition.span.end]))
        first, last = document.line_at(definition.span.start) + 1, document.line_at(definition.span.end) + 1
        head = definition.signature.partition("\n")[0]
        documentation = " ".join(definition.docstring.split())
        yield _entry(
            document, definition.name, definition.kind, first, last, head, documentation, body, definition.container
        )


def _entry(
    document: Document,
    name: str,
    kind: str,
    line: int,
    last_line: int,
    head: str,
    documentation: str,
    body: str,
    container: str = "",
) -> FileEntry:
    counts = count_words(body)
    for text, weight in ((name, NAME - BODY), (f"{head} {documentation} {container}", HEAD - BODY)):
        for word in words_of(text[:2_000]):
            counts[word] = counts.get(word, 0) + weight
    return FileEntry(name, kind, container, line, last_line, head[:_LONGEST_HEAD].strip(), documentation[:500], counts)
