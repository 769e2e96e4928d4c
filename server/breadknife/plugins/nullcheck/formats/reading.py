"""Reads what a checker printed, in whichever of the known forms it is."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.formats.structured import read_json, read_spotbugs
from breadknife.plugins.nullcheck.formats.text import read_text
from breadknife.plugins.nullcheck.formats.values import Said

_JSON = re.compile(r"\[\s*(?:[\[{\]]|$)|\{\s*(?:[\"}]|$)")
"""How a list of objects begins, or an object; a line of a log may begin with a bracket, too."""
_BINARY = re.compile(r"[\x00-\x08\ufffd]")
"""What stands in no text that a checker prints: the last is what isn't UTF-8."""


def read(printed: str) -> tuple[Said, ...]:
    """The findings in a checker's output, in its order, each once. Empty when none of the forms is in it."""
    return tuple(dict.fromkeys(_read(printed)[0]))


def fault(printed: str) -> str:
    """Why `read` gives nothing, for people; "" where a checker says that it has found nothing."""
    _, why = _read(printed)
    return "it isn't text in UTF-8" if why and _BINARY.search(printed.strip("\x00")) else why


def _read(printed: str) -> tuple[list[Said], str]:
    """The findings, and why there are none: which kind it is, its beginning says."""
    text = printed.removeprefix("\ufeff").strip("\x00")
    start = text.lstrip()
    if start.startswith("<"):
        return read_spotbugs(start)
    return read_json(text) if _JSON.match(start) else read_text(text)
