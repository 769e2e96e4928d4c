"""`breadknife uninstall` as people run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from breadknife import paths
from breadknife.engine.liveness import DaemonProcess
from cli.commands import breadknife, within


@pytest.fixture
def model(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a model, settings, and no editor."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(home / "xdg"))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    path = home / "data" / "models" / "a.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(3_000_000))
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text("offline = false\n")
    return path


def test_without_a_name_it_lists_and_removes_nothing(model: Path, tmp_path: Path) -> None:
    said = breadknife(tmp_path, "uninstall")
    assert (said.returncode, said.stderr) == (0, "")
    assert "models            3 MB  models; those of Ollama and other programs stay" in said.stdout
    assert str(model.parent) in said.stdout
    assert "`breadknife uninstall --what models` removes one of these" in said.stdout
    assert said.stdout.splitlines()[-1].startswith("The program itself: `")
    assert model.exists()


@pytest.mark.parametrize(("answer", "code", "last"), [("y\n", 0, "removed"), ("n\n", 1, "Nothing"), ("", 1, "Nothing")])
def test_it_asks_first(model: Path, tmp_path: Path, answer: str, code: int, last: str) -> None:
    said = breadknife(tmp_path, "uninstall", "--what", "models", given=answer)
    assert (said.returncode, said.stderr) == (code, "")
    assert "Remove these 3 MB? [y/N]: " in said.stdout
    assert last in said.stdout
    assert model.exists() is bool(code)


def test_only_what_is_named_goes(model: Path, tmp_path: Path) -> None:
    said = within(tmp_path, "uninstall", "--what", "models", "--what", "cache", "--yes")
    assert said.returncode == 0
    assert "3 MB removed." in said.stdout
    assert not model.parent.exists()
    assert (model.parents[2] / "config" / "config.toml").exists()


def test_all(model: Path, tmp_path: Path) -> None:
    assert within(tmp_path, "uninstall", "--what", "all", "--yes").returncode == 0
    assert list((model.parents[2]).rglob("*")) == []
    assert "nothing of breadknife's here but the program" in within(tmp_path, "uninstall").stdout


@pytest.mark.parametrize(("what", "ends"), [("settings", False), ("models", True), ("all", True)])
def test_the_engine_ends_if_it_uses_what_goes(model: Path, tmp_path: Path, what: str, ends: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as engine:
        process = psutil.Process(engine.pid)
        daemon = DaemonProcess(engine.pid, process.create_time(), process.exe())
        paths.make_folder(paths.runtime_dir())
        (paths.runtime_dir() / "daemon.json").write_bytes(msgspec.json.encode(daemon))
        said = within(tmp_path, "uninstall", "--what", what, "--yes", "--json")
        assert json.loads(said.stdout)["engine_ended"] == (engine.pid if ends else None)
        assert psutil.pid_exists(engine.pid) is not ends


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--what", "modles"], "there is nothing called 'modles' to remove; did you mean models?"),
        (["--what", "all", "--json"], "`--json` asks no questions: say `--yes` if all of it may go"),
    ],
)
def test_a_mistake_removes_nothing(model: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    said = within(tmp_path, "uninstall", *arguments)
    assert (said.returncode, said.stderr) == (2, f"breadknife: {message}\n")
    assert model.exists()


def test_for_programs(model: Path, tmp_path: Path) -> None:
    listed = json.loads(within(tmp_path, "uninstall", "--json").stdout)
    first = listed["found"][0]
    assert (first["name"], first["paths"], first["size"]) == ("models", [str(model.parent)], 3_000_000)
    assert listed["program"].endswith("breadknife")
    removed = json.loads(within(tmp_path, "uninstall", "--what", "models", "--yes", "--json").stdout)
    assert [(each["name"], each["size"]) for each in removed["removed"]] == [("models", 3_000_000)]
    assert (removed["problems"], removed["engine_ended"]) == ([], None)
