"""Which maps of a package's structs nothing makes: they are nil wherever they are written to."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.go.names import Names
from breadknife.plugins.nullcheck.go.outline import Outline

_GIVEN = re.compile(
    r"\.([a-z_]\w*)(?=(?:,\s*[\w.*\[\]]+)*\s*=(?!=))"
    r"|\b([a-z_]\w*):(?!=)"
    r"|&[\w.()\[\]]*\.([a-z_]\w*)"
    r"|(?<![\w.])(\w+)(?:\[[\w., *]+\])?\{(?!\s*(?:\}|\w+\s*:))"
)
"""A field that is assigned to, given in a literal, or whose address is taken; a struct whose literal names none."""


def given_in(outline: Outline) -> str:
    """The names of fields that a file gives a value, and of structs as `T{`, each between blanks: a set of them would
    take ten times as much memory."""
    source = outline.source.decode("utf-8", "replace")
    found = {*(field for fields in _GIVEN.findall(source) for field in (*fields[:3], fields[3] and fields[3] + "{"))}
    return f" {' '.join(sorted(found))} "


def never_made(names: Names, outline: Outline) -> frozenset[tuple[str, str]]:
    """The structs and their maps that no file of the package gives a value; of a field that other packages may see,
    and of files that can't be read, nobody can say so."""
    if (elsewhere := names.given()) is None:
        return frozenset()
    maps = {
        (struct, name)
        for struct, fields in names.structs().items()
        for name, kind in fields.items()
        if kind.startswith("map[") and name[:1].islower()
    }
    left = _without(maps, elsewhere)
    return frozenset(_without(left, given_in(outline)) if left else ())


def _without(maps: set[tuple[str, str]], given: str) -> set[tuple[str, str]]:
    return {(struct, name) for struct, name in maps if f" {name} " not in given and f" {struct}{{ " not in given}
