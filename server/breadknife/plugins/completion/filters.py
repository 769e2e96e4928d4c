"""What the model wrote, made fit to be shown, or a reason not to show it."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.task.reasons import silence
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import SyntaxTree, changed_tree, parses_no_worse

_CLOSING = ")]}>\"'`,;:"


def fitted(text: str, document: Document, offset: int, tree: SyntaxTree | None) -> str | Silence:
    """The best form of `text` to insert at `offset`, or why there is none."""
    if not text.strip():
        return silence("empty")
    if _repeats(text, document, offset):
        return silence("repeats-next-line")
    if tree is None:
        return next(_forms(text, document, offset))
    for form in _forms(text, document, offset):
        edit = TextEdit(Span(offset, offset), form)
        after = changed_tree(tree, edit)
        if after is not None and parses_no_worse(tree, after):
            return form
    return silence("would-not-parse")


def _forms(text: str, document: Document, offset: int) -> Iterator[str]:
    """The text as it is, then without what the rest of the line already has, then line by line shorter."""
    rest = document.text[offset : document.line_span(document.line_at(offset)).end]
    first = _without_overlap(text, rest)
    yield first
    if first != text:
        yield text
    lines = first.split("\n")
    for count in range(len(lines) - 1, 0, -1):
        shorter = "\n".join(lines[:count]).rstrip()
        if shorter.strip():
            yield shorter


def _without_overlap(text: str, rest: str) -> str:
    """`text` without a tail that the line goes on with (`)` typed ahead by the editor, say)."""
    if "\n" in text:
        return text
    for following in (rest.rstrip(), rest.strip()):
        for length in range(min(len(text), len(following)), 0, -1):
            tail = text[-length:]
            if following.startswith(tail) and (length > 2 or all(char in _CLOSING for char in tail)):
                # A tail that closes what the text itself opens belongs to the text.
                kept = text[:-length]
                return text if _unclosed(kept) > _unclosed(text) >= 0 else kept
    return text


def _unclosed(text: str) -> int:
    return sum(text.count(opening) for opening in "([{") - sum(text.count(closing) for closing in ")]}")


def _repeats(text: str, document: Document, offset: int) -> bool:
    line = document.line_at(offset)
    first = text.strip("\n").split("\n", 1)[0].strip()
    before = document.text[document.line_starts[line] : offset]
    whole = (before + first).strip()
    for number in range(line + (0 if not before and document.line_text(line).strip() else 1), document.line_count):
        following = document.line_text(number).strip()
        if following:
            return len(following) > 3 and following in (whole, first)
    return False
