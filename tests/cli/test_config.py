"""`breadknife config` and `breadknife trust`."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from breadknife.cli.main import app

CONFIG = """\
[models]
completion = "smollm2-135m"
[engines.far]
url = "http://127.0.0.1:1"
[[overrides]]
paths = ["docs/"]
prose.dialect = "en-AU"
"""


@pytest.fixture
def project(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(CONFIG)
    folder = tmp_path / "project"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "a.md").write_text("")
    (folder / "breadknife.toml").write_text('[prose]\ndialect = "en-GB"\n')
    monkeypatch.chdir(folder)
    return folder


def breadknife(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def shown(*arguments: str) -> dict[str, tuple[object, str]]:
    rows = json.loads(breadknife("config", "show", "--json", *arguments).stdout)
    return {row["key"]: (row["value"], Path(row["origin"]).name) for row in rows}


@pytest.mark.parametrize(
    ("path", "key", "value", "origin"),
    [
        (".", "prose.dialect", "en-GB", "breadknife.toml:2"),
        ("docs/a.md", "prose.dialect", "en-GB", "breadknife.toml:2"),
        (".", "models.completion", "smollm2-135m", "config.toml:2"),
        (".", "models.nullcheck", "qwen2.5-coder-0.5b", "the catalog"),
        (".", "engines.far.url", "http://127.0.0.1:1", "config.toml:3"),
        (".", "engine.threads", 0, "default"),
        (".", "offline", False, "default"),
    ],
)
def test_show_says_what_counts_and_where_it_was_said(
    project: Path, path: str, key: str, value: object, origin: str
) -> None:
    assert shown(path)[key] == (value, origin)


def test_show_for_a_file_counts_its_overrides(project: Path) -> None:
    (project / "breadknife.toml").unlink()
    (project / ".git").mkdir()
    assert shown("docs/a.md")["prose.dialect"] == ("en-AU", "config.toml:7")
    assert shown("docs")["prose.dialect"] == ("en-US", "default")
    result = breadknife("config", "show", "--origin", "docs/a.md")
    assert 'prose.dialect = "en-AU"' in result.stdout
    assert "config.toml:7" in result.stdout


@pytest.mark.parametrize(
    ("source", "code", "told"),
    [
        ("", 0, "nothing is wrong"),
        ("[prose]\n\nspeling = 1\n", 1, "breadknife.toml:3: prose.speling: no such setting"),
        ('[models]\ncompletion = "smollm2-135m"\n', 0, "breadknife trust"),
        ("[prose", 1, "breadknife.toml:1: not TOML"),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_check(project: Path, source: str, code: int, told: str, form: tuple[str, ...]) -> None:
    (project / "breadknife.toml").write_text(source)
    result = breadknife("config", "check", *form)
    assert result.exit_code == code
    assert result.stdout == "[]\n" if form and not source else told in result.stdout


def test_a_path_that_is_not_there(project: Path) -> None:
    result = breadknife("config", "show", "nowhere")
    assert (result.exit_code, "no such file" in result.stderr) == (2, True)


def test_the_schema_takes_what_is_right(project: Path) -> None:
    schema = json.loads(breadknife("config", "schema").stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate({"prose": {"dialect": "en-GB", "enabled": False}, "offline": True}, schema)
    for wrong in ({"prose": {"dialect": "de"}}, {"pose": {}}, {"engine": {"threads": -1}}, {"engines": {"x": {}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_trust_and_take_it_back(project: Path) -> None:
    (project / "breadknife.toml").write_text('[models]\ncompletion = "qwen2.5-coder-1.5b"\n')
    assert shown()["models.completion"][0] == "smollm2-135m"
    assert breadknife("trust").exit_code == 0
    assert breadknife("trust", "--list").stdout.split() == [str(project.resolve())]
    assert shown()["models.completion"] == ("qwen2.5-coder-1.5b", "breadknife.toml:2")
    inner = breadknife("trust", "--revoke", "docs")
    assert (inner.exit_code, "still trusted" in inner.stderr) == (1, True)
    assert [breadknife("trust", "--revoke").exit_code for _ in range(2)] == [0, 1]
    assert shown()["models.completion"][0] == "smollm2-135m"


def test_lint_goes_on_without_what_needs_trust(project: Path) -> None:
    (project / "breadknife.toml").write_text('[models]\ncompletion = "smollm2-135m"\n')
    result = breadknife("lint", "docs/a.md", "--offline")
    assert (result.exit_code, "breadknife trust" in result.stderr) == (0, True)
