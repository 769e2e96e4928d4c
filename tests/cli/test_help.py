"""What `--help` says fits a terminal of 80 columns, and each command has an example."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

from breadknife.cli.main import app

GROUPS = ("cache", "models", "engine", "plugins", "recipes", "shelf", "config", "null")


def commands() -> Iterator[tuple[str, ...]]:
    root = typer.main.get_command(app)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        yield from [(name, each) for each in command.commands] if name in GROUPS else [(name,)]


def help_of(*command: str) -> str:
    result = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "80"}, prog_name="breadknife")
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("command", [each for each in commands() if each != ("serve",)], ids=" ".join)
def test_a_command_has_an_example(command: tuple[str, ...]) -> None:
    said = help_of(*command)
    assert f"    breadknife {' '.join(command)}" in said.partition("Example")[2]
    assert [line for line in said.splitlines() if len(line) > 80] == []


def test_serve_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    """It has a parser of its own."""
    from breadknife.cli.serve import main

    with pytest.raises(SystemExit):
        main(["--help"])
    assert "examples:\n  breadknife serve\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "group", [(), *((each,) for each in GROUPS)], ids=lambda group: " ".join(group) or "breadknife"
)
def test_a_list_of_commands_says_all_of_what_each_does(group: tuple[str, ...]) -> None:
    _, _, listed = help_of(*group).partition("Commands:\n")
    assert listed
    assert [line for line in listed.splitlines() if line.endswith("...")] == []


LOADED = [
    ("find", ("breadknife.cli.models.app", "breadknife.cli.cache.app", "psutil", "filelock")),
    ("cache", ("breadknife.cli.models.app", "breadknife.engine.models.catalog", "psutil")),
]


@pytest.mark.parametrize(("command", "others"), LOADED)
def test_a_command_does_not_wait_for_what_others_need(command: str, others: tuple[str, ...]) -> None:
    run = f"import sys; from breadknife.cli.main import app; app.run([{command!r}, '--help'])"
    ran = subprocess.run(
        [sys.executable, "-c", f"import atexit, sys; atexit.register(lambda: print('loaded:', *sys.modules)); {run}"],
        capture_output=True,
        text=True,
    )
    said, _, loaded = ran.stdout.partition("loaded:")
    assert f"Usage: -c {command} " in said
    assert set(others).isdisjoint(loaded.split())
