"""Completes a line from those of the document that begin alike, or that stand below a line like the one above: a rule.

A program repeats its lines, and which of them comes again can be counted: lines that begin like the cursor's vote with
what follows there, near ones and those below the same line more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from breadknife.plugins.completion.cursor import CursorContext
from breadknife.plugins.completion.known_word import KnownText
from breadknife.text.tokens import columns

FEWEST_TYPED = 4
"""The fewest characters of a line that others are compared with."""
FEWEST_ABOVE = 10
"""The fewest characters of the line above a new one: below shorter ones, such as `}`, anything may stand."""
FEWEST_LEFT = 2
"""The fewest characters that are worth completing."""
WINDOW = 60_000
"""Characters before and after the cursor in which lines are looked for."""
MOST_LINES = 200
"""The most lines that vote."""
HALF_LIFE = 60
"""Lines from the cursor at which a vote counts half."""
BELOW_SAME = 8.0
"""How many times more a vote counts if the line above is the same, too."""
MAJORITY = 2 / 3
"""The part of all votes that the likeliest rest has at least."""

CERTAINTY: dict[tuple[bool, bool], tuple[float, float, float, float, float]] = {
    (False, False): (0.58, 0.35, 0.72, 0.92, 0.97),
    (False, True): (0.66, 0.66, 0.88, 0.96, 0.99),
    (True, False): (0.61, 0.36, 0.71, 0.83, 0.80),
    (True, True): (0.59, 0.59, 0.84, 0.87, 0.97),
}
"""How probable it is that the likeliest rest is right: for a line that is begun or a new one (True), and whether a line
above is the same as well (the line above, or above a new line the second); first if others disagree, then if one line,
two, three, or more say so with one voice. Counted at 15,000 places of twelve repositories in Python, TypeScript, Go
and Java, which a seed drew (`bench/completion/known_lines.py`)."""

_LOOK_ABOVE = 600
"""Characters in which the lines above are looked for."""


@dataclass(frozen=True)
class _Vote:
    rest: str
    weight: float
    is_below_same: bool


def known_line(cursor: CursorContext) -> KnownText | None:
    """Return the likeliest rest of the cursor's line by other lines of the document, however certain. None if none has
    most of the votes, or something follows the cursor on its line."""
    if cursor.rest.strip() or cursor.before_line:
        return None
    is_new = not cursor.before.strip()
    votes = list(_votes_of_lines_below(cursor) if is_new else _votes_of_lines_alike(cursor))
    weights = defaultdict[str, float](float)
    for vote in votes:
        weights[vote.rest] += vote.weight
    rest = max(weights, key=lambda rest: weights[rest], default="")
    if len(rest.strip()) < FEWEST_LEFT or weights[rest] < MAJORITY * sum(weights.values()):
        return None
    is_below_same = any(vote.is_below_same for vote in votes if vote.rest == rest)
    agreeing = min(len(votes), 4) if len(weights) == 1 else 0
    return KnownText(rest, CERTAINTY[is_new, is_below_same][agreeing])


def _votes_of_lines_alike(cursor: CursorContext) -> Iterator[_Vote]:
    """Yield the votes of the lines that begin like the cursor's."""
    typed = cursor.before.lstrip()
    if len(typed) < FEWEST_TYPED:
        return
    pattern = re.compile(rf"^[ \t]*{re.escape(typed)}([^\r\n]*)", re.MULTILINE)
    above = _lines_above(cursor.document.text, cursor.offset - len(cursor.before))[:1]
    for match in _matches(pattern, cursor):
        if rest := match[1].rstrip():
            is_below_same = bool(above) and _lines_above(match.string, match.start())[:1] == above
            yield _vote(rest, match, cursor, is_below_same=is_below_same)


def _votes_of_lines_below(cursor: CursorContext) -> Iterator[_Vote]:
    """Yield the votes of the lines that stand below a line like the one above the cursor's, as deep as the cursor."""
    text, line_start = cursor.document.text, cursor.offset - len(cursor.before)
    above = _lines_above(text, line_start)
    if not above or len(above[0]) < FEWEST_ABOVE:
        return
    pattern = re.compile(rf"^([ \t]*){re.escape(above[0])}[ \t]*\r?\n\s*?^([ \t]*)(\S[^\r\n]*)", re.MULTILINE)
    deeper = cursor.width - columns((cursor.preceding or ("",))[-1])
    for match in _matches(pattern, cursor):
        if columns(match[2]) - columns(match[1]) == deeper:
            is_below_same = len(above) > 1 and _lines_above(match.string, match.start())[:1] == above[1:]
            yield _vote(match[3].rstrip(), match, cursor, is_below_same=is_below_same)


def _matches(pattern: re.Pattern[str], cursor: CursorContext) -> Iterator[re.Match[str]]:
    """Yield the matches near the cursor, without those that have its own line."""
    text, own = cursor.document.text, cursor.document.line_span(cursor.line)
    count = 0
    for match in pattern.finditer(text, max(own.start - WINDOW, 0), own.end + WINDOW):
        if match.end() <= own.start or match.start() >= own.end:
            count += 1
            if count > MOST_LINES:
                return
            yield match


def _vote(rest: str, match: re.Match[str], cursor: CursorContext, *, is_below_same: bool) -> _Vote:
    distance = abs(cursor.document.line_at(match.start()) - cursor.line)
    return _Vote(rest, 0.5 ** (distance / HALF_LIFE) * (BELOW_SAME if is_below_same else 1.0), is_below_same)


def _lines_above(text: str, line_start: int) -> Sequence[str]:
    """Return the nearest two lines with text above the line at `line_start`, stripped, the nearest first."""
    lines = [line.strip() for line in text[max(line_start - _LOOK_ABOVE, 0) : line_start].splitlines()]
    return [line for line in reversed(lines) if line][:2]
