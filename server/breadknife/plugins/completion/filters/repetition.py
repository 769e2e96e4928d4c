"""A suggestion repeats neither itself, nor the lines above, nor what the document has after the cursor."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Sequence

from breadknife.plugins.completion.filters.draft import Draft, Filter
from breadknife.text.tokens import columns, is_of_word

LONGEST_PERIOD = 4
"""Lines of a pattern that is looked for."""
LONGEST_UNIT = 60
"""Characters of a pattern within a line."""
_SHORT = 4
"""Letters and digits that a line needs to be told from others of its kind, as `}` and `end` can't be."""
_LONG = 20
"""Characters from which on a line with one other spelling counts as the same."""
_FURTHER = 3
"""Lines with text below the cursor that are compared."""
_ALIKE = 0.6
"""How like two lines are that are made after one pattern."""


def cut_repetition(text: str, draft: Draft) -> str | None:
    """Return the text without what it repeats of itself; None if it only repeats the lines just above. A small model
    that says a thing twice often goes on to say it for ever."""
    first, *more = text.split("\n")
    once = _once(first)
    if once != first:
        return draft.cursor.trimmed(once)
    above = [line.rstrip() for line in draft.cursor.preceding]
    lines = [line.rstrip() for line in (draft.cursor.before + first, *more)]
    written = [line for line in lines if line]
    for period in range(1, LONGEST_PERIOD + 1):
        if written[:period] == above[-period:] and _is_telling(*written[:period]):
            return None
    for end in range(2, len(lines) + 1):
        if _once(lines[end - 1]) != lines[end - 1]:
            return draft.cursor.trimmed("\n".join((first, *more[: end - 2]))) or None
        for period in range(1, min(LONGEST_PERIOD, end // 2) + 1):
            again = lines[end - period : end]
            if again == lines[end - 2 * period : end - period] and _is_telling(*again):
                return draft.cursor.trimmed("\n".join((first, *more[: end - period - 1]))) or None
    return text


def cut_rest(text: str, draft: Draft) -> str | None:
    """Return the text without what its line goes on with: a bracket that the editor typed, the tail of a `for`."""
    rest = _squeezed(draft.cursor.rest)
    if not rest:
        return text
    first, _, more = text.partition("\n")
    at = _find_rest(first, rest, draft, text)
    if at is None and more:
        start = text.rindex("\n") + 1
        at = _find_rest(text[start:], rest, draft, text, text[:start])
        at = None if at is None else start + at
    if at is None:
        return text
    return draft.cursor.trimmed(text[:at]) or None


def _find_rest(line: str, rest: str, draft: Draft, text: str, head: str = "") -> int | None:
    """Return where the line begins to repeat `rest`, if the text is better balanced without that, or as well."""
    matches = list[tuple[int, int]]()
    now = draft.cursor.imbalance(text)
    for at, char in enumerate(line):
        repeated = _squeezed(line[at:])
        shared, longer = sorted((repeated, rest), key=len)
        splits = _splits_word(line, at) or _splits_word(longer, len(shared))
        if char.isspace() or splits or not _goes_on(longer, shared):
            continue
        then = draft.cursor.imbalance(head + line[:at])
        punctuation = shared == repeated and not any(map(is_of_word, shared))
        if then < now or (then == now and (punctuation or len(shared) > 2)):
            matches.append((then, at))
    return min(matches)[1] if matches else None


def _goes_on(longer: str, shared: str) -> bool:
    """Tell whether one begins with the other, also in other quotes where there is more than them."""
    spelt = any(map(is_of_word, shared)) and _quoted_alike(longer).startswith(_quoted_alike(shared))
    return spelt or longer.startswith(shared)


def cut_following(text: str, draft: Draft) -> str | None:
    """Return the text without the lines that follow, also if they are spelt a little differently."""
    following = draft.cursor.following
    lines = text.split("\n") if following else []
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        whole_line = draft.cursor.before + line if i == 0 else line
        if i == 0:
            is_same = any(_is_telling(form) and same(form, following[0]) for form in (line, whole_line))
            if is_same or _opens_following([whole_line, *lines[1:]], following):
                return None
        elif _is_following(lines[i:], following) or _follows_later(lines[: i + 1], draft):
            return draft.cursor.trimmed("\n".join(lines[:i])) or None
    return text


def _opens_following(lines: Sequence[str], following: Sequence[str]) -> bool:
    """Tell whether lines begin as those that follow do, with one too short to tell alone: `try:` and what it does."""
    first, *more = [line for line in lines if line.strip()]
    if _indent(first) != _indent(following[0]) or not same(first, following[0]):
        return False
    if not more:
        return re.search(r"[^\W\d]{3}", first) is not None
    return len(following) > 1 and same(more[0], following[1]) and _is_telling(more[0])


def _is_following(lines: Sequence[str], following: Sequence[str]) -> bool:
    """Tell whether the lines begin as those that follow the cursor do."""
    first, *more = [line for line in lines if line.strip()]
    if not same(first, following[0]):
        return False
    if more and len(following) > 1 and same(more[0], following[1]):
        return True
    return _is_telling(first) and (" " in first.strip() or _indent(first) == _indent(following[0]))


def _follows_later(lines: Sequence[str], draft: Draft) -> bool:
    """Tell whether the last of the lines follows too, after others of the same block.

    Not where it only stands after a line like the one that it follows there: so do the lines of a pattern, a query
    and the fetching of its rows, say, however often.
    """
    last, depth = lines[-1], columns(draft.cursor.before + lines[0])
    if not _is_telling(last) or columns(last) != depth:
        return False
    before = next((line for line in lines[-2::-1] if line.strip()), "")
    for above, line in itertools.pairwise(draft.cursor.following[:_FURTHER]):
        if columns(above) < depth:
            return False
        if same(last, line) and _indent(last) == _indent(line):
            return _likeness(before.strip(), above.strip()) < _ALIKE
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
    different = [pair for pair in zip(*words, strict=False) if pair[0] != pair[1]]
    if len(words[0]) != len(words[1]) or len(different) != 1:
        return False
    word, variant = different[0]
    numbered = re.sub(r"\d", "", word) == re.sub(r"\d", "", variant)
    return min(len(word), len(variant)) >= _SHORT and not numbered and _likeness(word, variant) >= 0.9


def _once(line: str) -> str:
    """The line up to the end of the first of the same things that it says in a row.

    Something long three times, or a word six times: `None, None, None` is a tuple.
    """
    for start in range(len(line)):
        for length in range(3, min((len(line) - start) // 3, LONGEST_UNIT) + 1):
            unit = line[start : start + length]
            times = 3 if length >= 12 else 6
            if line.startswith(unit * times, start) and sum(map(str.isalnum, unit)) >= 3:
                return line[: start + length]
    return line


def _likeness(a: str, b: str) -> float:
    return difflib.SequenceMatcher(None, a, b).ratio()


def _normal(line: str) -> str:
    return _quoted_alike(_squeezed(line)).rstrip(",;")


def _quoted_alike(text: str) -> str:
    return text.replace("'", '"')


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _is_telling(*lines: str) -> bool:
    """Tell whether lines have words: closing brackets in a row are no repetition."""
    return sum(char.isalnum() for line in lines for char in line) >= _SHORT


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _splits_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and is_of_word(text[at - 1]) and is_of_word(text[at])


REPETITION = Filter("repetition", "repetition", cut_repetition)
REST = Filter("rest of the line", "repeats-next-line", cut_rest, final=True)
FOLLOWING = Filter("following lines", "repeats-next-line", cut_following, final=True)
