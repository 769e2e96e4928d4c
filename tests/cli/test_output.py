"""How commands end: the process's code, and what is said."""

from __future__ import annotations

import pytest
import typer

from breadknife.cli.commands import exit_on_error
from breadknife.cli.output import INTERRUPTED
from breadknife.errors import SettingsError


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), INTERRUPTED, ""),
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
