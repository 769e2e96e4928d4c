"""Quotes: what is shown of a page, proved to stand there, as Markdown that reads as the page does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote as escaped_for_uri

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.text.document import Span, uri_to_path

_MARKUP = re.compile(r"[\\`*_{}\[\]<>&#|~$!^=]|(?<=:)/(?=/)|(?<=www)\.|@")
"""What Markdown, with the extensions of GitHub and of editors, could read as markup anywhere in a line."""
_ITEM = re.compile(r"^(\d{0,9})([.)+-])(?=\s|$|-)")
"""What makes the beginning of a line an item or a rule."""


@dataclass(frozen=True)
class Quote:
    """A piece of a page, letter by letter; only line ends and line-end hyphens are gone."""

    text: str
    title: str
    """The document's."""
    file: Path
    page: int
    """Counted from 1; 0 if the format has no pages."""
    span: Span
    """In the page's stored text."""
    likelihood: float
    """From 0 to 1, how likely the quote answers the question."""

    @property
    def uri(self) -> str:
        """The URI of the page."""
        return self.file.as_uri() + (f"#page={self.page}" if self.page else "")


def is_proved(quote: Quote, page_text: Callable[[Path, int], str]) -> bool:
    """Tell, by the stored texts of pages, whether the quote stands on its page, at its place. Nothing else is ever
    shown."""
    page = page_text(quote.file, quote.page)
    is_inside = 0 <= quote.span.start < quote.span.end <= len(page)
    return is_inside and bool(quote.text) and clean(page[quote.span.start : quote.span.end]) == quote.text


def as_markdown(text: str, title: str, page: int, link: str) -> str:
    """Return a block quote with its source below."""
    place = f"{title}, p. {page}" if page else title
    return f"> {escaped(text)}\n>\n> — [{escaped(place)}](<{link}>)"


def escaped(text: str) -> str:
    """Return one line of Markdown that shows the text, letter by letter."""
    plain = _MARKUP.sub(lambda match: f"\\{match[0]}", " ".join(text.split()))
    return _ITEM.sub(lambda match: f"{match[1]}\\{match[2]}", plain)


def link(uri: str, document: Path | None, root: Path | None) -> str:
    """Return the link to a page: relative to the document if both are in the workspace folder or the file is beside the
    document, else the URI as it is."""
    file_uri, hash_, fragment = uri.partition("#")
    file = uri_to_path(file_uri)
    if document is None or file is None:
        return uri
    folder = document.parent
    is_near = file.is_relative_to(folder) or (
        root is not None and file.is_relative_to(root) and document.is_relative_to(root)
    )
    if not is_near:
        return uri
    ups, shared = next((ups, each) for ups, each in enumerate((folder, *folder.parents)) if file.is_relative_to(each))
    return escaped_for_uri("/".join((*[".."] * ups, *file.relative_to(shared).parts))) + hash_ + fragment
