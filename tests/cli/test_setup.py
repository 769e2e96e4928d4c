"""`breadknife setup`, as people in a terminal, scripts and editors see it."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from breadknife.cli.setup.page import chosen
from breadknife.engine import installed
from breadknife.engine.models.catalog import Catalog, ModelInfo, builtin_catalog, write_user_catalog
from breadknife.setup.engine_source import local_version
from breadknife.setup.running import CANCELLED
from breadknife.setup.values import Event
from cli.commands import breadknife
from engine.hub import Hub

BIG = bytes(range(256)) * (3 << 12)
TINY = ModelInfo(
    "tiny-0.1b", "Tiny", "MIT", "F16", 16, ("completion",), "Tiny.gguf", len(BIG),
    hashlib.sha256(BIG).hexdigest(), "who/Tiny-GGUF",
)  # fmt: skip


def events(output: str) -> list[dict[str, Any]]:
    """Of the lines that `--json` writes, each checked against the contract."""
    found = [json.loads(line) for line in output.splitlines()]
    for each in found:
        msgspec.convert(each, Event)
        assert list(each) == ["part", "state", "message", "fraction", "bytes_done", "bytes_total", "usual"]
    return found


def test_the_page_without_a_terminal_is_plain_and_narrow(bare_machine: Path) -> None:
    said = breadknife(bare_machine, "setup")
    assert (said.returncode, said.stderr) == (0, "")
    lines = said.stdout.splitlines()
    assert "\x1b" not in said.stdout
    assert max(map(len, lines)) <= 80
    assert lines[-1].endswith("`breadknife setup --yes`, or name parts.")
    for model in (model for model in builtin_catalog().models if model.sha256):
        [row] = [line for line in lines if model.name in line]
        assert f"{model.download_size / 1e6:,.0f} MB" in row
        assert "not here" in row
    words = " ".join(said.stdout.split())
    assert "judges prose, finds what no rule knows (English)" in words


def test_what_there_is_for_programs(bare_machine: Path) -> None:
    said = breadknife(bare_machine, "setup", "--json")
    found = {each["part"]: each for each in events(said.stdout)}
    assert list(found) == [
        "engine", *(f"model:{model.name}" for model in builtin_catalog().models), "languagetool",
        "editor:neovim", "editor:vscode", "editor:helix", "editor:emacs", "editor:vim", "editor:zed",
        "editor:jetbrains", "editor:sublime", "editor:kate",
    ]  # fmt: skip
    model = found["model:smollm2-135m"]
    assert (model["state"], model["message"], model["bytes_total"]) == ("skipped", "not here", 98_362_432)
    assert [part for part, each in found.items() if each["usual"]][:3] == [
        "engine", "model:qwen2.5-coder-0.5b", "model:smollm2-135m",
    ]  # fmt: skip


def test_an_unknown_part_is_an_error(bare_machine: Path) -> None:
    said = breadknife(bare_machine, "setup", "enigne")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == "breadknife: there is no part 'enigne' to set up; did you mean engine?\n"


def test_offline_nothing_is_fetched(bare_machine: Path) -> None:
    said = breadknife(bare_machine, "setup", "smollm2-135m", "--json")
    assert said.returncode == 1
    [*_, last] = events(said.stdout)
    assert (last["part"], last["state"]) == ("model:smollm2-135m", "failed")
    assert "nothing is fetched offline" in last["message"]


def test_an_editors_settings_are_alone_on_stdout(bare_machine: Path) -> None:
    said = breadknife(bare_machine, "setup", "helix")
    assert said.stdout.startswith("[language-server.breadknife]\ncommand = ")
    assert said.stderr == (
        "Helix: put this into ~/.config/helix/languages.toml, or run `breadknife setup helix --write`;"
        " more in docs/editors/helix.md\n"
    )
    [event] = events(breadknife(bare_machine, "setup", "helix", "--json").stdout)
    assert (event["part"], event["state"], event["message"] + "\n") == ("editor:helix", "done", said.stdout)


def test_an_editors_settings_are_written_and_taken_out(bare_machine: Path) -> None:
    said = breadknife(bare_machine, "setup", "jetbrains", "--write")
    assert said.stdout.startswith("JetBrains: breadknife is in ")
    assert "Import its folder with LSP4IJ" in said.stdout
    said = breadknife(bare_machine, "setup", "jetbrains", "--undo")
    assert said.stdout.endswith("is out again.\n")
    said = breadknife(bare_machine, "setup", "engine", "--write")
    assert (said.returncode, said.stdout) == (2, "")
    assert "`--write` is for editors alone" in said.stderr


def test_cuda_is_for_the_engine(bare_machine: Path) -> None:
    said = breadknife(bare_machine, "setup", "neovim", "--cuda")
    assert said.returncode == 2
    assert said.stderr == "breadknife: `--cuda` is for the engine: `breadknife setup engine --cuda`\n"


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("1 3", [1, 3]),
        ("3,1,3", [3, 1]),
        ("none", []),
        ("", []),
        ("4", None),
        ("0", None),
        ("one", None),
        ("1 x", None),
    ],
)
def test_models_are_chosen_by_number(said: str, numbers: list[int] | None) -> None:
    assert chosen(said, 3) == numbers


@pytest.fixture
def hub(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on this machine that has the user's only model, and is silent in the middle of it."""
    hub = Hub("/who/Tiny-GGUF/resolve/main/Tiny.gguf", BIG, silent_at=1_000_000)
    with hub.serving():
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.delenv("BREADKNIFE_OFFLINE")
        write_user_catalog(Catalog((TINY,)))
        yield hub
        hub.speak.set()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C reaches a console's programs, not one of them")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_what_is_cancelled_goes_on_where_it_was(bare_machine: Path, hub: Hub, sent: signal.Signals) -> None:
    command = [sys.executable, "-m", "breadknife", "setup", "tiny-0.1b", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=bare_machine) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["bytes_done"] == 1_000_000:
                process.send_signal(sent)
                break
        [*_, last] = events(process.stdout.read())
    assert (process.returncode, last["state"], last["message"]) == (1, "skipped", CANCELLED.format(TINY.name))
    partial = bare_machine / "breadknife" / "data" / "models" / ".partial" / TINY.name / TINY.file
    assert partial.stat().st_size == 1_000_000
    hub.speak.set()

    [page] = [each for each in events(breadknife(bare_machine, "setup", "--json").stdout) if TINY.name in each["part"]]
    assert page["message"] == "31 % fetched"
    said = breadknife(bare_machine, "setup", "tiny-0.1b")
    assert said.returncode == 0, said.stderr
    assert hub.asked == ["bytes=0-", "bytes=1000000-"]
    assert said.stdout == "Servers that run use it at once.\n"
    assert said.stderr.splitlines()[-1].startswith("✓ model:tiny-0.1b: tiny-0.1b is ready: ")


def write_engine(folder: Path, version: str) -> Path:
    """A wheel of an engine that can do nothing."""
    name = f"llama_cpp_python-{version}"
    path = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("llama_cpp/__init__.py", "raise RuntimeError('no library')\n")
        wheel.writestr(
            f"{name}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: llama-cpp-python\nVersion: {version}\n"
        )
        wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{name}.dist-info/RECORD", "")
    return path


def test_offline_the_engine_comes_from_a_folder_of_wheels(bare_machine: Path) -> None:
    """As far as it can be tried in the environment of the tests: it has an engine, and keeps it."""
    folder = bare_machine / "wheels"
    folder.mkdir()
    write_engine(folder, "0.3.36")
    ours = write_engine(folder, local_version())
    code = (
        "from breadknife.cancel import CancelToken\nfrom breadknife.setup.engine import EnginePart\n"
        f"print(EnginePart({str(folder)!r}, offline=True)._fetch_wheel(CancelToken()))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert Path(said.stdout.strip()).name == ours.name, said.stderr


def test_models_are_of_no_use_without_an_engine(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from breadknife.cli.models import app as models

    monkeypatch.setattr(models, "is_installed", lambda: False)
    said = CliRunner().invoke(models.app, ["list"])
    assert said.exit_code == 0
    assert (
        said.stderr == "breadknife: the engine that runs the models is not installed; `breadknife setup` installs it\n"
    )
    assert installed.is_installed(), "the tests need one"
