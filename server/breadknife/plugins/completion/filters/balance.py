"""Brackets and quotes agree with what stands around the cursor."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.completion.filters.site import Filter, Site
from breadknife.text.tokens import Kind, tokens


def balanced(text: str, site: Site) -> str | None:
    """Return the longest beginning that leaves no bracket or string worse off than it was."""
    if site.opens_comment(text):
        return None
    if site.closed_in_itself(text):
        return text
    allowed = site.imbalance("")
    for shorter in _beginnings(text, site):
        if site.imbalance(shorter) <= allowed and site.closes_what_it_opens(shorter):
            return shorter
    return None


def _beginnings(text: str, site: Site) -> Iterator[str]:
    yield text
    lines = text.split("\n")
    for count in range(len(lines) - 1, 0, -1):
        if shorter := site.ended("\n".join(lines[:count])):
            yield shorter
    for token in reversed(list(tokens(lines[0], site.language, site.draft.shape.quote))):
        if token.kind in (Kind.OPEN, Kind.CLOSE, Kind.STRING) and (shorter := site.ended(lines[0][: token.start])):
            yield shorter


BALANCE = Filter("balance", "unbalanced", balanced)
