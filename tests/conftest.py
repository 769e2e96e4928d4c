"""Fixtures that more than one folder of tests needs."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings

from breadknife import paths
from breadknife.engine.api import Engine
from breadknife.engine.client import DaemonEngine
from breadknife.engine.liveness import read_daemon_process
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.task.values import Action, Actions

# Thousands of processes that the tests start would compile all of breadknife anew: more than half of their time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# How long something takes says nothing where other programs run. New examples are for people to look into, not for CI.
settings.register_profile(
    "breadknife",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
    database=None if "CI" in os.environ else settings.default.database,
)
settings.load_profile("breadknife")


@pytest.fixture(scope="session", autouse=True)
def tests_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of the tests' own, with the user's models and LanguageTool in it: nobody's settings and engine matter."""
    home = tmp_path_factory.mktemp("breadknife")
    data = paths.data_dir()
    data.mkdir(parents=True, exist_ok=True)
    (home / "data").symlink_to(data, target_is_directory=True)
    os.environ["BREADKNIFE_HOME"] = str(home)
    yield home
    del os.environ["BREADKNIFE_HOME"]
    end_engine(home)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty breadknife: no settings, no models, no running engine."""
    monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    end_engine(tmp_path / "home")


def end_engine(home: Path) -> None:
    """End the daemon of a home, which would outlive the tests by ten minutes."""
    daemon = read_daemon_process(home / "run")
    if daemon and (process := daemon.process()):
        with contextlib.suppress(psutil.Error):
            process.kill()
            process.wait(20)


MENUS = frozenset(("documents", "nullcheck", "prose", "recipes", "shelf"))
"""Folders of tests whose menus are breadknife's own."""
LONGEST_TITLE = 50


@pytest.fixture(autouse=True)
def titles_fit_into_a_menu(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every entry of every menu that a test opens: editors cut what is longer."""
    too_long: list[str] = []
    if request.path.relative_to(Path(__file__).parent).parts[0] in MENUS:
        made = Actions.__init__

        def noted(self: Actions, items: tuple[Action, ...]) -> None:
            too_long.extend(each.title for each in items if len(each.title) > LONGEST_TITLE)
            made(self, items)

        monkeypatch.setattr(Actions, "__init__", noted)
    yield
    assert too_long == []


@pytest.fixture(scope="session")
def real_engine(tests_home: Path) -> Iterator[Engine]:
    """A real engine with the real completion model. Model names are catalog names."""
    ModelStore().verified(builtin_catalog().for_role("completion"))
    engine = DaemonEngine()
    yield engine
    engine.close()
