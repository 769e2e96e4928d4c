"""Reads what a checker printed, in whichever of the known forms it is."""

from __future__ import annotations

from breadknife.plugins.nullcheck.formats.lines import FORMS, said_in
from breadknife.plugins.nullcheck.formats.structured import JSON_FORMS, said_in_json, said_in_spotbugs
from breadknife.plugins.nullcheck.formats.values import Said

NAMES = tuple(dict.fromkeys((*(form.name for form in FORMS), *(form.name for form in JSON_FORMS), "SpotBugs -xml")))
"""Of the forms that are read, for people."""


def read(printed: str) -> tuple[Said, ...]:
    """The findings in a checker's output, in its order, each once. Empty when none of the forms is in it."""
    text = printed.removeprefix("\ufeff").strip("\x00")
    start = text.lstrip()
    if start.startswith("<"):
        found = said_in_spotbugs(text.lstrip())
    elif start.startswith(("{", "[")) and not start.startswith(("[WARNING]", "[ERROR]", "[INFO]")):
        found = said_in_json(text)
    else:
        found = said_in(text)
    return tuple(dict.fromkeys(found))
