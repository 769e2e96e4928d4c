"""Cuts a model's text to its shape or, while it is being written, to what makes sense so far."""

from __future__ import annotations

import re

from breadknife.plugins.completion.cursor import Region
from breadknife.plugins.completion.shape import Extent, Shape
from breadknife.text.languages import LANGUAGES, BlockStyle
from breadknife.text.tokens import (
    CLOSING,
    END_WORDS,
    MIDDLE_WORDS,
    Token,
    TokenKind,
    columns,
    opens_block,
    tokens,
)

BLANK_LINES = 3
"""Line breaks that may come before a statement."""

_WORDS = re.compile(r"\w+(?=\W)")
_LEADING = """
    and as assert async await case catch class const def del delete do elif else enum except export extends fn for from
    func function if implements import in interface is lambda let local match new not or package private protected
    public raise return static struct switch throw try type typeof use using val var void when where while with yield
    """
KEYWORDS = frozenset(_LEADING.split())
"""Of any language: what asks for more."""


def truncate(text: str, shape: Shape) -> tuple[str, bool]:
    """Return the beginning of the generated `text` that fills the shape, and whether it is all there: nothing that
    follows can add to it."""
    if shape.extent is Extent.NOTHING:
        return "", True
    if shape.region in (Region.CODE, Region.STRING):
        return _Truncation(text, shape).run()
    ends = [at for mark in ("\n", shape.ahead) if mark and (at := text.find(mark)) >= 0]
    return (text[: min(ends)].rstrip(), True) if ends else (text, False)


def truncate_unfinished(text: str, shape: Shape, most: int | None = None) -> str:
    """Return the longest beginning of an unfinished text that makes sense to show: it doesn't end within a word, in
    what asks for more or in brackets and quotes that it opens itself; lines after the first are whole. Empty when there
    is none. With `most` it has so many characters at most, whatever follows them.

    What it gives for a longer text begins with what it gives for a shorter one.
    """
    part, complete = truncate(text, shape)
    most = len(part) if most is None else most
    if complete and most >= len(part):
        return part
    if shape.before_line:
        return ""
    if shape.region in (Region.CODE, Region.STRING):
        return part[: _sensible_end(part, shape, most)]
    return part[: max(part.rfind(" ", 0, most + 1), 0)].rstrip()


class _Truncation:
    """One pass over a text's tokens, up to the end of its shape."""

    def __init__(self, text: str, shape: Shape) -> None:
        self._text = text
        self._shape = shape
        self._syntax = LANGUAGES.get(shape.language)
        self._brackets = list[str]()
        """The closers of the brackets that the text has opened."""
        self._unclosed = list(shape.unclosed)
        self._least = shape.indent if shape.extent is Extent.BLOCK else 0
        """Columns that lines have at least."""
        self._opened = False
        """The text's own first statement has opened a block, which no bracket marks."""
        self._closing = False
        """The bracket of the block is closed."""
        self._first = -1
        """Where the first line with text begins."""
        self._code_end = 0
        self._line = 0
        """Where the line begins, and how many there were."""
        self._lines = 0

    def run(self) -> tuple[str, bool]:
        fresh = True
        for token in tokens(self._text, self._shape.language, self._shape.quote):
            source = self._text[token.start : token.end]
            if "\n" in source and (token.kind is TokenKind.NEWLINE or self._shape.extent is Extent.LINE):
                if (cut := self._end_at_line_break(token.start + source.index("\n"))) is not None:
                    return cut, True
                self._line, self._lines, fresh = token.end, self._lines + 1, True
                continue
            if token.kind is TokenKind.BLANK:
                continue
            if self._text.count("\n", max(self._first, 0), token.end) >= self._shape.max_lines:
                return self._text[: self._line if self._line > self._first >= 0 else token.start].rstrip(), True
            cut = self._end_at_dedent(token, source) if fresh and not self._brackets else None
            if cut is None:
                cut = self._end_in_code(token, source)
            if cut is not None:
                return cut, True
            fresh = False
            if token.kind is not TokenKind.COMMENT:
                self._code_end = token.end
        return self._text, False

    def _end_at_line_break(self, at: int) -> str | None:
        """The truncated text, if the line break at `at` ends it."""
        shape, text = self._shape, self._text[:at]
        if shape.before_line:
            return text + "\n" if text.strip() else text
        if shape.extent is Extent.LINE or self._closing:
            return text.rstrip()
        if self._first < 0:
            return "" if self._lines >= BLANK_LINES else None
        if text.count("\n", self._first) + 1 >= shape.max_lines:
            return text.rstrip()
        if shape.filled and self._brackets and text.rstrip().endswith(tuple(CLOSING)):
            return text.rstrip()
        if self._brackets or shape.extent is Extent.BLOCK or self._opened or self._unclosed[-1:] in (["("], ["["]):
            return None
        if shape.filled or not opens_block(self._text[self._first : self._code_end], shape.language):
            return text.rstrip()
        self._opened, self._least = True, self._base + 1
        return None

    @property
    def _base(self) -> int:
        """Columns of the first line with text."""
        width = columns(self._text[self._first : self._code_end])
        return width + self._shape.indent if self._first == 0 else width

    def _end_at_dedent(self, token: Token, source: str) -> str | None:
        """The truncated text, if the line that begins with this token doesn't belong to it any more."""
        shape, width = self._shape, columns(self._text[self._line : token.end])
        if self._first < 0:
            self._first = self._line
            return "" if self._line and width < shape.indent and token.kind is not TokenKind.CLOSE else None
        if not (self._opened or shape.extent is Extent.BLOCK) or width >= self._least:
            return None
        if token.kind is TokenKind.CLOSE:
            return None
        if token.kind is TokenKind.WORD and self._syntax and self._syntax.block is BlockStyle.END:
            if token.end == len(self._text):  # the word may go on
                return None
            if source in END_WORDS and (shape.needs_end or (self._opened and width == self._base)):
                return self._text[: token.end]
            if source in MIDDLE_WORDS and self._opened and width == self._base:
                return None
        return self._text[: self._line].rstrip()

    def _end_in_code(self, token: Token, source: str) -> str | None:
        """The truncated text, if it ends before this token."""
        shape = self._shape
        if self._closing and token.kind is not TokenKind.CLOSE and source not in (";", ","):
            return self._text[: token.start].rstrip()
        if token.start == 0 and shape.quote:
            return self._text[: token.end - len(shape.quote)] if token.closed and shape.ahead else None
        if not self._brackets and shape.ahead and token.kind not in (TokenKind.STRING, TokenKind.COMMENT):
            is_ahead = source == shape.ahead and token.end < len(self._text)
            if is_ahead or (token.kind is not TokenKind.WORD and self._text.startswith(shape.ahead, token.start)):
                return self._before(token.start)
        if token.kind is TokenKind.OPEN:
            self._brackets.append(CLOSING[source])
        elif token.kind is TokenKind.CLOSE:
            if self._brackets:
                while source in self._brackets and self._brackets.pop() != source:
                    pass
            elif self._unclosed:
                self._unclosed.pop()
                self._closing = shape.extent is Extent.BLOCK
            elif not (source == ")" and self._syntax and self._syntax.id == "shellscript"):  # the pattern of a `case`
                return self._before(token.start)
        return None

    def _before(self, end: int) -> str:
        text = self._text[:end]
        return text if "\n" in text and self._shape.ahead else text.rstrip()


def _sensible_end(text: str, shape: Shape, most: int) -> int:
    best, depth, last, first = 0, 0, None, True
    for token in tokens(text, shape.language, shape.quote):
        source, settled = text[token.start : token.end], token.end < len(text)
        if token.start == 0 and shape.quote:
            best = max((match.end() for match in _WORDS.finditer(source) if match.end() <= most), default=0)
        if token.kind is not TokenKind.NEWLINE and token.end > most:
            return best
        if token.kind is TokenKind.NEWLINE:
            if last is not None:
                first = False
                if depth == 0 and _ends_line(last, text):
                    best = last.end
            continue
        if token.kind is TokenKind.BLANK:
            continue
        last = token
        if token.kind is TokenKind.OPEN:
            depth += 1
        elif token.kind is TokenKind.CLOSE:
            depth = max(depth - 1, 0)
        if depth or not first:
            continue
        match token.kind:
            case TokenKind.CLOSE:
                best = token.end
            case TokenKind.STRING if token.closed and settled:
                best = token.end
            case TokenKind.WORD if settled and text[token.end] not in "\"'`" and source not in KEYWORDS:
                best = token.end
            case _:
                pass
    return best


def _ends_line(last: Token, text: str) -> bool:
    if last.kind is TokenKind.OTHER:
        return text[last.start] in ":;,"
    return last.closed and last.kind is not TokenKind.OPEN
