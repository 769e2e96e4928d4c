"""Fixtures of the tests of prose."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import trustme

from breadknife.disk_cache import DiskCache
from breadknife.plugins.prose import engine_set
from breadknife.plugins.prose.engines.jvm import guard, server
from breadknife.plugins.prose.plugin import ProsePlugin
from prose import squatter


@pytest.fixture(autouse=True)
def nothing_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test's own answers alone: what one scripted engine says is nothing to another."""

    def fresh(_path: Path) -> DiskCache:
        return DiskCache(tmp_path / "prose.sqlite")

    monkeypatch.setattr(engine_set, "DiskCache", fresh)


@pytest.fixture
def plugin() -> Iterator[ProsePlugin]:
    plugin = ProsePlugin()
    yield plugin
    plugin.close()


def command_of(process: psutil.Process) -> list[str]:
    """Empty for one that has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def kill_server() -> None:
    """Kill the newest LanguageTool: first its guard, which would delete what the server is known by."""
    guards = [each for each in psutil.Process().children() if guard.__file__ in command_of(each)]
    watching = max(guards, key=psutil.Process.create_time)
    for each in (watching, *watching.children()):
        each.kill()
        each.wait(30)


@dataclass(frozen=True)
class Squatter:
    """Another user, at a port where LanguageTool is expected."""

    process: subprocess.Popen[str]
    notes: Path

    @property
    def listens(self) -> bool:
        assert self.process.stdout is not None
        return self.process.stdout.readline() == "listens\n"

    @property
    def heard(self) -> bytes:
        """Once there is something, where they listen: their process may still be about to note it."""
        deadline = time.monotonic() + 60
        while self.process.poll() is None and not self.notes.stat().st_size and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.notes.read_bytes()


@pytest.fixture
def squat(tmp_path: Path) -> Iterator[Callable[[int, str], Squatter]]:
    """Makes squatters of a port, each with a way of answering; see `squatter.py`."""
    certificate = tmp_path / "squatter.pem"
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)

    with contextlib.ExitStack() as running:

        def sit(port: int, how: str) -> Squatter:
            notes = tmp_path / f"heard-{port}-{how}"
            notes.touch()
            command = [sys.executable, squatter.__file__, str(port), how, str(notes), str(certificate)]
            process = running.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            running.callback(process.kill)
            return Squatter(process, notes)

        yield sit


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ports that the next servers are given, the last one first; then free ones."""
    next_ones, free_port = list[int](), server.free_port
    monkeypatch.setattr(server, "free_port", lambda: next_ones.pop() if next_ones else free_port())
    return next_ones
