"""Which part of a document is read in which format: a rule serves those that its mapping has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from breadknife.plugins.prose.documents import html, lightweight, markdown
from breadknife.plugins.prose.documents.parts import CodeBlock, Heading, Link
from breadknife.plugins.prose.documents.rule import Subject
from breadknife.text.document import Document
from breadknife.text.languages.documents import ASCIIDOC, ORG, REST
from breadknife.text.syntax import SyntaxTree, parse

_PARTIAL = re.compile(r"^import\s[^\n]*[\"'][^\"'\n]+\.mdx?[\"']", re.MULTILINE)
"""A document that has another one in it has its headings too."""

_LINES: Mapping[str, Callable[[Document], lightweight.Parts]] = {
    id: reader
    for each, reader in ((REST, lightweight.rest), (ASCIIDOC, lightweight.asciidoc), (ORG, lightweight.org))
    for id in (each.id, *each.aliases)
}
LINE_BY_LINE = frozenset(_LINES)
"""Formats that are read without a grammar."""
_MARKDOWN = frozenset(("markdown", "mdx"))
HEADINGS = _MARKDOWN | {"html", *LINE_BY_LINE} - {REST.id, *REST.aliases}
LINKS = _MARKDOWN | {"html", *LINE_BY_LINE}
ANCHORS = _MARKDOWN | {"html"}
CODE_BLOCKS = _MARKDOWN | LINE_BY_LINE


_MDX_COMMENT = re.compile(r"\{/\*.*?\*/\}", re.DOTALL)


def _shown(tree: SyntaxTree) -> SyntaxTree:
    """MDX without its comments, each character at its place."""
    if tree.language != "mdx" or "{/*" not in tree.text:
        return tree
    text = _MDX_COMMENT.sub(lambda match: re.sub(r"\S", " ", match[0]), tree.text)
    return parse(text, "mdx") or tree


def headings(subject: Subject) -> Iterable[Heading]:
    """Of a document in one of HEADINGS."""
    if reader := _LINES.get(subject.document.language):
        return reader(subject.document).headings
    return (
        html.headings(subject.tree) if subject.document.language == "html" else markdown.headings(_shown(subject.tree))
    )


def links(subject: Subject) -> Iterable[Link]:
    """Of a document in one of LINKS."""
    if reader := _LINES.get(subject.document.language):
        return reader(subject.document).links
    return html.links(subject.tree) if subject.document.language == "html" else markdown.links(_shown(subject.tree))


def anchors(tree: SyntaxTree) -> frozenset[str] | None:
    """Of a tree in one of ANCHORS; None where there may be more of them."""
    if tree.language == "html":
        return html.anchors(tree)
    return None if tree.language == "mdx" and _PARTIAL.search(tree.text) else markdown.anchors(tree)


def code_blocks(subject: Subject) -> Iterable[CodeBlock]:
    """Of a document in one of CODE_BLOCKS."""
    reader = _LINES.get(subject.document.language)
    return reader(subject.document).blocks if reader else markdown.code_blocks(_shown(subject.tree))
