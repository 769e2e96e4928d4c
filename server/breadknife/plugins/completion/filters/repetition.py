"""A small model that says a thing twice often goes on to say it for ever."""

from __future__ import annotations

from breadknife.plugins.completion.filters.site import Filter, Site

LONGEST_PERIOD = 4
"""Lines of a pattern that is looked for."""

LONGEST_UNIT = 60
"""Characters of a pattern within a line."""


def unrepeated(text: str, site: Site) -> str | None:
    """Without what the suggestion repeats of itself; refused where it only repeats the lines just above."""
    first, *more = text.split("\n")
    once = _once(first)
    if once != first:
        return site.ended(once)
    above = [line.rstrip() for line in site.preceding]
    lines = [line.rstrip() for line in (site.before + first, *more)]
    said = [line for line in lines if line]
    for period in range(1, LONGEST_PERIOD + 1):
        if said[:period] == above[-period:] and _tells(said[:period]):
            return None
    for end in range(2, len(lines) + 1):
        if _once(lines[end - 1]) != lines[end - 1]:
            return site.ended("\n".join((first, *more[: end - 2]))) or None
        for period in range(1, min(LONGEST_PERIOD, end // 2) + 1):
            again = lines[end - period : end]
            if again == lines[end - 2 * period : end - period] and _tells(again):
                return site.ended("\n".join((first, *more[: end - period - 1]))) or None
    return text


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


def _tells(lines: list[str]) -> bool:
    """Whether they have words: closing brackets in a row are no repetition."""
    return sum(char.isalnum() for line in lines for char in line) >= 4


REPETITION = Filter("repetition", "repetition", unrepeated)
