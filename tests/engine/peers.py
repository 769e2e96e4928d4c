"""Starts other runtimes on loopback, with the real completion model in them. `setup_peers.sh` built them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import pytest

from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.engine.remote.runtime import Api

READY_SECONDS = 120.0
CONTEXT = 2048


@dataclass(frozen=True)
class Peer:
    """A running server. `api` is what it should be recognised as."""

    name: str
    api: Api
    url: str
    model: str
    process: subprocess.Popen[bytes]

    def family(self) -> list[psutil.Process]:
        process = psutil.Process(self.process.pid)
        return [process, *process.children(recursive=True)]

    def idle(self) -> bool:
        """Whether it computes nothing just now."""
        before = _cpu_seconds(self.family())
        time.sleep(0.25)
        return _cpu_seconds(self.family()) - before < 0.05

    def kill(self) -> None:
        family = self.family()
        for process in family:
            process.kill()
        psutil.wait_procs(family)


def folder() -> Path:
    """Where `setup_peers.sh` puts what it builds."""
    return Path(os.environ.get("BREADKNIFE_PEERS", "~/.cache/breadknife-dev/peers")).expanduser()


@contextmanager
def started(name: str, home: Path) -> Iterator[Peer]:
    """Skips the test where the peer isn't built, but for CI, where it must be."""
    info = builtin_catalog().for_role("completion")
    gguf = ModelStore().verified(info)
    port = _free_port()
    listen, model = ["--host", "127.0.0.1", "--port", str(port)], "qwen"
    environment = {**os.environ}
    if name == "llama-server":
        command = [folder() / name, "-m", gguf, "-c", str(CONTEXT), "-np", "1", "-t", "2", "-a", model, *listen]
        command += ["--embeddings", "--pooling", "mean"]
    elif name == "ollama":
        command = [folder() / name, "serve"]
        model = "qwen:latest"
        blobs = home / "blobs"
        blobs.mkdir(parents=True)
        (blobs / f"sha256-{info.sha256}").symlink_to(gguf)
        environment |= {
            "OLLAMA_HOST": f"127.0.0.1:{port}",
            "OLLAMA_MODELS": os.fspath(home),
            "OLLAMA_NOPRUNE": "1",
            "HOME": os.fspath(home),
        }
    else:
        command = [sys.executable, "-m", "llama_cpp.server", "--model", gguf, "--model_alias", model, *listen]
        command += ["--n_ctx", str(CONTEXT), "--n_threads", "2"]
    if not Path(command[0]).exists():
        assert not os.environ.get("CI"), f"{command[0]} is missing: make peers"
        pytest.skip(f"{name} isn't built: make peers")
    url = f"http://127.0.0.1:{port}"
    with (home.parent / f"{home.name}.log").open("wb") as log:
        process = subprocess.Popen([os.fspath(part) for part in command], stdout=log, stderr=log, env=environment)
    peer = Peer(name, Api(name) if name in list(Api) else Api.OPENAI, url, model, process)
    try:
        _wait_until_ready(peer)
        if name == "ollama":
            files = {gguf.name: f"sha256:{info.sha256}"}
            httpx2.post(f"{url}/api/create", json={"model": "qwen", "files": files}, timeout=READY_SECONDS)
        yield peer
    finally:
        if process.poll() is None:
            peer.kill()
        process.wait()


def _wait_until_ready(peer: Peer) -> None:
    end = time.monotonic() + READY_SECONDS
    while True:
        assert peer.process.poll() is None, f"{peer.name} ended with {peer.process.returncode}"
        assert time.monotonic() < end, f"{peer.name} doesn't answer"
        try:
            if httpx2.get(f"{peer.url}/v1/models", timeout=2).is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return sum(each.user + each.system for each in times)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
