"""How much to suggest at a cursor: nothing, the rest of a line, a statement or a block, by the syntax around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from breadknife.plugins.completion.cursor import COMMENT_ENDS, FILLER, LOOK_AHEAD, Bracket, CursorContext, Region
from breadknife.text.languages import LANGUAGES, BlockStyle
from breadknife.text.tokens import END_WORDS, MIDDLE_WORDS, Token, TokenKind, columns, is_of_word, opens_block, tokens

_NOT_AN_END = frozenset((*END_WORDS, *MIDDLE_WORDS, "#"))
"""What a line begins with that may stand no deeper than the bracket that it is in: `end)`, `#ifdef`."""


class Extent(StrEnum):
    """How much to suggest."""

    NOTHING = "nothing"
    LINE = "line"
    """The rest of the line, or one line."""
    STATEMENT = "statement"
    """Up to the statement's end, also over several lines: an argument list, say."""
    BLOCK = "block"


@dataclass(frozen=True)
class Shape:
    """How much to suggest at one cursor, decided by the syntax around it, before any model is asked."""

    extent: Extent
    region: Region
    indent: int
    """Columns of indentation that lines of a block have at least."""
    before_line: bool = False
    """The cursor is at the very start of a line that has text: what is suggested becomes a line of its own."""
    filled: bool = False
    """The lines that follow belong to the block that the suggestion may open."""
    max_lines: int = 12
    language: str = ""
    """LSP language id: by it strings and comments of what the model writes are known."""
    quote: str = ""
    """What ends the string that the cursor stands in."""
    ahead: str = ""
    """What follows the cursor on its line; the suggestion ends before it would write that itself."""
    unclosed: str = ""
    """The brackets that stand open at the cursor and that nothing after it closes, innermost last."""
    needs_end: bool = False
    """The block that begins at the cursor lacks its `end`."""
    reason: str = ""
    """Why nothing is suggested: a code of `task.reasons`."""

    @property
    def max_tokens(self) -> int:
        return {Extent.NOTHING: 0, Extent.LINE: 64, Extent.STATEMENT: 96, Extent.BLOCK: 160}[self.extent]


def shape_at(cursor: CursorContext, max_lines: int = 12, *, invoked: bool = False) -> Shape:
    """Return how much to suggest at a cursor. `invoked`: the user asked for it, so there is nearly always something."""
    shape = Shape(
        Extent.LINE, cursor.region, cursor.width, cursor.before_line, False, max_lines, cursor.language, cursor.quote
    )
    before, after, quote = cursor.before, cursor.after, cursor.quote
    if is_of_word(before[-1:]) and is_of_word(after[:1]):
        return replace(shape, extent=Extent.NOTHING, reason="inside-word")
    match cursor.region:
        case Region.COMMENT:
            rest, ahead = _to_comment_end(after)
            shape = replace(shape, ahead=ahead)
            reason = "mid-comment" if rest or _comment_goes_on(cursor) else ""
        case Region.STRING:
            rest = after.partition(quote)[0] if quote else after
            shape = replace(shape, ahead=quote if after.startswith(quote) else "", unclosed=_unclosed(cursor))
            reason = "mid-line" if rest.strip() else ""
        case Region.PROSE:
            reason = "mid-line" if any(map(is_of_word, after)) else ""
        case Region.CODE:
            shape = _in_code(cursor, shape)
            reason = "mid-line" if _is_before_word(cursor) else ""
    if reason and not invoked:
        return replace(shape, extent=Extent.NOTHING, reason=reason)
    return replace(shape, extent=Extent.LINE) if max_lines == 1 else shape


def _in_code(cursor: CursorContext, shape: Shape) -> Shape:
    """The shape in code: with its extent and what it depends on."""
    following = columns(cursor.following[0]) if cursor.following else None
    unclosed, rest = _unclosed(cursor), cursor.after.strip()
    ahead = "" if cursor.before_line else _first_of(rest)
    filled = following is not None and following > cursor.width
    shape = replace(shape, filled=filled, unclosed=unclosed, ahead=ahead)
    if cursor.before_line:
        return shape
    code = [token for token in cursor.tokens if token.kind not in FILLER]
    innermost = cursor.brackets[-1] if cursor.brackets else None
    follows_bracket = innermost is not None and code[-1] is innermost.token
    if rest:
        between = innermost is not None and follows_bracket and innermost.char + rest[0] == "{}"
        return replace(shape, extent=Extent.BLOCK, indent=cursor.width + 1) if between else shape
    if innermost is not None and follows_bracket:
        begins = not cursor.before.strip() or not unclosed or innermost.char == "{"
        head, needs_end = innermost.width if begins else None, False
    else:
        head = _block_head(cursor, code, innermost)
        needs_end = head is not None and cursor.block is BlockStyle.END and not _end_follows(cursor, head)
    if head is None or (following is not None and following > head):
        return replace(shape, extent=Extent.STATEMENT)
    return replace(shape, extent=Extent.BLOCK, indent=max(cursor.width, head + 1), needs_end=needs_end)


def _is_before_word(cursor: CursorContext) -> bool:
    """Tell whether what follows directly belongs to something that stands there already."""
    after = cursor.after
    if not after.strip() or cursor.before_line:
        return False
    if not cursor.before.strip():
        return is_of_word(after.strip()[0])
    opens = after[0] in "([{" and not is_of_word(cursor.before[-1])
    return is_of_word(after[0]) or after[0] in "\"'`$@#&!~\\" or opens


def _comment_goes_on(cursor: CursorContext) -> bool:
    """Tell whether the lines below belong to the cursor's comment."""
    syntax = LANGUAGES.get(cursor.language)
    line = cursor.before.lstrip()
    mark = syntax.line_comment if syntax else "//" if line.startswith("//") else "#"
    if cursor.line + 1 == cursor.document.line_count:
        return False
    following = cursor.document.line_text(cursor.line + 1).strip()
    if mark and line.startswith(mark):
        return following.startswith(mark)
    if (mark and mark in line and "/*" not in line) or _to_comment_end(cursor.after)[1]:
        return False
    rest, end = _to_comment_end(cursor.document.text[cursor.offset : cursor.offset + LOOK_AHEAD])
    return bool(end) and any(map(is_of_word, rest))


def _unclosed(cursor: CursorContext) -> str:
    """The innermost of the brackets that nothing closes after the cursor.

    Whether one is closed is told by the indentation: a line no deeper than the bracket's own ends it.
    """
    ahead = cursor.document.text[cursor.offset : cursor.offset + LOOK_AHEAD]
    pending, own, fresh, missing = list(cursor.brackets), 0, False, 0
    for token in tokens(ahead, cursor.language, cursor.quote):
        if not pending:
            break
        if token.kind is TokenKind.NEWLINE:
            fresh = True
        elif token.kind not in FILLER:
            text = ahead[token.start : token.end]
            if fresh and not own and token.kind is not TokenKind.CLOSE and text not in _NOT_AN_END:
                width = columns(ahead[ahead.rfind("\n", 0, token.start) + 1 : token.start] + "x")
                while pending and width <= pending[-1].width:
                    pending.pop()
                    missing += 1
            fresh = False
            if token.kind is TokenKind.OPEN:
                own += 1
            elif token.kind is TokenKind.CLOSE and own:
                own -= 1
            elif token.kind is TokenKind.CLOSE and pending:
                pending.pop()
    if len(ahead) < LOOK_AHEAD:
        missing += len(pending)
    return "".join(bracket.char for bracket in cursor.brackets[len(cursor.brackets) - missing :])


def _block_head(cursor: CursorContext, code: Sequence[Token], innermost: Bracket | None) -> int | None:
    """The indentation of the line that has just opened a block, without brackets; a docstring may stand between."""
    blank = not cursor.before.strip()
    begun = not blank and cursor.before[-1] in " \t"  # `a: `, `lambda: `
    if (cursor.block is BlockStyle.INDENT and (innermost or begun)) or (innermost and innermost.char in "(["):
        return None
    code, document = list(code), cursor.document
    if cursor.language == "python" and blank:
        while code and code[-1].kind is TokenKind.STRING and _begins_line(cursor, code[-1]):
            code.pop()
    if not code:
        return None
    last = cursor.start + code[-1].end
    text = document.text[document.line_starts[document.line_at(last)] : last]
    if opens_block(text, cursor.language):
        return cursor.width_at(code[-1].start)
    deeper = blank and cursor.width > columns(text)
    return columns(text) if deeper and cursor.block is BlockStyle.NONE else None


def _begins_line(cursor: CursorContext, token: Token) -> bool:
    start, document = cursor.start + token.start, cursor.document
    return not document.text[document.line_starts[document.line_at(start)] : start].strip()


def _end_follows(cursor: CursorContext, width: int) -> bool:
    """Tell whether the next line with text is the `end`, or `else`, of a block at so many columns."""
    line = cursor.following[0] if cursor.following else ""
    return bool(line) and columns(line) == width and line.split()[0].rstrip(";),") in END_WORDS | MIDDLE_WORDS


def _to_comment_end(text: str) -> tuple[str, str]:
    """Return what follows of a comment's text, and the end mark after it."""
    end, mark = min(((text.find(mark), mark) for mark in COMMENT_ENDS if mark in text), default=(len(text), ""))
    return text[:end].strip(), mark


def _first_of(rest: str) -> str:
    """The word or the character that follows on the line."""
    if not rest:
        return ""
    if rest.startswith("</"):
        return rest[: rest.find(">") + 1] or "</"
    length = next((i for i, char in enumerate(rest) if not is_of_word(char)), len(rest))
    return rest[: max(length, 1)]
