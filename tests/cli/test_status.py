from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from breadknife.cli.main import app
from breadknife.cli.status_view import view
from breadknife.engine.api import Calibration, ClientStatus, EngineStatus, Failure, LaneStatus, ModelStatus
from breadknife.engine.kinds import ModelKind
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.scripted import ScriptedEngine
from breadknife.host.host import Host
from breadknife.host.plugins.registry import Registry
from breadknife.host.report.status import status
from breadknife.host.settings import Settings

ENGINE = EngineStatus(
    pid=7,
    version="1",
    uptime=3_725.0,
    clients=(ClientStatus("Neovim [x]", 8, 60.0),),
    resident_bytes=700_000_000,
    models=(
        ModelStatus(
            name="tiny",
            cached_tokens=1_200,
            cells=8_192,
            sequences=3,
            bytes=98_000_000,
            prompt_tokens=1_000,
            reused_tokens=930,
            output_tokens=80,
            drafted_tokens=20,
            accepted_tokens=15,
            tokens_per_second=61.7,
            idle=4.0,
            calibration=Calibration(2, 64, ((1, 0.015), (8, 0.06))),
        ),
        ModelStatus("new", 0, 8_192, device="CPU"),
        ModelStatus("reads", 0, 0, kind=ModelKind.ENCODER, bytes=25_000_000, prompt_tokens=4_321),
    ),
    lanes=(LaneStatus("typing", 0, 1, 40),),
    failures=(Failure(0.0, "tiny", "out of memory"),),
    set_aside=("bad",),
)
REMOTE = {"sentence": "completion: text leaves this machine, to the engine work at https://models.example"}
REPORT = {
    "version": "1",
    "engine": asdict(ENGINE),
    "engine_installed": True,
    "engine_problem": "",
    "remotes": [REMOTE],
    "models": [{"name": "tiny", "roles": ["judge"], "path": None}],
    "plugins": [{"name": "prose", "enabled": True}, {"name": "completion", "enabled": False}],
    "problems": ["config.toml:1: wrong"],
}


def shown(report: Mapping[str, object]) -> str:
    console = Console(width=110, file=StringIO())
    console.print(view(report))
    assert isinstance(console.file, StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def test_what_people_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "localtime", time.gmtime)
    assert (
        shown(REPORT)
        == """\
breadknife 1
engine   process 7, up 1 h 2 min, 700 MB in memory
clients  Neovim [x] (8)
lane     waiting   running   finished
typing   0         1         40
tiny                98 MB, idle 4 s
  cache             1,200 of 8,192 tokens in 3 sequences; 93% of prompts came from there
  output            62 tokens/s, 80 tokens written; 75% of 20 drafted kept
  machine           2 threads, slices of 64; ms for one decode of so many tokens: 1: 15, 8: 60
new                 0 MB, idle 0 s, computed by CPU
  cache             0 of 8,192 tokens in 0 sequences; 0% of prompts came from there
  output            0 tokens/s, 0 tokens written
  machine           not measured yet: that is done when it is quiet
reads               25 MB, idle 0 s
  encoder           4,321 tokens read
bad is set aside: the engine died over it three times; `breadknife models allow bad`
failed   1970-01-01 00:00:00, tiny: out of memory
completion: text leaves this machine, to the engine work at https://models.example
model   roles   file
tiny    judge   not on this machine
plugins  prose, completion (off)
config.toml:1: wrong"""
    )


@pytest.mark.parametrize(("seconds", "ago"), [(0, "0 s ago"), (750, "12 min ago"), (7300, "2 h ago")])
def test_a_failure_has_an_age(seconds: float, ago: str) -> None:
    engine = {**asdict(ENGINE), "failures": [asdict(Failure(time.time() - seconds, "tiny", "out of memory"))]}
    [line] = [line for line in shown({**REPORT, "engine": engine}).splitlines() if line.startswith("failed")]
    assert line == f"failed   {ago}, tiny: out of memory"


def test_no_engine_is_normal() -> None:
    assert "not running; whoever needs it first starts it" in shown(
        {**REPORT, "engine": None, "engine_installed": True}
    )


def test_an_engine_that_does_not_answer_is_told_from_none() -> None:
    said = shown({**REPORT, "engine": None, "engine_problem": "the engine (process 7) doesn't answer"})
    assert "engine   the engine (process 7) doesn't answer" in said
    assert "not running" not in said


def test_json_for_programs(home: Path) -> None:
    said = CliRunner().invoke(app, ["status", "--json"])
    assert (json.loads(said.output)["engine"], said.exit_code) == (None, 0)


def test_watching_as_json_is_an_object_a_line(home: Path) -> None:
    command = [sys.executable, "-m", "breadknife", "status", "--watch", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        seen = [json.loads(watching.stdout.readline()) for _ in range(2)]
        watching.kill()
    assert [report["engine"] for report in seen] == [None, None]


def test_a_model_that_is_slow_here_is_said_with_the_next_smaller_one() -> None:
    slow = replace(ENGINE.models[0], name="qwen2.5-coder-1.5b", calibration=Calibration(2, 64, ((1, 0.05), (64, 1.6))))
    quick = replace(slow, calibration=Calibration(8, 64, ((1, 0.01), (64, 0.2))))
    alone = replace(slow, name="qwen2.5-coder-0.5b")
    for model, said in (slow, True), (quick, False), (alone, False):
        engine = FixedStatus(replace(ENGINE, models=(model,)))
        settings = Settings(models={"completion": model.name})
        with closing(Host(Registry(()), engine, builtin_catalog(), settings)) as host:
            problems = status(host)["problems"]
        assert bool(problems) == said
        if said:
            assert problems == [
                "qwen2.5-coder-1.5b is slow here: a first suggestion takes 750 ms, "
                "with qwen2.5-coder-0.5b about 362 ms; `breadknife models use qwen2.5-coder-0.5b` changes to it"
            ]


class FixedStatus(ScriptedEngine):
    """An engine with a status."""

    def __init__(self, fixed: EngineStatus) -> None:
        super().__init__(())
        self._fixed = fixed

    def status(self) -> EngineStatus:
        return self._fixed
