"""The shelf plugin: a link to a page of the shelf shows what it quotes, and opens the file there.

Questions are answered by the recipe `ask-my-shelf`. The index is imported when the first such link is met: each start
of the server would take 12 ms more.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

from breadknife.task.plugin import Context
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    Command,
    CommandRequest,
    Done,
    Hover,
    HoverRequest,
    OpenDocument,
    Origin,
    Request,
)
from breadknife.text.document import Document, Span, uri_to_path
from breadknife.text.printable import shortened

OPEN, ADD_FOLDER = "shelf.open", "shelf.addFolder"
_LANGUAGES = frozenset({"markdown", "plaintext"})
_LINK = re.compile(
    r"\[(?P<title>(?:\\.|[^\]\\])*)\]\(<?(?P<target>[^)>#\s][^)>#]*)(?:#(?:page=(?P<page>\d+)|[^)>\s]*))?>?\)"
)
_QUOTED = re.compile(r"[ \t]*>[ \t]?(.*)")
_AROUND = 400
"""Code points of a page that are shown before the beginning of a quote; twice as many are shown from there on."""
_MATCHED = 30
"""A quote is looked for on its page by its first so many code points."""
_PICTURE_SECONDS = 5.0
"""The longest that a page is drawn."""
_MOST_TITLE = 40


@dataclass(frozen=True)
class ShelfSettings:
    pass


@dataclass(frozen=True)
class _Link:
    span: Span
    title: str
    uri: str
    path: Path
    page: int
    """Counted from 1; 0 if it names none."""

    @property
    def target(self) -> str:
        return f"{self.uri}#page={self.page}" if self.page else self.uri


class ShelfPlugin:
    api = 2
    name = "shelf"
    settings: type[Any] = ShelfSettings
    serves: Mapping[type[Any], frozenset[str]] = {HoverRequest: _LANGUAGES, ActionRequest: _LANGUAGES}

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        match request:
            case HoverRequest(document=document, offset=offset, pictures=pictures):
                link = self._link(document, offset)
                return _hover(document, link, context if pictures else None) if link is not None else None
            case ActionRequest(document=document, span=span):
                link = self._link(document, span.start)
                if link is None:
                    return None
                title = f"Open “{shortened(link.title, _MOST_TITLE)}”"
                return Actions((Action(title, command=Command(OPEN, title, (link.target,))),))
            case CommandRequest(command=Command(name=name, arguments=(uri,))) if name == OPEN:
                path = uri_to_path(uri.partition("#")[0])
                is_pdf = path is not None and path.suffix.lower() == ".pdf"
                return Done(shows=(OpenDocument(uri, external=is_pdf),))
            case CommandRequest(command=Command(name=name, arguments=(folder,))) if name == ADD_FOLDER:
                from breadknife.plugins.shelf.add_command import add_folder

                return add_folder(folder, context)
            case _:
                return None

    def may_open(self, path: Path) -> bool:
        """Tell whether a file is in a folder that the user has added to the shelf."""
        from breadknife.plugins.shelf.index.shelves import open_shelves

        real = Path(os.path.realpath(path))  # a link may have taken the place of a folder since
        return any(real.is_relative_to(folder) for folder in open_shelves().status.folders)

    def close(self) -> None:
        """The shelves belong to the process, and end with it."""

    def _link(self, document: Document, offset: int) -> _Link | None:
        """Return the link at an offset, if it leads to a file on the shelf; None if not."""
        line = document.line_span(document.line_at(offset))
        for match in _LINK.finditer(document.slice(line)):
            span = Span(*match.span()).shifted(line.start)
            if not span.touches(Span(offset, offset)):
                continue
            uri = urljoin(document.uri, match["target"].strip())
            path = uri_to_path(uri) if uri.startswith("file:") else None
            if path is not None and self.may_open(path):
                title = re.sub(r"\\(.)", r"\1", unquote(match["title"]))
                return _Link(span, title, uri, path, int(match["page"] or 0))
        return None


def _hover(document: Document, link: _Link, context: Context | None) -> Hover | None:
    """Return the part of the link's page around the quote above the link; the page's beginning if there is no quote, or
    the page doesn't have it. None if the page isn't on the shelf. With a `context`, the page of a PDF is shown, too,
    with the quote marked. Raises Cancelled."""
    from breadknife.plugins.shelf.chunking.cleaning import clean
    from breadknife.plugins.shelf.evidence.quoting import escaped
    from breadknife.plugins.shelf.index.shelves import open_shelves

    page = clean(open_shelves().page_text(link.path, link.page))
    if not page:
        return None
    quote = _quote_above(document, link)
    at = max(0, page.find(quote[:_MATCHED]))
    start = max(0, at - _AROUND)
    text = f"{'…' if start else ''}{page[start : at + 2 * _AROUND]}{'…' if at + 2 * _AROUND < len(page) else ''}"
    picture = _picture(link, quote, context) if context is not None and link.page and quote else b""
    origin = Origin(rule="shelf/page")
    if not picture:
        return Hover(f"{link.title}\n\n{text}", link.span, origin)
    return Hover(f"{escaped(link.title)}\n\n{escaped(text)}", link.span, origin, markdown=True, picture=picture)


def _picture(link: _Link, quote: str, context: Context) -> bytes:
    """Return the PNG of the part of a PDF's page that has a quote; empty if there is none. A process of its own draws
    it, as one reads it. Raises Cancelled."""
    from breadknife.plugins.shelf.index.shelves import open_shelves
    from breadknife.plugins.shelf.reading.process import ReadingProcess
    from breadknife.plugins.shelf.reading.values import ReadRequest

    root = next((folder for folder in open_shelves().status.folders if link.path.is_relative_to(folder)), None)
    if root is None:
        return b""
    request = ReadRequest(os.fsencode(link.path), os.fsencode(root), shown=link.page, quote=quote)
    with ReadingProcess(_PICTURE_SECONDS) as reading:
        return b"".join(response.picture for response in reading.read(request, context.cancel))


def _quote_above(document: Document, link: _Link) -> str:
    """Return the block quote that a link ends; empty if there is none."""
    found: list[str] = []
    for line in range(document.line_at(link.span.start) - 1, -1, -1):
        match = _QUOTED.fullmatch(document.line_text(line))
        if match is None or (found and not match[1].strip()):
            break
        if match[1].strip():
            found.insert(0, match[1])
    return re.sub(r"\\(.)", r"\1", " ".join(" ".join(found).split()))
