"""`breadknife null` alone: it runs the project's own checkers, and says what it does where there is none."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from breadknife.host.trust import trust
from cli.commands import within
from project.folders import write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script with #! is no program there")

STORE = "import shutil\n\n\ndef host(name):\n    match = shutil.which(name)\n    return match.end()\n"
TSX = "export function f(xs: string[]) {\n  const x = xs.pop();\n  return x.length;\n}\n"
SAYS = {
    "pyright": (
        '{"generalDiagnostics": [{"file": "store.py", "rule": "reportOptionalMemberAccess", "severity": "error",'
        ' "message": "\\"end\\" is not a known attribute of \\"None\\"",'
        ' "range": {"start": {"line": 5, "character": 17}, "end": {"line": 5, "character": 20}}}]}'
    ),
    "ty": "store.py:6:12: error[unresolved-attribute] Attribute `end` is not defined on `None` in union `str | None`",
    "tsc": "page.ts(3,10): error TS18048: 'x' is possibly 'undefined'.",
}


@pytest.fixture
def project(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, and a PATH on which is no checker, nor beside breadknife."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr("breadknife.plugins.nullcheck.verify.oracle.tools.sys.executable", str(tmp_path / "python"))
    write(tmp_path / "project", {"store.py": STORE})
    return tmp_path / "project"


def place(folder: Path, name: str, *, says: str | None = None, script: str = "") -> Path:
    """Put a checker into a folder. It notes that it has run."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    printed = says if says is not None else SAYS[name]
    body = script or f"cat <<'END'\n{printed}\nEND\nexit 1"
    program.write_text(f'#!/bin/sh\n/bin/echo $0 "$@" >> {folder.parent}/ran\nPATH=/bin:/usr/bin\n{body}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.mark.parametrize("name", ["pyright", "ty"])
def test_a_checker_on_path(project: Path, tmp_path: Path, name: str) -> None:
    place(tmp_path / "path", name)
    result = within(project, "null")
    assert result.stdout.startswith("1 finding about null: 1 to read\n")
    assert "breadknife fix store.py:6 --from checker --write" in result.stdout
    assert f"{name}: 1 finding" in result.stderr
    assert result.returncode == 1


@pytest.mark.parametrize("folder", [".venv/bin", "node_modules/.bin"])
def test_the_folders_own_checker_waits_for_trust(project: Path, folder: str) -> None:
    place(project / folder, "pyright")
    result = within(project, "null")
    assert "pyright runs once you trust this folder (breadknife trust); these are breadknife's own findings" in (
        result.stderr
    )
    assert not list(project.glob("**/ran"))
    trust(project)
    assert "pyright: 1 finding" in within(project, "null").stderr
    assert list(project.glob("**/ran"))


def test_without_a_checker_the_findings_are_ours(project: Path) -> None:
    result = within(project, "null")
    assert (
        "no checker of Python is installed (pip install pyright); these are breadknife's own findings" in result.stderr
    )
    assert "store.py:6:12: result of shutil.which()" in result.stdout
    assert result.returncode == 1


def test_each_project_has_its_checker(project: Path, tmp_path: Path) -> None:
    place(tmp_path / "path", "pyright")
    place(tmp_path / "path", "tsc")
    write(project, {"web/tsconfig.json": "{}", "web/page.ts": TSX, "no-project/page.ts": TSX})
    result = within(project, "null")
    assert "pyright: 1 finding" in result.stderr
    assert "tsc in web: 1 finding" in result.stderr
    assert "web/page.ts:3" in result.stdout


def test_one_file_is_all_that_is_checked(project: Path, tmp_path: Path) -> None:
    place(tmp_path / "path", "pyright")
    result = within(project, "fix", "store.py:6", "--from", "checker")
    assert "+    if match is None:" in result.stdout
    assert (tmp_path / "ran").read_text().split()[1:] == ["--outputjson", str(project / "store.py")]
    assert within(project, "fix", "store.py:5", "--from", "checker").stdout == ""


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo no node here >&2; exit 3", "pyright: no node here; these are breadknife's own findings"),
        ("echo hello", "pyright: no checker's finding is in it; these are breadknife's own findings"),
        ("exit 2", "pyright: it ends with exit code 2; these are breadknife's own findings"),
        ("sleep 60", "pyright: it hasn't ended within 1 s; these are breadknife's own findings"),
        ("yes", "pyright: it prints more than 1 MB; these are breadknife's own findings"),
    ],
)
def test_a_checker_that_fails(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, why: str
) -> None:
    monkeypatch.setattr("breadknife.plugins.nullcheck.project.checkers._SECONDS", 1.0)
    monkeypatch.setattr("breadknife.plugins.nullcheck.project.checkers.LARGEST_REPORT", 1 << 20)
    place(tmp_path / "path", "pyright", script=script)
    result = within(project, "null")
    assert why in result.stderr
    assert "1 to read" in result.stdout


def test_a_checker_that_the_user_has_chosen(project: Path, tmp_path: Path) -> None:
    for name in ("pyright", "ty"):
        place(tmp_path / "path", name)
    write(project, {"breadknife.toml": '[nullcheck]\noracle = "ty"\n'})
    assert "ty: 1 finding" in within(project, "null").stderr
    write(project, {"breadknife.toml": '[nullcheck]\noracle = "off"\n'})
    assert "pyright" not in within(project, "null").stderr


def test_another_folder_than_the_current_one(project: Path, tmp_path: Path) -> None:
    place(tmp_path / "path", "pyright")
    before = Path.cwd()
    result = within(tmp_path, "null", "triage", "--folder", str(project))
    os.chdir(before)
    assert "store.py:6" in result.stdout
