"""A finding recipe of a folder shows in `lint` as in an editor: once the folder is trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.commands import within
from project.folders import write

RECIPE = """\
recipe = 1
name = "todo"
title = "Say who does it"
languages = ["python", "markdown"]

[steps.find]
use = "select.match"
pattern = "TODO\\\\b"
anywhere = true

[show]
as = "finding"
text = "$find.texts"
at = "$find.places"
severity = "warning"

[[tests]]
text = "TODO a, TODO b"
expect.contains = ["TODO"]
expect.equals = "TODO\\nTODO"

[[tests]]
text = "nothing"
expect.silence = "no-match"
"""


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    (tmp_path / ".git").mkdir()
    write(
        tmp_path,
        {
            ".breadknife/recipes/todo.toml": RECIPE,
            "breadknife.toml": "[prose]\nenabled = false\n",
            "a.py": "x = 1  # TODO it\n",
            "b.md": "Nothing.\n",
        },
    )
    return tmp_path


def test_it_shows_once_the_folder_is_trusted(folder: Path) -> None:
    untrusted = within(folder, "lint", ".")
    assert (untrusted.returncode, untrusted.stdout) == (0, "")
    why = "this folder isn't trusted; `breadknife trust` in it counts them, too"
    assert untrusted.stderr == f"breadknife: 1 recipe of {folder} left out: {why}\n"
    assert within(folder, "trust", ".").returncode == 0
    result = within(folder, "lint", ".")
    assert result.stdout == "a.py:1:10: warning: TODO [recipes/todo]\n"
    assert (result.returncode, result.stderr) == (1, "")


def test_its_tests_see_all_findings(folder: Path) -> None:
    within(folder, "trust", ".")
    result = within(folder, "recipes", "test", "todo")
    assert result.stdout.splitlines()[-1] == "todo: 2 of 2 pass"


@pytest.mark.parametrize("command", [("check",), ("check", "todo"), ("test", "todo")], ids=" ".join)
def test_what_is_not_trusted_says_so(folder: Path, command: tuple[str, ...]) -> None:
    assert "this folder isn't trusted; `breadknife trust` trusts it" in within(folder, "recipes", *command).stderr


def test_check_knows_severities(folder: Path) -> None:
    within(folder, "trust", ".")
    write(folder, {".breadknife/recipes/todo.toml": RECIPE.replace('"warning"', '"warn"')})
    result = within(folder, "recipes", "check", "todo")
    assert result.returncode == 1
    assert "todo.toml:15:1: `severity` can't be 'warn'; did you mean `warning`?" in result.stdout
