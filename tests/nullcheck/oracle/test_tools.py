"""Which checker is asked, and above all which program is never run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.repairs.diagnostics import rows
from breadknife.plugins.nullcheck.verify.oracle import tools
from breadknife.plugins.nullcheck.verify.oracle.tools import TOOLS, CheckerChoice, installed

BIN = "Scripts" if sys.platform == "win32" else "bin"
END = ".cmd" if sys.platform == "win32" else ""
PYRIGHT, TY, PYREFLY, TSSERVER, TSC, TSGO = "pyright-langserver", "ty", "pyrefly", "tsserver", "tsc", "tsgo"
OWN = f"work/.venv/{BIN}/"
MODULES = "work/node_modules/.bin/"


def place(base: Path, *names: str) -> None:
    for name in names:
        path = base / f"{name}{END}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", "utf-8")
        path.chmod(0o755)


@pytest.mark.parametrize(
    ("programs", "choice", "language", "trusted", "chosen"),
    [
        (["path/" + PYRIGHT], "auto", "python", False, "path/" + PYRIGHT),
        (["path/" + TY, "path/" + PYRIGHT], "auto", "python", False, "path/" + PYRIGHT),
        (["path/" + TY, "path/" + PYRIGHT], "ty", "python", False, "path/" + TY),
        (["path/" + PYRIGHT], "ty", "python", False, ""),
        (["path/" + PYRIGHT], "off", "python", False, ""),
        (["path/" + PYRIGHT], "tsc", "python", False, "path/" + PYRIGHT),  # it is for another language
        (["path/" + PYRIGHT], "auto", "typescript", True, ""),
        (["path/" + TSSERVER], "auto", "typescriptreact", False, "path/" + TSSERVER),
        # the folder's own
        ([OWN + PYRIGHT, "path/" + PYRIGHT], "auto", "python", True, OWN + PYRIGHT),
        ([OWN + PYRIGHT, "path/" + PYRIGHT], "auto", "python", False, "path/" + PYRIGHT),
        ([OWN + PYRIGHT], "pyright", "python", False, ""),
        ([MODULES + TSSERVER], "auto", "javascript", True, MODULES + TSSERVER),
        ([MODULES + TSSERVER], "auto", "javascript", False, ""),
        # TypeScript 7 has no tsserver
        ([MODULES + TSC, MODULES + TSSERVER, MODULES + TSGO], "auto", "javascript", True, MODULES + TSSERVER),
        ([MODULES + TSC, "path/" + TSSERVER], "tsc", "typescript", True, MODULES + TSC),
        ([MODULES + TSC, "path/" + TSSERVER], "tsc", "typescript", False, "path/" + TSSERVER),
        ([MODULES + TSC, MODULES + TSGO], "auto", "typescript", True, MODULES + TSGO),
        # on the path, but in the folder
        (["work/tools/" + TY], "auto", "python", False, ""),
        (["work/tools/" + TY], "auto", "python", True, "work/tools/" + TY),
        # it runs what its configuration names
        (["path/" + PYREFLY], "pyrefly", "python", False, ""),
        (["path/" + PYREFLY], "pyrefly", "python", True, "path/" + PYREFLY),
    ],
)
def test_which_program_is_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    programs: list[str],
    choice: CheckerChoice,
    language: str,
    trusted: bool,
    chosen: str,
) -> None:
    place(tmp_path, *programs)
    (tmp_path / "work").mkdir(exist_ok=True)
    monkeypatch.setenv("PATH", os.pathsep.join(str(tmp_path / each) for each in ("work/tools", "path")))
    monkeypatch.setattr(tools.sys, "executable", str(tmp_path / "nowhere" / "python"))
    found = installed(choice, language, tmp_path / "work", trusted)
    assert (found.program if found else None) == (tmp_path / f"{chosen}{END}" if chosen else None)


@pytest.mark.parametrize(
    ("file", "content", "chosen"),
    [
        ("ty.toml", "", "ty"),
        ("pyrightconfig.json", "{}", "pyright"),
        ("pyproject.toml", "[tool.ty]\n", "ty"),
        ("pyproject.toml", "[tool.other]\n", "pyright"),
        ("pyproject.toml", "tool = 3\n", "pyright"),
        ("pyproject.toml", "broken [\n", "pyright"),
    ],
)
def test_the_one_that_the_project_is_configured_for_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, content: str, chosen: str
) -> None:
    place(tmp_path, "path/" + PYRIGHT, "path/" + TY)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / file).write_text(content, "utf-8")
    found = installed("auto", "python", tmp_path / "work", False)
    assert found
    assert found.tool.name == chosen


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_a_program_that_leads_into_the_folder_is_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place(tmp_path, "work/tools/" + TY)
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / TY).symlink_to(tmp_path / "work" / "tools" / TY)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(tools.sys, "executable", str(tmp_path / "nowhere" / "python"))
    assert installed("ty", "python", tmp_path / "work", False) is None


def test_whose_findings_are_answered_is_asked_again() -> None:
    answered = {row.names for language in ("python", "ecmascript") for row in rows(language)}
    asked = {tool.sources for tool in TOOLS}
    never = {frozenset({"mypy"}), frozenset({"eslint"})}
    assert answered == asked | never
