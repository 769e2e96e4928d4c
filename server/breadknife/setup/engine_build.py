"""Compiling the engine: a wheel of llama-cpp-python with breadknife's fixes.

What is fetched and compiled is kept until the wheel is made, so that an interrupted build goes on from there.
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
from breadknife.engine.models.progress import ProgressAmount, PullProgress
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
"""The share of the whole work that is done after each of these stages, for the progress bar."""


class BuildFailed(BreadknifeError):
    """The compiler, CMake or pip gave up; the message has the first error and where the log is."""


@dataclass(frozen=True)
class Build:
    """Compiles one wheel, in a folder where an interrupted build goes on."""

    folder: Path
    """Holds what is unfinished, and goes when the wheel is made."""
    portable: bool = False
    """Compile for every processor of this architecture, as a release needs it, instead of for this machine's."""
    cuda: bool = False
    """Compile for NVIDIA's GPUs, too. What runs it needs a driver for the same CUDA."""
    log: Path = field(default_factory=lambda: state_dir() / "engine-build.log")

    def wheel(self, target: Path, report: Callable[[PullProgress], None], cancel: CancelToken) -> Path:
        """Compile the wheel, put it into the folder `target`, and return it there.

        Raises Skipped (without the compilers), BuildFailed, DownloadFailed, Cancelled.
        """
        need_compiler()
        if self.cuda:
            need_cuda()
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
        """Fetch and change the sources unless they are there; return their folder. Raises DownloadFailed, Cancelled."""

        def on_bytes(count: int) -> None:
            cancel.raise_if_cancelled()
            done = min(count, SIZE)
            report(PullProgress("fetching the engine's sources", ProgressAmount(_FETCHED * done / SIZE, done, SIZE)))

        on_bytes(0)
        sdist = fetch(self.folder, on_bytes)
        report(PullProgress("unpacking the engine's sources", ProgressAmount(_FETCHED)))
        return prepare(sdist, self.folder / "source")

    def _compile(self, source: Path, report: Callable[[PullProgress], None], cancel: CancelToken) -> Path:
        """Have pip build a wheel of the folder `source`, with all output in the log. Return the wheel."""
        wheels = self.folder / "wheel"
        shutil.rmtree(wheels, ignore_errors=True)
        options = {
            "build-dir": str(self.folder / "build"),
            "cmake.define.BREADKNIFE_PORTABLE": str(self.portable),
            "cmake.define.BREADKNIFE_CUDA": str(self.cuda),
        }
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
    """Reports how far the compilation is, from the lines that it prints."""

    report: Callable[[PullProgress], None]
    _began: float = 0.0
    """When the first file was counted, as `time.monotonic` has it; 0 before."""
    _done_before: int = 0
    """Files that an interrupted build had compiled before: they say nothing of how long a file takes."""

    def read(self, line: str) -> None:
        match build_log.read(line):
            case build_log.Compiled(done, total):
                if not self._began:
                    self._began, self._done_before = time.monotonic(), done
                seconds = time.monotonic() - self._began
                left = build_log.remaining(seconds, done - self._done_before, total - self._done_before)
                message = f"compiling the engine: {done} of {total} files" + (f", {left}" if left else "")
                self.report(PullProgress(message, ProgressAmount(_PREPARED + (_COMPILED - _PREPARED) * done / total)))
            case build_log.Phase(message):  # either before the first file, or after the last
                amount = ProgressAmount(_COMPILED if self._began else _PREPARED)
                self.report(PullProgress(f"the engine: {message}", amount))
            case None:
                pass


def need_compiler() -> None:
    """Raise Skipped if there is no C++ compiler, with how to get one. On Windows this is left to CMake, which finds
    compilers that aren't on the path."""
    if sys.platform == "win32" or os.environ.get("CXX") or children.find_program(*_COMPILERS):
        return
    how = "`xcode-select --install`" if sys.platform == "darwin" else "Debian, Ubuntu: `sudo apt-get install g++`"
    raise Skipped(
        f"there is no C++ compiler to build the engine with: get one ({how}), or name a folder with a wheel of it "
        "(`breadknife setup engine --wheels DIR`)"
    )


def need_cuda() -> None:
    """Raise Skipped if there is no compiler for NVIDIA's GPUs, with how to get one."""
    if sys.platform == "darwin":
        raise Skipped("`--cuda` is for NVIDIA's GPUs, which no Mac has; leave it out: the engine uses Metal")
    if not (os.environ.get("CUDACXX") or children.find_program("nvcc")):
        raise Skipped(
            "there is no CUDA compiler, `nvcc`, on the path: get NVIDIA's CUDA toolkit (Debian, Ubuntu: `sudo apt-get "
            "install nvidia-cuda-toolkit`), name its `nvcc` in the environment variable CUDACXX, or leave out `--cuda`"
        )


def work_folder(*, portable: bool = False, cuda: bool = False) -> Path:
    """Return the folder in which this version of the engine is built."""
    return cache_dir() / "engine" / (local_version() + ("-portable" if portable else "") + ("-cuda" if cuda else ""))


def _environment() -> dict[str, str]:
    """Return the environment of the build, with one compiler for each core. By default Ninja starts two more, for which
    there may be too little memory. The user's own limit counts before ours."""
    return {"CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count() or 2)} | children.environment()
