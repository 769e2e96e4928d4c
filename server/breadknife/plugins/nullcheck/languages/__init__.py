"""The languages that the null check knows: a folder each, imported when a file of it is first asked about.

Each lowers its grammar to the intermediate language of `core`; what they share is beside them.
"""

from __future__ import annotations

from breadknife.plugins.nullcheck.values import NullLanguage

LANGUAGE_IDS = frozenset({"python", "javascript", "javascriptreact", "typescript", "typescriptreact", "go", "java"})


def language(id: str) -> NullLanguage:
    """The language with that id, one of `LANGUAGE_IDS`."""
    if id == "go":
        from breadknife.plugins.nullcheck.languages.go.file import Go

        return Go()
    if id in ("javascript", "javascriptreact", "typescript", "typescriptreact"):
        from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript

        return EcmaScript()
    if id == "java":
        from breadknife.plugins.nullcheck.languages.java.file import Java

        return Java()
    from breadknife.plugins.nullcheck.languages.python.file import Python

    return Python()
