"""What nobody should send or do, and what no disk should be: it harms nobody else, and every request has one reply."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from breadknife import paths
from breadknife.cancel import CancelToken
from breadknife.engine import connection, wire
from breadknife.engine.api import CONTEXT_SIZE, GenerateRequest, Part, StatusRequest
from breadknife.engine.client import DaemonEngine
from breadknife.errors import BreadknifeError, Cancelled, EngineDied, EngineUnavailable, PromptTooLong
from engine.daemons import Daemons, asked, handles, say, status_of, until


def idle(engine: DaemonEngine) -> bool:
    return not any(lane.running + lane.waiting for lane in status_of(engine).lanes)


def is_cut_off(peer: socket.socket) -> bool:
    """Read until the other side hangs up (or `settimeout` says that it doesn't)."""
    try:
        while peer.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


# Garbage

HELLO = wire.encode(wire.Hello(wire.PROTOCOL))


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xfe\n",
        b'{"type":"hello"}\n',
        b"[" * 4096 + b"\n",
        b"x" * (wire.MAX_LINE + 4096),
        wire.encode(wire.call(1, StatusRequest())),
        HELLO + b"\n",
        HELLO + b'{"type":"call","id":1}\n',
        HELLO + b'{"type":"call","id":1,"method":"chat","params":{}}\n',
        HELLO + b'{"type":"call","id":1,"method":"generate","params":{}}\n',
        HELLO
        + b'{"type":"call","id":1,"method":"generate","params":'
        + b'{"model":"fake","prompt":[{"text":3}],"max_tokens":1}}\n',
        HELLO + 2 * wire.encode(wire.call(1, asked("a"))),
        wire.encode(wire.Hello(wire.PROTOCOL + 1)) + wire.encode(wire.call(1, StatusRequest())),
    ],
    ids=lambda garbage: repr(garbage[:24]),
)
def test_garbage_harms_only_the_one_who_sends_it(engine: DaemonEngine, daemons: Daemons, garbage: bytes) -> None:
    daemons.start()
    with connection.connect(daemons.folder)[0] as peer:
        peer.settimeout(10)
        try:
            peer.sendall(garbage)
            if not garbage:
                peer.shutdown(socket.SHUT_WR)
        except ConnectionError:  # it was cut off before it had said it all
            pass
        assert is_cut_off(peer)
    assert say(engine, "w") == "xyz"
    assert idle(engine)


def test_who_does_not_introduce_itself_is_cut_off(engine: DaemonEngine, daemons: Daemons) -> None:
    daemons.start()
    with connection.connect(daemons.folder)[0] as peer:
        for byte in HELLO[:6]:
            time.sleep(0.2)
            try:
                peer.sendall(bytes([byte]))
            except ConnectionError:
                break
        peer.settimeout(5)
        assert is_cut_off(peer)
    assert say(engine, "w") == "xyz"


# Clients that go or stop in the middle


@pytest.mark.parametrize("gone", [lambda peer: peer.shutdown(socket.SHUT_WR), lambda peer: peer.close()])
def test_a_pipe_closed_in_the_middle_of_a_stream_ends_the_work(
    engine: DaemonEngine, daemons: Daemons, gone: Callable[[socket.socket], None]
) -> None:
    assert say(engine, "w") == "xyz"
    with daemons.peer(wire.call(1, asked("a" * 3000)), wire.call(2, asked("a"))) as peer:
        until(lambda: not idle(engine))
        gone(peer)
        until(lambda: idle(engine), seconds=1)
    until(lambda: len(status_of(engine).clients) == 1)


def test_a_client_that_never_reads_is_cut_off(engine: DaemonEngine, daemons: Daemons) -> None:
    assert say(engine, "w") == "xyz"
    with daemons.peer() as peer:
        peer.settimeout(120)  # however busy the machine is
        with pytest.raises(ConnectionError):
            peer.sendall(wire.encode(wire.call(1, StatusRequest())) * 100_000)
    assert len(status_of(engine).clients) == 1
    assert status_of(engine).resident_bytes < 300e6
    assert say(engine, "w") == "xyz"


def test_200_clients_at_once(daemons: Daemons) -> None:
    daemons.start()
    engines = [daemons.client() for _ in range(200)]
    said: list[str] = []
    threads = [threading.Thread(target=lambda e=e: said.append(say(e, "t"))) for e in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["uvwxyz"] * 200
    assert len(daemons.processes) == 1
    assert len(status_of(engines[0]).clients) == 200


def test_cancels_kills_and_reconnects_at_random_give_each_request_one_end(daemons: Daemons) -> None:
    ends: list[str] = []
    before = handles()

    def ask(seed: int) -> None:
        chance, engine = random.Random(seed), daemons.client()
        for _ in range(20):
            cancel = CancelToken.after(chance.choice([0.01, 0.1, 5]))
            if chance.random() < 0.3:
                threading.Timer(chance.random() / 10, cancel.cancel).start()
            stream = engine.generate(asked("a" * chance.randrange(1, 200)), cancel)
            try:
                if chance.random() < 0.2:
                    next(stream)
                    stream.close()
                    ends.append("closed")
                else:
                    ends.append(list(stream)[-1].finish)
            except BreadknifeError as error:
                ends.append(type(error).__name__)
                time.sleep(0.1 * isinstance(error, EngineUnavailable))
            if chance.random() < 0.2:
                engine.close()
        engine.close()

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for kills in range(1, 3):
        until(lambda kills=kills: len(daemons.processes) == kills and daemons.listens())
        time.sleep(0.3)
        daemons.processes[-1].kill()
    for thread in threads:
        thread.join()
    kinds = {error.__name__ for error in (Cancelled, EngineDied, EngineUnavailable)}
    assert len(ends) == 160
    assert set(ends) <= {"stop", "closed", *kinds}
    assert {"stop", "closed", "Cancelled"} <= set(ends)
    assert handles() <= before  # fewer: an earlier test's connection ended meanwhile


# Too much


def test_a_prompt_that_is_too_long_is_trimmed_and_says_so(engine: DaemonEngine) -> None:
    last = list(engine.generate(asked("a" * 2 * CONTEXT_SIZE + "w"), CancelToken()))[-1]
    assert last.finish == "stop"
    assert last.prompt_tokens + last.trimmed_tokens == 2 * CONTEXT_SIZE + 1
    assert last.prompt_tokens <= CONTEXT_SIZE


def test_a_request_that_is_too_long_for_a_message_is_refused(engine: DaemonEngine) -> None:
    with pytest.raises(PromptTooLong, match="9 MB; the engine takes 8 MB"):
        say(engine, "a" * (9 << 20))
    assert say(engine, "w") == "xyz"


def test_half_a_character_is_no_reason_to_fail(engine: DaemonEngine) -> None:
    request = GenerateRequest("fake", (Part("\ud83dw"),), 9, stop=("\ude00",), place="\ud800")
    assert "".join(chunk.text for chunk in engine.generate(request, CancelToken())) == "xyz"


# Machines that fail


@pytest.mark.parametrize("state", ["a file", "a folder without files", "broken files"])
def test_a_state_folder_that_is_no_use_fails_no_request(
    engine: DaemonEngine, state: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = paths.state_dir()
    folder.parent.mkdir(parents=True)
    if state == "a file":
        folder.touch()
    else:
        for name in ("engine.log", "crashes.json", "calibration.json", "snapshots"):
            if state == "broken files":
                folder.mkdir(exist_ok=True)
                (folder / name).write_bytes(b"\xff{")
            else:
                (folder / name).mkdir(parents=True)
    assert say(engine, "w") == "xyz"
    assert status_of(engine).lanes[1].finished == 1


@pytest.fixture
def full_disk(home: Path) -> Iterator[Path]:
    """The home on a file system of 256 kB that is full."""
    home.mkdir()
    mounted = (
        sys.platform == "linux"
        and os.geteuid() == 0
        and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", home], check=False).returncode == 0
    )
    if not mounted:
        pytest.skip("only root on Linux can mount a small disk")
    try:
        with open(home / "ballast", "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                pass
        yield home
    finally:
        subprocess.run(["umount", "-l", home], check=True)


def test_a_full_disk_fails_no_request(full_disk: Path, engine: DaemonEngine) -> None:
    assert shutil.disk_usage(full_disk).free == 0
    assert say(engine, "w") == "xyz"
    with pytest.raises(EngineDied):
        say(engine, "!exit")
    assert say(engine, "w") == "xyz"


def test_a_run_folder_that_is_none_is_told(home: Path) -> None:
    home.mkdir()
    (home / "run").touch()
    with pytest.raises(EngineUnavailable, match="set BREADKNIFE_HOME to a folder of yours"):
        say(DaemonEngine(home / "run"), "w")


def test_deaths_in_the_future_stop_nobody(engine: DaemonEngine) -> None:
    paths.state_dir().mkdir(parents=True)
    deaths = [{"at": time.time() + 1e6, "model": "fake"}] * 9
    (paths.state_dir() / "crashes.json").write_text(json.dumps({"deaths": deaths}), "utf-8")
    assert say(engine, "w") == "xyz"
