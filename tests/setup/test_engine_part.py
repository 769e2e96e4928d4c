"""The engine as a part: where its wheel comes from, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.models.pull import PullProgress
from breadknife.errors import DownloadFailed, EngineUnavailable
from breadknife.setup import engine
from breadknife.setup.engine import EnginePart, made_folder
from breadknife.setup.engine_source import RELEASE, local_version


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
    monkeypatch.setattr(engine, "Build", lambda folder: trial)
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
