"""Prose in reStructuredText documents; `comments/paragraphs.py` reads that of docstrings.

Covers: titles, paragraphs, lists, definitions, fields, option lists, line blocks, footnotes, directives whose content
is prose, Sphinx's roles. Left out: literal blocks, doctests, comments, targets, tables drawn with lines, and
directives of code, pictures and lists of contents. A directive that isn't known has prose in it, but not in its
arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Document
from breadknife.text.extract.blocks import Blocks, SourceLine, block_prose, lines
from breadknife.text.extract.passage import Cut, citation, markup, markup_cuts
from breadknife.text.languages.values import kinds
from breadknife.text.prose import ProseText

_ADORNMENT = re.compile(r"([!-/:-@[-`{-~])\1{2,}")
_SIMPLE_TABLE = re.compile(r"=+(?:[ \t]+=+)+")
_GRID_BORDER, _GRID_ROW = re.compile(r"\+[-=+]+\+"), re.compile(r"[|+].*[|+]")
_EXPLICIT = re.compile(r"\.\.(?:[ \t]+|$)")
_DIRECTIVE = re.compile(r"\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([\w:.+-]+?)[ \t]?::(?:[ \t]+|$)")
_FOOTNOTE = re.compile(r"\.\.[ \t]+\[[^\]\n]+\](?:[ \t]+|$)")
_LEFT_OUT = kinds(
    """
    code code-block sourcecode highlight literalinclude math raw csv-table toctree image parsed-literal
    productionlist doctest testcode testsetup testoutput testcleanup graphviz digraph graph inheritance-diagram
    mermaid plot uml ipython jupyter-execute prompt include index contents meta role default-role tabularcolumns
    autosummary automodule autoclass autofunction automethod autodata autoattribute bibliography console
    program-output cssclass sectionauthor codeauthor moduleauthor module py:module currentmodule
    py:currentmodule sectnum header footer target-notes date unicode replace title highlightlang tabs-code aafig
    acks click argparse swagger openapi
    """
)
_TITLED = kinds(
    """
    note warning tip hint important caution attention danger error seealso todo admonition topic sidebar rubric
    table list-table dropdown tab-item card epigraph pull-quote
    """
)
"""Directives whose argument is prose."""
_OPTION = re.compile(r":[\w-]+:(?:[ \t]|$)")
_FIELD = re.compile(r":(?![:\s])((?:[^:\n`]|:(?!\s|$))+):(?:[ \t]+|$)")
_NO_PROSE_FIELD = re.compile(
    r"(?:type|rtype|vartype|kwtype|author|authors|date|version|copyright|organization|contact|status|revision|license|"
    r"orphan|tocdepth|nosearch|raises-type)\b",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-*+•‣⁃]|(?:\d{1,3}|[a-zA-Z]|\#)[.)]|\((?:\d{1,3}|[a-zA-Z]|\#)\))[ \t]+(?=\S)")
_LINE_BLOCK = re.compile(r"\|[ \t]+")
_CLI_OPTION = re.compile(
    r"(?:--?|/)\w[^\s,]*(?:[ =]<?[\w-]+>?)?(?:,[ ](?:--?|/)\w[^\s,]*(?:[ =]<?[\w-]+>?)?)*[ ]{2,}(?=\S)"
)
_CLASSIFIER = re.compile(r"\S[ \t]+:[ \t]+\S")
_ROLE = r":(?:\w+[:+.-])*\w+:"
_SPOKEN_ROLE = r":(?:std:)?(?:term|abbr|dfn|emphasis|strong|title|title-reference):"
_INLINE = (
    markup(r"``[^\0]{1,500}?``(?!`)"),
    markup(rf"(?<![\\\w:])(?!{_SPOKEN_ROLE}){_ROLE}`[^`<>\0]+`"),
    markup(r"\\(?P<keep>[^\s\w])|\\(?=\w)", ""),
    markup(rf"{_ROLE}`!?(?P<keep>[^`<>\0]+?)\s*<[^<>`]*>`", ""),
    markup(rf"{_SPOKEN_ROLE}`(?P<keep>[^`<>\0]+)`", ""),
    markup(rf"{_ROLE}`[^`\0]+`|`[^`\0]+`{_ROLE}"),
    markup(r"`(?P<keep>[^`<>\0]+?)\s*<[^<>`]*>`__?", ""),
    markup(r"_?`(?P<keep>[^`<>\0]+)`__?", ""),
    markup(r"_`(?P<keep>[^`\0]+)`", ""),
    markup(r"`[^`\0]+`|\|[^|\s\0](?:[^|\n\0]*[^|\s\0])?\|(?:__?)?"),
    markup(r"(?<!\0)\*\*(?=\S)(?P<keep>[^*]+)\*\*", ""),
    markup(r"(?<![\w*\0])\*(?=\S)(?P<keep>[^*]+)(?<=\S)\*(?!\w)", ""),
    markup(r"(?<![\w`_.])(?P<keep>[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*)__?(?![\w`.])", ""),
    markup(r"\\[ \t]|[ \t]+::\Z", ""),
    markup(r"(?<=\S)::\Z", ":"),
)
_CITATION = re.compile(r"\[(?:\#?[\w-]+|\#|\*)\]_")
_RESERVED = "`*_|\\\n"


def rest_prose(document: Document, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of a reStructuredText document. Raises Cancelled."""
    reader = _RestReader()
    for line in lines(document):
        reader.read(line)
    reader.blocks.end()
    return block_prose(document, reader.blocks.done, _cuts, _RESERVED, cancel)


def _cuts(text: str) -> list[Cut]:
    """Return the inline markup and the citations of a passage as cuts."""
    return [*(citation(text, *m.span()) for m in _CITATION.finditer(text)), *markup_cuts(text, _INLINE)]


class _RestReader:
    """Takes in line after line, and collects the paragraphs in `blocks`."""

    def __init__(self) -> None:
        self.blocks = Blocks()
        self._deeper: int | None = None
        """What is indented further than this is left out."""
        self._options: int | None = None
        """The indentation of a directive whose options may follow."""
        self._indent: int | None = None
        """The paragraph's indentation; None where its next line decides."""
        self._table = False
        """In a simple table, which ends with a border and a blank line."""
        self._border = False
        """The line before was a simple table's border."""
        self._doctest = False
        """In a doctest, which ends at a blank line."""
        self._grid = False
        """In a table drawn with lines, which ends at a blank line."""

    def read(self, line: SourceLine | None) -> None:
        """Take in one line; None is a blank one."""
        if line is None:
            self.blocks.end()
            self._doctest = self._grid = False
            self._table = self._table and not self._border
            self._options = None
            return
        if self._deeper is not None:
            if line.indent > self._deeper:
                return
            self._deeper = None
        if self._options is not None and line.indent > self._options and _OPTION.match(line.text):
            return
        border = _SIMPLE_TABLE.fullmatch(line.text) is not None
        if border or self._table:
            self.blocks.end()
            self._table, self._border = True, border
            return
        self._read(line)

    def _read(self, line: SourceLine) -> None:
        text, blocks = line.text, self.blocks
        if self._doctest or text.startswith(">>> "):
            blocks.end()
            self._doctest = True
        elif _ADORNMENT.fullmatch(text):
            blocks.end()
        elif _GRID_BORDER.fullmatch(text) or (self._grid and _GRID_ROW.fullmatch(text)):
            blocks.end()
            self._grid = True
        elif _EXPLICIT.match(text) or text.startswith("__ "):
            blocks.end()
            self._explicit(line)
        elif match := _FIELD.match(text):
            blocks.end()
            if _NO_PROSE_FIELD.match(match[1]):
                self._deeper = line.indent
            else:
                self._begin(line.rest(match.end()), None)
        elif match := _LINE_BLOCK.match(text):
            self._begin(line.rest(match.end()), line.indent)
        elif match := _CLI_OPTION.match(text):
            blocks.end()
            self._begin(line.rest(match.end()), None)
        elif match := _BULLET.match(text):
            blocks.end()
            rest = line.rest(match.end())
            while match := _BULLET.match(rest.text):
                rest = rest.rest(match.end())
            self._begin(rest, rest.indent)
        else:
            self._text(line)

    def _explicit(self, line: SourceLine) -> None:
        """Read a directive, a footnote, a target or a comment."""
        if match := _FOOTNOTE.match(line.text):
            self._begin(line.rest(match.end()), None)
        elif not (match := _DIRECTIVE.match(line.text)) or match[1] in _LEFT_OUT:
            self._deeper = line.indent
        else:
            self._options = line.indent
            if match[1] in _TITLED:
                self._begin(line.rest(match.end()), None)

    def _text(self, line: SourceLine) -> None:
        """Take in a line of a paragraph, which ends where the indentation changes."""
        blocks = self.blocks
        if blocks.current and self._indent is not None and line.indent != self._indent:
            if line.indent > self._indent and len(blocks.current) == 1 and _CLASSIFIER.search(blocks.current[0].text):
                blocks.drop()  # the term of a definition, with its type
            blocks.end()
        if not blocks.current or self._indent is None:
            self._indent = line.indent
        blocks.add(line)
        self._expect_literal(line)

    def _begin(self, line: SourceLine, indent: int | None) -> None:
        """Take in a paragraph's first line; `indent` is that of the lines to come, or None if the next one decides."""
        self.blocks.add(line)
        self._indent = indent
        self._expect_literal(line)

    def _expect_literal(self, line: SourceLine) -> None:
        """Leave out what is indented below a line that ends in `::`."""
        if line.text.endswith("::"):
            self._deeper = self._indent if self._indent is not None else line.indent
