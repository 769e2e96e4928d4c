"""Prose in Python's docstrings, by tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Span
from breadknife.text.extract.comments.inline import inline_cuts
from breadknife.text.extract.comments.paragraphs import paragraphs
from breadknife.text.extract.passage import FEWEST_WORDS, Cut, passage, prose, split_lines
from breadknife.text.prose import ProseText
from breadknife.text.syntax import Node, SyntaxTree, captures

_QUERY = "(expression_statement . (string) @docstring .)"
"""Each string that is a statement: that of a module, class or function, and one below an attribute."""
_STRING = re.compile(r"(?i:(r|u)?)(\"\"\"|'''|\"|')")
"""The start of a docstring: its prefix and its quotes. Strings with `b` or `f` document nothing."""
_ESCAPE = re.compile(r"\\(?:\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}\n]*\}|[0-7]{1,3}|[^\n])")


def docstring_prose(tree: SyntaxTree, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of the docstrings of a tree of the `python` grammar. Raises Cancelled."""
    for node in captures(tree, _QUERY).get("docstring", []):
        cancel.raise_if_cancelled()
        yield from _docstring(tree, node)


def _docstring(tree: SyntaxTree, node: Node) -> Iterator[ProseText]:
    """Yield the paragraphs of one docstring; nothing for a string that is bytes, formatted, or has no end."""
    span = tree.span(node)
    source = tree.text[span.start : span.end]
    opening = _STRING.match(source)
    if opening is None or not source.endswith(opening[2]) or len(source) < opening.end() + len(opening[2]):
        return
    inside = Span(span.start + opening.end(), span.end - len(opening[2]))
    is_raw = opening[1] is not None and opening[1].lower() == "r"
    reserved = "\n\\" + opening[2][0]  # an edit must not bring in an escape or end the string
    for paragraph in paragraphs(tree.text, _aligned(tree.text, inside), docstring=True):
        piece = passage(tree.text, paragraph)
        if len(piece.text.split()) < FEWEST_WORDS:
            continue
        text = prose(piece, inline_cuts if is_raw else _escaped_cuts, reserved)
        if text is not None:
            yield text


def _escaped_cuts(text: str) -> list[Cut]:
    """Return the cuts of inline markup and of escapes, which read as blanks."""
    return inline_cuts(text) + [Cut(match.start(), match.end(), " ") for match in _ESCAPE.finditer(text)]


def _aligned(text: str, inside: Span) -> Iterator[Span]:
    """Yield a docstring's lines without their common margin. The first one has none to compare: it follows the
    quotes."""
    first, *rest = split_lines(text, inside)
    source = text[first.start : first.end]
    yield Span(first.start + len(source) - len(source.lstrip()), first.end)
    margins = [len(source) - len(source.lstrip()) for line in rest if (source := text[line.start : line.end]).strip()]
    margin = min(margins, default=0)
    for line in rest:
        yield Span(min(line.start + margin, line.end), line.end)
