"""Reads headings, links and anchors in each format: a rule serves the languages of what it looks at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from breadknife.plugins.prose.documents import html, line_formats, markdown
from breadknife.plugins.prose.documents.elements import Heading, Link
from breadknife.plugins.prose.documents.rule import DocumentContext
from breadknife.text.document import Document
from breadknife.text.languages.documents import ASCIIDOC, FORMATS, ORG, REST
from breadknife.text.syntax import SyntaxTree, parse

_PARTIAL = re.compile(r"^import\s[^\n]*[\"'][^\"'\n]+\.mdx?[\"']", re.MULTILINE)
"""An import of another document: that one's headings are in this one, too."""
_MDX_COMMENT = re.compile(r"\{/\*.*?\*/\}", re.DOTALL)

_READERS: Mapping[str, Callable[[Document], line_formats.DocumentElements]] = {
    id: reader
    for format, reader in (
        (REST, line_formats.read_rest), (ASCIIDOC, line_formats.read_asciidoc), (ORG, line_formats.read_org),
    )
    for id in (format.id, *format.aliases)
}  # fmt: skip
LINE_BY_LINE = frozenset(_READERS)
"""Formats that are read without a grammar."""
_MARKDOWN = frozenset(("markdown", "mdx"))
PROSE = (_MARKDOWN | {id for format in FORMATS for id in (format.id, *format.aliases)}) - {"po", "gettext"}
"""Formats of what is written to be read as a whole."""
# For each kind of element, the languages (LSP ids) that it is found in.
HEADINGS = _MARKDOWN | {"html"} | LINE_BY_LINE - {REST.id, *REST.aliases}
LINKS = _MARKDOWN | {"html"} | LINE_BY_LINE
ANCHORS = _MARKDOWN | {"html"}


def find_headings(context: DocumentContext) -> Iterable[Heading]:
    """Return the headings of a document in one of HEADINGS."""
    if reader := _READERS.get(context.document.language):
        return reader(context.document).headings
    format = html if context.document.language == "html" else markdown
    return format.find_headings(_without_comments(context.tree))


def find_links(context: DocumentContext) -> Iterable[Link]:
    """Return the links of a document in one of LINKS."""
    if reader := _READERS.get(context.document.language):
        return reader(context.document).links
    format = html if context.document.language == "html" else markdown
    return format.find_links(_without_comments(context.tree))


def find_anchors(tree: SyntaxTree) -> frozenset[str] | None:
    """Return the anchors of a document in one of ANCHORS; None where there may be more of them."""
    if tree.language == "html":
        return html.find_anchors(tree)
    return None if tree.language == "mdx" and _PARTIAL.search(tree.text) else markdown.find_anchors(tree)


def _without_comments(tree: SyntaxTree) -> SyntaxTree:
    """Return MDX without its comments, each character at its place; any other tree as it is."""
    if tree.language != "mdx" or "{/*" not in tree.text:
        return tree
    text = _MDX_COMMENT.sub(lambda match: re.sub(r"\S", " ", match[0]), tree.text)
    return parse(text, "mdx") or tree
