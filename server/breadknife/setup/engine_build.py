"""Compiling the engine: a wheel of llama-cpp-python with breadknife's fixes.

What is fetched and compiled stays until the wheel is made: who is interrupted goes on from there.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.engine.models.index import pip_command
from breadknife.engine.models.progress import ProgressAmount
from breadknife.engine.models.pull import PullProgress
from breadknife.errors import BreadknifeError, DownloadFailed
from breadknife.paths import cache_dir, make_folder, open_private, state_dir
from breadknife.setup import build_log
from breadknife.setup.engine_source import SIZE, fetch, local_version, prepare
from breadknife.setup.environment import waiting_for
from breadknife.setup.processes import run_program
from breadknife.setup.values import Skipped

NEEDED_BYTES = 700_000_000
"""The sdist, its 90 MB of sources, and what they are compiled to (a portable build for x86-64: 250 MB)."""
_COMPILERS = ("c++", "g++", "clang++")
_FETCHED, _PREPARED, _COMPILED = 0.1, 0.15, 0.98
"""Shares of the whole when these are done."""


class BuildFailed(BreadknifeError):
    """The compiler, CMake or pip gave up; the message has the first error and where the log is."""


@dataclass(frozen=True)
class Build:
    """`portable`: for any processor of this kind, as a release needs it; else for this machine's."""

    folder: Path
    """What is unfinished."""
    portable: bool = False
    log: Path = field(default_factory=lambda: state_dir() / "engine-build.log")

    def wheel(self, target: Path, report: Callable[[PullProgress], None], cancel: CancelToken) -> Path:
        """Compile the wheel, and put it into `target`. Raises Skipped, BuildFailed, DownloadFailed, Cancelled."""
        need_compiler()
        make_folder(self.folder)
        self._need_disk()
        with waiting_for(self.folder / ".lock", cancel):
            source = self.source(report, cancel)
            built = self._compile(source, report, cancel)
            make_folder(target)
            wheel = Path(shutil.move(built, target / built.name))
        shutil.rmtree(self.folder, ignore_errors=True)
        return wheel

    def source(self, report: Callable[[PullProgress], None], cancel: CancelToken) -> Path:
        """Return the folder of the sources that are compiled. Raises DownloadFailed, Cancelled."""

        def fetching(count: int) -> None:
            cancel.raise_if_cancelled()
            done = min(count, SIZE)
            report(PullProgress("fetching the engine's sources", ProgressAmount(_FETCHED * done / SIZE, done, SIZE)))

        fetching(0)
        sdist = fetch(self.folder, fetching)
        report(PullProgress("unpacking the engine's sources", ProgressAmount(_FETCHED)))
        return prepare(sdist, self.folder / "source")

    def _compile(self, source: Path, report: Callable[[PullProgress], None], cancel: CancelToken) -> Path:
        wheels = self.folder / "wheel"
        shutil.rmtree(wheels, ignore_errors=True)
        options = {"build-dir": str(self.folder / "build"), "cmake.define.BREADKNIFE_PORTABLE": str(self.portable)}
        command = [
            *pip_command(), "wheel", "--verbose", "--no-deps", "--no-input", "--disable-pip-version-check",
            *(f"--config-settings={key}={value}" for key, value in options.items()),
            "--wheel-dir", str(wheels), str(source),
        ]  # fmt: skip
        make_folder(self.log.parent)
        with open(self.log, "w", encoding="utf-8", errors="replace", opener=open_private) as log:
            progress = _Progress(report)

            def on_line(line: str) -> None:
                log.write(f"{line}\n")
                progress.read(line)

            report(PullProgress("preparing to compile the engine", ProgressAmount(_PREPARED)))
            result = run_program(command, cancel, on_line, environment=_environment(), gently=True)
        wheel = next(wheels.glob("*.whl"), None)
        if result.code or wheel is None:
            log_lines = self.log.read_text("utf-8", "replace").splitlines()
            raise BuildFailed(f"the engine could not be compiled: {build_log.fault(log_lines)}; the log is {self.log}")
        return wheel

    def _need_disk(self) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < NEEDED_BYTES:
            raise DownloadFailed(
                f"compiling the engine needs {NEEDED_BYTES / 1e6:.0f} MB of disk in {self.folder}, and "
                f"{free / 1e6:.0f} MB are free"
            )


@dataclass
class _Progress:
    report: Callable[[PullProgress], None]
    _began: float = 0.0
    _first: int = 0
    """Files that a build before this one had compiled."""

    def read(self, line: str) -> None:
        match build_log.read(line):
            case build_log.Compiled(done, total):
                if not self._began:
                    self._began, self._first = time.monotonic(), done
                seconds = time.monotonic() - self._began
                left = build_log.remaining(seconds, done - self._first, total - self._first)
                message = f"compiling the engine: {done} of {total} files" + (f", {left}" if left else "")
                self.report(PullProgress(message, ProgressAmount(_PREPARED + (_COMPILED - _PREPARED) * done / total)))
            case build_log.Phase(message):
                self.report(
                    PullProgress(f"the engine: {message}", ProgressAmount(_COMPILED if self._began else _PREPARED))
                )
            case None:
                pass


def need_compiler() -> None:
    """Raises Skipped, with how to get one. (On Windows CMake finds one that isn't on the path.)"""
    if sys.platform == "win32" or os.environ.get("CXX") or children.find_program(*_COMPILERS):
        return
    how = "`xcode-select --install`" if sys.platform == "darwin" else "Debian, Ubuntu: `sudo apt-get install g++`"
    raise Skipped(
        f"there is no C++ compiler to build the engine with: get one ({how}), or name a folder with a wheel of it "
        "(`breadknife setup engine --wheels DIR`)"
    )


def work_folder(*, portable: bool = False) -> Path:
    return cache_dir() / "engine" / (local_version() + ("-portable" if portable else ""))


def _environment() -> dict[str, str]:
    """Return the environment. Without it Ninja starts two compilers more than there are cores, which may swap."""
    return {"CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count() or 2)} | children.environment()
