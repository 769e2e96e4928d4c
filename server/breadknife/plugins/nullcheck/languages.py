"""The languages that the null check knows: a folder each, imported when a file of it is first asked about."""

from __future__ import annotations

from breadknife.plugins.nullcheck.values import NullLanguage

LANGUAGE_IDS = frozenset({"python"})


def language(id: str) -> NullLanguage:
    """The language with that id, one of `LANGUAGE_IDS`."""
    from breadknife.plugins.nullcheck.python.language import Python

    return Python()
