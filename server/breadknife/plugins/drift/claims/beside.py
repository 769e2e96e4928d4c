"""Finds comments beside code that was replaced: what they speak of stood below them and no longer does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from breadknife.plugins.drift.claims.claimed import Claimed
from breadknife.plugins.drift.values import Block, Drift, Kind, SourceFacts
from breadknife.text.extract.comments.code import looks_like_code
from breadknife.text.tokens import parts_of_words

_MOST_LINES = 6
"""Lines below a comment that it is about, if no blank line comes before."""
_FEWEST_LETTERS = 4


def find_beside(claimed: Claimed, before: SourceFacts, after: SourceFacts) -> Iterator[Drift]:
    """Yield the comment of a block that isn't documentation, if all code below it was replaced, the old code had its
    words, and the new code has none of them."""
    block = claimed.block
    if block.documents or len(claimed.standing) < sum(bool(line.strip()) for line in block.lines):
        return
    old = [each for each in claimed.before.blocks if not each.documents and each.text == block.text]
    if len(old) != 1 or not block.text:
        return
    was, now = _below(before.lines, old[0]), _below(after.lines, block)
    if not was or {line.strip() for line in was} & {line.strip() for line in now}:
        return
    kept = {line.strip() for line in after.lines[claimed.after.first : claimed.after.last + 1]}
    if any(line.strip() in kept for line in was):
        return  # it has moved
    said = _stems(" ".join(block.lines))
    had, has = said & _stems(" ".join(was)), said & _stems(" ".join(now))
    if had and not has and not any(looks_like_code(line.strip(), claimed.document.language) for line in block.lines):
        span = claimed.line_span(block.first)
        if len(span):
            subject = next(word for word in re.findall(r"[\w$]+", " ".join(block.lines)) if _stems(word) & had)
            yield claimed.drift(Kind.CODE_REPLACED, span, subject, cause=block.last + 1)


def _below(lines: Sequence[str], block: Block) -> list[str]:
    """Return the lines of code below a block, up to a blank one."""
    found: list[str] = []
    for line in lines[block.last + 1 : block.last + 1 + _MOST_LINES]:
        if not line.strip() or line.lstrip().startswith(("#", "//", "/*")):
            break
        if len(line.strip()) > _FEWEST_LETTERS:  # more than brackets
            found.append(line)
    return found


def _stems(text: str) -> set[str]:
    """Return the first letters of the words in a text, those within names among them: enough to tell `removes` and
    `removed` as one."""
    return {word.lower()[:5] for word in parts_of_words(text) if len(word) >= _FEWEST_LETTERS}
