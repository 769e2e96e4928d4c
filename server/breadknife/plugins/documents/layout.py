"""Takes parts of paragraphs out of the source, and lays text out in lines as wide as those that it comes from."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable

from breadknife.plugins.documents.formats import ProseBlock, format_of
from breadknife.text.document import Document, Span
from breadknife.text.prose import SegmentKind

UNWRAPPED = 120
"""Columns. If a line is longer, the text isn't wrapped: each paragraph is one line."""
USUAL = 79
"""Columns that new lines may have, even if those of the paragraph are shorter."""
_TRIES = 20
"""Widths at which wrapping is tried, until no new line begins as a list item or other markup does."""
_PAIRS = {")": "(", "]": "[", "}": "{"}
_SIGNS = re.compile(r"\*+|`+|(?<!\w)_+|_+(?!\w)|\"")
_MEANS_SOMETHING = re.compile(r"[#=>|%]|\.\.(?:\s|$)|:[\w ]+:(?:\s|$)|[-+*]{2,}(?:\s|$)")
"""The start of a line that is markup in some format."""
_LISTED = re.compile(r"(?:[-+*o•·–]|\w{1,3}[.)])[ \t]")
_HARD_BREAK = re.compile(r"(?:\\| {2})\r?\n")


def source_of(document: Document, block: ProseBlock, span: Span) -> str | None:
    """Return the source of a part of a block's prose, in one line and with all of its markup.

    It reaches from the character before `span` to that behind it. None if some markup has only one of its ends there,
    or if the author means a line break.
    """
    prose = block.prose
    last = block.end if block.end is not None else prose.end
    start = prose.source_span(Span(span.start - 1, span.start)).end if span.start else prose.start
    is_end = span.end >= len(prose.text.rstrip())
    end = last if is_end else prose.source_span(Span(span.end, span.end + 1)).start
    text = _in_one_line(document, block, Span(start, end))
    return text if text and "\n" not in text and is_balanced(text) else None


def are_plain(document: Document, block: ProseBlock, gaps: Iterable[Span]) -> bool:
    """Tell whether the source of each part (gap) of a block's prose is that prose and no markup, so that it may be left
    out."""
    prose = block.prose
    for gap in gaps:
        source = _in_one_line(document, block, prose.source_span(gap)) if len(gap) else ""
        if len(gap) and (not source or source.split() != prose.text[gap.start : gap.end].split()):
            return False
    return True


def _in_one_line(document: Document, block: ProseBlock, place: Span) -> str | None:
    """Return a part of a block's source with a blank for each line break; None if one is meant, as `\\` says in
    Markdown."""
    pieces, at = list[str](), place.start
    for segment in block.prose.segments:
        source = segment.source.shifted(block.prose.start)
        if segment.kind is not SegmentKind.JOIN or not place.start <= source.start < place.end:
            continue
        if _HARD_BREAK.match(document.slice(source)):
            return None
        pieces += (document.text[at : source.start], " ")
        at = source.end
    return "".join((*pieces, document.text[at : place.end]))


def is_balanced(text: str) -> bool:
    """Tell whether each bracket, star and backtick has its partner within the text."""
    opened: list[str] = []
    for char in text:
        if char in "([{":
            opened.append(char)
        elif char in _PAIRS and (not opened or opened.pop() != _PAIRS[char]):
            return False
    return not opened and all(count % 2 == 0 for count in Counter(_SIGNS.findall(text)).values())


def looks_like_list(document: Document, block: ProseBlock) -> bool:
    """Tell whether several lines of a paragraph begin as items do, in whatever way."""
    first, last = document.line_at(block.prose.start), document.line_at(block.prose.end)
    edge = len(block.margin)
    return sum(_LISTED.match(document.line_text(number)[edge:]) is not None for number in range(first, last + 1)) > 1


def width_of(document: Document, blocks: Iterable[ProseBlock]) -> int | None:
    """Return how wide the lines of blocks are at most, in columns; None if each is one line, or unwrapped."""
    lines: list[int] = []
    several = False
    for block in blocks:
        first, last = document.line_at(block.prose.start), document.line_at(block.prose.end)
        several = several or last > first
        lines += (len(document.line_text(number).expandtabs(8)) for number in range(first, last + 1))
    widest = max(lines, default=0)
    return max(widest, USUAL) if several and widest <= UNWRAPPED else None


def laid_out(text: str, first: str, others: str, width: int | None, document: Document) -> str:
    """Return a text in lines that begin with `first` and then `others`; in one line if a wrapped one would mean
    something."""
    if width is None:
        return first + text
    for narrower in range(_TRIES):
        lines = _wrapped(text, first, others, max(width - narrower, len(others) + 20))
        if not any(_means_something(line[len(others) :], document) for line in lines[1:]):
            return "\n".join(lines)
    return first + text


def _wrapped(text: str, first: str, others: str, width: int) -> list[str]:
    """Return the lines of a text; words and hyphenated words stay whole."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _means_something(line: str, document: Document) -> bool:
    """Tell whether a line would be an item, a heading or the like."""
    _, item, heading, _ = format_of(document).patterns
    return bool(item.match(line) or heading.match(line) or _MEANS_SOMETHING.match(line))
