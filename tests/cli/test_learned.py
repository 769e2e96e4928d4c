from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from breadknife.cli.main import app
from breadknife.plugins.completion.learning import Learning, learned_file


def breadknife(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_is_learned_is_shown_and_forgotten(home: Path) -> None:
    assert breadknife("learned").splitlines() == [str(learned_file()), "nothing is learned yet"]
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
    assert "nothing is learned yet" in breadknife("learned")
