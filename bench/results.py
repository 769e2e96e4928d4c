"""Writes `bench/README.md` from the figures in `bench/results/*.json`: `python bench/results.py`.

Whoever measures a figure again replaces its row in the JSON and runs this. A figure that no longer holds is deleted,
not kept beside the new one: git has the old ones.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PAGE = HERE / "README.md"
INTRO = """\
# Figures

<!-- Written by `python bench/results.py` from bench/results/*.json: change those. -->

Each row is the newest measurement of one thing. A figure that misses its goal is bold, and stays here until a better
one takes its place. Figures are measured by hand with the command above their table; `make test` measures nothing.
Capital letters in a command stand for a file or folder of yours; `--help` says which. "By hand" means that there is no
script.

All machines have two cores. The Intel Xeon has 24 GB, Debian 12 and Python 3.11. *Idle* means that nothing else ran. On
a *busy* machine other programs ran, so trust counts and ratios there, not seconds. Where the machine *does not matter*,
the figure is a count. p50 and p95 are the median and the 95th percentile.
"""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measurement. `met` is null where there is no goal, or too little data to tell."""

    what: str
    goal: str
    met: bool | None
    figure: str
    sample: str
    date: str
    machine: str
    command: str


class Area(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of `bench/results`: the figures of one part of breadknife."""

    title: str
    intro: str
    rows: tuple[Row, ...]


def areas(folder: Path = RESULTS) -> list[Area]:
    return [msgspec.json.decode(path.read_bytes(), type=Area) for path in sorted(folder.glob("*.json"))]


def page(found: list[Area]) -> str:
    return "\n".join([INTRO, *(part for area in found for part in _section(area))])


def _section(area: Area) -> list[str]:
    by_command = itertools.groupby(area.rows, key=lambda row: row.command)
    tables = [_table(command, list(rows)) for command, rows in by_command]
    return [f"## {area.title}\n", f"{area.intro}\n", *tables]


def _table(command: str, rows: list[Row]) -> str:
    head = "By hand:" if command == "by hand" else f"`{command}`"
    lines = ["| what | goal | figure | sample | date | machine |", "|---|---|---|---|---|---|", *map(_line, rows)]
    return f"{head}\n\n" + "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    figure = f"**{row.figure}**" if row.met is False else row.figure
    cells = (row.what, row.goal, figure, row.sample, row.date, row.machine)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(areas()), "utf-8")
