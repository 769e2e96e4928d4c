"""Which maps of a package's structs nothing makes: they are nil wherever they are written to."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.go.names import Names
from breadknife.plugins.nullcheck.go.outline import Outline

_GIVEN = re.compile(
    r"\.([a-z_]\w*)(?=(?:,\s*[\w.*\[\]]+)*\s*=(?!=))"
    r"|\b([a-z_]\w*):(?!=)"
    r"|&[\w.()\[\]]*\.([a-z_]\w*)"
    r"|(?<![\w.])(\w+\{)(?!\s*(?:\}|\w+\s*:))"
)
"""A field that is assigned to, given in a literal, or whose address is taken; a struct whose literal names none."""


def given_in(outline: Outline) -> str:
    """The names of fields that a file gives a value, and of structs as `T{`, each between blanks: a set of them would
    take ten times as much memory."""
    source = outline.source.decode("utf-8", "replace")
    return f" {' '.join(sorted({name for groups in _GIVEN.findall(source) for name in groups if name}))} "


def is_never_made(names: Names, struct: str, field: str, here: str) -> bool:
    """Whether no file of the package gives a struct's field a value, and this one, which gives those `here`, doesn't;
    of a field that other packages may see, nobody can say so."""
    elsewhere = names.given(struct) if field[:1].islower() and field in (names.struct(struct) or {}) else None
    return elsewhere is not None and not any(f" {name} " in here + elsewhere for name in (field, f"{struct}{{"))
