"""Java, as the core sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, read
from breadknife.plugins.nullcheck.core.names import Language, Others
from breadknife.plugins.nullcheck.languages.java.outline import Outline
from breadknife.plugins.nullcheck.rows import rows, with_rows
from breadknife.text.syntax import SyntaxTree


@cache
def knowledge() -> Knowledge:
    return read("java")


def known(nullable: Iterable[str]) -> Knowledge:
    """The knowledge with the user's own rows: of methods of classes, which go by their simple names."""
    found = [replace(row, owner=row.owner.rpartition(".")[2]) for row in rows(nullable)]
    found = [row for row in found if row.owner[:1].isupper()]
    made = with_rows(knowledge(), found)
    builtins = made.classes["builtins"].union(row.owner for row in found)
    return replace(made, classes=defaultdict(frozenset, made.classes, builtins=builtins))


def home_of(tree: SyntaxTree, others: Others | None = None, uri: str = "") -> FileHome:
    """The analysis of one file."""
    known = knowledge()
    return FileHome(Outline(tree, known).file(), known, Language(known.classes["builtins"]), others, uri)
