"""The Python environment that runs breadknife, and how packages are installed into it."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import filelock
from packaging.requirements import Requirement

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.engine.models.index import reason
from breadknife.errors import DownloadFailed
from breadknife.paths import lock_file, state_dir
from breadknife.setup.processes import run_program
from breadknife.setup.values import Skipped

_WAIT_SECONDS = 0.5


@dataclass(frozen=True)
class Installer:
    """Installs packages with pip or uv."""

    command: tuple[str, ...]
    """The beginning of the command line; options and what to install follow."""

    def install(self, *what: str, cancel: CancelToken) -> None:
        """Install requirements and wheels, with options that pip and uv share. Raises DownloadFailed, Cancelled."""
        with waiting_for(state_dir() / "installing.lock", cancel):  # two that install at once would leave a mixture
            try:
                result = run_program([*self.command, *what], cancel)
            except OSError as error:
                raise DownloadFailed(f"{self.command[0]} can't be started: {error}") from error
        if result.code:
            raise DownloadFailed(f"{what[-1]} could not be installed: {reason(result.lines)}")


def installer() -> Installer:
    """Return pip, or uv where the environment has no pip. Raises Skipped where nothing may be installed."""
    in_environment = sys.prefix != sys.base_prefix
    if not in_environment and Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").exists():
        raise Skipped(
            f"{sys.executable} is the system's Python, which lets nobody install into it; install breadknife in an "
            "environment of its own: `pipx install 'breadknife[engine]'` or `uv tool install 'breadknife[engine]'`"
        )
    if importlib.util.find_spec("pip"):
        options = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off")
        return Installer(tuple(children.python_module("pip", "install", *options)))
    if uv := children.find_program("uv"):
        return Installer((uv, "pip", "install", "--python", sys.executable, "--no-progress"))
    raise Skipped(
        f"{sys.executable} has no pip, and there is no uv: `{sys.executable} -m ensurepip` adds pip "
        "(with pipx instead: `pipx inject breadknife llama-cpp-python`)"
    )


@contextmanager
def waiting_for(path: Path, cancel: CancelToken) -> Generator[None, None, None]:
    """Wait for a lock file, which another process may hold for minutes, and hold it. Raises Cancelled."""
    lock = lock_file(path)
    while True:
        cancel.raise_if_cancelled()
        try:
            held = lock.acquire(timeout=_WAIT_SECONDS)
            break
        except filelock.Timeout:
            continue
    with held:
        yield


def requirement(extra: str, package: str) -> str:
    """Return what breadknife's own metadata asks of a package in one of its extras, such as `numpy>=1.26`."""
    for required in map(Requirement, metadata.requires("breadknife") or ()):
        if required.name == package and required.marker and required.marker.evaluate({"extra": extra}):
            return f"{required.name}{required.specifier}"
    return package
