"""Go, as the core sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, read
from breadknife.plugins.nullcheck.core.names import Language, Others
from breadknife.plugins.nullcheck.languages.go.outline import Outline
from breadknife.plugins.nullcheck.rows import rows, with_rows
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


def known(nullable: Iterable[str]) -> Knowledge:
    """The knowledge with the user's own rows. One that doesn't say when is of a call that gives nil beside an error."""
    found = [row for row in rows(nullable) if row.owner]
    made = with_rows(knowledge(), found)
    alike, calls, words = made.calls["net/http.Get"], dict(made.calls), dict(made.telling_words)
    for row in (each for each in found if not each.why):
        calls[row.qualified] = alike._replace(name=row.qualified, gives=None)
        root = row.owner.partition(".")[0]
        words[root] = words.get(root, frozenset()) | {row.name.encode()}
    return replace(made, calls=calls, telling_words=words)


def home_of(tree: SyntaxTree, others: Others | None = None, uri: str = "") -> FileHome:
    """The analysis of one file."""
    return FileHome(Outline(tree, knowledge()).file(), knowledge(), GO, others, uri)
