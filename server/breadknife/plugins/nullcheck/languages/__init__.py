"""The languages that the null check knows: a folder each, imported when a file of it is first asked about.

Each lowers its grammar to the intermediate language of `core`; what they share is beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.plugins.nullcheck.values import NullLanguage

LANGUAGE_IDS = frozenset({"python", "javascript", "javascriptreact", "typescript", "typescriptreact", "go", "java"})


def language(id: str, nullable: Sequence[str] = ()) -> NullLanguage:
    """The language with that id, one of `LANGUAGE_IDS`. `nullable` are the user's own rows, see `rows`."""
    if id == "go":
        from breadknife.plugins.nullcheck.languages.go.file import Go

        return Go(nullable)
    if id in ("javascript", "javascriptreact", "typescript", "typescriptreact"):
        from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript

        return EcmaScript(nullable)
    if id == "java":
        from breadknife.plugins.nullcheck.languages.java.file import Java

        return Java(nullable)
    from breadknife.plugins.nullcheck.languages.python.file import Python

    return Python(nullable)
