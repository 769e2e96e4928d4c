"""Prose in AsciiDoc.

Covers: titles, paragraphs, lists, admonitions, block titles, longer cells of tables, footnotes as paragraphs of their
own. Left out: listings, literal and passthrough blocks, comments, attributes, block macros. Conditionals and includes
aren't evaluated.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Document
from breadknife.text.extract.blocks import Blocks, SourceLine, block_prose, lines
from breadknife.text.extract.passage import Cut, markup, markup_cuts
from breadknife.text.prose import ProseText

_VERBATIM = re.compile(r"-{4,}|\.{4,}|\+{4,}|/{4,}|`{3,}.*|[,:]===+")
_CONTAINER = re.compile(r"={4,}|\*{4,}|_{4,}|--|~{4,}")
_TABLE = re.compile(r"[|!]={3,}")
_ATTRIBUTES = re.compile(r"\[\[?[^\[\]]*\]?\]")
_CODE_STYLE = re.compile(
    r"\[(?:,|source|listing|literal|stem|latexmath|asciimath|pass|[a-z]*diagram|graphviz|mermaid)\b"
)
_LEFT_OUT = re.compile(r"//(?!/)|:!?\w[\w -]*!?:(?:\s|$)|[A-Za-z][\w-]*::\S*\[.*\]$|'{3,}$|<{3,}$|\+$")
_HEADING = re.compile(r"(?:=+|#+)[ \t]+(?=\S)")
_BLOCK_TITLE = re.compile(r"\.(?=[^\s.])")
_MARKER = re.compile(
    r"(?:\*+|-|\.+|\d+\.|[a-zA-Z]\.|[ivxIVX]+\)|<[\d.]+>)[ \t]+(?:\[[ xX*]\][ \t]+)?|"
    r"(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION|TODO):[ \t]+"
)
_TERM = re.compile(r"(?P<term>\S.{0,200}?)(?::{2,4}|;;)(?:[ \t]+|$)")
_UNDERLINE = re.compile(r"([=\-~^+])\1+")
_BAR = re.compile(r"(?:(?<=\s)|^)(?:\d*[.\d]*[+*])?[<^>.]*[aehlmsdv]?\|")
_NOTE = re.compile(r"footnote:[\w-]*\[([^\]]*)\]")
_WORD = r"(?<![\w*_`#+^~\0])"
_INLINE = (
    markup(r'(?<!\w)"`(?=\S)(?P<keep>[^\0"]{1,500}?)(?<=\S)`"', '"'),
    markup(r"(?<!\w)'`(?=\S)(?P<keep>[^\0']{1,500}?)(?<=\S)`'", "'"),
    markup(r"(`{1,2}\+?)(?=\S)[^`\0]{1,500}?\1|(?<![\w+])\++(?=\S)[^+\0]{1,500}?\++(?!\w)"),
    markup(r"\\(?P<keep>[*_`#+<{\[|'])", ""),
    markup(r"footnote(?:ref)?:[\w-]*\[[^\]]*\]|\(\(\([^()]*\)\)\)|\[\[[^\]\n]*\]\]|image:\S+?\[[^\]]*\]", ""),
    markup(r"\{[\w-]+\}[^\s\[\]\0]{0,300}\[(?=[^\]\s])(?P<keep>[^\]\0]*?)(?:\^|,[^\]]*)?\]", ""),  # a link
    markup(r"(?:kbd|btn|menu|icon|stem|latexmath|asciimath|pass|counter):[^\s\[]*\[[^\]]*\]|\{[\w-]+\}"),
    markup(r"(?:link:|xref:|mailto:|(?=https?://))[^\s\[\]]+\[(?=[^\]\s])(?P<keep>[^\]\0]*?)(?:\^|,[^\]]*)?\]", ""),
    markup(r"(?:link|xref|mailto):[^\s\[\]]+\[\]|(?:https?|ftp)://[^\s\[\]]+\[\]"),
    markup(r"<<[^<>,\n]+,\s*(?P<keep>[^<>]+)>>", ""),
    markup(r"<<[^<>\n]+>>"),
    markup(r"\(\((?P<keep>[^()\n]+)\)\)", ""),
    *(
        markup(pattern, "")
        for pattern in (
            r"(?:\[[^\]\n]*\])?\*\*(?P<keep>[^*]+)\*\*",
            r"(?:\[[^\]\n]*\])?__(?P<keep>[^_]+)__",
            r"(?:\[[^\]\n]*\])?##(?P<keep>[^#]+)##",
            _WORD + r"(?:\[[^\]\n]*\])?\*(?=\S)(?P<keep>[^*]+)\*(?!\w)",
            _WORD + r"(?:\[[^\]\n]*\])?_(?=\S)(?P<keep>[^_]+)_(?!\w)",
            _WORD + r"(?:\[[^\]\n]*\])?#(?=\S)(?P<keep>[^#]+)#(?!\w)",
            r"\^(?P<keep>[^\s^]+)\^",
            r"~(?P<keep>[^\s~]+)~",
        )
    ),
    markup(r"[ \t]\+$", "", re.MULTILINE),
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[A-Za-z]{2,10});")
_RESERVED = "*_`#^~+<>|{}[]\n"


def asciidoc_prose(document: Document, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of an AsciiDoc document. Raises Cancelled."""
    reader = _AsciidocReader(Blocks())
    for line in lines(document):
        reader.read(line)
    reader.blocks.end()
    return block_prose(document, reader.blocks.done, _cuts, _RESERVED, cancel, _NOTE)


def _cuts(text: str) -> list[Cut]:
    """Return the inline markup and the entities of a passage as cuts."""
    return markup_cuts(text, _INLINE) + [Cut(m.start(), m.end(), html.unescape(m[0])) for m in _ENTITY.finditer(text)]


class _AsciidocReader:
    """Takes in line after line, and collects the paragraphs in `blocks`."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self._until: str | None = None
        """The line that ends a block that is left out."""
        self._table: str | None = None
        """The line that ends the table that the lines are in."""
        self._header = True
        """At the document's start, where the author and the revision may follow its title."""
        self._skip_paragraph = False
        """Lines are left out up to the next blank one."""
        self._defines = False
        """The line before is a term, whose text may follow and be indented."""

    def read(self, line: SourceLine | None) -> None:
        """Take in one line; None is a blank one."""
        if self._until is not None:
            if line is not None and line.text == self._until:
                self._until = None
            return
        if line is None:
            self.blocks.end()
            self._skip_paragraph = False
            self._header = self._header and not self.blocks.done
        elif not self._skip_paragraph:
            self._read(line)

    def _read(self, line: SourceLine) -> None:
        text, blocks = line.text, self.blocks
        if self._is_underline(text):
            blocks.end()
        elif _VERBATIM.fullmatch(text):
            blocks.end()
            self._until = "```" if text.startswith("```") else text
        elif _TABLE.fullmatch(text):
            blocks.end()
            self._table = None if self._table == text else text
        elif _CONTAINER.fullmatch(text):
            blocks.end()
        elif _ATTRIBUTES.fullmatch(text):
            blocks.end()
            self._skip_paragraph = _CODE_STYLE.match(text) is not None
        elif _LEFT_OUT.match(text):
            if not text.startswith("//"):
                blocks.end()
        elif self._table is not None:
            if _BAR.search(text):
                blocks.end()
                blocks.cells(line, _BAR)
        elif match := _HEADING.match(text):
            blocks.alone(line.rest(match.end()))
            self._skip_paragraph = self._header and text.startswith("= ")
        elif line.indent and not blocks.current and not self._defines and not _MARKER.match(text):
            self._skip_paragraph = True  # a literal paragraph
        else:
            self._text(line)

    def _is_underline(self, text: str) -> bool:
        """Tell whether the line makes the one before it a title."""
        current = self.blocks.current
        return len(current) == 1 and bool(_UNDERLINE.fullmatch(text)) and abs(len(text) - len(current[0].text)) <= 2

    def _text(self, line: SourceLine) -> None:
        """Take in a line of text: of a block's title, an item, a term, or a paragraph."""
        blocks, self._defines = self.blocks, False
        if match := _BLOCK_TITLE.match(line.text):
            blocks.alone(line.rest(match.end()))
        elif match := _MARKER.match(line.text):
            blocks.end()
            blocks.add(line.rest(match.end()))
        elif match := _TERM.match(line.text):
            blocks.alone(line.up_to(match.end("term")))
            blocks.add(line.rest(match.end()))
            self._defines = match.end() == len(line.text)
        else:
            blocks.add(line)
