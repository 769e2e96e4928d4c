"""Prose in Python: comments and docstrings, by tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Span
from breadknife.text.extract.passage import Cut, line_breaks, passage, prose
from breadknife.text.extract.structure import looks_like_code, paragraphs
from breadknife.text.prose import ProseText
from breadknife.text.syntax import Node, SyntaxTree, captures

_QUERY = """
(comment) @comment
(expression_statement . (string) @docstring .)
"""
_SIGN = re.compile(r"#+[:!|]?[ \t]?")
_DIRECTIVE = re.compile(
    r"#!|#\s*(?:-\*-|vim?:|type:|noqa|breadknife:|nosec|pragma|pylint|pyright|mypy|ruff|flake8|isort|fmt:|yapf|pyre-|pytype|"
    r"cython:|language:|coding[:=]|%%|region|endregion|SPDX|Copyright|©|\(c\)|-+\s*$|=+\s*$)",
    re.IGNORECASE,
)
_FEWEST_WORDS = 2
_INLINE = re.compile(
    r"""
      (?::[\w:+-]+:)?(?P<code>`+)[^`\n]+(?:\n[^`\n]+)?(?P=code)_{0,2}  # `code`, ``code``, :role:`target`, `link`_
    | \|\w+\|                                                          # |substitution|
    | (?<!\w)\*{1,2}[a-z]\w*\b(?!\*)                                   # *args, **kwargs
    """,
    re.VERBOSE,
)
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\[\]\n]+)\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"(?<!\S)\*{1,2}(?=\w)|(?<=[\w.,:!?])\*{1,2}(?!\w)")
_STRING = re.compile(r"(?i:(r|u)?)(\"\"\"|'''|\"|')")
_ESCAPE = re.compile(r"\\(?:\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}\n]*\}|[0-7]{1,3}|[^\n])")
_LITERAL_DOUBLE_COLON = re.compile(r"::\Z")


def python_prose(tree: SyntaxTree, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of a tree of the `python` grammar, in the order of the source."""
    found = captures(tree, _QUERY)
    texts: list[ProseText] = []
    for block in _comment_blocks(tree, found.get("comment", [])):
        cancel.raise_if_cancelled()
        texts += _from_lines(tree.text, block, code=looks_like_code)
    for node in found.get("docstring", []):
        cancel.raise_if_cancelled()
        texts += _docstring(tree, node)
    texts.sort(key=lambda text: text.start)
    yield from texts


def inline_cuts(text: str) -> list[Cut]:
    """Line breaks, and reST's and Markdown's inline markup, as docstrings and comments use both."""
    cuts = line_breaks(text)
    cuts += [Cut(m.start(), m.end()) for m in _INLINE.finditer(text)]
    for link in _LINK.finditer(text):
        cuts += (Cut(link.start(), link.start("text"), ""), Cut(link.end("text"), link.end(), ""))
    cuts += [Cut(m.start(), m.end(), "") for m in _EMPHASIS.finditer(text)]
    cuts += [Cut(m.start(), m.end(), ":") for m in _LITERAL_DOUBLE_COLON.finditer(text)]
    return cuts


def _escaped_cuts(text: str) -> list[Cut]:
    return inline_cuts(text) + [Cut(m.start(), m.end(), " ") for m in _ESCAPE.finditer(text)]


def _comment_blocks(tree: SyntaxTree, nodes: Iterable[Node]) -> Iterator[list[Span]]:
    """Comments without their signs; those that follow each other in one column are one block."""
    block, last = list[Span](), (-2, -1)
    for node in sorted(nodes, key=lambda n: n.start_byte):
        span = tree.span(node)
        source = tree.text[span.start : span.end]
        row, column = node.start_point
        alone = not tree.text[tree.text.rfind("\n", 0, span.start) + 1 : span.start].strip(" \t\ufeff")
        is_directive = _DIRECTIVE.match(source) is not None
        if block and (last != (row - 1, column) or not alone or is_directive):
            yield block
            block = []
        if not is_directive and (sign := _SIGN.match(source)):
            block.append(Span(span.start + sign.end(), span.end))
        last = (row, column) if alone and not is_directive else (-2, -1)
    if block:
        yield block


def _docstring(tree: SyntaxTree, node: Node) -> Iterator[ProseText]:
    span = tree.span(node)
    source = tree.text[span.start : span.end]
    opening = _STRING.match(source)
    if opening is None or not source.endswith(opening[2]) or len(source) < opening.end() + len(opening[2]):
        return
    start, end = span.start + opening.end(), span.end - len(opening[2])
    lines, at = list[Span](), start
    while (stop := tree.text.find("\n", at, end)) >= 0:
        lines.append(Span(at, stop))
        at = stop + 1
    lines.append(Span(at, end))
    raw = opening[1] is not None and opening[1].lower() == "r"
    yield from _from_lines(tree.text, _aligned(tree.text, lines), docstring=True, raw=raw, quote=opening[2][0])


def _aligned(text: str, lines: list[Span]) -> Iterator[Span]:
    """A docstring's lines, its first one without the blanks after the quotes (it has no indentation to compare)."""
    first, *rest = lines
    yield Span(first.start + len(source := text[first.start : first.end]) - len(source.lstrip()), first.end)
    margins = [len(s) - len(s.lstrip()) for line in rest if (s := text[line.start : line.end]).strip()]
    margin = min(margins, default=0)
    for line in rest:
        yield Span(min(line.start + margin, line.end), line.end)


def _from_lines(
    text: str,
    lines: Iterable[Span],
    *,
    docstring: bool = False,
    code: Callable[[str], bool] | None = None,
    raw: bool = True,
    quote: str = "",
) -> Iterator[ProseText]:
    for paragraph in paragraphs(text, lines, docstring=docstring, code=code):
        found = passage(text, paragraph)
        if len(found.text.split()) < _FEWEST_WORDS:
            continue
        result = prose(found, inline_cuts if raw else _escaped_cuts, reserved="\n\\" + quote)
        if result is not None:
            yield result
