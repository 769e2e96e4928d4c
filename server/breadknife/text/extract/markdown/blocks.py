"""Prose in Markdown and MDX: headings, paragraphs, list items, quotes, footnotes, longer cells of tables, HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from breadknife.cancel import CancelToken
from breadknife.text.document import Span
from breadknife.text.extract.blocks import FEWEST_WORDS_IN_CELL
from breadknife.text.extract.markdown.inline import MODULE_LINE, html_inside, markdown_cuts, mdx_cuts, without_flow
from breadknife.text.extract.passage import FEWEST_WORDS, MarkedPassage, line_breaks, passage, prose, split_lines
from breadknife.text.languages.values import kinds
from breadknife.text.prose import ProseText
from breadknife.text.syntax import Node, SyntaxTree, parse

_RESERVED = "`*_[]<>|\\\n"
_BLOCKS = kinds("paragraph atx_heading setext_heading list block_quote pipe_table html_block ERROR")
_HOLDERS = _BLOCKS | kinds("document section list_item pipe_table_header pipe_table_row")
"""Nodes that have prose somewhere in them."""
FRONT_MATTER = kinds("minus_metadata plus_metadata")
_SPOKEN_KEY = re.compile(
    r"^(?:title|subtitle|description|summary|excerpt|abstract|tagline)[ \t]*[:=][ \t]*"
    r"(?:[>|][-+\d]*[ \t]*\r?\n(?P<block>(?:[ \t]+[^\n]*\n|[ \t\r]*\n)+)"
    r"|(?P<quote>[\"']?)(?P<value>[^\n]*?)(?P=quote)[ \t]*\r?$)",
    re.MULTILINE,
)


def markdown_prose(tree: SyntaxTree, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of a tree of the `markdown` grammar, or of the same tree of MDX."""
    if tree.root.has_error and not tree.text.endswith("\n"):
        # The grammar may lose everything over a heading in the last line, if that has no end.
        tree = parse(tree.text + "\n", tree.language) or tree
    if tree.language == "mdx" and (shown := without_flow(tree.text)) != tree.text:
        tree = parse(shown, "mdx") or tree
    for node in top_blocks(tree):
        if node.type in FRONT_MATTER:
            yield from _front_matter(tree.text, tree.span(node))
        elif node.type in _BLOCKS:
            cancel.raise_if_cancelled()
            span = tree.span(node)
            start = tree.text.rfind("\n", 0, span.start) + 1  # its indentation is that of the lines below
            for text in _block(tree.text[start : span.end], tree.language):
                yield text.shifted(start)


def top_blocks(tree: SyntaxTree) -> Iterator[Node]:
    """Yield the blocks that stand in no other one, in order."""
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.type in ("document", "section"):
            stack.extend(reversed(node.children))
        else:
            yield node


@lru_cache(maxsize=1 << 14)
def _block(source: str, language: str) -> tuple[ProseText, ...]:
    """Return the prose of one block of a document. The results are cached, because most blocks stay the same while a
    document is edited."""
    tree = parse(source if source.endswith("\n") else source + "\n", language)
    return tuple(_inside(tree)) if tree is not None else ()


def _inside(tree: SyntaxTree) -> Iterator[ProseText]:
    """Yield the prose of the tree of one block, in order."""
    is_mdx = tree.language == "mdx"
    cutter = mdx_cuts if is_mdx else markdown_cuts
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.type in ("inline", "pipe_table_cell"):
            piece = _inline_passage(tree, node)
            if is_mdx and MODULE_LINE.match(piece.text):
                continue
            if node.type == "inline" or len(piece.text.split()) >= FEWEST_WORDS_IN_CELL:
                text = prose(piece, cutter, _RESERVED)
                if text is not None:
                    yield text
        elif node.type == "html_block" and (node.parent is None or node.parent.type != "block_quote"):
            span = tree.span(node)
            for text in html_inside(tree.text[span.start : span.end], is_mdx=is_mdx):
                yield replace(text, start=text.start + span.start)
        elif node.type in _HOLDERS:
            stack.extend(reversed(node.named_children))


def _front_matter(text: str, span: Span) -> Iterator[ProseText]:
    """Yield the title and the description that a document gives itself."""
    for match in _SPOKEN_KEY.finditer(text, span.start, span.end):
        value = Span(*match.span("block" if match["block"] is not None else "value"))
        prose_text = prose(passage(text, [*split_lines(text, value)]), line_breaks, "\"'\\:#\n")
        if prose_text is not None and len(prose_text.text.split()) >= FEWEST_WORDS:
            yield prose_text


def _inline_passage(tree: SyntaxTree, node: Node) -> MarkedPassage:
    """Return the node's lines without the quote marks and indentation of the blocks around."""
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
    return passage(tree.text, [piece for line in lines for piece in split_lines(tree.text, line)])
