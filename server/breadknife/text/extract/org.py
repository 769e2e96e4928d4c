"""Prose in Org.

Covers: headlines, paragraphs, lists, quotes, footnotes, titles and captions, longer cells of tables. Left out: source,
example and export blocks, drawers, planning lines, properties, comments. Emphasis follows Org's own border rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Document
from breadknife.text.extract.blocks import Blocks, SourceLine, block_prose, lines
from breadknife.text.extract.passage import Cut, citation, markup, markup_cuts
from breadknife.text.prose import ProseText

_HEADLINE = re.compile(
    r"\*+[ \t]+(?:(?:TODO|DONE|NEXT|WAITING|HOLD|CANCELLED|CANCELED|STARTED|COMMENT)[ \t]+)*(?:\[#\w\][ \t]+)?"
)
_TAGS = re.compile(r"[ \t]+:[\w@#%:]+:$")
_BEGIN = re.compile(r"#\+begin_(\w+)", re.IGNORECASE)
_VERBATIM = frozenset(("src", "example", "export", "comment", "html", "latex", "ascii"))
_ENVIRONMENT = re.compile(r"\\begin\{([^}\s]+)\}")
_DRAWER = re.compile(r":(?!end:)[\w-]+:", re.IGNORECASE)
_SPOKEN = re.compile(r"#\+(?:title|subtitle|caption(?:\[.*?\])?|description):[ \t]*", re.IGNORECASE)
_LEFT_OUT = re.compile(
    r"#\+\S|#(?:[ \t]|$)|:(?:[ \t]|$)|-{5,}$|%%\(|(?:CLOCK|SCHEDULED|DEADLINE|CLOSED):|\|[-+|]+$|:end:$", re.IGNORECASE
)
_ITEM = re.compile(r"(?:[-+]|\d+[.)]|[a-zA-Z][.)])(?:[ \t]+|$)(?:\[@\w+\][ \t]+)?(?:\[[ xX-]\][ \t]+)?")
_STAR_ITEM = re.compile(r"\*[ \t]+")
_TERM = re.compile(r"[^\n]{1,200}?[ \t]::(?:[ \t]+|$)")
_FOOTNOTE = re.compile(r"\[fn:[\w-]+\][ \t]*")
_NOTE = re.compile(r"\[fn:[\w-]*:([^\[\]]*)\]")
_BAR = re.compile(r"\|")
_BEFORE, _AFTER = r"(?:(?<=[\s({'\"\0-])|^)", r"(?![^\s)}'\"\0.,;:!?\[-])"
_INLINE = (
    markup(r"\[\[[^\[\]]+\]\[(?P<keep>[^\[\]]+)\]\]", ""),
    markup(rf"{_BEFORE}([=~])(?=\S)[\s\S]{{0,500}}?(?<=\S)\1{_AFTER}", None, re.MULTILINE),
    markup(
        r"\$\$[^$]{1,2000}\$\$|(?<![\w$])\$(?=\S)[^$]{0,500}?(?<=\S)\$(?!\w)|\\\([^\0]{1,2000}?\\\)|\\\[[^\0]{1,2000}?\\\]"
    ),
    markup(r"\[\[[^\[\]]+\]\]|\{\{\{[^{\0]{1,500}?\}\}\}|src_\w+(?:\[[^\]]*\])?\{[^{}]*\}|call_\w+\([^()]*\)"),
    markup(r"[ \t]*\[fn:[^\[\]]*\]|@@\w+:[^@]*@@|<<(?!<)[^<>\n]+>>|[ \t]*\[(?:\d*/\d*|\d*%)\]|\\\\$", "", re.MULTILINE),
    markup(r"<<<(?P<keep>[^<>\n]+)>>>", ""),
    markup(
        r"[<\[]\d{4}-\d\d-\d\d[^<>\[\]\n]*[>\]](?:--[<\[]\d{4}-\d\d-\d\d[^<>\[\]\n]*[>\]])?|\\[A-Za-z]+(?:\{[^{}\n]*\})*(?:[_^](?:\w|\{[^{}\n]*\}))*"
    ),
    *(
        markup(rf"{_BEFORE}[{sign}](?=\S)(?P<keep>[^{sign}]{{0,2000}}?(?<=\S))[{sign}]{_AFTER}", "", re.MULTILINE)
        for sign in ("*", "/", "_", "+")
    ),
)
_CITATION = re.compile(r"\[cite(?:/[\w/-]+)?:[^\[\]]*\]")
_RESERVED = "*/_=~+[]<>|\\{}\n"


def org_prose(document: Document, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of an Org document. Raises Cancelled."""
    blocks = Blocks()
    left_out_until: str | None = None
    for line in lines(document):
        if left_out_until is not None:
            if line is not None and line.text.lower() == left_out_until:
                left_out_until = None
        elif line is None:
            blocks.end()
        else:
            left_out_until = _read(blocks, line)
    blocks.end()
    return block_prose(document, blocks.done, _cuts, _RESERVED, cancel, _NOTE)


def _read(blocks: Blocks, line: SourceLine) -> str | None:
    """Take in one line. If it begins a block that is left out, return the line, in small letters, that ends the
    block."""
    text = line.text
    if line.indent == 0 and (match := _HEADLINE.match(text)):
        tags = _TAGS.search(text)
        blocks.alone(line.up_to(tags.start() if tags else len(text)).rest(match.end()))
    elif match := _BEGIN.match(text):
        blocks.end()
        return f"#+end_{match[1].lower()}" if match[1].lower() in _VERBATIM else None
    elif match := _ENVIRONMENT.match(text):
        blocks.end()
        return f"\\end{{{match[1].lower()}}}"
    elif _DRAWER.fullmatch(text):
        blocks.end()
        return ":end:"
    elif match := _SPOKEN.match(text):
        blocks.alone(line.rest(match.end()))
    elif _LEFT_OUT.match(text):
        blocks.end()
    elif text.startswith("|"):
        blocks.end()
        blocks.cells(line, _BAR)
    elif match := _ITEM.match(text) or (_STAR_ITEM.match(text) if line.indent else None):
        blocks.end()
        term = _TERM.match(text, match.end())
        blocks.add(line.rest(term.end() if term else match.end()))
    elif line.indent == 0 and (match := _FOOTNOTE.match(text)):
        blocks.end()
        blocks.add(line.rest(match.end()))
    else:
        blocks.add(line)
    return None


def _cuts(text: str) -> list[Cut]:
    """Return the inline markup and the citations of a passage as cuts."""
    return [*markup_cuts(text, _INLINE), *(citation(text, *m.span()) for m in _CITATION.finditer(text))]
