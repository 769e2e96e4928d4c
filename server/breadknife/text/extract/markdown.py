"""Prose in Markdown: headings, paragraphs, list items, quotes, footnotes and tables' longer cells."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Span
from breadknife.text.extract.passage import Cut, Passage, line_breaks, passage, prose
from breadknife.text.prose import ProseText
from breadknife.text.syntax import Node, SyntaxTree, parse

_RESERVED = "`*_[]<>|\\\n"
_BLOCKS = frozenset(
    (
        "document", "section", "paragraph", "atx_heading", "setext_heading", "list", "list_item", "block_quote",
        "pipe_table", "pipe_table_header", "pipe_table_row", "ERROR",
    )
)  # fmt: skip
_FEWEST_WORDS_IN_CELL = 4  # shorter ones are names and numbers, not sentences
_FOOTNOTE_LABEL = re.compile(r"\[\^[^\]]+\]:[ \t]*")
_HEADING_ATTRIBUTES = re.compile(r"[ \t]*\{[#.:][^}\n]*\}$")
_TAG = re.compile(r"</?\s*([A-Za-z][\w-]*)")
_CODE_TAGS = frozenset(("code", "kbd", "samp", "var", "pre", "script", "style"))


def markdown_prose(tree: SyntaxTree, cancel: CancelToken) -> Iterator[ProseText]:
    """The prose of a tree of the `markdown` grammar."""
    if tree.root.has_error and not tree.text.endswith("\n"):
        # The grammar may lose everything over a heading in the last line, if that has no end.
        tree = parse(tree.text + "\n", "markdown") or tree
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.type in ("inline", "pipe_table_cell"):
            cancel.raise_if_cancelled()
            found = _inline_passage(tree, node)
            if node.type == "inline" or len(found.text.split()) >= _FEWEST_WORDS_IN_CELL:
                text = prose(found, _cuts, _RESERVED)
                if text is not None:
                    yield text
        elif node.type in _BLOCKS:
            stack.extend(reversed(node.named_children))


def _inline_passage(tree: SyntaxTree, node: Node) -> Passage:
    """The node's lines without the quote marks and indentation of the blocks around."""
    span = tree.span(node)
    if node.start_point.row == node.end_point.row:
        return passage(tree.text, [span])
    lines, start = list[Span](), span.start
    for child in node.named_children:
        if child.type == "block_continuation":
            gap = tree.span(child)
            lines.append(Span(start, gap.start))
            start = gap.end
    lines.append(Span(start, span.end))
    return passage(tree.text, [piece for line in lines for piece in _split_lines(tree.text, line)])


def _split_lines(text: str, span: Span) -> Iterator[Span]:
    start = span.start
    while (end := text.find("\n", start, span.end)) >= 0:
        yield Span(start, end)
        start = end + 1
    yield Span(start, span.end)


def _cuts(text: str) -> tuple[Cut, ...]:
    """Everything of a paragraph that the inline grammar says is not prose."""
    cuts = line_breaks(text)
    if match := _FOOTNOTE_LABEL.match(text):
        cuts.append(Cut(0, match.end(), ""))
    if match := _HEADING_ATTRIBUTES.search(text):
        cuts.append(Cut(match.start(), match.end(), ""))
    if not _MARKUP.search(text):
        return tuple(cuts)
    tree = parse(text, "markdown_inline")
    if tree is None:
        return tuple(cuts)
    opened: tuple[str, int] | None = None
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.type == "html_tag":
            tag = _tag(tree, node)
            span = tree.span(node)
            if opened and tag == "/" + opened[0]:
                cuts.append(Cut(opened[1], span.end))
                opened = None
            elif tag in _CODE_TAGS and not opened:
                opened = (tag, span.start)
            cuts.append(Cut(span.start, span.end, " " if tag == "br" else ""))
        elif (found := _cut(tree, node)) is not None:
            cuts += found
            stack.extend(reversed([c for c in node.children if c.type == "link_text"]))
        else:
            stack.extend(reversed(node.children))
    return tuple(cuts)


_MARKUP = re.compile(r"[`*_~\[\]<>&\\$!]")


def _tag(tree: SyntaxTree, node: Node) -> str:
    source = tree.source(node)
    match = _TAG.match(source)
    name = match[1].lower() if match else ""
    return "/" + name if source.startswith("</") else name


def _cut(tree: SyntaxTree, node: Node) -> list[Cut] | None:
    """What to cut for this node; None for text and for what only holds other nodes."""
    kind, span = node.type, tree.span(node)
    if kind in ("code_span", "latex_block", "uri_autolink", "email_autolink"):
        return [Cut(span.start, span.end)]
    if kind in ("image", "emphasis_delimiter"):
        return [Cut(span.start, span.end, "")]
    if kind == "backslash_escape":
        return [Cut(span.start, span.end, tree.source(node)[1:])]
    if kind in ("entity_reference", "numeric_character_reference"):
        return [Cut(span.start, span.end, html.unescape(tree.source(node)))]
    if kind == "shortcut_link":
        return [Cut(span.start, span.end, "")] if tree.text.startswith("[^", span.start) else None
    if kind in ("inline_link", "full_reference_link", "collapsed_reference_link"):
        text = next((tree.span(c) for c in node.children if c.type == "link_text"), None)
        if text is None:
            return [Cut(span.start, span.end, "")]
        return [Cut(span.start, text.start, ""), Cut(text.end, span.end, "")]
    return None
