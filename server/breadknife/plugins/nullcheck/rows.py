"""The rows with which users tell of calls that may give null: the setting `nullcheck.nullable`, for all languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, NullableCall
from breadknife.plugins.nullcheck.core.nullness import OriginKind

_ROW = re.compile(r"\s*([\w$@./~-]*[\w$])\s*(?:->\s*(.*\S))?\s*")


@dataclass(frozen=True)
class Row:
    """`owner.name -> why`. What it means, and whether it means anything, is each language's own matter."""

    owner: str
    """A module, a package's path or a type; "" for a bare name."""
    name: str
    why: str
    """When it gives null: "when nothing is found"; "" where the row doesn't say."""

    @property
    def qualified(self) -> str:
        return f"{self.owner}.{self.name}" if self.owner else self.name


def rows(written: Iterable[str]) -> list[Row]:
    """What isn't such a row says nothing."""
    found = list[Row]()
    for text in written:
        if match := _ROW.fullmatch(text):
            owner, _, name = match[1].rpartition(".")
            found.append(Row(owner, name, match[2] or ""))
    return found


def with_rows(known: Knowledge, found: Iterable[Row]) -> Knowledge:
    """The knowledge with the user's rows."""
    calls, words, results = dict(known.calls), dict(known.words), dict(known.results)
    for row in found:
        calls[row.qualified] = NullableCall(row.qualified, row.why or "at times", OriginKind.LOOKUP, "never", 0, None)
        root = row.owner.partition(".")[0] if known.needs_imports else ""
        words[root] = words.get(root, frozenset()) | {row.name.encode()}
        results.setdefault(row.owner, Type(row.owner))  # where the owner is a class, a call of it makes an object
    return replace(known, calls=calls, words=words, results=results, types=known.types | {*results})
