"""The text around a cursor: what the cursor stands in, the lines near it, and the brackets and strings open there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from breadknife.text.document import Document, Span, line_break
from breadknife.text.languages import LANGUAGES, BlockStyle
from breadknife.text.languages.documents import FORMATS
from breadknife.text.syntax import Node, SyntaxTree
from breadknife.text.tokens import CLOSING, Token, TokenKind, columns, string_quote, tokens

LOOK_BACK = 8_000
LOOK_AHEAD = 4_000
"""Characters around the cursor that are read for brackets."""
NEAR_LINES, LOOK_LINES = 6, 19
"""How many lines with text above and below count as near, and how many lines are searched for them."""

PROSE = frozenset(("markdown", "mdx", *(id for each in FORMATS for id in (each.id, *each.aliases))))
COMMENT_ENDS = ("*/", "-->", "]]")
FILLER = (TokenKind.BLANK, TokenKind.NEWLINE, TokenKind.COMMENT)
_NO_STRING = "/%0123456789"
"""First characters of nodes that grammars call strings or literals and people don't: regular expressions, numbers."""


class Region(StrEnum):
    """What the cursor stands in."""

    CODE = "code"
    COMMENT = "comment"
    STRING = "string"
    PROSE = "prose"
    """Text of a Markdown document."""


@dataclass(frozen=True)
class Bracket:
    """An opening bracket before the cursor that nothing closes up to there."""

    char: str
    token: Token
    width: int
    """Columns of indentation of its line."""


@dataclass(frozen=True, eq=False)
class CursorContext:
    """A cursor in a document, and the text around it. Lines come without their line breaks."""

    document: Document
    offset: int
    tree: SyntaxTree | None
    """The document's; None without a grammar."""
    _tails: dict[str, tuple[str, bool]] = field(default_factory=dict[str, tuple[str, bool]])
    """What `_tail` has found, by the quote of the string that is open at the cursor."""

    @property
    def language(self) -> str:
        return self.document.language

    @property
    def block(self) -> BlockStyle:
        """The way in which the language marks blocks."""
        syntax = LANGUAGES.get(self.language)
        return syntax.block if syntax else BlockStyle.NONE

    @cached_property
    def line(self) -> int:
        return self.document.line_at(self.offset)

    @cached_property
    def before(self) -> str:
        """The cursor's line up to the cursor."""
        return self.document.text[self.document.line_starts[self.line] : self.offset]

    @cached_property
    def after(self) -> str:
        """The cursor's line from the cursor on."""
        return self.document.text[self.offset : self.document.line_span(self.line).end]

    @cached_property
    def width(self) -> int:
        """Columns of indentation of the text before the cursor."""
        return columns(self.before)

    @cached_property
    def before_line(self) -> bool:
        """True at the very start of a line of code with text: a suggestion becomes a line of its own."""
        return self.region is Region.CODE and not self.before and bool(self.after.strip())

    @property
    def rest(self) -> str:
        """The text that the suggestion's last line goes on with: the line after the cursor; empty before a line."""
        return "" if self.before_line else self.after

    @cached_property
    def preceding(self) -> Sequence[str]:
        """The nearest lines with text above, in their order."""
        return self._near(range(self.line - 1, -1, -1))[::-1]

    @cached_property
    def following(self) -> Sequence[str]:
        """The nearest lines with text below."""
        return self._near(range(self.line + (0 if self.before_line else 1), self.document.line_count))

    @cached_property
    def line_break(self) -> str:
        """The document's own line break."""
        return line_break(self.document.text)

    @property
    def region(self) -> Region:
        return self._region[0]

    @property
    def quote(self) -> str:
        """The quote that ends the string that the cursor stands in."""
        return self._region[1]

    @cached_property
    def start(self) -> int:
        """The offset at which reading for brackets begins: at the nearest unindented line, where none is open, or
        before the string or comment that this line stands in."""
        start = self._unindented()
        literal = _literal(self.tree, start) if self.tree else None
        return self.tree.span(literal[1]).start if self.tree and literal else start

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """The tokens of the text from `start` to the cursor; their offsets count from `start`."""
        return tuple(tokens(self.document.text[self.start : self.offset], self.language))

    @cached_property
    def brackets(self) -> Sequence[Bracket]:
        """The brackets that are open at the cursor, whatever closes them afterwards; the innermost last."""
        stack = list[Bracket]()
        for token in self.tokens:
            if token.kind is TokenKind.OPEN:
                stack.append(Bracket(self.source(token), token, self.width_at(token.start)))
            elif token.kind is TokenKind.CLOSE and stack:
                stack.pop()
        return stack

    def source(self, token: Token) -> str:
        """Return the text of one of `tokens`."""
        return self.document.text[self.start + token.start : self.start + token.end]

    def width_at(self, at: int) -> int:
        """Return the columns of indentation of the line `at` characters after `start`."""
        return columns(self.document.line_text(self.document.line_at(self.start + at)))

    def trimmed(self, text: str) -> str:
        """Return a text that was cut: without blanks at its end but for one before a word that follows, and with the
        line break that a line of its own needs."""
        stripped = text.rstrip()
        if stripped and self.before_line:
            return stripped + "\n"
        blank = stripped and text[len(stripped) :][:1] in (" ", "\t")
        return stripped + " " if blank and self.rest[:1] not in (*" \t)]},;:", "") else stripped

    def imbalance(self, text: str) -> int:
        """Return how many brackets and strings around the cursor nothing closes or opens, if `text` is inserted."""
        if not self._has_brackets:
            return 0
        brackets, quote, unended = scan_brackets(text, self.language, self.quote)
        closing, ended = self._tail(quote)
        if quote:
            unended += not ended
        elif self.quote:  # the text ends the string that the document ends too
            unended += self._tail(self.quote)[1]
        return len(unmatched((*self.opened, *brackets, *closing))) + unended

    def is_balanced(self, text: str) -> bool:
        """Tell whether the text closes all that it opens, and nothing else."""
        if not self._has_brackets:
            return True
        brackets, quote, unended = scan_brackets(text, self.language, self.quote)
        return not unmatched(brackets) and quote == self.quote and not unended

    def closes_what_it_opens(self, text: str) -> bool:
        """Tell whether what follows the cursor begins by closing what the text leaves open."""
        if not self._has_brackets:
            return True
        brackets, quote, _ = scan_brackets(text, self.language, self.quote)
        closers = [CLOSING[char] for char in unmatched(brackets) if char in CLOSING]
        return self._tail(quote)[0].startswith("".join(reversed(closers)))

    def opens_comment(self, text: str) -> bool:
        """Tell whether code that follows would become part of a comment."""
        if self.region is not Region.CODE:
            return False
        *_, last = [None, *tokens(self.before + text, self.language)]
        return last is not None and last.kind is TokenKind.COMMENT and not last.closed

    @cached_property
    def opened(self) -> tuple[str, ...]:
        """The opening brackets before the cursor that have no partner there, however wrong the others are nested."""
        kinds = (TokenKind.OPEN, TokenKind.CLOSE)
        return tuple(c for c in unmatched(self.source(t) for t in self.tokens if t.kind in kinds) if c in CLOSING)

    @property
    def _has_brackets(self) -> bool:
        """False where brackets mean nothing: in prose, comments and strings without quotes (heredocs)."""
        return self.region is Region.CODE or (self.region is Region.STRING and self.quote != "")

    @cached_property
    def _region(self) -> tuple[Region, str]:
        """The region and, in a string, its quote."""
        if self.tree and (literal := _literal(self.tree, self.offset)):
            region, node = literal
            return region, string_quote(self.tree.source(node)) if region is Region.STRING else ""
        if self.language in PROSE and not _is_fenced(self.tree, self.offset):
            return Region.PROSE, ""
        if self.tokens and (not self.tree or self.tree.root.has_error):
            # What is being typed, an open string say, is an error in the tree, and anything may stand there.
            last, source = self.tokens[-1], self.source(self.tokens[-1])
            if last.kind is TokenKind.STRING and not last.closed:
                return Region.STRING, string_quote(source)
            if last.kind is TokenKind.COMMENT and not source.endswith(COMMENT_ENDS):
                return Region.COMMENT, ""
        return Region.CODE, ""

    def _unindented(self) -> int:
        """The start of the nearest line, back from the cursor's, that isn't indented, so that no bracket is open there;
        if that is far, the start of the first line within reach."""
        first = self.line if self.before.strip() else self.line - 1
        for number in range(first, -1, -1):
            start = self.document.line_starts[number]
            if start < self.offset - LOOK_BACK:
                return self.document.line_starts[number + 1] if number < first else self.offset
            if self.document.text[start : start + 1] not in ("", " ", "\t", "\r", "\n", ")", "]", "}"):
                return start
        return 0

    def _near(self, numbers: range) -> Sequence[str]:
        texts = (self.document.line_text(number) for number in numbers[:LOOK_LINES])
        return tuple(text for text in texts if text.strip())[:NEAR_LINES]

    def _tail(self, quote: str) -> tuple[str, bool]:
        """Return the unmatched brackets that follow the cursor if a string with that quote is open there, and
        whether it is ended."""
        if quote not in self._tails:
            ahead, inside = self.document.text[self.offset : self.offset + LOOK_AHEAD], quote
            string = next(tokens(ahead, self.language, quote), None) if quote else None
            ended = string is not None and string.closed
            over_lines = len(quote) > 1 or quote == "`"
            if string and not over_lines and "\n" in ahead[: string.end]:  # its line ends it
                ahead, inside, ended = ahead.partition("\n")[2], "", False
            elif over_lines and ended and self.document.text.count(quote, self.offset) % 2 == 0:
                ahead, inside, ended = "", "", False  # what ends it was to begin another one
            self._tails[quote] = "".join(unmatched(scan_brackets(ahead, self.language, inside)[0])), ended
        return self._tails[quote]


def scan_brackets(text: str, language: str, quote: str = "") -> tuple[list[str], str, int]:
    """Return the brackets of the code in `text`, the quote of a string that is open at its end, and how many others
    are. With `quote` the text begins inside a string which that ends."""
    all_tokens = list(tokens(text, language, quote))
    brackets = [
        text[token.start : token.end] for token in all_tokens if token.kind in (TokenKind.OPEN, TokenKind.CLOSE)
    ]
    open_quote, unended = quote if not all_tokens else "", 0
    for i, token in enumerate(all_tokens):
        source = text[token.start : token.end]
        inside = i == 0 and quote != ""
        apostrophe = not inside and source.startswith("'") and text[token.start - 1 : token.start].isalnum()
        if token.kind is not TokenKind.STRING or token.closed or apostrophe:
            continue
        if i == len(all_tokens) - 1:
            open_quote = quote if inside else string_quote(source)
        else:
            unended += 1
    return brackets, open_quote, unended


def unmatched(brackets: Iterable[str]) -> list[str]:
    """Return the brackets without a partner. One that closes an outer bracket leaves the inner ones without."""
    stack, lost = list[str](), list[str]()
    for char in brackets:
        if char in CLOSING:
            stack.append(char)
        elif any(CLOSING[opened] == char for opened in stack):
            while CLOSING[stack[-1]] != char:
                lost.append(stack.pop())
            stack.pop()
        else:
            lost.append(char)
    return lost + stack


def _literal(tree: SyntaxTree, offset: int) -> tuple[Region, Node] | None:
    """The comment or string that `offset` stands in."""
    syntax = LANGUAGES.get(tree.language)
    if not syntax or not offset:
        return None
    at = tree.byte_offset(offset)
    for node in _enclosing(tree, Span(offset - 1, offset)):
        if node.parent is None:
            break
        inside = node.start_byte < at < node.end_byte
        if inside and node.type in syntax.interpolations:
            break
        if node.type in syntax.comments and (inside or at == node.end_byte):
            goes_on = inside or not tree.source(node).endswith((*COMMENT_ENDS, "\n"))
            return (Region.COMMENT, node) if goes_on else None
        if inside and node.type in syntax.strings and tree.source(node)[:1] not in _NO_STRING:
            return Region.STRING, node
    return None


def _is_fenced(tree: SyntaxTree | None, offset: int) -> bool:
    """Tell whether a place of a Markdown document is code."""
    nodes = _enclosing(tree, Span(max(offset - 1, 0), offset)) if tree else ()
    return any(node.type == "code_fence_content" for node in nodes)


def _enclosing(tree: SyntaxTree, span: Span) -> Iterator[Node]:
    """Yield the nodes that hold a span, the innermost first."""
    node: Node | None = tree.node_at(span)
    while node:
        yield node
        node = node.parent
