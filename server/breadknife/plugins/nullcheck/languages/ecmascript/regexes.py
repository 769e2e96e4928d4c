"""What is known of regular expressions: which always match, and which go on from where they have found something."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

from breadknife.plugins.nullcheck.core.il import Type

_LONGEST = 200
_GOES_ON = re.compile("[gy]")
"""Among a pattern's flags."""
_OPTIONAL = re.compile(r"[*?|{]")
"""Without one of these a pattern that has a character matches something."""
_MADE = re.compile(r"new\s+RegExp\s*\((?P<pattern>[^,]*)(?:,\s*(?P<flags>.*))?\)\Z", re.DOTALL)


def type_of_literal(written: str) -> Type:
    """The type of `/a/g`."""
    pattern, _, flags = written[1:].rpartition("/")
    return _type(pattern, _GOES_ON.search(flags) is not None)


def type_of_made(written: str) -> Type:
    """The type of `new RegExp(a, flags)`, whose flags may not be known."""
    match = _MADE.match(written)
    flags = match["flags"] if match is not None else ""
    return Type("RegExp", _stateful(bool(flags) and (flags[:1] not in "'\"" or _GOES_ON.search(flags) is not None)))


@lru_cache(1 << 10)
def _type(pattern: str, goes_on: bool) -> Type:
    if _OPTIONAL.search(pattern) is None and pattern.strip("^$"):
        return Type("RegExp", _stateful(goes_on))
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            always = len(pattern) <= _LONGEST and re.search(pattern.replace("(?<", "(?P<"), "") is not None
    except (re.error, RecursionError, OverflowError):
        always = False
    return Type("AnyRegExp" if always else "RegExp", _stateful(goes_on))


def _stateful(goes_on: bool) -> tuple[Type, ...]:
    return (Type("stateful"),) if goes_on else ()
