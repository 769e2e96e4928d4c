"""What breadknife leaves on a machine is found, and removed without touching anything else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

import breadknife
from breadknife import paths
from breadknife.engine.liveness import DaemonProcess
from breadknife.setup.editors.files import write
from breadknife.setup.editors.table import EDITORS
from breadknife.setup.uninstall import places, removing
from breadknife.setup.uninstall.places import KINDS, belongs, survey
from breadknife.setup.uninstall.removing import end_daemon, how_to_remove_program, remove

SOURCES = Path(breadknife.__file__).parent
FOLDERS = {"data_dir", "config_dir", "state_dir", "cache_dir", "runtime_dir"}
HELIX = next(editor for editor in EDITORS if editor.name == "helix")


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with nothing in it."""
    for name in ("BREADKNIFE_HOME", "NVIM_APPNAME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    (tmp_path / "runtime").mkdir(mode=0o700)  # platformdirs takes no other
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    return tmp_path


def put(path: Path, size: int = 10) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    return path


def everything() -> list[Path]:
    """A file for each name of each kind."""
    made = [put(folder() / name) for kind in KINDS for folder, names in kind.folders for name in names]
    return [*made, put(places._neovim_data() / "breadknife" / "venv" / "pyvenv.cfg")]


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_nothing_is_found_where_nothing_is() -> None:
    assert survey() == []
    assert end_daemon() is None
    assert remove([]) == []


def test_all_of_it_goes_and_the_folders_too(machine: Path) -> None:
    made = everything()
    found = survey()
    assert sum(each.size for each in found) == 10 * len(made)
    assert remove(found) == []
    assert files(machine) == set()
    assert not any(machine.rglob("breadknife"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_one_kind_goes_alone(machine: Path, kind: places.Kind) -> None:
    everything()
    mine = {each.kind.name: each for each in survey()}[kind.name]
    before = files(machine)
    assert remove([mine]) == []
    gone = before - files(machine)
    assert gone == {name for name in before if any((machine / name).is_relative_to(path) for path in mine.paths)}
    assert kind.name not in {each.kind.name for each in survey()}


def test_what_others_keep_in_the_same_folder_stays(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS and Windows, where most of our folders are one, and where `BREADKNIFE_HOME` names somebody's home."""
    for name in FOLDERS:
        monkeypatch.setattr(paths, name, lambda: machine / "shared")
    kinds = [
        places.Kind(kind.name, kind.what, tuple((lambda: machine / "shared", names) for _, names in kind.folders))
        for kind in KINDS
    ]
    monkeypatch.setattr(places, "KINDS", kinds)
    others = {"thesis.md", "models.txt", "engine.py", "run.sh", "my.lock", "data/models/a.gguf", ".config.toml"}
    for name in others:
        put(machine / "shared" / name)
    for kind in kinds:
        for _, names in kind.folders:
            for name in names:
                put(machine / "shared" / name)
    assert remove(survey()) == []
    assert files(machine / "shared") == others


def test_what_a_link_leads_to_stays(machine: Path) -> None:
    model = put(machine / "elsewhere" / "a.gguf", 1000)
    models = paths.data_dir() / "models"
    models.parent.mkdir(parents=True)
    models.symlink_to(model.parent, target_is_directory=True)
    recipe = put(machine / "elsewhere" / "recipes" / "mine.toml")
    (paths.config_dir() / "recipes").mkdir(parents=True)
    (paths.config_dir() / "recipes" / "mine").symlink_to(recipe.parent, target_is_directory=True)
    assert sum(each.size for each in survey()) < 1000
    assert remove(survey()) == []
    assert not models.is_symlink()
    assert files(machine) == {"elsewhere/a.gguf", "elsewhere/recipes/mine.toml"}


NAMES = tuple(name for kind in KINDS for _, names in kind.folders for name in names)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("prose.sqlite", True),
        ("prose.sqlite-wal", True),
        ("prose.lock", True),
        ("trusted.json.lock", True),
        ("engine.log.1", True),
        (".learned.json.x1y2.tmp", True),
        ("prose.sqlite.backup", False),
        ("engine.log.old", False),
        ("old-prose.sqlite", False),
        ("learned.json.tmp", False),
    ],
)
def test_what_is_written_beside_a_file_goes_with_it(name: str, ours: bool) -> None:
    assert belongs(name, NAMES) is ours


def named_in_the_sources() -> Iterator[tuple[str, str]]:
    """What the code puts into our folders, as far as it says the name there."""
    for source in SOURCES.rglob("*.py"):
        for folder, name in re.findall(r'(\w+_dir)\(\) / "([^"]+)"', source.read_text("utf-8")):
            if folder in FOLDERS:
                yield folder, name


def test_every_name_that_the_sources_say_is_known() -> None:
    known = {(folder.__name__, name) for kind in KINDS for folder, names in kind.folders for name in names}
    said = set(named_in_the_sources())
    assert len(said) > 20
    assert said - known == set()


def test_of_an_editors_file_only_our_lines_go(machine: Path) -> None:
    assert HELIX.place
    before = '[[language]]\nname = "nix"\n'
    put(HELIX.place()).write_text(before)
    write(HELIX, ["breadknife", "serve"])
    [found] = survey()
    assert found.edited == (HELIX.place(),)
    assert remove([found]) == []
    assert HELIX.place().read_text() == before
    assert survey() == []


def test_lines_that_somebody_changed_are_told_and_not_forgotten() -> None:
    assert HELIX.place
    write(HELIX, ["breadknife", "serve"])
    HELIX.place().write_text(HELIX.place().read_text().replace("breadknife", "bread"))
    [problem] = remove(survey())
    assert "take the lines about breadknife out yourself" in problem
    assert HELIX.place().exists()
    assert [each.edited for each in survey()] == [(HELIX.place(),)]


def test_what_cannot_be_removed_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(paths.state_dir() / "learned.json")
    put(paths.config_dir() / "config.toml")

    def refuse(self: Path, missing_ok: bool = False, real: object = Path.unlink) -> None:
        if self == path:
            raise PermissionError(13, "Permission denied")
        os.unlink(self)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert remove(survey()) == [
        f"{path} can't be removed (Permission denied): close what uses it, or see to its permissions"
    ]
    assert [each.kind.name for each in survey()] == ["state"], "the rest is gone"


def test_the_engine_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as daemon:
        process = psutil.Process(daemon.pid)
        presence = DaemonProcess(daemon.pid, process.create_time(), process.exe())
        put(paths.runtime_dir() / "daemon.json").write_bytes(msgspec.json.encode(presence))
        assert end_daemon() == daemon.pid
        assert not psutil.pid_exists(daemon.pid)


def test_another_process_with_its_number_goes_on() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        presence = DaemonProcess(other.pid, 1.0, "/usr/bin/other")
        put(paths.runtime_dir() / "daemon.json").write_bytes(msgspec.json.encode(presence))
        assert end_daemon() is None
        assert other.poll() is None


@pytest.mark.parametrize(
    "storage",
    [
        "config/Code/User/globalStorage/breadknife.breadknife",
        "config/VSCodium/User/globalStorage/breadknife.breadknife",
        "data/code-server/User/globalStorage/breadknife.breadknife",
        "home/.vscode-server/data/User/globalStorage/breadknife.breadknife",
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="where VS Code keeps them on Linux")
def test_the_server_of_vs_code(machine: Path, storage: str) -> None:
    put(machine / storage / "server-0.1.0-abcd" / "pyvenv.cfg")
    put(machine / storage / "bin" / "breadknife")
    put(machine / storage / "mine.txt")
    [found] = survey()
    made = machine / storage / "server-0.1.0-abcd", machine / storage / "bin"
    assert (found.kind.name, found.paths) == ("environments", made)
    assert remove([found]) == []
    assert files(machine) == {f"{storage}/mine.txt"}


def test_the_environment_that_runs_this_goes_last(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything()
    own = places._neovim_data() / "breadknife" / "venv"
    monkeypatch.setattr(sys, "prefix", str(own))
    gone: list[Path] = []
    monkeypatch.setattr(removing, "_remove", lambda path: gone.append(path) or "")
    remove(survey())
    assert gone[-1] == own


def test_on_windows_nothing_removes_what_it_runs_from(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything()
    own = places._neovim_data() / "breadknife" / "venv"
    found = survey()
    monkeypatch.setattr(sys, "prefix", str(own))
    monkeypatch.setattr(removing.sys, "platform", "win32")
    assert remove(found) == [f"{own} runs this command: remove that folder yourself afterwards"]
    assert (own / "pyvenv.cfg").exists()


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/me/.local/share/pipx/venvs/breadknife", "pipx uninstall breadknife"),
        ("/home/me/.local/share/uv/tools/breadknife", "uv tool uninstall breadknife"),
        ("/opt/homebrew/Cellar/breadknife/0.1.0/libexec", "brew uninstall breadknife"),
        ("/home/me/.local/share/nvim/mason/packages/breadknife/venv", ":MasonUninstall breadknife"),
        (
            "/home/me/.config/Code/User/globalStorage/breadknife.breadknife/server-0.1.0",
            "code --uninstall-extension breadknife.breadknife",
        ),
        ("/home/me/app/.venv", "/bin/python -m pip uninstall breadknife"),
    ],
)
def test_how_the_program_itself_is_removed(prefix: str, command: str) -> None:
    assert how_to_remove_program(prefix, "/bin/python") == command
