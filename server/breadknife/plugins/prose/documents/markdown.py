"""Headings with their anchors, links, and code blocks of Markdown and MDX, by its grammar."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from breadknife.plugins.prose.documents.parts import CodeBlock, Heading, Link
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, parse

_ATTRIBUTES = re.compile(r"\s*\{[^}\n]*#([\w:.-]+)[^}\n]*\}\s*$")
_ANCHOR = re.compile(r"<[a-zA-Z][^>]*\b(?:id|name)\s*=\s*[\"']?([^\"'\s>]+)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(`+[^`]+`+)|(?<!\w)_|_(?!\w)")
"""Underscores that are no part of code."""


def headings(tree: SyntaxTree) -> Iterator[Heading]:
    for node in _nodes(tree.root, {"atx_heading", "setext_heading"}):
        marker = next((c.type for c in node.children if "_h" in c.type), "")
        level = next((int(char) for char in marker if char.isdigit()), 0)
        inline = next(_nodes(node, {"inline"}), None)
        if level and inline is not None:
            yield Heading(level, tree.source(inline).strip(), tree.span(inline))


_HTML_HEADING = re.compile(r"<h[1-6]\b[^>]*>(.{1,300}?)</h[1-6]>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def anchors(tree: SyntaxTree) -> frozenset[str]:
    """Return the targets of `#…` as GitHub makes them, and those that the document names itself."""
    seen: Counter[str] = Counter()
    found: set[str] = set(_ANCHOR.findall(tree.text))
    found |= {slugified(_TAG.sub("", match[1]).strip()) for match in _HTML_HEADING.finditer(tree.text)}
    for heading in headings(tree):
        named = _ATTRIBUTES.search(heading.text)
        if named:
            found.add(named[1])
        slug = slugified(_ATTRIBUTES.sub("", heading.text))
        found.add(slug if not seen[slug] else f"{slug}-{seen[slug]}")
        seen[slug] += 1
    return frozenset(found)


def slugified(heading: str) -> str:
    """As github-slugger does it: lower case, without punctuation, a hyphen for each space."""
    text = _EMPHASIS.sub(r"\1", _LINK.sub(r"\1", heading)).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def links(tree: SyntaxTree) -> Iterator[Link]:
    """Inline links and images, and the definitions of references."""
    for node in _nodes(tree.root, {"inline", "pipe_table_cell", "link_reference_definition"}):
        if node.type == "link_reference_definition":
            for child in node.children:
                if child.type == "link_destination":
                    yield _link(tree, child, 0, image=False)
            continue
        source = tree.source(node)
        if "](" not in source:
            continue
        inline = parse(source, "markdown_inline")
        if inline is None:
            continue
        start = tree.span(node).start
        for each in _nodes(inline.root, {"inline_link", "image"}, into=True):
            for child in each.children:
                if child.type == "link_destination":
                    yield _link(inline, child, start, image=each.type == "image")


def code_blocks(tree: SyntaxTree) -> Iterator[CodeBlock]:
    for node in _nodes(tree.root, {"fenced_code_block"}):
        language = next((tree.source(n) for n in _nodes(node, {"language"})), "")
        content = next((c for c in node.children if c.type == "code_fence_content"), None)
        if content is None:
            continue
        span, lines = tree.span(content), list[Span]()
        at = span.start
        for line in tree.text[span.start : span.end].splitlines(keepends=True):
            lines.append(Span(at, at + len(line.rstrip("\r\n"))))
            at += len(line)
        yield CodeBlock(language.lower(), tuple(lines))


def _link(tree: SyntaxTree, node: Node, start: int, *, image: bool) -> Link:
    span = tree.span(node)
    text = tree.text[span.start : span.end]
    if text.startswith("<") and text.endswith(">"):
        span, text = Span(span.start + 1, span.end - 1), text[1:-1]
    return Link(text, span.shifted(start), image)


def _nodes(node: Node, kinds: set[str], *, into: bool = False) -> Iterator[Node]:
    """The nodes of these kinds in the order of the text; those inside of one only if `into`."""
    stack = [node]
    while stack:
        each = stack.pop()
        found = each.type in kinds and each is not node
        if found:
            yield each
        if not found or into:
            stack.extend(reversed(each.children))
