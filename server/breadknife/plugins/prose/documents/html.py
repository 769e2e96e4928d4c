"""Headings, links and anchors of HTML, by its grammar: of pages that are served as they stand, not of templates."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from breadknife.plugins.prose.documents.elements import Heading, Link
from breadknife.text.document import Span
from breadknife.text.extract.html import tag_name
from breadknife.text.syntax import SyntaxTree, nodes_in

_HEADING = re.compile(r"h([1-6])", re.IGNORECASE)
_LINKING = {("a", "href"): False, ("img", "src"): True}
"""The attributes that link, as (tag, attribute); True for those of images."""
_GENERATED = re.compile(r"\{\{|\{%|<%|<\?(?!xml\b)|<base\b|\s(?:th:|v-|ng-|x-|\*ng)[\w-]+\s*=", re.IGNORECASE)
"""Signs of a template: nobody knows here where its page will be, or what will be around it, so it isn't read."""
_PAGE, _SCRIPT = re.compile(r"<html\b", re.IGNORECASE), re.compile(r"<script\b|\son\w+\s*=", re.IGNORECASE)


def find_headings(tree: SyntaxTree) -> Iterator[Heading]:
    for node in nodes_in(tree.root) if not _GENERATED.search(tree.text) else ():
        if node.type != "element" or node.child_count < 3 or node.children[-1].type != "end_tag":
            continue
        level = _HEADING.fullmatch(tag_name(tree, node.children[0]))
        if level is not None:
            span = Span(tree.span(node.children[0]).end, tree.span(node.children[-1]).start)
            yield Heading(int(level[1]), tree.text[span.start : span.end].strip(), span)


def find_links(tree: SyntaxTree) -> Iterator[Link]:
    for tag, name, value in _find_attributes(tree) if not _GENERATED.search(tree.text) else ():
        is_image = _LINKING.get((tag, name))
        if is_image is not None:
            yield Link(html.unescape(tree.text[value.start : value.end]), value, is_image)


def find_anchors(tree: SyntaxTree) -> frozenset[str] | None:
    """Return a page's anchors; None for a part of a page, and for one whose scripts may make more of them."""
    if not _PAGE.search(tree.text) or _GENERATED.search(tree.text) or _SCRIPT.search(tree.text):
        return None
    attributes = (value for _, name, value in _find_attributes(tree) if name in ("id", "name"))
    return frozenset(html.unescape(tree.text[value.start : value.end]) for value in attributes)


def _find_attributes(tree: SyntaxTree) -> Iterator[tuple[str, str, Span]]:
    """Yield (tag, attribute, span of the value without its quotes); both names are in lower case."""
    for node in nodes_in(tree.root):
        if node.type not in ("start_tag", "self_closing_tag"):
            continue
        for attribute in node.children:
            if attribute.type == "attribute" and attribute.child_count >= 3:
                value = tree.span(attribute.children[-1])
                if attribute.children[-1].type == "quoted_attribute_value":
                    value = Span(value.start + 1, value.end - 1)
                yield tag_name(tree, node), tree.source(attribute.children[0]).lower(), value
