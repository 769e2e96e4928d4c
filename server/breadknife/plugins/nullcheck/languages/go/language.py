"""Go, as the core sees it."""

from __future__ import annotations

from functools import cache

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, read
from breadknife.plugins.nullcheck.core.names import Language, Others
from breadknife.plugins.nullcheck.languages.go.outline import Outline
from breadknife.text.syntax import SyntaxTree

GO = Language(
    builtins=frozenset({
        "append", "cap", "clear", "close", "complex", "copy", "delete", "imag", "len", "make", "max", "min", "new",
        "panic", "print", "println", "real", "recover",
    }),
    calls_methods_of_null=True,
)  # fmt: skip


@cache
def knowledge() -> Knowledge:
    return read("go")


def home_of(tree: SyntaxTree, others: Others | None = None, uri: str = "") -> FileHome:
    """The analysis of one file."""
    return FileHome(Outline(tree, knowledge()).file(), knowledge(), GO, others, uri)
