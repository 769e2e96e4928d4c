"""The two that are typed into, each in a real Neovim with nothing else: our client and server, llama.vim with its
server. Same GGUF, same number of threads, loaded and warm."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from breadknife.cancel import CancelToken
from breadknife.engine.api import GenerateRequest, Part
from breadknife.engine.client import DaemonEngine
from breadknife.engine.daemon.pool import from_store
from breadknife.paths import state_dir

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))

from peers import llama_server, own_home
from row import Row, quantile

__all__ = ["ROOT", "Row", "System", "breadknife", "cpu_seconds", "ending", "llama_vim", "quantile"]

ROOT = Path(__file__).parents[2]
LLAMA_VIM = "https://github.com/ggml-org/llama.vim"


@dataclass(frozen=True)
class System:
    name: str
    init: Path
    """For `nvim -u`."""
    namespace: str
    """Of its ghost text."""
    engine: psutil.Process
    folder: Path
    """Where ours leaves its receipts and its record of generations."""


@contextmanager
def breadknife(model: str, *, alone: bool = False) -> Generator[System, None, None]:
    """`alone`: without null checks and prose, which llama.vim doesn't have."""
    off = "[prose]\nenabled = false\n[nullcheck]\nenabled = false\n" if alone else ""
    calibration = state_dir() / "calibration.json"
    with own_home() as home, closing(DaemonEngine()) as engine:
        (home / "config").mkdir()
        if calibration.exists():  # else it is measured in a quiet moment, which is then none
            (home / "state").mkdir(exist_ok=True)
            shutil.copy(calibration, home / "state")
        (home / "config" / "config.toml").write_text(
            f'keep_receipts = true\n[models]\ncompletion = "{model}"\n{off}', "utf-8"
        )
        for _ in engine.generate(GenerateRequest(model, (Part("def add(a, b):"),), 16), CancelToken()):
            pass
        status = engine.status()
        assert status is not None
        process = psutil.Process(status.pid)
        command = [sys.executable, str(Path(__file__).with_name("tapped.py")), str(home / "generations.jsonl"), "serve"]
        quoted = ", ".join(f"[[{part}]]" for part in command)
        init = home / "init.lua"
        init.write_text(
            f"vim.opt.runtimepath:append([[{ROOT / 'clients' / 'neovim'}]])\n"
            f"require('breadknife').setup({{ cmd = {{ {quoted} }} }})\n",
            "utf-8",
        )
        try:
            yield System("breadknife", init, "breadknife.ghost", process, home)
        finally:
            process.terminate()
            psutil.wait_procs([process], timeout=10)


@contextmanager
def llama_vim(model: str, checkout: Path, folder: Path) -> Generator[System, None, None]:
    """`checkout`: llama.vim's source, a work tree or a git directory without one; cloned where there is nothing."""
    source = folder / "llama.vim"
    if not source.exists():
        subprocess.run(["git", "clone", "-q", str(checkout) if checkout.exists() else LLAMA_VIM, source], check=True)
    with llama_server(from_store(model)) as url:
        server = next(each for each in psutil.Process().children() if each.name().startswith("llama-server"))
        init = folder / "llama.lua"
        init.write_text(
            f"vim.g.llama_config = {{ endpoint_fim = '{url}/infill', show_info = 0 }}\n"
            f"vim.opt.runtimepath:append([[{source}]])\n",
            "utf-8",
        )
        yield System("llama.vim", init, "vt_fim", server, folder)


def cpu_seconds(*roots: psutil.Process) -> float:
    """What these and their children have used, those that have ended included."""
    total = 0.0
    for root in roots:
        for process in (root, *root.children(recursive=True)):
            total += sum(process.cpu_times()[:4])  # user, system, and both of its ended children
    return total


@contextmanager
def ending(editor: psutil.Process) -> Generator[None, None, None]:
    """Inside, the editor is told to quit; its server has ended too when this is left."""
    processes = [editor, *editor.children(recursive=True)]
    yield
    for process in psutil.wait_procs(processes, timeout=10)[1]:
        process.kill()
