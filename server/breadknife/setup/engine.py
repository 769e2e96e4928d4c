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
from breadknife.engine.models.progress import ProgressAmount
from breadknife.engine.models.pull import PullProgress
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
    """A folder of wheels, or a page with links to them."""
    offline: bool = False

    name = "engine"
    title = "Engine"
    purpose = (
        "runs the models, for completion and what no rule knows; where there is no wheel (9 MB) for this machine, "
        "it is compiled: 2 to 5 minutes"
    )
    lane = "engine"

    def status(self) -> PartStatus:
        version = installed.version()
        if version == local_version():
            return PartStatus(True, f"llama-cpp-python {version}", SIZE)
        return PartStatus(
            False, f"another build: {version}" if version else "not installed", 0 if self._is_fetched() else SIZE
        )

    def set_up(self, report: Callable[[PullProgress], None], cancel: CancelToken) -> str:
        ready = self.status().ready
        if ready and not _fault(cancel):
            return f"the engine is installed: llama-cpp-python {installed.version()}"
        install = installer()
        report(PullProgress("looking for a wheel of the engine", ProgressAmount(0.0)))
        wheel = self._found(cancel)
        how = "from a wheel"
        if wheel is None:
            if self.offline:
                raise DownloadFailed(
                    "there is no wheel of the engine here, and offline nothing is fetched: "
                    "leave out `--offline`, or name a folder with one (`--wheels DIR`)"
                )
            wheel, how = Build(work_folder()).wheel(made_folder(), report, cancel), "compiled here"
        report(PullProgress("installing the engine", ProgressAmount(0.98)))
        offline = ["--no-index"] if self.offline else []
        links = ["--find-links", self.wheels] if self.wheels else []
        install.install(*offline, *links, requirement("engine", "numpy"), str(wheel), cancel=cancel)
        if ready:  # the same version as before, which pip would leave as it is
            install.install("--force-reinstall", "--no-deps", str(wheel), cancel=cancel)
        if fault := _fault(cancel):
            raise EngineUnavailable(
                f"the engine was installed but can't be loaded ({fault}); have it compiled for this machine: "
                f"remove {made_folder()}, and run `breadknife setup engine` without `--wheels`"
            )
        return f"the engine is installed, {how}: llama-cpp-python {installed.version()}"

    def _is_fetched(self) -> bool:
        """Tell whether a wheel or the sources are on this machine."""
        places = [Path(self.wheels)] if self.wheels and "://" not in self.wheels else []
        wheels = any(any(place.glob(f"llama_cpp_python-{RELEASE}*.whl")) for place in (*places, made_folder()))
        return wheels or sdist_in(work_folder()).exists()

    def _found(self, cancel: CancelToken) -> Path | None:
        """Find a wheel that fits this machine: from the folders of wheels, or else from the index."""
        places = [place for place in (self.wheels, str(_made_here() or "")) if place]
        links = [option for place in places for option in ("--find-links", place)]
        attempts = [["--no-index", *links]] if links else []
        if not self.offline:
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


def made_folder() -> Path:
    """Return where wheels that were compiled on this machine are kept. A folder of settings may be shared by machines
    with other processors, which would fail at the first instruction that they lack."""
    kind = hashlib.sha256(processor().encode()).hexdigest()[:12]
    return cache_dir() / "wheels" / kind


def _made_here() -> Path | None:
    folder = made_folder()
    return folder if any(folder.glob(f"llama_cpp_python-{local_version()}-*.whl")) else None


def _fault(cancel: CancelToken) -> str:
    """Return why what is installed can't be loaded, as when it was built for another machine; empty where it can."""
    result = run_program(children.python_module("breadknife.engine.llama.model"), cancel)
    if not result.code:
        return ""
    return result.lines[-1] if result.lines else f"exit status {result.code}"
