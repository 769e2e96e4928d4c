"""The engine as a part: a wheel that somebody built, or one that is compiled here, in the environment of breadknife."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.engine import installed
from breadknife.engine.machine import processor
from breadknife.engine.models.index import download
from breadknife.engine.models.progress import ProgressAmount, PullProgress
from breadknife.errors import DownloadFailed, EngineUnavailable
from breadknife.paths import cache_dir
from breadknife.setup.engine_build import Build, work_folder
from breadknife.setup.engine_source import RELEASE, SIZE, local_version, sdist_in
from breadknife.setup.environment import installer, requirement
from breadknife.setup.processes import run_program
from breadknife.setup.values import PartStatus


@dataclass(frozen=True)
class EnginePart:
    wheels: str = ""
    """Where to look for wheels first: a folder, or the URL of a page with links to them; empty for nowhere."""
    offline: bool = False
    cuda: bool = False
    """Compile it for NVIDIA's GPUs, too: no wheel that somebody else built is."""

    name = "engine"
    title = "Engine"
    purpose = (
        "runs the models, for completion and what no rule knows; where there is no wheel (9 MB) for this machine, "
        "it is compiled: 2 to 5 minutes"
    )
    lane = "engine"

    def status(self) -> PartStatus:
        version = installed.version()
        if version == local_version() and self.cuda and not installed.has_cuda():
            return PartStatus(False, f"llama-cpp-python {version}, without CUDA", 0 if self._is_fetched() else SIZE)
        if version == local_version():
            return PartStatus(True, f"llama-cpp-python {version}", SIZE)
        state = f"another build: {version}" if version else "not installed"
        return PartStatus(False, state, 0 if self._is_fetched() else SIZE)

    def set_up(self, report: Callable[[PullProgress], None], cancel: CancelToken) -> str:
        ready = self.status().ready
        if ready and not _fault(cancel):
            return f"the engine is installed: llama-cpp-python {installed.version()}"
        install, is_there = installer(), installed.version() == local_version()
        report(PullProgress("looking for a wheel of the engine", ProgressAmount(0.0)))
        wheel, origin = self._fetch_wheel(cancel), "from a wheel"
        if wheel is None:
            if self.offline:
                raise DownloadFailed(
                    "there is no wheel of the engine here, and offline nothing is fetched: "
                    "leave out `--offline`, or name a folder with one (`--wheels DIR`)"
                )
            build = Build(work_folder(cuda=self.cuda), cuda=self.cuda)
            wheel, origin = build.wheel(self._made_folder, report, cancel), "compiled here"
        report(PullProgress("installing the engine", ProgressAmount(0.98)))
        offline = ["--no-index"] if self.offline else []
        links = ["--find-links", self.wheels] if self.wheels else []
        install.install(*offline, *links, requirement("engine", "numpy"), str(wheel), cancel=cancel)
        if is_there:  # it can't be loaded, or has no CUDA; pip alone would leave it as it is
            install.install("--force-reinstall", "--no-deps", str(wheel), cancel=cancel)
        if fault := _fault(cancel):
            raise EngineUnavailable(
                f"the engine was installed but can't be loaded ({fault}); have it compiled for this machine: "
                f"remove {self._made_folder}, and run `breadknife setup engine` without `--wheels`"
            )
        return f"the engine is installed, {origin}: llama-cpp-python {installed.version()}"

    def _is_fetched(self) -> bool:
        """Tell whether a wheel or the sources are on this machine."""
        named_folder = [Path(self.wheels)] if self.wheels and "://" not in self.wheels else []
        folders = [self._made_folder] if self.cuda else [*named_folder, self._made_folder]
        has_wheel = any(any(folder.glob(f"llama_cpp_python-{RELEASE}*.whl")) for folder in folders)
        return has_wheel or sdist_in(work_folder(cuda=self.cuda)).exists()

    @property
    def _made_folder(self) -> Path:
        return made_folder(cuda=self.cuda)

    def _fetch_wheel(self, cancel: CancelToken) -> Path | None:
        """Return a wheel that fits this machine: from `wheels`, from what was compiled here, or else from the index
        unless offline; with `cuda` only what was compiled here. None where there is none. Raises Cancelled."""
        made = self._made_folder
        has_own = any(made.glob(f"llama_cpp_python-{local_version()}-*.whl"))
        sources = [source for source in ("" if self.cuda else self.wheels, str(made) if has_own else "") if source]
        links = [option for source in sources for option in ("--find-links", source)]
        attempts = [["--no-index", *links]] if links else []
        if not self.offline and not self.cuda:
            attempts.append([])
        fetching = cache_dir() / "engine" / "wheel"
        for options in attempts:
            arguments = [*options, "--only-binary=:all:", f"{installed.DISTRIBUTION}=={RELEASE}"]
            try:
                return download(arguments, fetching, lambda _: cancel.raise_if_cancelled())
            except DownloadFailed:
                continue
        shutil.rmtree(fetching, ignore_errors=True)
        return None


def made_folder(*, cuda: bool = False) -> Path:
    """Return the folder of the wheels that were compiled for this processor, with CUDA or without.

    Machines with other processors may share the cache. What is compiled for one ends on another at the first
    instruction that the other lacks.
    """
    processor_digest = hashlib.sha256(processor().encode()).hexdigest()[:12]
    return cache_dir() / "wheels" / (processor_digest + ("-cuda" if cuda else ""))


def _fault(cancel: CancelToken) -> str:
    """Return why the installed engine can't be loaded, for instance because it was built for another machine; empty if
    it can. Raises Cancelled."""
    result = run_program(children.python_module("breadknife.engine.llama.model"), cancel)
    if not result.code:
        return ""
    return result.lines[-1] if result.lines else f"exit status {result.code}"
