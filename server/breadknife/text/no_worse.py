"""Whether an edit leaves a text broken no more than it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.text.document import Span, TextEdit
from breadknife.text.languages import LANGUAGES, BlockStyle
from breadknife.text.syntax import SyntaxTree, changed_tree, difference
from breadknife.text.tokens import CLOSING, TokenKind, string_quote, tokens

RECOVERY_BYTES = 40
"""How much an error elsewhere may grow: tree-sitter's recovery takes in a token more or less after any edit."""


def parses_no_worse(before: SyntaxTree, after: SyntaxTree) -> bool:
    """Tell whether the text after an edit is broken no more than before it.

    The number of errors alone doesn't tell: one that was a word may have become half of the file, and where the file
    is broken elsewhere, recovery finds now more errors, now fewer in the same text. So no more errors may begin in the
    new text than in what it replaces, none may newly reach into it, and there may be more elsewhere only if they cover
    less, outside of the edited lines. Or nothing but the end of what is being written is missing: with its brackets and
    its string closed, and a body where it is a header, no error has to do with it.

    Measured with lines of files in ten languages, put back where they had been: spoiled (2,700), 48 % passed by the
    number alone and 21 % pass so; right ones (900, in files broken elsewhere), 4 % were refused and 5 % are.
    """
    if not after.root.has_error:
        return True
    if not before.root.has_error:
        return False
    edit = difference(before.text, after.text)
    inserted = Span(edit.span.start, edit.span.start + len(edit.new_text))
    was, now = _Errors.of(before, edit.span), _Errors.of(after, inserted)
    fits = now.begin <= was.begin and (was.near or not now.reach)
    return (fits and _no_more_elsewhere(before, was, after, now)) or _only_unfinished(before, was, after, edit)


def _no_more_elsewhere(before: SyntaxTree, was: _Errors, after: SyntaxTree, now: _Errors) -> bool:
    return now.outside < was.outside or (
        now.outside <= was.outside + RECOVERY_BYTES and after.error_count <= before.error_count
    )


def _only_unfinished(before: SyntaxTree, was: _Errors, after: SyntaxTree, edit: TextEdit) -> bool:
    """Tell whether what the edit continues would be right if it ended after it."""
    start, end = edit.span.start, edit.span.start + len(edit.new_text)
    line_end = after.text.find("\n", end)
    if after.text[end : line_end if line_end >= 0 else None].strip():
        return False
    closers = _unclosed(after, start, end)
    if len(closers) > len(_unclosed(after, start, start)):  # it opens something itself
        return False
    syntax = LANGUAGES.get(after.language)
    line_break = "\n" if closers and _ends_in_comment(after, start, end) else ""
    for ending in _ENDINGS.get(syntax.block if syntax else BlockStyle.NONE, ("",)):
        closing = line_break + "".join(closers) + ending
        closed = changed_tree(after, TextEdit(Span(end, end), closing))
        if closed is None:
            return False
        now = _Errors.of(closed, Span(start, end + len(closing)))
        if not (now.begin or now.reach) and _no_more_elsewhere(before, was, closed, now):
            return True
    return False


_ENDINGS = {
    BlockStyle.INDENT: ("", ":", "():"),
    BlockStyle.BRACES: ("", ";", " {}", "() {}"),
}
"""What may be missing after the brackets: the end of a statement, or a body, and parameters before it."""

LOOK_BACK = 8_000
"""Characters that are read for what is open."""
_LINE = re.compile(r"^[^\s)\]}]", re.MULTILINE)


def _ends_in_comment(tree: SyntaxTree, start: int, end: int) -> bool:
    """Tell whether what is written next to the text that ends at `end` would be a comment."""
    line = max(tree.text.rfind("\n", 0, end) + 1, start)
    *_, last = [None, *tokens(tree.text[line:end], tree.language)]
    return last is not None and last.kind is TokenKind.COMMENT and not tree.text[:end].endswith(("*/", "-->"))


def _unclosed(tree: SyntaxTree, edited: int, end: int) -> list[str]:
    """Return what closes the brackets and the string that are open at `end`, the innermost first."""
    text = tree.text
    nearest = max(0, edited - LOOK_BACK)
    lines: Iterator[re.Match[str]] = _LINE.finditer(text, nearest, edited)
    start = max((match.start() for match in lines), default=nearest)
    stack = list[str]()
    last = None
    for last in tokens(text[start:end], tree.language):
        source = text[start + last.start : start + last.end]
        if last.kind is TokenKind.OPEN:
            stack.append(CLOSING[source])
        elif last.kind is TokenKind.CLOSE and source in stack:
            while stack.pop() != source:
                pass
    if last and last.kind is TokenKind.STRING and not last.closed:
        stack.append(string_quote(text[start + last.start : start + last.end]))
    return stack[::-1]


@dataclass(frozen=True)
class _Errors:
    """The errors of a tree, seen from an edited span."""

    begin: int
    """How many begin in it."""
    reach: bool
    """Whether one has a part of it."""
    near: bool
    """Whether one has a part of it or borders on it."""
    outside: int
    """Bytes of the text that errors cover, without the lines of the span."""

    @classmethod
    def of(cls, tree: SyntaxTree, span: Span) -> _Errors:
        start, end = tree.byte_offset(span.start), tree.byte_offset(span.end)
        line = tree.byte_offset(tree.text.rfind("\n", 0, span.start) + 1)
        line_end = tree.text.find("\n", span.end)
        rest = tree.byte_offset(line_end if line_end >= 0 else len(tree.text))
        outside, at = 0, 0
        for first, last in tree.errors:
            outside += max(0, min(last, line) - max(first, at)) + max(0, last - max(first, at, rest))
            at = max(at, last)
        return cls(
            begin=sum(start <= first < end for first, _ in tree.errors),
            reach=any(first < end and start < last for first, last in tree.errors),
            near=any(first <= end and start <= last for first, last in tree.errors),
            outside=outside,
        )
