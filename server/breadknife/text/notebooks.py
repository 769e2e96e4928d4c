"""Notebooks of Jupyter: the texts of a file's cells, with a map back to the JSON that they stand in.

The file is read by its tokens, not by a grammar: most of it is output, and a picture of a megabyte is one token.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from breadknife.text.document import Document, Span
from breadknife.text.languages import SHORT_IDS
from breadknife.text.languages.documents import NOTEBOOK

_TOKEN = re.compile(r'(?P<string>"(?P<inside>[^"\\]*+(?:\\.[^"\\]*+)*+)")(?P<key>\s*+:)?|[][{}]', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
"""An escape of JSON. A character beyond the first 65,536 is two `\\u`."""
_LONGEST_CELL, _LONGEST = 1 << 18, 1 << 21
"""Code points of the source of a cell, and of all cells, that are read; more is data."""
_DEEPEST = 200
"""Brackets within brackets; what is nested deeper isn't a notebook."""
_CELLS, _LANGUAGES = ("", "cells"), (("language_info", "name"), ("kernelspec", "language"))
_MAGIC = re.compile(r"(?m)^[ \t]*[%!?][^\n]*")
"""A line that IPython reads, not the language."""
_OF_ANOTHER_LANGUAGE = re.compile(r"\s*%%(?!time|capture|prun)")
"""How a cell starts that isn't in the notebook's language: `%%bash`."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a cell's text and of its source, one for one; or one escape."""

    text: Span
    source: Span


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook."""

    number: int
    """From 1, in the order of the file."""
    document: Document
    """Its text; the URI is the notebook's."""
    pieces: tuple[_Piece, ...]
    is_left_out: bool = False
    """It is too long to be read: then its text is that of the file."""

    @cached_property
    def _starts(self) -> tuple[list[int], list[int]]:
        """Where the pieces start, in the text and in the source."""
        return [piece.text.start for piece in self.pieces], [piece.source.start for piece in self.pieces]

    @property
    def source(self) -> Span:
        """Where the cell's text stands in the file."""
        return Span(self.pieces[0].source.start, self.pieces[-1].source.end)

    def start_of(self, offset: int) -> int:
        """Return where in the file the character at an offset of the text starts; for the text's end, where the last
        one ends."""
        if offset >= self.pieces[-1].text.end:
            return self.source.end
        piece = self.pieces[bisect_right(self._starts[0], offset) - 1]
        return piece.source.start + (offset - piece.text.start if _is_verbatim(piece) else 0)

    def end_of(self, offset: int) -> int:
        """Return where in the file the character before an offset of the text ends."""
        piece = self.pieces[bisect_right(self._starts[0], max(0, offset - 1)) - 1]
        return piece.source.end - (piece.text.end - offset if _is_verbatim(piece) else 0)

    def offset_of(self, at: int) -> int:
        """Return the offset in the text of what stands at `at` in the file."""
        piece = self.pieces[max(0, bisect_right(self._starts[1], at) - 1)]
        return min(piece.text.start + max(0, at - piece.source.start), piece.text.end)

    def split(self, span: Span) -> Iterator[tuple[Span, Span, bool]]:
        """Yield the pieces of a span of the text: the text's span, that of the file, and whether they are the same."""
        at = bisect_right(self._starts[0], span.start) - 1
        while at < len(self.pieces) and self.pieces[at].text.start < span.end:
            piece = self.pieces[at]
            part = Span(max(span.start, piece.text.start), min(span.end, piece.text.end))
            is_verbatim = _is_verbatim(piece)
            yield (
                part,
                part.shifted(piece.source.start - piece.text.start) if is_verbatim else piece.source,
                is_verbatim,
            )
            at += 1


def _is_verbatim(piece: _Piece) -> bool:
    return len(piece.text) == len(piece.source)


def is_notebook(document: Document) -> bool:
    """Tell whether a document is a notebook's file, which some editors show as JSON."""
    return document.language == NOTEBOOK or (document.language == "json" and document.uri.endswith(".ipynb"))


def cells_of(document: Document) -> list[Cell]:
    """Return the cells with Markdown or code of a notebook's file; none if it isn't one.

    A cell of code has the language that the file names, or else Python. The first cell that is too long is the last.
    """
    found, language = _read(document.text)
    cells, total = list[Cell](), 0
    for number, (kind, strings) in enumerate(found, 1):
        of_cell = {"markdown": "markdown", "code": language}.get(kind)
        source = Span(strings[0].start, strings[-1].end) if strings else Span(0, 0)
        if of_cell is None or not len(source):
            continue
        total += len(source)
        if len(source) > _LONGEST_CELL or total > _LONGEST:
            whole = _Piece(Span(0, len(source)), source)
            text = document.slice(source)
            cells.append(Cell(number, replace(document, language=of_cell, text=text), (whole,), is_left_out=True))
            break
        pieces = tuple(_pieces(document.text, strings))
        text = "".join(
            document.slice(piece.source) if _is_verbatim(piece) else _unescaped(document.slice(piece.source))
            for piece in pieces
        )
        if not pieces:
            continue
        if of_cell != "markdown":
            if _OF_ANOTHER_LANGUAGE.match(text):
                continue
            text = _MAGIC.sub(lambda magic: " " * len(magic[0]), text)
        cells.append(Cell(number, replace(document, language=of_cell, text=text), pieces))
    return cells


def _read(text: str) -> tuple[list[tuple[str, list[Span]]], str]:
    """Return each cell's kind and the insides of its strings, and the language of code (an LSP id)."""
    cells, named = list[tuple[str, list[Span]]](), dict[str, str]()
    outer, key = list[str](), ""  # the keys of the open brackets, and the one that was read last
    kind, strings = "", list[Span]()
    for token in _TOKEN.finditer(text):
        match token[0][0]:
            case "{" | "[":
                outer.append(key)
                key = ""
                if len(outer) > _DEEPEST:
                    break
                if len(outer) == 3:
                    kind, strings = "", []
            case "}" | "]":
                if len(outer) == 3 and tuple(outer[:2]) == _CELLS:
                    cells.append((kind, strings))
                if not outer:
                    break
                key = ""
                outer.pop()
            case _ if token["key"]:
                key = token["inside"]
            case _ if len(outer) == 3 and tuple(outer[:2]) == _CELLS and key == "cell_type":
                kind = token["inside"]
            case _ if len(outer) in (3, 4) and tuple(outer[:2]) == _CELLS and (*outer[3:], key)[0] == "source":
                strings.append(Span(*token.span("inside")))
            case _ if len(outer) == 3 and outer[1] == "metadata" and (outer[2], key) in _LANGUAGES:
                named[key] = token["inside"].lower()
            case _:
                pass
    language = named.get("name") or named.get("language") or "python"
    return cells, SHORT_IDS.get(language, language)


def _pieces(text: str, strings: list[Span]) -> Iterator[_Piece]:
    """Yield the pieces of a cell whose strings have these insides."""
    length = 0
    for string in strings:
        at = string.start
        escapes = [match.span() for match in _ESCAPE.finditer(text, string.start, string.end)]
        for start, end in (*escapes, (string.end, string.end)):
            if at < start:
                yield _Piece(Span(length, length + start - at), Span(at, start))
                length += start - at
            if start < end:
                yield _Piece(Span(length, length + 1), Span(start, end))
                length += 1
            at = end


def _unescaped(escape: str) -> str:
    """Return the one character that an escape stands for; U+FFFD for half of one."""
    try:
        character = json.loads(f'"{escape}"')
    except ValueError:
        return escape[-1]
    return character if not "\ud800" <= character <= "\udfff" else "\ufffd"
