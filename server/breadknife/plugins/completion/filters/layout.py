"""Indentation as the file has it, and no line outside the block."""

from __future__ import annotations

import itertools
from collections import Counter

from breadknife.plugins.completion.cursor import CursorContext, Region
from breadknife.plugins.completion.filters.draft import Draft, Filter
from breadknife.text.languages import BlockStyle
from breadknife.text.tokens import END_WORDS, TokenKind, columns, opens_block, shifted, tokens

TAB = 4
"""Columns of a tab, as in `columns`."""
_STYLE_LINES = 200
"""Lines above and below that show the file's indentation."""
_UNLIMITED = 1 << 16
"""Columns of indentation that no line has."""
_GOES_ON = ".?:&|+-*/=<>"
"""A line that begins so goes on with the one before, at whatever indentation."""


def indent(text: str, draft: Draft) -> str | None:
    """Return the text with the file's indentation: its tabs or blanks, its width, and lines of a block below what opens
    it."""
    cursor = draft.cursor
    if cursor.region is not Region.CODE:
        return text
    style = _style(cursor)
    width = len(style.expandtabs(TAB))
    first, *more = text.split("\n")
    if not cursor.before.strip() and first.strip():
        lead = columns(cursor.before + first)
        allowed = max(_allowed(cursor, width), cursor.width)
        if lead > allowed and first.strip()[0] not in _GOES_ON:
            more = shifted(more, allowed - lead)
            lead = allowed
        first = _indented(lead - cursor.width, first, style)
    if not any(map(str.strip, more)):
        return "\n".join((first, *more))
    base = columns(cursor.before + first)
    if _opens(first, cursor) and width:
        inner = next(columns(line) for line in more if line.strip())
        if 0 < inner <= base:
            more = shifted(more, base + width - inner)
        more = _scaled(more, base, width)
    return "\n".join((first, *(_indented(columns(line), line, style) if line.strip() else line for line in more)))


def cut_outside_block(text: str, draft: Draft) -> str | None:
    """Return the text without the lines from the first on that leaves the block."""
    shape = draft.shape
    first, *more = text.split("\n")
    for i, line in enumerate(more):
        code = line.strip()
        ends = (code[:1] in (")", "]", "}") and shape.unclosed) or (code in END_WORDS and shape.needs_end)
        if code and columns(line) < shape.indent and not ends:
            return draft.cursor.trimmed("\n".join((first, *more[:i]))) or None
    return text


def keep_following_block(text: str, draft: Draft) -> str | None:
    """Return as many lines as the deeper lines that follow still belong to. tree-sitter takes any indentation there."""
    cursor = draft.cursor
    by_indent = cursor.block is BlockStyle.INDENT and cursor.language != "yaml"
    following = next((line for line in cursor.following if _code(line, cursor).strip()), None)
    if not by_indent or following is None or cursor.region is not Region.CODE or cursor.opened:
        return text
    above = cursor.before + cursor.rest if cursor.before.strip() else (cursor.preceding or ("",))[-1]
    depth = columns(following)
    if depth > columns(above) and not _opens(above, cursor):  # they belong to nothing now
        return text
    lines = text.rstrip("\n").split("\n")
    for count in range(len(lines), 0, -1):
        last = (cursor.before if count == 1 else "") + lines[count - 1] + cursor.rest
        is_deep, opens = columns(last) >= depth, _opens(last, cursor)
        # A block that begins where the next line isn't deeper has nothing in it, unless more is to come there.
        if is_deep != opens or (opens and not cursor.before_line):
            return text if count == len(lines) else cursor.trimmed("\n".join(lines[:count]))
    return None


def _style(cursor: CursorContext) -> str:
    """One step of the file's indentation: a tab, some blanks, or nothing if no line is indented."""
    document, line = cursor.document, cursor.line
    near = range(max(0, line - _STYLE_LINES), min(document.line_count, line + _STYLE_LINES))
    indents = [text[: len(text) - len(text.lstrip())] for text in map(document.line_text, near) if text.strip()]
    if sum(indent.startswith("\t") for indent in indents) > sum(indent.startswith(" ") for indent in indents):
        return "\t"
    steps = Counter(b - a for a, b in itertools.pairwise(len(i) for i in indents if "\t" not in i) if 1 < b - a <= 8)
    return " " * max(steps, key=lambda step: (steps[step], -step)) if steps else ""


def _indented(width: int, line: str, style: str) -> str:
    """The line with `width` columns of indentation; unchanged if it has them in the file's style."""
    code = line.lstrip()
    lead = line[: len(line) - len(code)]
    if lead.isspace() and columns(line) == width and (set(lead) == {style[:1]} or not style):
        return line
    if style == "\t":
        return "\t" * (width // TAB) + " " * (width % TAB) + code
    return " " * width + code


def _scaled(lines: list[str], base: int, width: int) -> list[str]:
    """The lines with steps of `width` columns below `base`, if the model made all of another width."""
    depths = [columns(line) - base for line in lines if line.strip()]
    step = min((depth for depth in depths if depth > 0), default=0)
    if step in (0, width) or any(depth % step or depth < 0 for depth in depths):
        return lines
    indents = [base + (columns(line) - base) // step * width for line in lines]
    return [" " * n + line.lstrip() if line.strip() else line for n, line in zip(indents, lines, strict=True)]


def _opens(line: str, cursor: CursorContext) -> bool:
    code = _code(line, cursor)
    return opens_block(code, cursor.language) or code.endswith("{")


def _code(line: str, cursor: CursorContext) -> str:
    """The line without a comment at its end."""
    code = list(tokens(line, cursor.language))
    while code and code[-1].kind in (TokenKind.COMMENT, TokenKind.BLANK):
        code.pop()
    return line[: code[-1].end] if code else ""


def _allowed(cursor: CursorContext, width: int) -> int:
    """Columns of indentation that a line at the cursor may have at most."""
    known = cursor.block is not BlockStyle.NONE and cursor.language != "yaml"
    if not known or not cursor.preceding:
        return _UNLIMITED
    above = cursor.preceding[-1]
    if cursor.width >= columns(above) + (width or 1):  # the user's choice, when all of a step is typed
        return cursor.width
    deeper = cursor.block is not BlockStyle.INDENT or _opens(above, cursor)
    if deeper or _code(above, cursor).endswith(("(", "[", ",", "\\", "=")):
        return columns(above) + (width or 8)
    return columns(above)


INDENTATION = Filter("indentation", "empty", indent)
SCOPE = Filter("scope", "outside-block", cut_outside_block)
CONTINUATION = Filter("continuation", "would-not-parse", keep_following_block)
