"""The table of what works in which editor: only what a test has shown is in it."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / "docs" / "editors" / "features.py"


@pytest.fixture
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def test_the_page_is_what_the_tests_have_shown(script: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, run `python docs/editors/features.py`, after `make test-editors` with its report."""
    monkeypatch.setattr(sys, "argv", ["features.py", "--check"])
    assert script["main"]() == 0


def case(name: str, *shows: str, end: str = "") -> str:
    properties = "".join(f'<property name="shows" value="{each}" />' for each in shows)
    return f'<testcase name="{name}"><properties>{properties}</properties>{end}</testcase>'


@pytest.mark.parametrize(
    ("cases", "shown"),
    [
        ([case("a", "Helix: null fixes", "Helix: null findings")], ["null findings", "null fixes"]),
        ([case("a", "Helix: null fixes", end="<failure />")], []),
        ([case("a", "Helix: null fixes", end="<skipped />")], []),
        ([case("a", "Helix: null fixes"), case("b", "Helix: null fixes", end="<error />")], []),
        ([case("a")], []),
    ],
    ids=["passed", "failed", "skipped", "another of the same failed", "shows nothing"],
)
def test_only_what_passed_is_shown(script: dict[str, Any], tmp_path: Path, cases: list[str], shown: list[str]) -> None:
    report = tmp_path / "report.xml"
    report.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", "utf-8")
    assert [each.feature for each in script["in_report"](report)] == shown


def test_what_is_shown_has_a_row_and_a_test(script: dict[str, Any]) -> None:
    marks = script["in_tests"]()
    assert {each.feature for each in marks} == {*script["ROWS"]}
    assert {each.editor for each in marks} == {*script["COLUMNS"]}
    unknown = script["Shown"]("Helix", "telepathy")
    kept = script["Kept"]("2026-11-29", (unknown,))
    told = script["wrong"](kept, script["page"](kept), marks)
    assert told == ["Helix: no test shows “telepathy”", "“telepathy” has no row"]
    assert script["wrong"](kept, "", {unknown})[-1] == "README.md isn't what features.json says"
