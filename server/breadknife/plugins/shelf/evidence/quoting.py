"""Quotes: spans of pages that are proved to be on the page, and Markdown that shows them letter by letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote as escaped_for_uri

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.text.document import Span, uri_to_path

_MARKUP = re.compile(r"[\\`*_{}\[\]<>&#|~$!^=]|(?<=:)/(?=/)|(?<=www)\.|@")
"""What Markdown, with the extensions of GitHub and of editors, could take for markup anywhere in a line."""
_ITEM = re.compile(r"^(\d{0,9})([.)+-])(?=\s|$|-)")
"""What Markdown takes for an item of a list, or for a rule, at the beginning of a line."""


@dataclass(frozen=True)
class Quote:
    """A span of a page that answers a question."""

    text: str
    """The page's text there as `quoted` makes it: letter by letter, without line ends and the hyphens at them."""
    title: str
    """The document's."""
    file: Path
    page: int
    """Counted from 1; 0 if the format has no pages."""
    span: Span
    """In the page's stored text."""
    likelihood: float
    """From 0 to 1, how likely the quote answers the question."""
    head: Span | None = None
    """Of the first row of the table, if the quote is rows of a long one."""
    anchor: str = ""
    """What leads to its section, after `#`; empty if nothing does. A file with pages has none."""

    @property
    def uri(self) -> str:
        """The URI of the page, or of the section in a file without pages."""
        place = f"page={self.page}" if self.page else escaped_for_uri(self.anchor)
        return self.file.as_uri() + (f"#{place}" if place else "")


def is_proved(quote: Quote, page_text: Callable[[Path, int], str]) -> bool:
    """Tell whether the stored text of the quote's page has the quote at its span. `page_text` is that of `Shelves`. A
    quote that isn't proved is never shown."""
    page = page_text(quote.file, quote.page)
    spans = (quote.span, quote.head or quote.span)
    is_inside = all(0 <= span.start < span.end <= len(page) for span in spans)
    return is_inside and bool(quote.text) and quoted(page, quote.span, quote.head) == quote.text


def quoted(page: str, span: Span, head: Span | None) -> str:
    """Return the text of a quote: the page's text at `span`, after the head of its table if there is one."""
    text = clean(page[span.start : span.end])
    return f"{clean(page[head.start : head.end])} … {text}" if head is not None else text


def as_markdown(text: str, title: str, page: int, link: str) -> str:
    """Return a block quote with its source below, as a link. `page` is 0 if the document has no pages; `link` is what
    the function `link` returns."""
    source = f"{title}, p. {page}" if page else title
    return f"> {escaped(text)}\n>\n> — [{escaped(source)}](<{link}>)"


def escaped(text: str) -> str:
    """Return one line of Markdown that shows the text letter by letter."""
    plain = _MARKUP.sub(lambda match: f"\\{match[0]}", " ".join(text.split()))
    return _ITEM.sub(lambda match: f"{match[1]}\\{match[2]}", plain)


def link(uri: str, document: Path | None, root: Path | None) -> str:
    """Return the target of a link from a document to a page, whose URI is `uri`.

    It is relative if the page's file is in the document's folder or below it, or if both are in the workspace folder
    `root`. Otherwise, or if the document has no file, it is the URI as it is.
    """
    file_uri, hash_sign, fragment = uri.partition("#")
    file = uri_to_path(file_uri)
    if document is None or file is None:
        return uri
    folder = document.parent
    are_in_workspace = root is not None and file.is_relative_to(root) and document.is_relative_to(root)
    if not (file.is_relative_to(folder) or are_in_workspace):
        return uri
    levels_up, shared = next(
        (levels, above) for levels, above in enumerate((folder, *folder.parents)) if file.is_relative_to(above)
    )
    relative = "/".join((*[".."] * levels_up, *file.relative_to(shared).parts))
    return escaped_for_uri(relative) + hash_sign + fragment
