"""Reads HTML, also that to which Markdown is rendered and that in an EPUB. A file is one page with the number 0.

The text has a blank line between blocks, `• ` before an item of a list, ` | ` between the cells of a row, and `HEADING`
before a heading or a defined term.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from breadknife.plugins.shelf.reading.decoding import decode, one_page
from breadknife.plugins.shelf.reading.references import of_meta
from breadknife.plugins.shelf.reading.values import FileText
from breadknife.plugins.shelf.values import CELL, HEADING, LIKELY
from breadknife.text.languages.values import kinds

_UNSEEN = kinds("script style template title noscript svg math iframe object select textarea nav")
_NAVIGATION = kinds(
    """
    navigation search contentinfo navheader navfooter navbar toc breadcrumb breadcrumbs sidebar sphinxsidebar related
    footer menu skip-link headerlink
    """
)
"""Roles, classes and ids of elements that lead to other pages, and say nothing themselves."""
_NAMES_OF_KINDS = ("role", "class", "id")
_MOST_META = 200
_WHOLE = kinds("a aside div footer form header nav ol section span table ul")
"""Elements that are left out if they are navigation: they have an end of their own."""
_BLOCKS = kinds(
    """
    address article aside blockquote body dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3
    h4 h5 h6 header hr html li main ol p pre section summary table tbody tfoot thead tr ul caption
    """
)
_LEVELS = {**{f"h{level}": level for level in range(1, 7)}, "dt": LIKELY}
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def read_html(data: bytes) -> FileText:
    """Return the title and the visible text, without navigation. Raises DocumentError if the file is binary or too
    long."""
    shown = read_source(decode(data))
    return one_page(shown.title, shown.text, of_meta(shown.meta), shown.anchors)


@dataclass(frozen=True)
class HtmlText:
    """What a source in HTML shows."""

    title: str
    """Empty if it has none."""
    text: str
    anchors: Mapping[str, str]
    """Heading -> the id that leads to it, which is empty if it has none."""
    meta: Sequence[tuple[str, str]]
    """Names and contents of its `<meta>`."""


def read_source(source: str) -> HtmlText:
    """Return the title and the visible text of a source in HTML."""
    for left_out in (_WHOLE, frozenset[str]()):
        parser = _HtmlParser(left_out)
        parser.feed(source)
        parser.close()
        if not parser.is_in_navigation:
            break
    return HtmlText(parser.title, parser.text, parser.anchors, parser.meta)


class _HtmlParser(HTMLParser):
    """Collects the visible text of a source, with a NUL where a block begins or ends."""

    def __init__(self, left_out: frozenset[str]) -> None:
        """`left_out` are the tags of elements that are left out if they are navigation."""
        super().__init__(convert_charrefs=True)
        self._left_out = left_out
        self._pieces: list[str] = []
        """Parts of the text, in order."""
        self._unseen = 0
        """How many elements that aren't shown are open."""
        self._navigation: list[str] = []
        """The tag of the element of navigation that is open, and those of the same kind in it."""
        self._pre = 0
        """How many `<pre>` are open: blanks and line ends in them count."""
        self._cells = 0
        """How many cells the row has so far."""
        self._title: list[str] | None = None
        """Parts of the `<title>` or `<h1>` that is open; None if none is."""
        self._titles: dict[str, str] = {}
        """The first `title` and the first `h1`."""

        self.anchors: dict[str, str] = {}
        """Heading -> its id; of headings that are alike the first one counts."""
        self.meta: list[tuple[str, str]] = []
        self._id = ""
        """The newest id that no text has followed but a heading's."""
        self._heading: list[str] | None = None
        """Parts of the heading or term that is open; None if none is."""

    @property
    def is_in_navigation(self) -> bool:
        """Tell whether an element of navigation has no end: what follows it is then no navigation."""
        return bool(self._navigation)

    @property
    def text(self) -> str:
        """The visible text, with a blank line between blocks."""
        return "\n\n".join(_blocks("".join(self._pieces)))

    @property
    def title(self) -> str:
        """`<title>`, or else the first heading."""
        return self._titles.get("title") or self._titles.get("h1", "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("title", "h1") and tag not in self._titles and not self._unseen:
            self._title = []
        known = {name: value or "" for name, value in attrs}
        if tag == "meta" and len(self.meta) < _MOST_META:
            self.meta.append((known.get("name", "").lower(), known.get("content", "")))
        self._id = known.get("id") or (known.get("name", "") if tag == "a" else "") or self._id
        if self._navigation:
            self._navigation += [tag] * (tag == self._navigation[0])
        elif tag in self._left_out and _leads_elsewhere(attrs):
            self._pieces.append("\0")
            self._navigation = [tag]
        elif tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BLOCKS:
            self._pieces.append("\0")
            self._pre += tag == "pre"
            self._cells = 0
            if level := _LEVELS.get(tag):
                self._pieces.append(HEADING * level)
                self._heading = []
            if tag == "li":
                self._pieces.append("• ")
        elif tag in ("td", "th"):
            if self._cells:
                self._pieces += (self._pieces.pop().rstrip(" "), CELL)
            self._cells += 1
        elif tag == "br":
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "h1") and self._title is not None:
            self._titles.setdefault(tag, " ".join("".join(self._title).split()))
            self._title = None
        if tag in _LEVELS and self._heading is not None:
            if heading := " ".join("".join(self._heading).split()):
                self.anchors.setdefault(heading, self._id)
            self._heading, self._id = None, ""
        if self._navigation:
            if tag == self._navigation[0]:
                self._navigation.pop()
        elif tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self._pieces.append("\0")
            self._pre = max(0, self._pre - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data)
        if not self._unseen and not self._navigation:
            text = data.replace("\0", "").replace(HEADING, "")
            if self._heading is not None:
                self._heading.append(text)
            elif text.strip():
                self._id = ""
            self._pieces.append(text if self._pre else _BLANKS.sub(" ", text))


def _leads_elsewhere(attrs: list[tuple[str, str | None]]) -> bool:
    """Tell whether an element's attributes say that it is navigation."""
    return any(
        not _NAVIGATION.isdisjoint((value or "").lower().split()) for name, value in attrs if name in _NAMES_OF_KINDS
    )


def _blocks(text: str) -> Iterator[str]:
    """Yield the blocks between NULs that aren't empty. The mark of an item or a heading goes to the block that follows,
    since its text may be in an element of its own. A heading is one line, and so are terms with the same definition."""
    mark = term = ""
    for block in text.split("\0"):
        text_of_block = "\n".join(line.rstrip() for line in block.split("\n")).strip("\n").strip(" ")
        if text_of_block.lstrip(HEADING) in ("•", ""):
            mark = mark or ("• " if text_of_block == "•" else text_of_block)
            continue
        level = mark.count(HEADING) or text_of_block.count(HEADING)
        if level:
            text_of_block, mark = HEADING * level + " ".join(text_of_block.replace(HEADING, "").split()), ""
        if level == LIKELY:
            term = f"{term}, {text_of_block.lstrip(HEADING)}" if term else text_of_block
            continue
        if term:
            yield term
        yield mark + text_of_block
        mark = term = ""
    if term:
        yield term
