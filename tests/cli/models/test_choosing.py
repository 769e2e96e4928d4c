"""`breadknife models use` and `recommend`, and models of the catalog that the first download pins."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from breadknife.engine import machine
from breadknife.engine.models.catalog import builtin_catalog, read_models, user_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.errors import ModelMissing
from cli.models.running import CONTENT, configure, refused, run, write
from engine.gguf_files import gguf
from engine.hub import Hub

SUM = hashlib.sha256(CONTENT).hexdigest()
UNPINNED = builtin_catalog().model("qwen2.5-coder-3b")
PLACE = f"/{UNPINNED.hub}/resolve/main/{UNPINNED.file}"


def from_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    """In a process of its own: huggingface_hub reads HF_ENDPOINT when it is imported."""
    monkeypatch.setenv("BREADKNIFE_OFFLINE", "")
    monkeypatch.setenv("NO_PROXY", "*")
    with hub.serving():
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        command = [sys.executable, "-m", "breadknife", "models", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_the_first_download_pins_what_the_hub_promises(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert UNPINNED.sha256 == ""
    assert ModelStore().find(UNPINNED) is None
    with pytest.raises(ModelMissing, match=r"`breadknife models pull qwen2\.5-coder-3b`"):
        ModelStore().verified(UNPINNED)
    code, out, err = from_hub(Hub(PLACE, CONTENT), monkeypatch, "use", UNPINNED.name)
    assert (code, out) == (0, "completion is done by qwen2.5-coder-3b from now on\n"), err
    model = read_models().for_role("completion")
    assert (model.name, model.sha256, model.size, model.licence) == (UNPINNED.name, SUM, len(CONTENT), UNPINNED.licence)
    assert ModelStore().verified(model).read_bytes() == CONTENT
    code, _, err = from_hub(Hub(PLACE, CONTENT + b"another"), monkeypatch, "pull", UNPINNED.name)
    assert code == 0, "it is here: the hub isn't asked"
    ModelStore().path(model).unlink()
    code, _, err = from_hub(Hub(PLACE, CONTENT + b"another"), monkeypatch, "pull", UNPINNED.name)
    assert code == 2
    assert f"the catalog's is {SUM}" in err
    assert run("remove", UNPINNED.name).stdout == "qwen2.5-coder-3b: forgotten\n"
    assert read_models().model(UNPINNED.name) == UNPINNED


def test_a_hub_that_is_down_pins_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = from_hub(Hub("/elsewhere", CONTENT), monkeypatch, "use", UNPINNED.name)
    assert (code, out) == (2, "")
    assert "check the name and the network, and try again" in err
    assert user_catalog().models == ()


def test_offline_nothing_is_asked(home: Path) -> None:
    assert "nothing is fetched offline" in refused("use", UNPINNED.name, "--offline")


def test_a_model_bigger_than_the_memory_is_refused_with_a_number(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "total_memory", lambda: 8 << 30)
    said = refused("use", "qwen3-coder-30b-a3b")
    assert "takes about 21.4 GB of memory, and this machine has 8.6 GB" in said


@pytest.mark.parametrize(
    ("content", "role", "reason"),
    [
        (gguf(), "completion", "has no control tokens for filling in the middle"),
        (CONTENT, "rerank", "is a decoder, so it can't have the role rerank"),
    ],
)
def test_a_role_that_a_model_cannot_have(home: Path, content: bytes, role: str, reason: str) -> None:
    run("add", str(write(home / "tiny.gguf", content)))
    result = run("use", "tiny", "--role", role)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert user_catalog().roles == {}


def test_config_toml_wins_and_it_is_said(home: Path) -> None:
    configure('[models]\ncompletion = "qwen2.5-coder-1.5b"\n')
    run("add", str(write(home / "tiny.gguf")))
    assert "completion is still done by qwen2.5-coder-1.5b, because your config.toml" in run("use", "tiny").stdout
    told = json.loads(run("use", "tiny", "--role", "rewrite", "--json").stdout)
    assert told == {"name": "tiny", "path": str(home / "tiny.gguf"), "roles": ["rewrite"]}


def test_without_a_model_nothing_is_measured(home: Path) -> None:
    said = refused("recommend")
    assert "no model that completes code is here to measure with; `breadknife setup model` fetches one" in said
