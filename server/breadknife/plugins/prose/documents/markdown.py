"""Headings with their anchors, and links of Markdown and MDX, by its grammar."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from breadknife.plugins.prose.documents.elements import Heading, Link
from breadknife.text.anchors import github_anchor
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, nodes_in, parse

_ATTRIBUTES = re.compile(r"\s*\{[^}\n]*#([\w:.-]+)[^}\n]*\}\s*$")
_ANCHOR = re.compile(r"<[a-zA-Z][^>]*\b(?:id|name)\s*=\s*[\"']?([^\"'\s>]+)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(`+[^`]+`+)|(?<!\w)_|_(?!\w)")
"""Code, which is kept as group 1, or an underscore outside of code and words."""


def find_headings(tree: SyntaxTree) -> Iterator[Heading]:
    for node in _nodes(tree.root, "atx_heading", "setext_heading"):
        marker = next((c.type for c in node.children if "_h" in c.type), "")
        level = next((int(char) for char in marker if char.isdigit()), 0)
        inline = next(_nodes(node, "inline"), None)
        if level and inline is not None:
            yield Heading(level, tree.source(inline).strip(), tree.span(inline))


_HTML_HEADING = re.compile(r"<h[1-6]\b[^>]*>(.{1,300}?)</h[1-6]>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def find_anchors(tree: SyntaxTree) -> frozenset[str]:
    """Return what a link may have after its `#`: GitHub's anchors of headings, and those that the document names."""
    seen: Counter[str] = Counter()
    anchors = set[str](_ANCHOR.findall(tree.text))
    anchors |= {slugify(_TAG.sub("", match[1]).strip()) for match in _HTML_HEADING.finditer(tree.text)}
    for heading in find_headings(tree):
        if attributes := _ATTRIBUTES.search(heading.text):
            anchors.add(attributes[1])
        slug = slugify(_ATTRIBUTES.sub("", heading.text))
        anchors.add(slug if not seen[slug] else f"{slug}-{seen[slug]}")
        seen[slug] += 1
    return frozenset(anchors)


def slugify(heading: str) -> str:
    """Return the anchor of a heading as it is written."""
    return github_anchor(_EMPHASIS.sub(r"\1", _LINK.sub(r"\1", heading)))


def find_links(tree: SyntaxTree) -> Iterator[Link]:
    """Yield inline links and images, and the definitions of references."""
    for node in _nodes(tree.root, "inline", "pipe_table_cell", "link_reference_definition"):
        if node.type == "link_reference_definition":
            for child in node.children:
                if child.type == "link_destination":
                    yield _make_link(tree, child, 0, is_image=False)
            continue
        source = tree.source(node)
        if "](" in source:
            start = tree.span(node).start
            yield from (replace(link, span=link.span.shifted(start)) for link in _find_inline_links(source))


@lru_cache(maxsize=1 << 10)  # several rules ask, at each look at a document, and parsing takes most of their time
def _find_inline_links(text: str) -> tuple[Link, ...]:
    """Return the links and images of the text of one block."""
    inline = parse(text, "markdown_inline")
    if inline is None:
        return ()
    return tuple(
        _make_link(inline, child, 0, is_image=link.type == "image")
        for link in nodes_in(inline.root)
        if link.type in ("inline_link", "image")
        for child in link.children
        if child.type == "link_destination"
    )


def _make_link(tree: SyntaxTree, node: Node, start: int, *, is_image: bool) -> Link:
    """Return the link with this destination, in a tree whose text begins at `start` of the document."""
    span = tree.span(node)
    text = tree.text[span.start : span.end]
    if text.startswith("<") and text.endswith(">"):
        span, text = Span(span.start + 1, span.end - 1), text[1:-1]
    return Link(text, span.shifted(start), is_image)


def _nodes(top: Node, *types: str) -> Iterator[Node]:
    """Yield the nodes of these types below `top`, in the order of the text, but not those inside of one."""
    stack = [*reversed(top.children)]
    while stack:
        node = stack.pop()
        if node.type in types:
            yield node
        else:
            stack.extend(reversed(node.children))
