"""Reads what a checker printed, in whichever of the known forms it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from breadknife.plugins.nullcheck.formats.lines import FORMS, fault_in, said_in
from breadknife.plugins.nullcheck.formats.structured import (
    JSON_FORMS,
    fault_in_json,
    fault_in_spotbugs,
    said_in_json,
    said_in_spotbugs,
)
from breadknife.plugins.nullcheck.formats.values import Said

NAMES = tuple(dict.fromkeys((*(form.name for form in FORMS), *(form.name for form in JSON_FORMS), "SpotBugs -xml")))
"""Of the forms that are read, for people."""
_JSON = re.compile(r"\[\s*(?:[\[{\]]|$)|\{\s*(?:[\"}]|$)")
"""How a list of objects begins, or an object; a line of a log may begin with a bracket, too."""
_BINARY = re.compile(r"[\x00-\x08\ufffd]")
"""What stands in no text that a checker prints: the last is what isn't UTF-8."""


def read(printed: str) -> tuple[Said, ...]:
    """The findings in a checker's output, in its order, each once. Empty when none of the forms is in it."""
    text, said_in_it, _ = _readers(printed)
    return tuple(dict.fromkeys(said_in_it(text)))


def fault(printed: str) -> str:
    """Why `read` gives nothing, for people; "" where a checker says that it has found nothing."""
    text, _, fault_in_it = _readers(printed)
    why = fault_in_it(text)
    return "it isn't text in UTF-8" if why and _BINARY.search(text) else why


def _readers(printed: str) -> tuple[str, Callable[[str], Iterable[Said]], Callable[[str], str]]:
    """What kind it is, by its beginning."""
    text = printed.removeprefix("\ufeff").strip("\x00")
    start = text.lstrip()
    if start.startswith("<"):
        return start, said_in_spotbugs, fault_in_spotbugs
    if _JSON.match(start):
        return text, said_in_json, fault_in_json
    return text, said_in, fault_in
