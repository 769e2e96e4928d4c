"""What tests of the daemon share: processes, clients, bare connections."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from breadknife import __version__
from breadknife.cancel import CancelToken
from breadknife.engine import transport, wire
from breadknife.engine.api import EngineStatus, GenerateRequest, Part
from breadknife.engine.client import DaemonEngine

SERVE = Path(__file__).with_name("serve_fake.py")


@dataclass
class Daemons:
    folder: Path
    idle: float = 60.0
    version: str = __version__
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    clients: list[DaemonEngine] = field(default_factory=list)

    def spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, SERVE, self.folder, str(self.idle), self.version]
        self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))
        return self.processes[-1]

    def start(self, folder: Path | None = None) -> None:
        """For `DaemonEngine(start=…)`: returns when it listens, or has ended."""
        process = self.spawn()
        until(lambda: self.listens() or process.poll() is not None)

    def listens(self) -> bool:
        try:
            transport.connect(self.folder)[0].close()
        except OSError:
            return False
        return True

    def client(self, name: str = "") -> DaemonEngine:
        self.clients.append(DaemonEngine(self.folder, self.start, name))
        return self.clients[-1]

    def peer(self, *messages: wire.FromClient) -> socket.socket:
        """A bare connection that has introduced itself and said `messages`."""
        peer, endpoint = transport.connect(self.folder, 10)
        for message in (wire.Hello(wire.PROTOCOL, endpoint.token, __version__), *messages):
            peer.sendall(wire.encode(message))
        return peer

    def close(self) -> None:
        for client in self.clients:
            client.close()
        for process in self.processes:
            process.kill()
            process.wait()


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def asked(text: str, place: str = "") -> GenerateRequest:
    return GenerateRequest("fake", (Part(text),), 100, place=place)


def say(engine: DaemonEngine, text: str, cancel: CancelToken | None = None, place: str = "") -> str:
    return "".join(chunk.text for chunk in engine.generate(asked(text, place), cancel or CancelToken()))


def status_of(engine: DaemonEngine) -> EngineStatus:
    status = engine.status()
    assert status is not None
    return status


def handles() -> int:
    """Open files and sockets of this process (Linux only; elsewhere always 0)."""
    return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
