"""Real daemon processes, and clients that come, go and break."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from breadknife.cancel import CancelToken
from breadknife.engine import transport
from breadknife.engine.api import GenerateRequest, Part
from breadknife.engine.client import DaemonEngine
from breadknife.errors import Cancelled, EngineDied, EngineUnavailable

SERVE = Path(__file__).with_name("serve_fake.py")


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "run"
    for process in psutil.process_iter(["cmdline"]):
        if str(tmp_path / "run") in (process.info["cmdline"] or []):
            process.kill()


def start(folder: Path, idle: float = 60) -> None:
    subprocess.Popen([sys.executable, SERVE, folder, str(idle)], stdin=subprocess.DEVNULL)

    def listens() -> bool:
        try:
            transport.connect(folder)[0].close()
        except OSError:
            return False
        return True

    until(listens)


@pytest.fixture
def engine(folder: Path) -> Iterator[DaemonEngine]:
    engine = DaemonEngine(folder, start)
    yield engine
    engine.close()


def say(engine: DaemonEngine, text: str, cancel: CancelToken | None = None) -> str:
    request = GenerateRequest("fake", (Part(text),), 100)
    return "".join(chunk.text for chunk in engine.generate(request, cancel or CancelToken()))


def test_whoever_comes_first_starts_it(engine: DaemonEngine) -> None:
    assert engine.status() is None
    assert say(engine, "w") == "xyz"
    status = engine.status()
    assert status is not None
    assert (status.clients, [model.name for model in status.models]) == (1, ["fake"])


def test_many_clients_share_one_process(folder: Path) -> None:
    engines = [DaemonEngine(folder, start) for _ in range(8)]
    said: list[str] = []
    threads = [threading.Thread(target=lambda e=e: said.append(say(e, "t"))) for e in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["uvwxyz"] * 8
    assert len({status.pid for engine in engines if (status := engine.status())}) == 1
    for each in engines:
        each.close()


def test_two_daemons_that_race_are_one(folder: Path) -> None:
    processes = [subprocess.Popen([sys.executable, SERVE, folder, "60"]) for _ in range(3)]
    until(lambda: sum(process.poll() is not None for process in processes) == 2)
    engine = DaemonEngine(folder, start)
    assert say(engine, "w") == "xyz"
    engine.close()


def test_a_crash_is_one_failure_and_then_a_new_engine(engine: DaemonEngine) -> None:
    assert say(engine, "w") == "xyz"
    before = engine.status()
    with pytest.raises(EngineDied, match="next request starts a new one"):
        say(engine, "boom!")
    assert say(engine, "w") == "xyz"
    after = engine.status()
    assert before is not None
    assert after is not None
    assert before.pid != after.pid


def test_cancel_and_deadline_end_a_request(engine: DaemonEngine) -> None:
    cancel = CancelToken()
    request = GenerateRequest("fake", (Part("a" * 2000),), 100)
    stream = engine.generate(request, cancel)
    threading.Timer(0.1, cancel.cancel).start()
    with pytest.raises(Cancelled):
        list(stream)
    with pytest.raises(Cancelled):
        say(engine, "a" * 2000, CancelToken.after(0.1))
    assert say(engine, "w") == "xyz"


def test_it_goes_when_nobody_needs_it(folder: Path) -> None:
    engine = DaemonEngine(folder, lambda folder: start(folder, idle=0.4))
    assert say(engine, "w") == "xyz"
    status = engine.status()
    assert status is not None
    until(lambda: not psutil.pid_exists(status.pid) or psutil.Process(status.pid).status() == psutil.STATUS_ZOMBIE)
    assert not (folder / "engine.sock").exists()
    assert engine.status() is None
    assert say(engine, "w") == "xyz"  # whoever was still connected finds a new one
    engine.close()


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\xff\xfe\n", b'{"type":"hello"}\n', b"", b"[" * 4096])
def test_garbage_harms_only_the_one_who_sends_it(engine: DaemonEngine, folder: Path, garbage: bytes) -> None:
    assert say(engine, "w") == "xyz"
    peer, _ = transport.connect(folder)
    peer.sendall(garbage)
    peer.shutdown(socket.SHUT_WR)
    peer.settimeout(10)
    assert peer.recv(1000) == b""
    assert say(engine, "w") == "xyz"
    peer.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes there; the folder is below the user's profile")
def test_the_folder_is_the_users_alone(engine: DaemonEngine, folder: Path) -> None:
    say(engine, "w")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "engine.sock").stat().st_mode & 0o777 == 0o600


def test_somebody_elses_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(EngineUnavailable, match="belongs to somebody else"):
        transport.private_folder(tmp_path / "run")


def test_over_tcp_the_token_is_asked_for(tmp_path: Path) -> None:
    folder = transport.private_folder(tmp_path / "run")
    server, token = transport.listen(folder, unix=False)
    peer, shown = transport.connect(folder, unix=False)
    assert len(token) > 30
    assert shown == token
    assert (folder / "engine.json").stat().st_mode & 0o777 == 0o600 or sys.platform == "win32"
    peer.close()
    server.close()


def test_a_daemon_that_can_not_start_is_told(folder: Path) -> None:
    engine = DaemonEngine(folder, lambda folder: None)
    with pytest.raises(EngineUnavailable, match="did not start"):
        say(engine, "w")


@pytest.mark.model
def test_the_real_engine(real_engine: DaemonEngine) -> None:
    prompt = (
        Part("<|fim_prefix|><|fim_suffix|>", control=True),
        Part("\n"),
        Part("<|fim_middle|>", control=True),
        Part("def add(a, b):\n    return"),
    )
    request = GenerateRequest("qwen2.5-coder-0.5b", prompt, 16, stop=("\n",))
    first = list(real_engine.generate(request, CancelToken()))
    again = list(real_engine.generate(request, CancelToken()))
    assert "".join(chunk.text for chunk in first) == " a + b"
    assert [chunk.text for chunk in again] == [chunk.text for chunk in first]
    assert again[-1].cached_tokens == again[-1].prompt_tokens - 1
