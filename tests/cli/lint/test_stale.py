"""`breadknife lint --stale-ignores`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from breadknife.cli.main import app
from breadknife.plugins.prose.project.workspace import Sentence


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
            ".breadknife/ignores.txt:1: AnA: no document contains “Gone.”",
        ],
    )


def test_who_is_not_there_is_told_and_is_no_finding(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    readme = tmp_path / "README.md"
    readme.write_text("<!-- breadknife: ignore EN_A_VS_AN -->\nThis is a useful one.\n", "utf-8")
    result = CliRunner().invoke(app, ["lint", "--stale-ignores", "README.md"])
    assert (result.exit_code, result.stdout) == (0, "README.md:1: not checked: LanguageTool\n")


def test_sentences_and_words(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    sentences = [Sentence(each) for each in ("This is an useful one.", "It is fine.")]
    (tmp_path / "README.md").write_text(" ".join(each.text for each in sentences) + "\n", "utf-8")
    (tmp_path / ".breadknife").mkdir()
    lines = [f"AnA\t{each.hash}\t{each.excerpt}\tit is right\n" for each in sentences]
    (tmp_path / ".breadknife" / "ignores.txt").write_text("".join(lines), "utf-8")
    (tmp_path / ".breadknife" / "dictionary.txt").write_text("useful\nuseless\n", "utf-8")
    result = CliRunner().invoke(app, ["lint", "--stale-ignores", "README.md"])
    assert (result.exit_code, result.stdout.splitlines()) == (
        1,
        [
            ".breadknife/ignores.txt:2: AnA: it no longer reports “It is fine.”",
            ".breadknife/dictionary.txt:2: no document contains “useless”",
        ],
    )
