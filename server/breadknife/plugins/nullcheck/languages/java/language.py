"""Java, as the core sees it."""

from __future__ import annotations

from functools import cache

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, read
from breadknife.plugins.nullcheck.core.names import Language, Others
from breadknife.plugins.nullcheck.languages.java.outline import Outline
from breadknife.text.syntax import SyntaxTree


@cache
def knowledge() -> Knowledge:
    return read("java")


def home_of(tree: SyntaxTree, others: Others | None = None, uri: str = "") -> FileHome:
    """The analysis of one file."""
    known = knowledge()
    return FileHome(Outline(tree, known).file(), known, Language(known.classes["builtins"]), others, uri)
