"""`breadknife null report`: root causes, ranked by how many findings each has."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.cells import cell_len, set_cell_size

from breadknife.cli.fix.workspace import findings, opened
from breadknife.cli.output import counted, print_json, say, shown, tell
from breadknife.plugins.nullcheck.project.causes import Cause, Origin, causes_of
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.repairs import Repairs, named
from breadknife.plugins.nullcheck.project.reported import Sources
from breadknife.plugins.nullcheck.project.root_causes import BY_HAND, ways
from breadknife.text.document import Span
from breadknife.text.printable import escaped, escaped_name

_VERIFIED = """\
Breadknife's own checks have verified these repairs; `breadknife fix --null` makes those that a checker agrees with."""
_BY_HAND = (
    "By hand: no repair of the declaration is surely right. An editor's menu offers checks where the value is used. "
    "`breadknife fix --from FILE` writes them for another checker's findings."
)
"""Why other commands give other answers for the same value."""
_KINDS = {Kind.PLACE: "value", Kind.LIBRARY: "result of", Kind.FUNCTION: "result of"}
"""What people read for a kind, where that isn't its name."""

SCHEMA = 1
"""Of `--json`, which docs/fix.md describes. It changes when a field's meaning does."""


@dataclass(frozen=True)
class Row:
    cause: Cause
    title: str
    """Of the verified repair of the declaration; "" where there is none."""
    short: str
    """The title without the evidence."""
    strategy: str
    failure: str = ""
    """Why it isn't known what can be done."""


def run(sources: Sources, top: int, *, as_json: bool, offline: bool) -> int:
    """Exit code: 0 no findings, 1 findings, 2 a file couldn't be checked."""
    folder = Path.cwd()
    with opened(None, offline=offline) as repairs:
        told = findings(repairs, sources, folder)
        tell("looking for the causes", fleeting=True)
        causes = causes_of(repairs, told.found, told.paths)
        rows = [_row(cause, repairs) for cause in shown(causes[:top], lambda cause: cause.origin.name)]
    if as_json:
        listed = [_as_json(row, repairs, folder) for row in rows]
        said = {"schema": SCHEMA, "findings": len(told.found), "all_causes": len(causes), "causes": listed}
        print_json(said)
    else:
        _show(rows, repairs, folder)
        these = sum(len(row.cause.findings) for row in rows)
        counts = f"{counted(len(told.found), 'finding')} of {counted(len(causes), 'cause')}"
        say(counts if len(rows) == len(causes) else f"{counts}; those shown (--top) have {these}")
        if any(row.title for row in rows):
            say(_VERIFIED)
        if not all(row.title for row in rows):
            say(_BY_HAND)
    return 2 if told.failed or any(row.failure for row in rows) else 1 if told.found else 0


def _row(cause: Cause, repairs: Repairs) -> Row:
    failures = dict[str, None]()

    def failed(why: str) -> None:
        if why not in failures:
            tell(why)
        failures[why] = None

    way = next(ways(repairs, cause, failed), None)
    if way is None:
        return Row(cause, "", "", "", next(iter(failures), ""))
    return Row(cause, way.prefix + way.offer.titled, way.prefix + way.offer.title, way.offer.strategy)


def _as_json(row: Row, repairs: Repairs, folder: Path) -> dict[str, Any]:
    origin = row.cause.origin
    return {
        "kind": origin.kind,
        "name": origin.name,
        "path": named(origin.path, folder) if origin.path else None,
        **_position(repairs, origin.path, origin.span),
        "count": len(row.cause.findings),
        "strategy": row.strategy or None,
        "repair": row.title or None,
        "failure": row.failure or None,
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


# --- for people ---

_HEADINGS = ("findings", "cause", "where")
_INDENT = len(_HEADINGS[0]) + 2


def _show(rows: Sequence[Row], repairs: Repairs, folder: Path) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    cells = [
        (
            str(len(row.cause.findings)),
            escaped(_name(row.cause.origin)),
            escaped_name(_where(row, repairs, folder)),
            escaped(_short(row)),
        )
        for row in rows
    ]
    # Names and titles are the project's text, not our markup. A program or a log folds lines itself.
    heading, *lines = table(cells, console.width if sys.stdout.isatty() else None)
    console.print(Text(heading, style="bold"))
    for line in lines:
        console.print(Text(escaped(line)))


def table(cells: Sequence[tuple[str, str, str, str]], width: int | None) -> Iterator[str]:
    """Of each cause how many findings, its name and place in one line, and the repair below."""
    lines = ((*_HEADINGS, ""), *cells)
    widest = max(cell_len(name) for _, name, _, _ in lines), max(cell_len(where) for _, _, where, _ in lines)
    names, places = _widths(*widest, width)
    for count, name, where, repair in lines:
        shown = _cut(name, names)
        yield f"{count:>{_INDENT - 2}}  {shown}{' ' * (names - cell_len(shown))}  {_cut_before(where, places)}".rstrip()
        for part in textwrap.wrap(repair, max(width - _INDENT, _INDENT)) if width and repair else [repair]:
            if part:
                yield f"{'':{_INDENT}}{part}"


def _widths(name: int, place: int, width: int | None) -> tuple[int, int]:
    """Where not all have room, that of a place is rather more than half."""
    if width is None:
        return name, place
    room = max(width - _INDENT - 2, 2 * _INDENT)
    place = min(place, max(room - name, room * 11 // 20))
    return min(name, room - place), place


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def _cut_before(text: str, width: int) -> str:
    """A path without its beginning still says which file and line."""
    return _cut(text[::-1], width)[::-1]


def _name(origin: Origin) -> str:
    of = "method " if origin.name.startswith(".") else ""  # of objects of which nothing is known
    return f"{_KINDS.get(origin.kind, origin.kind)} {of}{origin.name.partition(chr(10))[0][:60]}"


def _where(row: Row, repairs: Repairs, folder: Path) -> str:
    origin = row.cause.origin
    if origin.path is None or origin.span is None:
        return ""
    return f"{named(origin.path, folder)}:{repairs.changes.position(origin.path, origin.span.start)[0]}"


def _short(row: Row) -> str:
    return row.short or row.failure or BY_HAND[row.cause.origin.kind]
