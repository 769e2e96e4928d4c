from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from breadknife.cli import serve
from breadknife.cli.assemble import command_line
from breadknife.cli.main import app
from breadknife.host.settings import Author, Layer, resolve
from breadknife.plugins.completion.learning import Learning, learned_file
from breadknife.plugins.completion.plugin import CompletionSettings


def breadknife(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_is_learned_is_shown_and_forgotten(home: Path) -> None:
    nothing = [f"suggestions: {learned_file()}", "  nothing is learned yet"]
    assert breadknife("learned").splitlines() == nothing
    learning = Learning()
    learning.offered("a", "python", 0.62)
    learning.accepted("a", 12)
    learning.close()
    assert "confidence 0.60: 1 accepted, 0 rejected" in breadknife("learned")
    assert json.loads(breadknife("learned", "--json"))["languages"] == {
        "python": {"0.60": {"accepted": 1, "rejected": 0}}
    }
    breadknife("learned", "--forget")
    assert not learned_file().exists()
    assert breadknife("learned").splitlines() == nothing


@pytest.mark.parametrize(("arguments", "learn"), [([], True), (["--no-learn"], False)])
def test_the_option_of_serve(arguments: list[str], learn: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(serve, "run", lambda tcp, *, learn, **rest: asked.append(learn))
    serve.main(arguments)
    assert asked == [learn]


@pytest.mark.parametrize("learn", [True, False])
def test_the_command_line_wins_over_the_editor(learn: bool) -> None:
    editor = Layer("the editor", {"completion": {"learn": True}}, author=Author.USER)
    settings, _ = resolve([editor, command_line(offline=False, learn=learn)], {"completion": CompletionSettings})
    assert settings.plugins["completion"].learn is learn
