"""What is known of regular expressions: which always match, and which go on from where they have found something."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

from breadknife.plugins.nullcheck.core.il import Type

_LONGEST = 200
_WRITTEN = re.compile(r"/(?P<pattern>.*)/(?P<flags>\w*)\Z", re.DOTALL)
_MADE = re.compile(r"new\s+RegExp\s*\([^,]*(?:,\s*(?P<flags>.*))?\)\Z", re.DOTALL)


def type_of_literal(written: str) -> Type:
    """The type of `/a/g`."""
    match = _WRITTEN.match(written)
    is_always = match is not None and _matches_nothing(match["pattern"])
    return Type("AnyRegExp" if is_always else "RegExp", _state(match["flags"] if match is not None else ""))


def type_of_made(written: str) -> Type:
    """The type of `new RegExp(a, flags)`."""
    match = _MADE.match(written)
    flags = (match["flags"] if match is not None else "") or "''"
    return Type("RegExp", _state(flags if flags[0] in "'\"" else "g"))  # a variable may have any flags


def _state(flags: str) -> tuple[Type, ...]:
    """With `g` or `y`, a pattern goes on from where it has found something."""
    return (Type("stateful"),) if set(flags) & {"g", "y"} else ()


@lru_cache(1 << 10)
def _matches_nothing(pattern: str) -> bool:
    """Whether the empty text matches: then any text does."""
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            return len(pattern) <= _LONGEST and re.search(pattern.replace("(?<", "(?P<"), "") is not None
    except (re.error, RecursionError, OverflowError):
        return False
