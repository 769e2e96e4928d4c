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
"""Characters of a cause's name that are shown."""
_RESULTS = frozenset({CauseKind.FUNCTION, CauseKind.LIBRARY})
"""Causes whose null is what a call returns."""


def where(repairs: Repairs, path: Path, span: Span, folder: Path, *, column: bool = False) -> str:
    """Return where a span begins in the text on disk, such as `pkg/store.py:6`, or with `column` `pkg/store.py:6:12`.

    The path is relative to `folder` if it is in that.
    """
    line_number, column_number = repairs.changes.position(path, span.start)
    name = escaped_name(named(path, folder))
    return f"{name}:{line_number}:{column_number}" if column else f"{name}:{line_number}"


def where_found(repairs: Repairs, found: DereferenceFinding, folder: Path, *, column: bool = False) -> str:
    return where(repairs, found.path, found.place.span, folder, column=column)


def where_declared(repairs: Repairs, origin: NullSource, first: DereferenceFinding, folder: Path) -> str:
    """Return where a cause is declared, or if that isn't known, where `first`, its first finding, is."""
    if origin.path is None or origin.span is None:
        return where_found(repairs, first, folder)
    return where(repairs, origin.path, origin.span, folder)


def name_of(origin: NullSource) -> str:
    """Return a cause's name for people, such as `parameter Store.find(key)` or `result of re.match()`, or the value's
    own text if it has no declaration."""
    name = " ".join(origin.name.split())[:_LONGEST_NAME]
    if origin.kind is CauseKind.PLACE:
        return name
    return f"result of {name}" if origin.kind in _RESULTS else f"{origin.kind} {name}"


def as_json(repairs: Repairs, found: DereferenceFinding, folder: Path) -> dict[str, Any]:
    """Return a finding as `--json` prints it, with its line and column in the text on disk, from 1."""
    line, column = repairs.changes.position(found.path, found.place.span.start)
    finding = found.finding
    return {"path": named(found.path, folder), "line": line, "column": column, "source": finding.source,
            "code": finding.code, "message": finding.message}  # fmt: skip


def origin_as_json(repairs: Repairs, origin: NullSource, folder: Path) -> dict[str, Any]:
    """Return a cause as `--json` prints it; path, line and column are null if it isn't known where it is declared."""
    line, column = None, None
    if origin.path and origin.span:
        line, column = repairs.changes.position(origin.path, origin.span.start)
    path = named(origin.path, folder) if origin.path else None
    return {"kind": origin.kind, "name": origin.name, "path": path, "line": line, "column": column}
