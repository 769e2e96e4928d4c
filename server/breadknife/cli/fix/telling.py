"""How findings and their places are told, to people and to programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from breadknife.plugins.nullcheck.project.causes import NullSource
from breadknife.plugins.nullcheck.project.repairs import Repairs, named
from breadknife.plugins.nullcheck.project.values import DereferenceFinding
from breadknife.plugins.nullcheck.repairs.grammar import CauseKind
from breadknife.text.document import Span
from breadknife.text.printable import escaped_name

_LONGEST_NAME = 60
_RESULTS = frozenset({CauseKind.FUNCTION, CauseKind.LIBRARY})


def where(repairs: Repairs, path: Path, span: Span, folder: Path, *, column: bool = False) -> str:
    """Return where a span is in the text on disk, such as `pkg/store.py:6`."""
    at = repairs.changes.position(path, span.start)
    return ":".join(map(str, (escaped_name(named(path, folder)), *at[: 1 + column])))


def where_found(repairs: Repairs, found: DereferenceFinding, folder: Path, *, column: bool = False) -> str:
    return where(repairs, found.path, found.place.span, folder, column=column)


def where_declared(repairs: Repairs, origin: NullSource, first: DereferenceFinding, folder: Path) -> str:
    """Tell where a cause is declared, or else where its first finding is."""
    if origin.path is None or origin.span is None:
        return where_found(repairs, first, folder)
    return where(repairs, origin.path, origin.span, folder)


def name_of(origin: NullSource) -> str:
    """Return `parameter Store.find(key)`, `result of re.match()`, or the value itself where nothing is declared."""
    name = " ".join(origin.name.split())[:_LONGEST_NAME]
    if origin.kind is CauseKind.PLACE:
        return name
    return f"result of {name}" if origin.kind in _RESULTS else f"{origin.kind} {name}"


def as_json(repairs: Repairs, found: DereferenceFinding, folder: Path) -> dict[str, Any]:
    line, column = repairs.changes.position(found.path, found.place.span.start)
    finding = found.finding
    return {"path": named(found.path, folder), "line": line, "column": column, "source": finding.source,
            "code": finding.code, "message": finding.message}  # fmt: skip


def origin_as_json(repairs: Repairs, origin: NullSource, folder: Path) -> dict[str, Any]:
    at = repairs.changes.position(origin.path, origin.span.start) if origin.path and origin.span else (None, None)
    path = named(origin.path, folder) if origin.path else None
    return {"kind": origin.kind, "name": origin.name, "path": path, "line": at[0], "column": at[1]}
