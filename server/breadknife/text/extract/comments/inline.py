"""The inline markup of docstrings, comments and plain text: reST's and Markdown's, as people mix them."""

from __future__ import annotations

import re

from breadknife.text.extract.passage import Cut, line_breaks

_CODE = re.compile(
    r"""
      (?::[\w:+-]+:)?(?P<code>`+)[^`\n]+(?:\n[^`\n]+)?(?P=code)_{0,2}  # `code`, ``code``, :role:`target`, `link`_
    | \|\w+\|                                                          # |substitution|
    | (?<!\w)\*{1,2}[a-z]\w*\b(?!\*)                                   # *args, **kwargs
    """,
    re.VERBOSE,
)
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\[\]\n]+)\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"(?<!\S)\*{1,2}(?=\w)|(?<=[\w.,:!?])\*{1,2}(?!\w)")
_LITERAL_DOUBLE_COLON = re.compile(r"::\Z")


def inline_cuts(text: str) -> list[Cut]:
    """Return line breaks, code, links and emphasis of a passage's text as cuts."""
    cuts = line_breaks(text)
    cuts += [Cut(match.start(), match.end()) for match in _CODE.finditer(text)]
    for link in _LINK.finditer(text):
        cuts += (Cut(link.start(), link.start("text"), ""), Cut(link.end("text"), link.end(), ""))
    cuts += [Cut(match.start(), match.end(), "") for match in _EMPHASIS.finditer(text)]
    cuts += [Cut(match.start(), match.end(), ":") for match in _LITERAL_DOUBLE_COLON.finditer(text)]
    return cuts
