"""`breadknife null report`: the declarations behind the findings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

STORE = """\
import re


class Store:
    def __init__(self):
        self._names = None

    def fill(self):
        self._names = []

    def add(self, name):
        self._names.append(name)

    def last(self):
        return self._names.pop()


def port(url):
    return re.match("x", url).end()
"""
PYRIGHT = """\
  {root}/store.py:12:21 - error: "append" is not a known attribute of "None" (reportOptionalMemberAccess)
  {root}/store.py:15:28 - error: "pop" is not a known attribute of "None" (reportOptionalMemberAccess)
  {root}/store.py:19:30 - error: "end" is not a known attribute of "None" (reportOptionalMemberAccess)
"""


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "breadknife.toml").write_text('[nullcheck]\noracle = "off"\n')
    (folder / "store.py").write_text(STORE, "utf-8")
    return folder


def report(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "breadknife", "null", "report", *arguments],
        cwd=folder,
        input=PYRIGHT.format(root=folder.as_posix()),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def test_json(project: Path) -> None:
    result = report(project, "--from", "-", "--json")
    assert result.returncode == 1, result.stderr
    shown = json.loads(result.stdout)
    assert (shown["schema"], shown["findings"], shown["all_causes"]) == (1, 3, 2)
    worst, library = shown["causes"]
    assert {key: worst[key] for key in ("kind", "name", "path", "line", "column", "count", "strategy")} == {
        "kind": "attribute", "name": "Store._names", "path": "store.py", "line": 6, "column": 14, "count": 2,
        "strategy": "initial",
    }  # fmt: skip
    assert worst["repair"]
    assert [(each["line"], each["column"], each["source"]) for each in worst["findings"]] == [
        (12, 9, "pyright"),
        (15, 16, "pyright"),
    ]
    assert {key: library[key] for key in ("kind", "name", "path", "line", "repair")} == {
        "kind": "library", "name": "re.match()", "path": None, "line": None, "repair": None,
    }  # fmt: skip


def test_the_table(project: Path) -> None:
    lines = report(project, "--from", "-").stdout.splitlines()
    assert lines[0].split() == ["findings", "cause", "where", "repair"]
    assert lines[1].split()[:4] == ["2", "attribute", "Store._names", "store.py:6"]
    assert lines[2].split()[:3] == ["1", "library", "re.match()"]
    assert lines[-1] == "3 findings of 2 causes; those shown have 3"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 1, " findings of "),  # our own
        (["--top", "1", "--from", "-"], 1, "3 findings of 2 causes; those shown have 2"),
        (["nowhere"], 2, "nowhere: no such file or folder"),
        (["--from", "nowhere"], 2, "nowhere: No such file"),
        (["--checker", "no-such-checker"], 2, "no such program on PATH"),
    ],
)
def test_exit_codes(project: Path, arguments: list[str], code: int, said: str) -> None:
    result = report(project, *arguments)
    assert result.returncode == code, result.stderr
    assert said in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
