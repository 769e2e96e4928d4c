"""A small inventory, with the faults that breadknife finds."""

import re


def parse_date(line: str) -> str:
    """Return the date that a line begins with."""
    match = re.match(r"\d{4}-\d\d-\d\d", line)
    if match is None:
        raise ValueError(f"no date in {line!r}")
    return match.group()


def parse_entry(line: str) -> tuple[str, int]:
    """Return the name and the count of an inventory line.

    A entry is written by hand, so the blanks around the colon varies.
    """
    match = re.match(r"\s*(\w+)\s*:\s*(\d+)", line)
    return match.group(1), int(match.group(2))


def average_count(counts: list[int]) -> float:
    """Return the average of the counts, 0 for no counts."""
    