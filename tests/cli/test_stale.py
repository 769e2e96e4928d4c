"""`breadknife lint --stale-ignores`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from breadknife.cli.main import app


@pytest.fixture(autouse=True)
def harper_alone(home: Path) -> None:
    config = home / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[prose]\nlanguagetool = false\nmodel = false\n", "utf-8")


def test_stale_ignores(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    readme = tmp_path / "README.md"
    readme.write_text("<!-- breadknife: ignore AnA -->\nThis is an useful one.\n", "utf-8")
    result = CliRunner().invoke(app, ["lint", "--stale-ignores", "README.md"])
    assert (result.exit_code, result.stdout) == (0, "")
    readme.write_text("<!-- breadknife: ignore AnA -->\nThis is a useful one.\n", "utf-8")
    (tmp_path / ".breadknife").mkdir()
    (tmp_path / ".breadknife" / "ignores.txt").write_text("AnA\t0123456789abcdef\tGone.\tit is right\n", "utf-8")
    result = CliRunner().invoke(app, ["lint", "--stale-ignores", "README.md"])
    assert (result.exit_code, result.stdout.splitlines()) == (
        1,
        [
            "README.md:1: there is no finding of AnA to ignore",
            ".breadknife/ignores.txt:1: AnA: no document says “Gone.” any more",
        ],
    )
