"""LanguageTool's server as a process of ours.

It listens at a port of this machine, where anybody may try to be first or to take its place. So it speaks TLS, with a
key that was made for this one start and never leaves a folder of ours: nobody else can answer in its name, and no text
is sent before it has proved to be ours.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from breadknife import children
from breadknife.errors import EngineDied
from breadknife.paths import write_atomically
from breadknife.plugins.prose.engines.jvm import guard, heap
from breadknife.plugins.prose.engines.jvm.key import make_key

_JAVA_OPTIONS = (
    "-XX:TieredStopAtLevel=1", "-Dsun.net.httpserver.nodelay=true", "-Dsun.net.httpserver.idleInterval=1000000",
)  # fmt: skip
"""It keeps our connection open (in seconds): by default it closes it after 30 s, perhaps while a request is under way.
"""
_SERVER_OPTIONS = {"pipelineCaching": "true", "maxPipelinePoolSize": "40", "cacheSize": "5000"}
"""Forty: no language is thrown out of it, since `heap` says how many there may be."""
_HOST = "127.0.0.1"


def free_port() -> int:
    """Return a port of this machine that nobody listens at, just now."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Server:
    url: str
    certificate: Path
    """The certificate of the only one who may answer there."""
    heap_mb: int
    process: subprocess.Popen[bytes]
    """The guard, whose child is Java."""
    folder: Path

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self) -> None:
        """Stop it. May be called again, and from any thread."""
        _stop(self.process, self.folder)


def launch(java: str, jar: Path) -> Server:
    """Start a server, which will answer some seconds later. Raises EngineDied."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="breadknife-"))  # has mode 0700
    except OSError as error:
        raise EngineDied(f"there is no folder for temporary files ({error.strerror or error})") from error
    process: subprocess.Popen[bytes] | None = None
    try:
        key = make_key(java, folder)
        limit = heap.limit_mb()
        process, url = _run(java, jar, folder, limit, key.options())
        return Server(url, key.certificate(), limit, process, folder)  # takes 0.4 s, in which the server starts
    except BaseException as error:
        _stop(process, folder)
        if isinstance(error, OSError):  # such as of a folder that the guard of a server which ended has deleted
            raise EngineDied(f"it ended at once ({error.strerror or error})") from error
        raise


def _run(java: str, jar: Path, folder: Path, limit: int, key: dict[str, str]) -> tuple[subprocess.Popen[bytes], str]:
    """Return the process, and the address that it will listen at. Raises OSError."""
    options = {**_SERVER_OPTIONS, **key}
    lines = "".join(f"{name}={value}\n" for name, value in options.items())
    write_atomically(folder / "server.properties", lines.encode("ascii"), durable=False)
    port = free_port()
    command = [
        java, *heap.options(limit), *_JAVA_OPTIONS, "-cp", str(jar), "org.languagetool.server.HTTPSServer",
        "--port", str(port), "--config", "server.properties",
    ]  # fmt: skip
    guarded = children.python_file(guard.__file__, str(folder), *command)
    process = children.start(guarded, stdin=children.PIPE)
    return process, f"https://{_HOST}:{port}/"


def _stop(process: subprocess.Popen[bytes] | None, folder: Path) -> None:
    if process is not None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)  # the guard does it too, but not if it was killed
