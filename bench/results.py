"""Write `bench/README.md` from `bench/promises.json`, the newest figure of each promise: `python bench/results.py`.

Whoever measures a promise again replaces its row there. All that was measured once is in `bench/results/*.json`.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PAGE = HERE / "README.md"
INTRO = """\
# Figures

<!-- Written by `python bench/results.py` from bench/promises.json: change that. -->

For each promise the newest figure, bold if it misses its goal. The rest, with dates and machines, is in
`bench/results/*.json`.

The command beside a figure measures it (*same*: as above); `make test` measures nothing. Capital letters stand for
files and folders of yours. Machines have two cores. *Unseen*: nobody here had tuned on it; otherwise the ground is our
own. `bench/answers.py` compares what two checkouts answer.
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


class Promise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest figure of something that breadknife promises. `met` is null where it is too early to tell."""

    what: str
    goal: str
    figure: str
    met: bool | None
    sample: str
    command: str


class PromiseTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One section of the page."""

    title: str
    rows: tuple[Promise, ...]


def areas(folder: Path = RESULTS) -> list[Area]:
    return [msgspec.json.decode(path.read_bytes(), type=Area) for path in sorted(folder.glob("*.json"))]


def promises(path: Path = HERE / "promises.json") -> list[PromiseTable]:
    return msgspec.json.decode(path.read_bytes(), type=list[PromiseTable])


def page(tables: list[PromiseTable]) -> str:
    return "\n".join([INTRO, *(_section(table) for table in tables)])


def _section(table: PromiseTable) -> str:
    head = ["| what | goal | figure | sample | command |", "|---|---|---|---|---|"]
    above = ["", *(row.command for row in table.rows)]
    return f"## {table.title}\n\n" + "\n".join([*head, *map(_line, table.rows, above)]) + "\n"


def _line(row: Promise, above: str) -> str:
    """`above`: the command of the row before."""
    figure = f"**{row.figure}**" if row.met is False else row.figure
    command = "same" if row.command == above else row.command if row.command == "by hand" else f"`{row.command}`"
    return (
        "| " + " | ".join(cell.replace("|", "\\|") for cell in (row.what, row.goal, figure, row.sample, command)) + " |"
    )


if __name__ == "__main__":
    PAGE.write_text(page(promises()), "utf-8")
