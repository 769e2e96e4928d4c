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
from breadknife.plugins.nullcheck.menu.choices import ChoiceStore, choices_file
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import Strategy


def breadknife(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_is_learned_is_shown_and_forgotten(home: Path) -> None:
    nothing = [
        f"suggestions: {learned_file()}", "  nothing is learned yet",
        f"fixes of null: {choices_file()}", "  nothing is learned yet",
    ]  # fmt: skip
    assert breadknife("learned").splitlines() == nothing
    learning = Learning()
    learning.offered("a", "python", 0.62)
    learning.accepted("a", 12)
    learning.close()
    ChoiceStore().chose(Path("app"), "shell", Strategy.ASSERT)
    assert "  app:\n    shell: assert\n" in breadknife("learned")
    assert "confidence 0.60: 1 accepted, 0 rejected" in breadknife("learned")
    assert json.loads(breadknife("learned", "--json"))["languages"] == {
        "python": {"0.60": {"accepted": 1, "rejected": 0}}
    }
    fixes = json.loads(breadknife("learned", "--json"))["null_fixes"]
    assert fixes == {"path": str(choices_file()), "projects": {"app": {"shell": "assert"}}}
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
    types = {"completion": CompletionSettings, "nullcheck": NullCheckSettings}
    editor = Layer("the editor", {plugin: {"learn": True} for plugin in types}, author=Author.USER)
    settings, _ = resolve([editor, command_line(offline=False, learn=learn)], types)
    assert [settings.plugins[plugin].learn for plugin in types] == [learn, learn]
