"""Engines of the user's settings: made by the settings of the moment, and told in red."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.cli.assemble import make_host
from breadknife.engine.api import GenerateRequest, Part
from breadknife.engine.remote.runtime import Runtime
from breadknife.errors import EngineUnavailable, UnknownModel
from breadknife.host.report.status import status
from breadknife.host.settings import Settings
from engine.fake_http import Say, fake_server, models, sse

ANSWERS = {
    "/v1/models": [models("qwen")],
    "/v1/completions": [sse({"choices": [{"text": "x", "finish_reason": "stop"}]})],
}
REMOTE = {"home": Runtime("http://192.0.2.1:1234")}
COMPLETION = {"completion": "home:qwen"}


def test_settings_that_come_after_the_host_count_at_once() -> None:
    host = make_host()
    request = GenerateRequest("home:qwen", (Part("1"),), 1)
    with pytest.raises(UnknownModel):
        host.engine.generate(request, CancelToken())
    with fake_server(ANSWERS) as fake:
        host.settings = Settings(engines={"home": Runtime(fake.url)}, models=COMPLETION)
        assert "".join(chunk.text for chunk in host.engine.generate(request, CancelToken())) == "x"
        host.warm_up()
    host.settings = Settings(engines=REMOTE, models=COMPLETION, offline=True)
    with pytest.raises(EngineUnavailable, match="offline"):
        host.warm_up()
    host.close()


@pytest.mark.parametrize(
    ("settings", "sentences"),
    [
        (Settings(engines=REMOTE), []),
        (
            Settings(engines=REMOTE, models=COMPLETION),
            ["completion: text leaves this machine, unencrypted, to the engine home at http://192.0.2.1:1234"],
        ),
        (
            Settings(engines={"home": Runtime("https://models.example/v1")}, models=COMPLETION),
            ["completion: text leaves this machine, to the engine home at https://models.example/v1"],
        ),
        (
            Settings(engines={"home": Runtime("http://localhost:1")}, models=COMPLETION, offline=True),
            ["completion: text leaves this process, to the engine home at http://localhost:1"],
        ),
        (
            Settings(engines=REMOTE, models=COMPLETION, offline=True),
            ["completion: refused while offline, the engine home is on another machine (http://192.0.2.1:1234)"],
        ),
    ],
)
def test_status_says_where_text_goes(settings: Settings, sentences: list[str]) -> None:
    host = make_host()
    host.settings = settings
    assert [remote["sentence"] for remote in status(host)["remotes"]] == sentences
    host.close()


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_the_command_says_it_too(home: Path, form: list[str]) -> None:
    (home / "config").mkdir(parents=True)
    config = '[engines.home]\nurl = "http://192.0.2.1:1234"\n[models]\ncompletion = "home:qwen"\n'
    (home / "config" / "config.toml").write_text(config)
    command = [sys.executable, "-m", "breadknife", "status", *form]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, env=None)
    assert "text leaves this machine, unencrypted, to the engine home at http://192.0.2.1:1234" in result.stdout


def test_a_workspace_cannot_send_text_anywhere(home: Path, tmp_path: Path) -> None:
    with fake_server({"/": [Say()]}) as fake:
        config = f'[engines.home]\nurl = "{fake.url}"\n[models]\nnullcheck = "home:qwen"\n'
        (tmp_path / "breadknife.toml").write_text(config)
        (tmp_path / ".git").mkdir()
        (tmp_path / "a.py").write_text("x = None\n")
        command = [sys.executable, "-m", "breadknife", "lint", "a.py"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
        assert "only your own" in result.stderr
        assert fake.asked == []
