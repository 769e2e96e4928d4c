"""The page of figures says what `bench/promises.json` says, in one page; rows of older figures can be read."""

from __future__ import annotations

import datetime
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

BENCH = Path(__file__).parents[1] / "bench"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_results", BENCH / "results.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # msgspec looks the annotations up there
    spec.loader.exec_module(module)
    return module


results = load()
PROMISES: list[Any] = [row for table in results.promises() for row in table.rows]
ROWS: list[Any] = [row for area in results.areas() for row in area.rows]


def test_the_page_is_what_the_results_say() -> None:
    """If this fails, run `python bench/results.py`."""
    assert (BENCH / "README.md").read_text("utf-8") == results.page(results.promises())


def test_the_page_is_one_page() -> None:
    words = [word for word in (BENCH / "README.md").read_text("utf-8").split() if word.strip("|-")]
    assert len(words) <= 1700, "without what separates the cells of its tables"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_row_says_what_a_reader_needs(row: Any) -> None:
    assert row.what
    assert row.figure
    assert row.machine
    assert datetime.date.fromisoformat(row.date)
    assert row.goal != "–" or row.met is None, "a goal is what can be met or missed"


def test_no_figure_is_there_twice() -> None:
    assert len({(row.what, row.sample, row.command) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("command", sorted({row.command for row in [*ROWS, *PROMISES]}))
def test_a_command_can_be_run(command: str) -> None:
    words = command.split()
    if words[:1] == ["python"] and words[1] != "-m":
        script = BENCH.parent / words[1]
        assert script.is_file() or (script / "__main__.py").is_file()
    else:
        assert words[0] in ("python", "breadknife") or command == "by hand"


@pytest.mark.parametrize(
    ("met", "cell"),
    [(True, "| 3 ms |"), (None, "| 3 ms |"), (False, "| **3 ms** |")],
)
def test_a_missed_goal_is_bold(met: bool | None, cell: str) -> None:
    row = results.Promise("a key", "≤ 2 ms", "3 ms", met, "", "by hand")
    assert cell in results.page([results.PromiseTable("Engine", (row,))])


def test_a_row_with_an_unknown_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_text('{"title": "Engine", "intro": "", "rows": [], "note": ""}', "utf-8")
    with pytest.raises(msgspec.ValidationError, match="note"):
        results.areas(tmp_path)
