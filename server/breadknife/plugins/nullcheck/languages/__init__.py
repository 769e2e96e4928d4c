"""The languages that the null check knows: a folder each, imported when a file of it is first asked about.

Each lowers its grammar to the intermediate language of `core`; what they share is beside them.
"""

from __future__ import annotations

from importlib import import_module

from breadknife.plugins.nullcheck.languages.file import NullLanguage

_CLASSES = {
    "python": "python.file:Python", "go": "go.file:Go", "java": "java.file:Java",
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), "ecmascript.file:EcmaScript"),
}  # fmt: skip
"""Id of a language -> its module in this folder, and the class there."""
LANGUAGE_IDS = frozenset(_CLASSES)


def language(id: str) -> NullLanguage:
    """Return the language with that id, one of `LANGUAGE_IDS`."""
    module, _, name = _CLASSES[id].partition(":")
    instance: NullLanguage = getattr(import_module(f"{__name__}.{module}"), name)()
    return instance
