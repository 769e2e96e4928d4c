"""How packages come into the environment that runs breadknife."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from pathlib import Path

import pytest

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, DownloadFailed
from breadknife.setup.environment import Installer, installer, requirement, waiting_for
from breadknife.setup.values import Skipped


@pytest.fixture
def without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_pip_of_this_python_is_used() -> None:
    assert installer().command[:5] == (sys.executable, "-P", "-m", "pip", "install")


@pytest.mark.usefixtures("without_pip")
def test_without_pip_uv_installs_into_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "find_program", lambda name: f"/bin/{name}")
    assert installer().command == ("/bin/uv", "pip", "install", "--python", sys.executable, "--no-progress")


@pytest.mark.usefixtures("without_pip")
def test_without_either_the_remedies_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "find_program", lambda name: None)
    with pytest.raises(Skipped, match=r"-m ensurepip` adds pip .*`pipx inject breadknife"):
        installer()


def test_nothing_is_installed_into_the_systems_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(Skipped, match=r"`pipx install 'breadknife\[engine\]'`"):
        installer()


@pytest.mark.usefixtures("home")
def test_what_an_installer_said_is_told() -> None:
    failing = Installer((sys.executable, "-c", "print('ERROR: no such thing'); raise SystemExit(1)"))
    with pytest.raises(DownloadFailed, match="numpy could not be installed: no such thing"):
        failing.install("numpy", cancel=CancelToken())
    Installer((sys.executable, "-c", "")).install("numpy", cancel=CancelToken())
    with pytest.raises(DownloadFailed, match="can't be started"):
        Installer(("no such program",)).install("numpy", cancel=CancelToken())


def test_who_waits_for_a_lock_can_be_cancelled(tmp_path: Path) -> None:
    cancel = CancelToken()
    with waiting_for(tmp_path / "folder" / "lock", CancelToken()):
        cancel.cancel()
        with pytest.raises(Cancelled), waiting_for(tmp_path / "folder" / "lock", cancel):
            pass


@pytest.mark.parametrize(
    ("extra", "package", "expected"),
    [("languagetool", "language-tool-python", "language-tool-python"), ("engine", "numpy", "numpy>=")],
)
def test_requirements_are_those_of_the_extras(extra: str, package: str, expected: str) -> None:
    assert requirement(extra, package).startswith(expected)
    assert requirement(extra, package) != package, "the metadata has a version"
