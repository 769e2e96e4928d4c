"""What of a document is prose: one function, a file for each kind of source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from breadknife.cancel import CancelToken
from breadknife.text.document import Document
from breadknife.text.extract.asciidoc import asciidoc_prose
from breadknife.text.extract.catalogs import is_catalog, json_prose, po_prose
from breadknife.text.extract.comments.prose import comment_prose, python_prose
from breadknife.text.extract.html import html_prose
from breadknife.text.extract.latex import latex_prose
from breadknife.text.extract.markdown.blocks import markdown_prose
from breadknife.text.extract.notebooks import notebook_prose
from breadknife.text.extract.org import org_prose
from breadknife.text.extract.passage import LONGEST
from breadknife.text.extract.plain import commit_prose, plain_prose
from breadknife.text.extract.rest import rest_prose
from breadknife.text.extract.typst import typst_prose
from breadknife.text.languages import LANGUAGES as SYNTAXES
from breadknife.text.languages import documents as formats
from breadknife.text.notebooks import is_notebook
from breadknife.text.prose import ProseText
from breadknife.text.syntax import SyntaxTree

__all__ = ["LANGUAGES", "LONGEST", "extract"]

_BY_TREE = {"markdown": markdown_prose, "mdx": markdown_prose, "html": html_prose, "python": python_prose}
_COMMENTED = frozenset(id for id, syntax in SYNTAXES.items() if syntax.comments and id not in _BY_TREE)
_BY_TEXT: Mapping[str, Callable[[Document, CancelToken], Iterator[ProseText]]] = {
    id: reader
    for format, reader in (
        (formats.PLAIN_TEXT, plain_prose),
        (formats.GIT_COMMIT, commit_prose),
        (formats.LATEX, latex_prose),
        (formats.TYPST, typst_prose),
        (formats.REST, rest_prose),
        (formats.ORG, org_prose),
        (formats.GETTEXT, po_prose),
        (formats.ASCIIDOC, asciidoc_prose),
    )
    for id in (format.id, *format.aliases)
}
LANGUAGES = frozenset((*_BY_TREE, *_COMMENTED, *_BY_TEXT, formats.NOTEBOOK))
"""LSP ids of the languages in which prose is read."""


def extract(document: Document, tree: SyntaxTree | None, cancel: CancelToken) -> Iterator[ProseText]:
    """Return the paragraphs of a document in one of LANGUAGES, in order.

    `tree` is its syntax tree; without one, code has no prose, and Markdown is read as plain text. Raises Cancelled.
    """
    if is_notebook(document):
        return notebook_prose(document, extract, cancel)
    if document.language in _BY_TEXT:
        return _BY_TEXT[document.language](document, cancel)
    if tree is None:
        return plain_prose(document, cancel) if document.language in ("markdown", "mdx") else iter(())
    if document.language in _BY_TREE:
        return _BY_TREE[document.language](tree, cancel)
    if document.language in ("json", "jsonc") and is_catalog(document):
        return json_prose(document, tree, cancel)
    return comment_prose(tree, cancel)
