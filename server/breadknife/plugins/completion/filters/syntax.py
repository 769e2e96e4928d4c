"""Brackets and quotes agree with what stands around the cursor, and the file parses no worse than before."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.completion.filters.draft import Draft, Filter
from breadknife.task.reasons import silence
from breadknife.task.values import Silence
from breadknife.text.document import Span, TextEdit
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import changed_tree, has_grammar
from breadknife.text.tokens import TokenKind, tokens


def keep_balanced(text: str, draft: Draft) -> str | None:
    """Return the longest beginning that leaves no bracket or string worse off than it was."""
    cursor = draft.cursor
    if cursor.opens_comment(text):
        return None
    if cursor.is_balanced(text):
        return text
    allowed = cursor.imbalance("")
    for beginning in _balance_points(text, draft):
        if cursor.imbalance(beginning) <= allowed and cursor.closes_what_it_opens(beginning):
            return beginning
    return None


def keep_parsing(text: str, draft: Draft) -> str | Silence | None:
    """Return the text, or as many of its lines as parse. Without a grammar, the text."""
    tree, offset = draft.cursor.tree, draft.cursor.offset
    if tree is None:
        return silence("no-tree") if has_grammar(draft.cursor.language) else text
    # A comma before a closing bracket isn't always allowed.
    forms = (text, *([text[:-1]] if text.endswith(",") else []), *_shorter_by_lines(text, draft))
    for form in forms:
        after = changed_tree(tree, TextEdit(Span(offset, offset), form.replace("\n", draft.cursor.line_break)))
        if after is None:  # it took too long, and so would every other form
            return silence("no-tree")
        if parses_no_worse(tree, after):
            return form
    return None


def _balance_points(text: str, draft: Draft) -> Iterator[str]:
    """Yield the text, its beginnings by lines, and those of its first line that end before a bracket or a string."""
    yield text
    yield from _shorter_by_lines(text, draft)
    line = text.partition("\n")[0]
    for token in reversed(list(tokens(line, draft.cursor.language, draft.shape.quote))):
        if token.kind in (TokenKind.OPEN, TokenKind.CLOSE, TokenKind.STRING) and (
            shorter := draft.cursor.trimmed(line[: token.start])
        ):
            yield shorter


def _shorter_by_lines(text: str, draft: Draft) -> Iterator[str]:
    """Yield the beginnings of whole lines, the longest first."""
    lines = text.split("\n")
    for count in range(len(lines) - 1, 0, -1):
        shorter = draft.cursor.trimmed("\n".join(lines[:count]))
        if shorter and shorter != text:
            yield shorter


BALANCE = Filter("balance", "unbalanced", keep_balanced)
PARSING = Filter("parsing", "would-not-parse", keep_parsing)
