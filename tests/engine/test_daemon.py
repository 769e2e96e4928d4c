"""Real daemon processes with a fake model: who starts them, who shares them, who replaces them, when they go."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from breadknife import __version__
from breadknife.cancel import CancelToken
from breadknife.engine import client, transport, wire
from breadknife.engine.api import CONTEXT_SIZE, EmbedRequest, GenerateRequest, Lane, Part, ScoreRequest
from breadknife.engine.client import DaemonEngine
from breadknife.engine.connection import newer
from breadknife.errors import BreadknifeError, Cancelled, EngineUnavailable, ModelMissing, Superseded, UnknownModel
from engine.daemons import Daemons, asked, handles, say, status_of, until

needs_unix = pytest.mark.skipif(not transport.HAS_UNIX_SOCKETS, reason="there are no Unix sockets here")
LONG = "x" * 120
"""Too long for a Unix socket's path: then it is TCP."""


@pytest.fixture(params=["", LONG], ids=["usual", "tcp"])
def anywhere(request: pytest.FixtureRequest, home: Path) -> Iterator[Daemons]:
    daemons = Daemons(home / "run" / request.param)
    yield daemons
    daemons.close()


def begin(engine: DaemonEngine, text: str, place: str = "") -> tuple[list[BreadknifeError | str], threading.Thread]:
    """Ask in a thread, and wait until it is computed or queued; what came of it is put into the list."""
    came: list[BreadknifeError | str] = []

    def ask() -> None:
        try:
            came.append(say(engine, text, place=place))
        except BreadknifeError as error:
            came.append(error)

    thread = threading.Thread(target=ask)
    before = sum(lane.waiting + lane.running for lane in status_of(engine).lanes)
    thread.start()
    until(lambda: sum(lane.waiting + lane.running for lane in status_of(engine).lanes) > before)
    return came, thread


# Sharing


def test_whoever_comes_first_starts_it(anywhere: Daemons) -> None:
    engine = anywhere.client("a test")
    assert engine.status() is None
    assert say(engine, "w") == "xyz"
    status = status_of(engine)
    assert [(client.name, client.pid) for client in status.clients] == [("a test", os.getpid())]
    assert [model.name for model in status.models] == ["fake"]
    assert [(lane.name, lane.finished) for lane in status.lanes] == [("typing", 0), ("action", 1), ("background", 0)]
    assert (status.version, status.failures, status.set_aside) == (__version__, (), ())


def test_scores_and_embeddings(engine: DaemonEngine) -> None:
    scores = engine.score(ScoreRequest("fake", (Part("a"),), ("bcd", "bxx")), CancelToken())
    assert scores.tokens == (3, 3)
    assert scores.logprobs[0] > scores.logprobs[1]
    vectors = engine.embed(EmbedRequest("fake", ("abc", "xyz", "abc")), CancelToken()).vectors
    assert len(vectors) == 3
    assert vectors[0] == pytest.approx(vectors[2])


def test_many_clients_share_one_process(daemons: Daemons) -> None:
    engines = [daemons.client() for _ in range(8)]
    said: list[str] = []
    threads = [threading.Thread(target=lambda e=e: said.append(say(e, "t"))) for e in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["uvwxyz"] * 8
    assert len({status_of(engine).pid for engine in engines}) == 1


def test_two_daemons_that_race_are_one(daemons: Daemons) -> None:
    processes = [daemons.spawn() for _ in range(3)]
    until(lambda: sum(process.poll() is not None for process in processes) == 2)
    assert say(daemons.client(), "w") == "xyz"
    assert [process.returncode for process in processes if process.returncode is not None] == [0, 0]


def test_cancel_and_deadline_end_a_request(engine: DaemonEngine) -> None:
    cancel = CancelToken()
    stream = engine.generate(asked("a" * 2000), cancel)
    threading.Timer(0.1, cancel.cancel).start()
    with pytest.raises(Cancelled):
        list(stream)
    with pytest.raises(Cancelled):
        say(engine, "a" * 2000, CancelToken.after(0.1))
    until(lambda: not any(lane.running + lane.waiting for lane in status_of(engine).lanes))
    assert say(engine, "w") == "xyz"


def test_a_newer_request_for_the_place_supersedes_only_ones_own(daemons: Daemons) -> None:
    mine, other = daemons.client(), daemons.client()
    assert say(mine, "w") == "xyz"
    theirs, thread = begin(other, "a" * 400 + "w", place="file:3:7")
    older, _ = begin(mine, "a" * 2000, place="file:3:7")
    assert say(mine, "w", place="file:3:7") == "xyz"
    until(lambda: older)
    assert isinstance(older[0], Superseded)
    thread.join()
    assert theirs == ["xyz"]


def test_errors_come_as_what_they_are_and_are_remembered(engine: DaemonEngine) -> None:
    with pytest.raises(UnknownModel, match="nonesuch"):
        list(engine.generate(GenerateRequest("nonesuch", (), 1), CancelToken()))
    assert [failure.what for failure in status_of(engine).failures] == ["UnknownModel"]


# Coming and going


def test_it_goes_when_nobody_needs_it(daemons: Daemons) -> None:
    daemons.idle = 0.4
    engine = daemons.client()
    assert say(engine, "w") == "xyz"
    assert daemons.processes[0].wait(20) == 0
    assert not any((daemons.folder / name).exists() for name in ("engine.sock", "engine.json"))
    assert engine.status() is None
    assert say(engine, "w") == "xyz"  # whoever was still connected finds a new one


def test_no_request_is_lost_to_a_daemon_that_is_just_going(daemons: Daemons) -> None:
    daemons.idle = 0.2
    engine = daemons.client()
    for pause in (0.2, 0.22, 0.24):
        assert say(engine, "w") == "xyz"
        time.sleep(pause)


def test_a_request_that_met_a_leaving_daemon_is_put_to_the_next(daemons: Daemons) -> None:
    said = speak_as_daemon(daemons.folder, wire.Welcome(wire.PROTOCOL, __version__, 1), then=wire.Leaving())
    assert say(daemons.client(), "w") == "xyz"
    assert b"generate" in said[1]


def test_a_closed_engine_leaves_nothing_behind(daemons: Daemons) -> None:
    daemons.start()
    before = threading.active_count(), handles()
    engines = [daemons.client() for _ in range(5)]
    for engine in engines:
        assert say(engine, "w") == "xyz"
        stream = engine.generate(asked("a"), CancelToken())
        next(stream)
        engine.close()
        with suppress(BreadknifeError):
            list(stream)
    assert threading.active_count() <= before[0]  # fewer: what an earlier test left has ended meanwhile
    assert handles() <= before[1]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal there")
def test_the_end_of_a_session_is_no_crash(daemons: Daemons, engine: DaemonEngine) -> None:
    say(engine, "w")
    came, thread = begin(engine, "a" * 2000)
    daemons.processes[0].send_signal(signal.SIGTERM)
    thread.join()
    assert [type(each).__name__ for each in came] == ["EngineDied"]
    assert daemons.processes[0].wait(20) == 0
    assert say(engine, "w") == "xyz"
    assert status_of(engine).failures == ()


def test_a_daemon_that_can_not_start_is_told_and_not_tried_for_ever(daemons: Daemons) -> None:
    starts: list[Path] = []
    engine = DaemonEngine(daemons.folder, starts.append)
    for problem in ("did not start", "did not start", "not started again for"):
        with pytest.raises(EngineUnavailable, match=problem):
            say(engine, "w")
    assert len(starts) == 2


def test_no_daemon_is_started_for_a_model_that_is_not_here(daemons: Daemons) -> None:
    def require(model: str) -> None:
        raise ModelMissing(f"{model} isn't here")

    starts: list[Path] = []
    with pytest.raises(ModelMissing, match="isn't here"):
        say(DaemonEngine(daemons.folder, starts.append, require=require), "w")
    assert starts == []


# Versions


@pytest.mark.parametrize(
    ("ours", "theirs", "protocol", "is_newer"),
    [
        ("0.10.0", "0.9.0", wire.PROTOCOL, True),
        ("0.9.0", "0.10.0", wire.PROTOCOL, False),
        ("1.0", "1.0.0", wire.PROTOCOL, False),
        ("1.0", "1.0rc1", wire.PROTOCOL, True),
        ("1.0", "1.0", wire.PROTOCOL - 1, True),
        ("1.0", "1.0", wire.PROTOCOL + 1, False),
        ("1.0", "no version", wire.PROTOCOL, True),
        ("no version", "1.0", wire.PROTOCOL, False),
    ],
)
def test_who_is_newer(ours: str, theirs: str, protocol: int, is_newer: bool) -> None:
    assert newer(ours, wire.Welcome(protocol, theirs, 1)) == is_newer


def test_a_newer_client_replaces_an_older_daemon_after_its_work_is_done(
    anywhere: Daemons, monkeypatch: pytest.MonkeyPatch
) -> None:
    anywhere.version = "0.0.9"
    monkeypatch.setattr(client, "__version__", "0.0.9")
    older = anywhere.client("older")
    assert say(older, "w") == "xyz"
    came, thread = begin(older, "a" * 400 + "t")
    monkeypatch.setattr(client, "__version__", "0.0.10")
    anywhere.version = "0.0.10"
    assert status_of(anywhere.client()).version == "0.0.9"  # looking replaces nothing
    assert say(anywhere.client("newer"), "w") == "xyz"
    thread.join()
    assert came == ["uvwxyz"]
    assert anywhere.processes[0].wait(20) == 0
    monkeypatch.setattr(client, "__version__", "0.0.9")
    assert say(older, "w") == "xyz"
    assert status_of(older).version == "0.0.10"


def speak_as_daemon(folder: Path, welcome: wire.Welcome, then: wire.FromDaemon | None = None) -> list[bytes]:
    """Welcome one client, and collect the two lines that it says."""
    server, _ = transport.listen(transport.private_folder(folder))
    said: list[bytes] = []

    def serve() -> None:
        peer = server.accept()[0]
        server.close()
        transport.forget(folder)
        with peer, peer.makefile("rb") as lines:
            said.append(lines.readline())
            peer.sendall(wire.encode(welcome))
            said.append(lines.readline())
            if then:
                peer.sendall(wire.encode(then))
                lines.read()

    threading.Thread(target=serve, daemon=True).start()
    return said


def test_a_daemon_of_another_protocol(daemons: Daemons) -> None:
    speak_as_daemon(daemons.folder, wire.Welcome(wire.PROTOCOL + 1, "99.0", 4711))
    with pytest.raises(EngineUnavailable, match=r"breadknife 99\.0 is running \(process 4711\).*update this one"):
        say(daemons.client(), "w")
    said = speak_as_daemon(daemons.folder, wire.Welcome(wire.PROTOCOL - 1, "0.0.1", 4711))
    assert say(daemons.client(), "w") == "xyz"
    assert b"retire" in said[1]


# Who may connect


@needs_unix
def test_the_folder_is_the_users_alone(daemons: Daemons, engine: DaemonEngine) -> None:
    say(engine, "w")
    assert daemons.folder.stat().st_mode & 0o777 == 0o700
    assert (daemons.folder / "engine.sock").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no owner of that kind there")
def test_somebody_elses_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(EngineUnavailable, match="belongs to somebody else"):
        transport.private_folder(tmp_path / "run")


@needs_unix
def test_peers_of_another_user_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert transport.same_user(ours)
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        assert not transport.same_user(ours)


@pytest.mark.skipif(sys.platform == "win32", reason="files have no owner of that kind there")
def test_an_endpoint_file_of_another_user_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "engine.json").write_text('{"port": 1, "token": "", "proof": ""}')
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(ConnectionRefusedError, match="somebody else's"):
        transport.connect(tmp_path)


@pytest.fixture
def over_tcp(home: Path) -> Iterator[Daemons]:
    daemons = Daemons(home / "run" / LONG)
    daemons.start()
    yield daemons
    daemons.close()


def test_over_tcp_the_token_is_asked_for(over_tcp: Daemons) -> None:
    assert (over_tcp.folder / "engine.json").stat().st_mode & 0o777 == 0o600 or sys.platform == "win32"
    for token, answered in (("", False), ("gue§§", False), (None, True)):
        peer, endpoint = transport.connect(over_tcp.folder)
        right = endpoint.token if token is None else token
        peer.sendall(wire.encode(wire.Hello(wire.PROTOCOL, right, __version__)))
        assert bool(peer.recv(1000)) == answered
        peer.close()


def test_over_tcp_nothing_is_said_to_a_stranger_at_the_daemons_port(home: Path) -> None:
    folder = home / "run" / LONG
    said = speak_as_daemon(folder, wire.Welcome(wire.PROTOCOL, __version__, 1, proof="a guess"))
    with pytest.raises(EngineUnavailable, match="did not start"):
        say(DaemonEngine(folder, lambda folder: None), "w")
    until(lambda: len(said) == 2)
    assert b"hello" in said[0]
    assert said[1] == b""


# The real thing


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


@pytest.mark.model
def test_a_cancelled_prompt_of_the_real_engine_gives_way_at_once(real_engine: DaemonEngine) -> None:
    long = GenerateRequest("qwen2.5-coder-0.5b", (Part("def f(x): return x\n" * 2 * CONTEXT_SIZE),), 16)
    cancel = CancelToken()
    threading.Timer(1.0, cancel.cancel).start()
    with pytest.raises(Cancelled):
        list(real_engine.generate(long, cancel))
    until(lambda: not any(lane.running + lane.waiting for lane in status_of(real_engine).lanes), seconds=1)
    short = GenerateRequest("qwen2.5-coder-0.5b", (Part("def"),), 1, lane=Lane.TYPING)
    assert list(real_engine.generate(short, CancelToken()))[-1].finish
    assert psutil.pid_exists(status_of(real_engine).pid)
