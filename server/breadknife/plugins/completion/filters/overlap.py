"""What the document already has after the cursor isn't suggested again."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Sequence

from breadknife.plugins.completion.filters.site import Filter, Site
from breadknife.text.tokens import columns, is_of_word

_SHORT = 4
"""Letters and digits that a line needs to be told from others of its kind, as `}` and `end` can't be."""

_LONG = 20
"""Characters from which on a line with one other spelling counts as the same."""

_FURTHER = 3
"""Lines with text below the cursor that are compared."""

_ALIKE = 0.6
"""How like two lines are that are made after one pattern."""


def without_rest(text: str, site: Site) -> str | None:
    """Without what the line goes on with: a bracket that the editor typed ahead, the tail of a `for`."""
    rest = _squeezed(site.rest)
    if not rest:
        return text
    first, _, more = text.partition("\n")
    at = _where_said(first, rest, site, text)
    if at is None and more:
        start = text.rindex("\n") + 1
        at = _where_said(text[start:], rest, site, text, text[:start])
        at = None if at is None else start + at
    if at is None:
        return text
    return site.ended(text[:at]) or None


def _where_said(line: str, rest: str, site: Site, text: str, head: str = "") -> int | None:
    """Where the line begins to say `rest`, if the text is better balanced without that, or as well."""
    found = list[tuple[int, int]]()
    now = site.imbalance(text)
    for at, char in enumerate(line):
        said = _squeezed(line[at:])
        shared, longer = sorted((said, rest), key=len)
        splits = _splits_word(line, at) or _splits_word(longer, len(shared))
        if char.isspace() or splits or not _goes_on(longer, shared):
            continue
        then = site.imbalance(head + line[:at])
        punctuation = shared == said and not any(map(is_of_word, shared))
        if then < now or (then == now and (punctuation or len(shared) > 2)):
            found.append((then, at))
    return min(found)[1] if found else None


def _goes_on(longer: str, shared: str) -> bool:
    """Whether one begins with the other, also in other quotes where there is more than them."""
    spelt = any(map(is_of_word, shared)) and _quoted_alike(longer).startswith(_quoted_alike(shared))
    return spelt or longer.startswith(shared)


def without_following(text: str, site: Site) -> str | None:
    """Without the lines that follow, also where they are spelt a little differently."""
    following = site.following
    lines = text.split("\n") if following else []
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        whole = site.before + line if i == 0 else line
        if i == 0:
            if any(_tells(said) and same(said, following[0]) for said in (line, whole)):
                return None
        elif _is_following(lines[i:], following) or _follows_later(lines[: i + 1], site):
            return site.ended("\n".join(lines[:i])) or None
    return text


def _is_following(lines: Sequence[str], following: Sequence[str]) -> bool:
    said = [line for line in lines if line.strip()]
    if not same(said[0], following[0]):
        return False
    if len(said) > 1 and len(following) > 1 and same(said[1], following[1]):
        return True
    return _tells(said[0]) and (" " in said[0].strip() or _indent(said[0]) == _indent(following[0]))


def _follows_later(lines: Sequence[str], site: Site) -> bool:
    """Whether the last of the lines follows too, after others of the same block.

    Not where it only stands after a line like the one that it follows there: so do the lines of a pattern, a query
    and the fetching of its rows, say, however often.
    """
    said, depth = lines[-1], columns(site.before + lines[0])
    if not _tells(said) or columns(said) != depth:
        return False
    before = next((line for line in lines[-2::-1] if line.strip()), "")
    for above, line in itertools.pairwise(site.following[:_FURTHER]):
        if columns(above) < depth:
            return False
        if same(said, line) and _indent(said) == _indent(line):
            return difflib.SequenceMatcher(None, before.strip(), above.strip()).ratio() < _ALIKE
    return False


def same(a: str, b: str) -> bool:
    """Tell whether two lines say the same, but for blanks, quotes, a comma at the end, or the spelling of one long
    word."""
    a, b = _normal(a), _normal(b)
    if a == b:
        return True
    if min(len(a), len(b)) < _LONG:
        return False
    words = [re.findall(r"\w+|\W", line) for line in (a, b)]
    other = [pair for pair in zip(*words, strict=False) if pair[0] != pair[1]]
    if len(words[0]) != len(words[1]) or len(other) != 1:
        return False
    one, two = other[0]
    numbered = re.sub(r"\d", "", one) == re.sub(r"\d", "", two)
    return min(len(one), len(two)) >= _SHORT and not numbered and difflib.SequenceMatcher(None, one, two).ratio() >= 0.9


def _normal(line: str) -> str:
    return _quoted_alike(_squeezed(line)).rstrip(",;")


def _quoted_alike(text: str) -> str:
    return text.replace("'", '"')


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _tells(line: str) -> bool:
    return sum(map(str.isalnum, line)) >= _SHORT


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _splits_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and is_of_word(text[at - 1]) and is_of_word(text[at])


REST = Filter("rest of the line", "repeats-next-line", without_rest, final=True)
FOLLOWING = Filter("following lines", "repeats-next-line", without_following, final=True)
