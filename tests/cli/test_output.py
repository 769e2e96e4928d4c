"""How commands end: the process's code, and what is said."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import typer

from breadknife.cli.commands import exit_on_error
from breadknife.cli.output import INTERRUPTED, suggest
from breadknife.errors import SettingsError


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), INTERRUPTED, "breadknife: interrupted\n"),
        (typer.Abort(), INTERRUPTED, "\nbreadknife: cancelled\n"),  # Ctrl-C or Ctrl-D at a question
        (typer.Exit(1), 1, ""),
        (SettingsError("there is no such model"), 2, "breadknife: there is no such model\n"),
        (KeyError("x"), 2, "breadknife: an error that nobody foresaw: KeyError: 'x'\n"),
    ],
)
def test_what_ends_a_command(error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> int:
        raise error

    with pytest.raises(typer.Exit) as ended:
        exit_on_error(command)
    assert ended.value.exit_code == code
    assert capsys.readouterr().err == said


def test_a_part_that_is_not_set_up_is_told_once_a_month(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(message: str) -> str:
        suggest(message)
        return capsys.readouterr().err

    assert told("get \ud800") == "breadknife: get \\ud800\n"
    assert [told("get \ud800"), told("get b")] == ["", "breadknife: get b\n"]
    later = time.time() + 31 * 24 * 3600
    monkeypatch.setattr("breadknife.cli.output.time.time", lambda: later)
    assert told("get b") == "breadknife: get b\n"


def test_a_disk_that_can_not_be_written_keeps_no_suggestion(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "state").parent.mkdir(parents=True, exist_ok=True)
    (home / "state").write_text("a file")
    for _ in range(2):
        suggest("get it")
        assert capsys.readouterr().err == "breadknife: get it\n"
