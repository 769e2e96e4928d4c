"""`breadknife null report`: root causes, ranked by how many findings each has."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breadknife.cli.formats import counted
from breadknife.cli.null_findings import Sources, findings, opened, tell
from breadknife.cli.repairs import Repairs, named, strategy_of
from breadknife.cli.root_causes import TRIES, causes_of
from breadknife.plugins.nullcheck.causes import Cause, suggested
from breadknife.plugins.nullcheck.values import DECLARATION
from breadknife.text.document import Span

SCHEMA = 1
"""Of `--json`, which docs/fix.md describes. It changes when a field's meaning does."""


@dataclass(frozen=True)
class Row:
    cause: Cause
    title: str
    """Of the verified repair of the declaration; "" where there is none."""
    strategy: str


def run(sources: Sources, top: int, *, as_json: bool, offline: bool) -> int:
    """Exit code: 0 no findings, 1 findings, 2 a file couldn't be checked."""
    folder = Path.cwd()
    repairs, host = opened(None, offline=offline)
    with closing(host):
        told = findings(repairs, sources, folder)
        causes = causes_of(repairs, told.found, told.paths, tell)
        rows = [_row(cause, repairs) for cause in causes[:top]]
    if as_json:
        listed = [_as_json(row, repairs, folder) for row in rows]
        shown = {"schema": SCHEMA, "findings": len(told.found), "all_causes": len(causes), "causes": listed}
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        _show(rows, repairs, folder)
        shown = sum(len(row.cause.findings) for row in rows)
        counts = f"{counted(len(told.found), 'finding')} of {counted(len(causes), 'cause')}"
        print(f"{counts}; those shown have {shown}")
    return 2 if told.failed else 1 if told.found else 0


def _row(cause: Cause, repairs: Repairs) -> Row:
    for found in cause.findings[:TRIES]:
        for action in repairs.menu(found):
            if strategy_of(action) in DECLARATION:
                return Row(cause, action.title, strategy_of(action))
    return Row(cause, "", suggested(cause.origin)[0])


def _as_json(row: Row, repairs: Repairs, folder: Path) -> dict[str, Any]:
    origin = row.cause.origin
    return {
        "kind": origin.kind,
        "name": origin.name,
        "path": named(origin.path, folder) if origin.path else None,
        **_position(repairs, origin.path, origin.span),
        "count": len(row.cause.findings),
        "strategy": row.strategy,
        "repair": row.title or None,
        "findings": [
            {
                "path": named(found.path, folder),
                **_position(repairs, found.path, found.place.span),
                "source": found.finding.source,
                "code": found.finding.code,
                "message": found.finding.message,
            }
            for found in row.cause.findings
        ],
    }


def _position(repairs: Repairs, path: Path | None, span: Span | None) -> dict[str, int | None]:
    line, column = repairs.changes.position(path, span.start) if path and span else (None, None)
    return {"line": line, "column": column}


def _show(rows: Sequence[Row], repairs: Repairs, folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("findings", "cause", "where", "repair"):
        table.add_column(heading, justify="right" if heading == "findings" else "left", overflow="fold")
    for row in rows:
        origin = row.cause.origin
        where = ""
        if origin.path and origin.span:
            where = f"{named(origin.path, folder)}:{repairs.changes.position(origin.path, origin.span.start)[0]}"
        # Names and titles are the project's text, not our markup.
        name = Text(f"{origin.kind} {origin.name.partition(chr(10))[0][:60]}")
        repair = Text(row.title or f"({row.strategy} {'by hand' if origin.path else 'at each place'})")
        table.add_row(str(len(row.cause.findings)), name, Text(where), repair)
    console = Console(file=sys.stdout, highlight=False)
    if not sys.stdout.isatty():
        console.width = 400  # a program or a log folds lines itself
    console.print(table)
