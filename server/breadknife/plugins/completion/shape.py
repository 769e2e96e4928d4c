"""How much to suggest at a cursor: nothing, the rest of a line, a statement or a block, by the syntax around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from breadknife.plugins.completion.values import Extent, Shape, Where
from breadknife.text.document import Document, Span
from breadknife.text.languages import LANGUAGES, Block
from breadknife.text.languages.documents import FORMATS
from breadknife.text.syntax import Node, SyntaxTree
from breadknife.text.tokens import (
    END_WORDS,
    MIDDLE_WORDS,
    Kind,
    Token,
    columns,
    is_of_word,
    opens_block,
    string_quote,
    tokens,
)

LOOK_BACK = 8_000
LOOK_AHEAD = 4_000
"""Characters that are read for the brackets around the cursor."""

PROSE = frozenset(("markdown", "mdx", *(id for each in FORMATS for id in (each.id, *each.aliases))))
_COMMENT_ENDS = ("*/", "-->", "]]")
_NOT_AN_END = frozenset((*END_WORDS, *MIDDLE_WORDS, "#"))
"""What a line begins with that may stand no deeper than the bracket that it is in: `end)`, `#ifdef`."""
_NO_STRING = "/%0123456789"
"""What a node begins with that grammars call a string or a literal and nobody does: regular expressions, numbers."""
_FILLER = (Kind.BLANK, Kind.NEWLINE, Kind.COMMENT)


def shape_at(
    document: Document, offset: int, tree: SyntaxTree | None, max_lines: int = 12, *, invoked: bool = False
) -> Shape:
    """Return what is wanted at `offset`. `invoked`: the user asked for it, so there is nearly always something."""
    place = _Place.of(document, offset, tree)
    shape = Shape(Extent.LINE, place.where, place.width, False, False, max_lines, document.language, place.quote)
    if is_of_word(place.before[-1:]) and is_of_word(place.after[:1]):
        return replace(shape, extent=Extent.NOTHING, reason="inside-word")
    match place.where:
        case Where.COMMENT:
            rest, ahead = _to_comment_end(place.after)
            shape = replace(shape, ahead=ahead)
            reason = "mid-comment" if rest or place.comment_goes_on else ""
        case Where.STRING:
            rest = place.after.partition(place.quote)[0] if place.quote else place.after
            ahead = place.quote if place.quote and place.after.startswith(place.quote) else ""
            shape = replace(shape, ahead=ahead, unclosed=place.unclosed)
            reason = "mid-line" if rest.strip() else ""
        case Where.PROSE:
            reason = "mid-line" if any(map(is_of_word, place.after)) else ""
        case Where.CODE:
            shape = place.in_code(shape)
            reason = "mid-line" if place.before_word else ""
    if reason and not invoked:
        return replace(shape, extent=Extent.NOTHING, reason=reason)
    return replace(shape, extent=Extent.LINE) if max_lines == 1 else shape


@dataclass(frozen=True)
class _Bracket:
    char: str
    at: int
    """Index of its token."""
    width: int
    """Columns of indentation of its line."""


@dataclass(frozen=True)
class _Place:
    """What stands around a cursor."""

    document: Document
    offset: int
    line: int
    before: str
    """The line up to the cursor, and what follows there."""
    after: str
    where: Where
    quote: str
    start: int
    """Of the text before the cursor that is read for brackets."""
    tokens: Sequence[Token]
    """Those of that text."""

    @classmethod
    def of(cls, document: Document, offset: int, tree: SyntaxTree | None) -> _Place:
        line = document.line_at(offset)
        before = document.text[document.line_starts[line] : offset]
        after = document.text[offset : document.line_span(line).end]
        literal = _literal(tree, offset) if tree else None
        start = _unindented(document, line if before.strip() else line - 1, offset)
        if tree and (around := _literal(tree, start)):
            start = tree.span(around[1]).start
        found = tuple(tokens(document.text[start:offset], document.language))
        where, quote = Where.CODE, ""
        if literal and tree:
            where = literal[0]
            quote = string_quote(tree.source(literal[1])) if where is Where.STRING else ""
        elif document.language in PROSE and not _fenced(tree, offset):
            where = Where.PROSE
        elif found and (not tree or tree.root.has_error):
            # What is being typed, an open string say, is an error in the tree, and anything may stand there.
            last = document.text[start + found[-1].start : offset]
            if found[-1].kind is Kind.STRING and not found[-1].closed:
                where, quote = Where.STRING, string_quote(last)
            elif found[-1].kind is Kind.COMMENT and not last.endswith(_COMMENT_ENDS):
                where = Where.COMMENT
        return cls(document, offset, line, before, after, where, quote, start, found)

    @property
    def width(self) -> int:
        return columns(self.before)

    @property
    def at_line_start(self) -> bool:
        return not self.before and bool(self.after.strip())

    @property
    def before_word(self) -> bool:
        """What follows directly belongs to something that stands there already."""
        after = self.after
        if not after.strip() or self.at_line_start:
            return False
        if not self.before.strip():
            return is_of_word(after.strip()[0])
        opens = after[0] in "([{" and not is_of_word(self.before[-1])
        return is_of_word(after[0]) or after[0] in "\"'`$@#&!~\\" or opens

    @property
    def comment_goes_on(self) -> bool:
        """In the lines below."""
        syntax = LANGUAGES.get(self.document.language)
        line = self.before.lstrip()
        mark = syntax.line_comment if syntax else "//" if line.startswith("//") else "#"
        if self.line + 1 == self.document.line_count:
            return False
        following = self.document.line_text(self.line + 1).strip()
        if mark and line.startswith(mark):
            return following.startswith(mark)
        if (mark and mark in line and "/*" not in line) or _to_comment_end(self.after)[1]:
            return False
        rest, end = _to_comment_end(self.document.text[self.offset : self.offset + LOOK_AHEAD])
        return bool(end) and any(map(is_of_word, rest))

    def in_code(self, shape: Shape) -> Shape:
        following = self._following
        shape = replace(shape, filled=following is not None and following > self.width, before_line=self.at_line_start)
        stack, unclosed, rest = self._open_brackets, self.unclosed, self.after.strip()
        shape = replace(shape, unclosed=unclosed, ahead="" if shape.before_line else _first_of(rest))
        if shape.before_line:
            return shape
        code = [token for token in self.tokens if token.kind not in _FILLER]
        opener = self.tokens[stack[-1].at] if stack else None
        if rest:
            between = opener and code[-1] is opener and stack[-1].char + rest[0] == "{}"
            return replace(shape, extent=Extent.BLOCK, indent=self.width + 1) if between else shape
        if opener and code[-1] is opener:
            begins = not self.before.strip() or not unclosed or stack[-1].char == "{"
            head, needs_end = stack[-1].width if begins else None, False
        else:
            head = self._head(code, stack)
            needs_end = head is not None and self._block is Block.END and not self._end_follows(head)
        if head is None or (following is not None and following > head):
            return replace(shape, extent=Extent.STATEMENT)
        return replace(shape, extent=Extent.BLOCK, indent=max(self.width, head + 1), needs_end=needs_end)

    @property
    def _block(self) -> Block:
        syntax = LANGUAGES.get(self.document.language)
        return syntax.block if syntax else Block.NONE

    def _source(self, token: Token) -> str:
        return self.document.text[self.start + token.start : self.start + token.end]

    @property
    def _following(self) -> int | None:
        """The indentation of the next line with text."""
        first = self.line if self.at_line_start else self.line + 1
        for number in range(first, min(self.document.line_count, self.line + 20)):
            if (text := self.document.line_text(number)).strip():
                return columns(text)
        return None

    def _width_at(self, at: int) -> int:
        return columns(self.document.line_text(self.document.line_at(self.start + at)))

    @cached_property
    def _open_brackets(self) -> Sequence[_Bracket]:
        stack = list[_Bracket]()
        for i, token in enumerate(self.tokens):
            if token.kind is Kind.OPEN:
                stack.append(_Bracket(self._source(token), i, self._width_at(token.start)))
            elif token.kind is Kind.CLOSE and stack:
                stack.pop()
        return stack

    @property
    def unclosed(self) -> str:
        """The innermost of the brackets that nothing closes after the cursor.

        Whether one is closed is told by the indentation: a line no deeper than the bracket's own ends it.
        """
        ahead = self.document.text[self.offset : self.offset + LOOK_AHEAD]
        stack = self._open_brackets
        left, own, fresh, missing = list(stack), 0, False, 0
        for token in tokens(ahead, self.document.language, self.quote):
            if not left:
                break
            if token.kind is Kind.NEWLINE:
                fresh = True
            elif token.kind not in _FILLER:
                text = ahead[token.start : token.end]
                if fresh and not own and token.kind is not Kind.CLOSE and text not in _NOT_AN_END:
                    width = columns(ahead[ahead.rfind("\n", 0, token.start) + 1 : token.start] + "x")
                    while left and width <= left[-1].width:
                        left.pop()
                        missing += 1
                fresh = False
                if token.kind is Kind.OPEN:
                    own += 1
                elif token.kind is Kind.CLOSE and own:
                    own -= 1
                elif token.kind is Kind.CLOSE and left:
                    left.pop()
        if len(ahead) < LOOK_AHEAD:
            missing += len(left)
        return "".join(bracket.char for bracket in stack[len(stack) - missing :])

    def _head(self, code: list[Token], stack: Sequence[_Bracket]) -> int | None:
        """The indentation of the line that has just opened a block, without brackets; a docstring may stand between."""
        begun = self.before.strip() and self.before[-1] in " \t"  # `a: `, `lambda: `
        if self._block is Block.INDENT and (stack or begun):
            return None
        if stack and stack[-1].char in "([":
            return None
        if self.document.language == "python" and not self.before.strip():
            while code and code[-1].kind is Kind.STRING and self._alone(code[-1]):
                code.pop()
        if not code:
            return None
        last = self.start + code[-1].end
        line = self.document.line_at(last)
        text = self.document.text[self.document.line_starts[line] : last]
        if opens_block(text, self.document.language):
            return self._width_at(code[-1].start)
        deeper = not self.before.strip() and self.width > columns(text)
        return columns(text) if deeper and self._block is Block.NONE else None

    def _alone(self, token: Token) -> bool:
        start = self.start + token.start
        return not self.document.text[self.document.line_starts[self.document.line_at(start)] : start].strip()

    def _end_follows(self, width: int) -> bool:
        for number in range(self.line + 1, min(self.document.line_count, self.line + 20)):
            if (text := self.document.line_text(number)).strip():
                return columns(text) == width and text.split()[0].rstrip(";),") in END_WORDS | MIDDLE_WORDS
        return False


def _literal(tree: SyntaxTree, offset: int) -> tuple[Where, Node] | None:
    """The comment or string that `offset` stands in."""
    syntax = LANGUAGES.get(tree.language)
    if not syntax or not offset:
        return None
    at = tree.byte_offset(offset)
    node = tree.node_at(Span(offset - 1, offset))
    while node.parent:
        inside = node.start_byte < at < node.end_byte
        if inside and node.type in syntax.interpolations:
            return None
        if node.type in syntax.comments and (inside or at == node.end_byte):
            goes_on = inside or not tree.source(node).endswith((*_COMMENT_ENDS, "\n"))
            return (Where.COMMENT, node) if goes_on else None
        if inside and node.type in syntax.strings and tree.source(node)[:1] not in _NO_STRING:
            return Where.STRING, node
        node = node.parent
    return None


def _fenced(tree: SyntaxTree | None, offset: int) -> bool:
    """Whether it is code in a Markdown document."""
    node = tree.node_at(Span(max(offset - 1, 0), offset)) if tree else None
    while node:
        if node.type == "code_fence_content":
            return True
        node = node.parent
    return False


def _unindented(document: Document, line: int, offset: int) -> int:
    """The start of the nearest line, from `line` back, that isn't indented, so that no bracket is open there.

    Where that is far it is the start of the first line within reach.
    """
    for number in range(line, -1, -1):
        start = document.line_starts[number]
        if start < offset - LOOK_BACK:
            return document.line_starts[number + 1] if number < line else offset
        if document.text[start : start + 1] not in ("", " ", "\t", "\r", "\n", ")", "]", "}"):
            return start
    return 0


def _to_comment_end(text: str) -> tuple[str, str]:
    """What of a comment's text follows, and the end mark after it."""
    end, mark = min(((text.find(mark), mark) for mark in _COMMENT_ENDS if mark in text), default=(len(text), ""))
    return text[:end].strip(), mark


def _first_of(rest: str) -> str:
    """The word or the character that follows on the line."""
    if not rest:
        return ""
    if rest.startswith("</"):
        return rest[: rest.find(">") + 1] or "</"
    length = next((i for i, char in enumerate(rest) if not is_of_word(char)), len(rest))
    return rest[: max(length, 1)]
