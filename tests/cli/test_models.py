"""`breadknife models`, as its users and their scripts see it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from breadknife.cli.models.app import app, list_models
from breadknife.engine.models.catalog import builtin_catalog

DOCS = Path(__file__).parents[2] / "docs" / "models.md"
DEFAULT = builtin_catalog().model("qwen2.5-coder-0.5b")


@pytest.fixture(autouse=True)
def models(bare_machine: Path) -> Path:
    """The folder of an empty store, on a machine that has no models and no network."""
    return bare_machine / "breadknife" / "data" / "models"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def put_wrong_file(models: Path) -> Path:
    models.mkdir(parents=True)
    path = models / DEFAULT.file
    path.write_bytes(b"GGUF not quite")
    return path


def rows_of(output: str) -> dict[str, str]:
    """The lines of a table by their first word."""
    return {line.split()[0]: line.rstrip() for line in output.splitlines()}


def test_list_shows_every_model_and_what_is_here(models: Path) -> None:
    put_wrong_file(models)
    result = run("list")
    assert result.exit_code == 0
    rows = rows_of(result.stdout)
    assert list(rows) == ["model", *(model.name for model in builtin_catalog().models)]
    assert re.search(r" 491 MB yes  Apache-2\.0 +completion, nullcheck, rewrite$", rows[DEFAULT.name])
    assert re.search(r" 98 MB no  +Apache-2\.0 +judge$", rows["smollm2-135m"])


def test_in_80_columns_no_cell_of_the_list_is_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")  # has 80 columns, and no colours
    list_models()
    table = capsys.readouterr().out
    assert max(map(len, table.splitlines())) <= 80
    assert "…" not in table
    rows = rows_of(table)
    catalog = builtin_catalog()
    assert set(rows) >= {model.name for model in catalog.models}
    assert set(catalog.roles) <= set(re.findall(r"\w+", table)), "each role that has a default"


def test_list_for_programs(models: Path) -> None:
    path = put_wrong_file(models)
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows[DEFAULT.name] == {
        "name": DEFAULT.name,
        "title": "Qwen2.5-Coder-0.5B-Instruct",
        "licence": "Apache-2.0",
        "quantisation": "Q4_K_M",
        "context_size": 32768,
        "size": 491_400_064,
        "sha256": DEFAULT.sha256,
        "kind": "decoder",
        "roles": ["completion", "nullcheck", "rewrite"],
        "default_for": ["completion", "nullcheck", "rewrite"],
        "path": str(path),
        "purpose": "completes code, words fixes; quick on any laptop",
        "languages": "22 programming languages",
        "added": False,
        "from": "breadknife",
        "adapter_of": None,
    }
    assert rows["smollm2-135m"]["path"] is None


def test_verify_finds_a_missing_model() -> None:
    result = run("verify")
    assert result.exit_code == 1
    assert f"`breadknife models pull {DEFAULT.name}`" in result.stdout


def test_verify_finds_a_corrupt_model(models: Path) -> None:
    path = put_wrong_file(models)
    result = run("verify", "--json")
    assert result.exit_code == 1
    row, judge = json.loads(result.stdout)
    assert (judge["name"], judge["good"]) == ("smollm2-135m", False)
    assert (row["name"], row["good"], row["path"]) == (DEFAULT.name, False, None)
    assert str(path) in row["problem"]


@pytest.mark.model
def test_verify_accepts_the_real_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    result = run("verify", DEFAULT.name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{DEFAULT.name} is good: ")


@pytest.mark.model
def test_pull_of_a_model_that_is_here_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    result = run("pull", "--offline", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [row["name"] for row in json.loads(result.stdout)] == [DEFAULT.name, "smollm2-135m"]


def test_pull_offline_is_an_error(models: Path) -> None:
    result = run("pull")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"breadknife: {DEFAULT.name} isn't on this machine, and nothing is fetched offline")
    assert not models.exists()


@pytest.mark.parametrize("command", ["pull", "verify", "remove"])
def test_an_unknown_model_is_an_error(command: str) -> None:
    result = run(command, "qwen2.5-coder-05b")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean qwen2.5-coder-0.5b" in result.stderr
    assert run(command, "zzz9").stderr.count(" or ") == 2


def test_remove_says_what_it_freed(models: Path) -> None:
    path = put_wrong_file(models)
    assert json.loads(run("remove", DEFAULT.name, "--json").stdout) == [
        {"name": DEFAULT.name, "freed": 14, "forgotten": False}
    ]
    assert not path.exists()
    assert run("remove", DEFAULT.name).stdout == f"{DEFAULT.name}: nothing of ours here\n"


def commands() -> list[str]:
    return re.findall(r"^ *breadknife models (.*?)(?: +#.*)?$", DOCS.read_text("utf-8"), re.M)


@pytest.mark.parametrize("line", commands())
def test_the_documented_commands_are_understood(line: str) -> None:
    assert "Usage" not in (result := run(*line.split())).stderr, result.stderr


@pytest.mark.parametrize("command", ["list", "pull", "verify", "remove"])
def test_every_help_has_an_example(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Examples:\n\n    breadknife models {command}" in result.stdout
