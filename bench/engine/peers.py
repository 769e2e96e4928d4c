"""The peers that the engine is measured against, and a daemon of our own beside them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

THREADS = 2


def programs() -> Path:
    """Where `make peers` puts llama-server and llama-bench."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("BREADKNIFE_PEERS") or cache / "breadknife-dev" / "peers")


@contextmanager
def llama_server(gguf: Path, *options: str) -> Generator[str, None, None]:
    """llama-server with llama.vim's options; its base URL once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [programs() / "llama-server", "-m", gguf, "--port", str(port), "-t", str(THREADS)]
    command += options or ("-ub", "1024", "-b", "1024", "-c", "8192", "--cache-reuse", "256")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(url + "/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


def stream(url: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of a streamed answer."""
    request = urllib.request.Request(
        url, json.dumps({**body, "stream": True}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        for line in answer:
            if line.startswith(b"data: {"):
                yield json.loads(line[6:])


def first_event_seconds(url: str, body: dict[str, Any]) -> float:
    began = time.perf_counter()
    events = stream(url, body)
    next(events)
    taken = time.perf_counter() - began
    for _ in events:
        pass
    return taken


@contextmanager
def own_home() -> Generator[Path, None, None]:
    """A BREADKNIFE_HOME of the bench's own with the user's models, so that no editor's daemon is disturbed."""
    from breadknife.paths import data_dir

    before = os.environ.get("BREADKNIFE_HOME")
    with tempfile.TemporaryDirectory(prefix="bk") as folder:
        home = Path(folder)
        (home / "data").symlink_to(data_dir(), target_is_directory=True)
        os.environ["BREADKNIFE_HOME"] = folder
        try:
            yield home
        finally:
            os.environ.pop("BREADKNIFE_HOME")
            if before:
                os.environ["BREADKNIFE_HOME"] = before
