"""TOML that may have come from anybody."""

from __future__ import annotations

import re
import tomllib
from typing import Any

_LONGEST_KEY = 100
"""Parts of a dotted key."""
_LONG_KEY = re.compile(
    rf"""(?x) (?<![\w-]) (?: (?: [\w-]++ | "[^"\n]*+" | '[^'\n]*+' ) [ \t]*+ \. [ \t]*+ ){{{_LONGEST_KEY}}}"""
)


def parse_toml(text: str) -> dict[str, Any]:
    """Parse as `tomllib.loads` does. Raises ValueError for what isn't TOML, or would take too long.

    `tomllib` needs a time that grows with the square of a key's parts, 16 s for one of 64 KB, and raises RecursionError
    for a list in a thousand others.
    """
    if long := _LONG_KEY.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise ValueError(f"a key of more than {_LONGEST_KEY} parts (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply (at line 1)") from None
