"""What a baseline keeps of a finding: nothing that changes while other lines do, no line and no message."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span
from breadknife.text.extract import LANGUAGES as PROSE
from breadknife.text.extract import extract
from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import outline
from breadknife.text.syntax import SyntaxTree, parse

AROUND = 8
"""Words and signs of what stands before a finding, and as many of what stands behind it."""
_NEAR = 400
"""Characters before and behind a finding in which these are looked for."""
_LONGEST = 24
"""Words and signs of a finding's own text."""
_WORD = re.compile(r"\w+|[^\w\s]")
_LINE_SIGNS = re.compile(r"(?m)^[ \t]*(?:#+|//+[/!]?|\*+(?!/)|>+|--+)[ \t]")
"""What begins the lines of a comment or quote: these get other places when it is filled anew."""
_CLOSING = frozenset(")]}")
_QUOTES = str.maketrans({"'": '"'})
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, order=True)
class Entry:
    """A finding without its place."""

    path: str
    """From the workspace folder, with `/`."""
    rule: str
    """`harper/AnA`."""
    symbol: str
    """The definition or heading that it is in, with those around: `Reader.read`, `Usage > Options`."""
    text: str
    """What the finding marks, as words and signs with blanks between."""
    before: str
    behind: str
    """What stands around that within the symbol, in the same form."""

    @property
    def words(self) -> tuple[str, ...]:
        """All words and signs, in the order of the text."""
        return tuple(f"{self.before} {self.text} {self.behind}".split())


def words_of(text: str) -> list[str]:
    """Return the words and signs of a text: the same however it is broken into lines, quoted and indented."""
    words = _WORD.findall(_LINE_SIGNS.sub(" ", text).translate(_QUOTES))
    return [
        word for word, after in pairwise([*words, ""]) if not (word == "," and after in _CLOSING)
    ]  # formatters put these there


class MarkedDocument:
    """A document with its symbols."""

    def __init__(self, path: str, document: Document) -> None:
        self._path = path
        self._document = document

    def entry(self, rule: str, span: Span) -> Entry:
        """Return what is kept of a finding."""
        symbol, within = self.symbol(span)
        text = self._document.text
        start, end = max(within.start, span.start - _NEAR), min(within.end, span.end + _NEAR)
        if self._document.language not in LANGUAGES or not LANGUAGES[self._document.language].definitions:
            start = max((match.end() for match in _BLANK_LINE.finditer(text, start, span.start)), default=start)
            blank = _BLANK_LINE.search(text, span.end, end)
            end = blank.start() if blank else end
        before, behind = words_of(text[start : span.start])[-AROUND:], words_of(text[span.end : end])[:AROUND]
        marked = words_of(text[span.start : min(span.end, span.start + _NEAR)])[:_LONGEST]
        return Entry(self._path, rule, symbol, " ".join(marked), " ".join(before), " ".join(behind))

    def symbol(self, span: Span) -> tuple[str, Span]:
        """Return the name of the innermost symbol around a place, with those around it, and its span; the empty name
        and the whole document where there is none."""
        names, within = list[str](), Span(0, len(self._document.text))
        at = bisect_right(self._symbols, span.start, key=lambda symbol: symbol.span.start)
        for symbol in self._symbols[:at]:
            if symbol.span.start <= span.start and span.end <= symbol.span.end:
                names.append(symbol.name)
                within = symbol.span
        return (" > " if self._is_prose else ".").join(names), within

    @cached_property
    def _is_prose(self) -> bool:
        syntax = LANGUAGES.get(self._document.language)
        return syntax is None or not syntax.definitions

    @cached_property
    def _symbols(self) -> Sequence[_Symbol]:
        """All symbols, in the order of their starts; those around others come first."""
        tree = parse(self._document.text, self._document.language)
        if not self._is_prose:
            definitions = outline(tree).definitions if tree is not None else ()
            return sorted((_Symbol(each.name, each.span) for each in definitions), key=_Symbol.order)
        return list(_sections(self._document, tree)) if self._document.language in PROSE else []


@dataclass(frozen=True)
class _Symbol:
    name: str
    span: Span

    def order(self) -> tuple[int, int]:
        return self.span.start, -self.span.end


def _sections(document: Document, tree: SyntaxTree | None) -> Iterable[_Symbol]:
    """Return a document's headings, each with all that is below it."""
    from breadknife.plugins.documents.formats import HEADING, blocks

    headings = [
        block for block in blocks(document, tuple(extract(document, tree, CancelToken()))) if block.kind == HEADING
    ]
    for at, heading in enumerate(headings):
        end = next((other.start for other in headings[at + 1 :] if other.level <= heading.level), len(document.text))
        title = document.text[heading.start : heading.prose.end]
        yield _Symbol(" ".join(title.split()), Span(heading.start, end))
