"""The engine as a part: where its wheel comes from, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import PullProgress
from breadknife.errors import DownloadFailed, EngineUnavailable
from breadknife.setup import engine, engine_build
from breadknife.setup.engine import EnginePart, made_folder
from breadknife.setup.engine_build import Build, need_cuda
from breadknife.setup.engine_source import RELEASE, local_version
from breadknife.setup.processes import ProgramResult
from breadknife.setup.values import Skipped


@dataclass
class Trial:
    """An environment and an index that do as a test says."""

    version: str = ""
    """Of what is installed."""
    fault: str = ""
    """Why what is installed can't be loaded."""
    heals: bool = True
    """Whether what is installed next can."""
    index: bool = False
    """Whether it has a wheel."""
    asked: list[list[str]] = field(default_factory=list[list[str]])
    installed: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    built: int = 0

    def download(self, asked: list[str], folder: Path, on_bytes: Callable[[int], None]) -> Path:
        self.asked.append(asked)
        if "--no-index" in asked or self.index:
            return Path(f"llama_cpp_python-{local_version()}-py3-none-any.whl")
        raise DownloadFailed("no matching distribution")

    def install(self, *what: str, cancel: CancelToken) -> None:
        self.installed.append(what)
        self.version = local_version()
        self.fault = "" if self.heals else self.fault

    def wheel(self, target: Path, report: Callable[[PullProgress], None], cancel: CancelToken) -> Path:
        self.built += 1
        return target / "made.whl"


@pytest.fixture
def trial(home: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    trial = Trial()
    monkeypatch.setattr(engine.installed, "version", lambda: trial.version)
    monkeypatch.setattr(engine, "download", trial.download)
    monkeypatch.setattr(engine, "installer", lambda: trial)
    monkeypatch.setattr(engine, "Build", lambda folder, **options: trial)
    monkeypatch.setattr(engine, "_fault", lambda cancel: trial.fault)
    return trial


def set_up(part: EnginePart) -> str:
    return part.set_up(lambda step: None, CancelToken())


def test_one_that_is_there_is_left_alone(trial: Trial) -> None:
    trial.version = local_version()
    assert set_up(EnginePart()) == f"the engine is installed: llama-cpp-python {local_version()}"
    assert (trial.asked, trial.installed) == ([], [])


@pytest.mark.parametrize("version", ["", RELEASE, "0.3.35+breadknife1"])
def test_a_folder_of_wheels_comes_before_the_index(trial: Trial, version: str) -> None:
    trial.version = version
    assert "from a wheel" in set_up(EnginePart(wheels="/wheels"))
    [asked] = trial.asked
    assert asked[:3] == ["--no-index", "--find-links", "/wheels"]
    [(*_, numpy, wheel)] = trial.installed
    assert numpy.startswith("numpy>=")
    assert wheel.endswith(".whl")


def test_then_the_index_and_then_the_compiler(trial: Trial) -> None:
    assert "compiled here" in set_up(EnginePart())
    assert [asked[0] for asked in trial.asked] == ["--only-binary=:all:"]
    assert trial.built == 1
    trial.version, trial.index = "", True
    assert "from a wheel" in set_up(EnginePart())
    assert trial.built == 1


def test_what_was_compiled_before_is_not_compiled_again(trial: Trial) -> None:
    made_folder().mkdir(parents=True)
    (made_folder() / f"llama_cpp_python-{local_version()}-py3-none-any.whl").touch()
    set_up(EnginePart())
    assert trial.asked[0][:3] == ["--no-index", "--find-links", str(made_folder())]
    assert trial.built == 0


def test_offline_only_folders_are_looked_at(trial: Trial) -> None:
    with pytest.raises(DownloadFailed, match="offline nothing is fetched"):
        set_up(EnginePart(offline=True))
    assert (trial.asked, trial.built) == ([], 0)
    set_up(EnginePart(wheels="/wheels", offline=True))
    assert trial.installed[0][0] == "--no-index"


def test_one_that_cannot_be_loaded_is_replaced(trial: Trial) -> None:
    trial.version, trial.fault = local_version(), "OSError: libgomp.so.1"
    assert "the engine is installed" in set_up(EnginePart(wheels="/wheels"))
    assert trial.installed[-1][:2] == ("--force-reinstall", "--no-deps")


def test_one_that_still_cannot_be_loaded_says_why(trial: Trial) -> None:
    trial.version, trial.fault, trial.heals = local_version(), "OSError: libgomp.so.1", False
    with pytest.raises(EngineUnavailable, match=r"can't be loaded \(OSError: libgomp\.so\.1\); have it compiled"):
        set_up(EnginePart(wheels="/wheels"))


def test_with_cuda_it_is_compiled_unless_it_was(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wheels of others have no CUDA, and an engine without it is replaced by one of the same version."""
    monkeypatch.setattr(engine.installed, "has_cuda", lambda: trial.built > 0)
    trial.version, trial.index = local_version(), True
    part = EnginePart(wheels="/wheels", cuda=True)
    assert part.status().state == f"llama-cpp-python {local_version()}, without CUDA"
    assert "compiled here" in set_up(part)
    assert trial.asked == []
    assert trial.installed[-1][:2] == ("--force-reinstall", "--no-deps")
    assert part.status().ready
    assert set_up(part) == f"the engine is installed: llama-cpp-python {local_version()}"
    assert made_folder(cuda=True) != made_folder()


@pytest.mark.parametrize(
    ("platform", "reason"),
    [("linux", "there is no CUDA compiler, `nvcc`, on the path: get NVIDIA's CUDA toolkit"), ("darwin", "uses Metal")],
)
def test_without_a_cuda_compiler_it_is_said_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, platform: str, reason: str
) -> None:
    monkeypatch.setattr(engine_build.sys, "platform", platform)
    monkeypatch.setattr(engine_build.children, "find_program", lambda *names: None)
    monkeypatch.delenv("CUDACXX", raising=False)
    with pytest.raises(Skipped, match=reason):
        need_cuda()
    if platform == "linux":
        monkeypatch.setenv("CUDACXX", "/opt/cuda/bin/nvcc")
        need_cuda()


def test_cmake_is_told_of_cuda(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = list[list[str]]()

    def run(command: list[str], *rest: object, **options: object) -> ProgramResult:
        commands.append(command)
        (tmp_path / "wheel").mkdir()
        (tmp_path / "wheel" / "made.whl").touch()
        return ProgramResult(0, ())

    monkeypatch.setattr(engine_build, "run_program", run)
    monkeypatch.setattr(engine_build, "need_cuda", lambda: None)
    monkeypatch.setattr(Build, "source", lambda *rest: tmp_path / "source")
    Build(tmp_path, cuda=True).wheel(tmp_path / "made", lambda step: None, CancelToken())
    assert "--config-settings=cmake.define.BREADKNIFE_CUDA=True" in commands[0]
