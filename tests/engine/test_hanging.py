"""A daemon that is stopped or hangs is told from one that works and from none, and is replaced by one client."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import psutil
import pytest
from typer.testing import CliRunner

from breadknife import paths
from breadknife.cancel import CancelToken
from breadknife.cli import doctor
from breadknife.cli.main import app
from breadknife.engine import liveness, wire
from breadknife.engine.api import EngineStatus, GenerateRequest, Part
from breadknife.engine.client import DaemonEngine
from breadknife.engine.connection import DaemonHangs
from breadknife.engine.crashes import CrashLedger
from breadknife.engine.daemon import daemon
from breadknife.engine.liveness import (
    BUSY_SECONDS,
    DaemonProcess,
    HangDetector,
    announce,
    read_daemon_process,
    withdraw,
)
from breadknife.errors import BreadknifeError, Cancelled, EngineDied, EngineUnavailable
from engine.daemons import Daemons, asked, say, status_of, until

can_stop = pytest.mark.skipif(sys.platform == "win32", reason="a process can't be stopped by a signal there")


def stop(daemons: Daemons) -> None:
    daemons.processes[-1].send_signal(signal.SIGSTOP)


def failures() -> list[str]:
    return [failure.message for failure in CrashLedger(paths.state_dir()).failures()]


# What silence means


@dataclass
class Process:
    """What is seen of a process; it computes `cpu` seconds between two looks."""

    state: str = psutil.STATUS_SLEEPING
    cpu: float = 0.0
    gone: bool = False
    pid: int = -1
    _computed: float = 0.0

    def status(self) -> str:
        if self.gone:
            raise psutil.NoSuchProcess(self.pid)
        return self.state

    def cpu_times(self) -> SimpleNamespace:
        self._computed += self.cpu
        return SimpleNamespace(user=self._computed, system=0.0)


@pytest.mark.parametrize(
    ("process", "wants_to_run", "step", "hangs_after"),
    [
        (Process(psutil.STATUS_STOPPED), False, 0.25, 1.5),
        (Process(psutil.STATUS_TRACING_STOP), False, 0.25, 1.5),
        (Process(gone=True), False, 0.25, 1.5),
        (Process(), False, 0.25, 1.5),  # all its threads wait for something
        (Process(cpu=0.01), False, 0.25, 1.5),
        (Process(cpu=0.2), False, 0.25, BUSY_SECONDS),
        (Process(psutil.STATUS_RUNNING), True, 0.25, BUSY_SECONDS),  # the machine has no time for it
        (Process(psutil.STATUS_DISK_SLEEP), True, 0.25, BUSY_SECONDS),
        (None, False, 0.25, BUSY_SECONDS),
        (Process(), False, 100.0, 300.0),  # the machine slept, or had no time for us either
    ],
)
def test_how_long_a_daemon_may_say_nothing(
    process: Process | None, wants_to_run: bool, step: float, hangs_after: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "_wants_to_run", lambda _: wants_to_run)
    now = 0.0
    watched = HangDetector(lambda: cast("psutil.Process | None", process), lambda: now)
    for looks in itertools.count(1):
        now = looks * step
        if watched.is_hanging():
            break
    assert now == hangs_after
    assert watched.stopped == (process is not None and process.state in liveness._STOPPED)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the states of threads")
def test_a_thread_that_computes_is_seen() -> None:
    done = threading.Event()

    def compute() -> None:
        while not done.is_set():
            pass

    thread = threading.Thread(target=compute)
    thread.start()
    try:
        assert liveness._wants_to_run(os.getpid())
    finally:
        done.set()
        thread.join()
    assert not liveness._wants_to_run(1 << 30)


# Who is the daemon


def test_a_process_is_known_again(home: Path) -> None:
    assert read_daemon_process(home) is None
    announce(home)
    presence = read_daemon_process(home)
    assert presence is not None
    assert presence.process() == psutil.Process()
    withdraw(home)
    assert read_daemon_process(home) is None
    (home / "daemon.json").write_text("{")
    assert read_daemon_process(home) is None


@pytest.mark.parametrize("changed", [{"started": 1e9}, {"executable": "/usr/bin/other"}, {"pid": 1 << 30}, {"pid": 1}])
def test_another_process_with_its_number_is_not_it(home: Path, changed: dict[str, Any]) -> None:
    announce(home)
    presence = read_daemon_process(home)
    assert presence is not None
    assert replace(presence, **changed).process() is None


# Real processes


@can_stop
def test_a_stopped_daemon_is_replaced(daemons: Daemons, engine: DaemonEngine) -> None:
    assert say(engine, "w") == "xyz"
    stop(daemons)
    assert say(engine, "w") == "xyz"
    assert daemons.processes[0].wait(20) == -signal.SIGKILL
    assert len(daemons.processes) == 2
    [message] = failures()
    assert message.startswith(f"the engine (process {daemons.processes[0].pid}) was stopped")


@can_stop
def test_a_client_that_comes_later_replaces_it_too(daemons: Daemons, engine: DaemonEngine) -> None:
    assert say(engine, "w") == "xyz"
    stop(daemons)
    assert say(daemons.client(), "w") == "xyz"
    assert daemons.processes[0].wait(20) == -signal.SIGKILL
    assert say(engine, "w") == "xyz"
    assert len(daemons.processes) == 2


@can_stop
def test_of_several_clients_one_replaces_it(daemons: Daemons) -> None:
    engines = [daemons.client() for _ in range(8)]
    assert {say(engine, "w") for engine in engines[:6]} == {"xyz"}
    stop(daemons)
    said: list[str] = []
    threads = [threading.Thread(target=lambda e=e: said.append(say(e, "w"))) for e in engines for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["xyz"] * 16
    assert len(daemons.processes) == 2
    assert len(failures()) == 1


@can_stop
def test_an_answer_that_has_begun_ends_with_an_error(daemons: Daemons, engine: DaemonEngine) -> None:
    stream = engine.generate(asked("a" + "z" * 50 + "a"), CancelToken())
    next(stream)
    stop(daemons)
    with pytest.raises(EngineDied, match="stopped answering while it worked"):
        list(stream)
    assert say(engine, "w") == "xyz"


@can_stop
def test_what_is_too_big_to_be_sent_at_once_is_sent_to_the_next(daemons: Daemons, engine: DaemonEngine) -> None:
    assert say(engine, "w") == "xyz"
    stop(daemons)
    assert say(engine, "a" * (4 << 20) + "w") == "xyz"


@can_stop
def test_keys_that_wait_for_a_moment_each_notice_it_together(daemons: Daemons, engine: DaemonEngine) -> None:
    assert say(engine, "w") == "xyz"
    stop(daemons)
    for key in range(100):
        try:
            assert say(engine, "w", CancelToken.after(0.2)) == "xyz"
            break
        except Cancelled:
            assert key < 99
    assert len(daemons.processes) == 2


@can_stop
def test_looking_tells_it_from_none_and_replaces_nothing(daemons: Daemons, engine: DaemonEngine) -> None:
    assert engine.status() is None
    assert say(engine, "w") == "xyz"
    stop(daemons)
    pid = daemons.processes[0].pid
    for looking in (engine, daemons.client()):
        with pytest.raises(DaemonHangs, match=rf"the engine \(process {pid}\) doesn't answer; it is replaced when"):
            looking.status()
    assert daemons.processes[0].poll() is None
    assert say(engine, "w") == "xyz"
    assert status_of(engine).pid != pid


@can_stop
def test_it_is_no_fault_of_the_model(daemons: Daemons, engine: DaemonEngine) -> None:
    for _ in range(4):
        came: list[str | BreadknifeError] = []
        thread = threading.Thread(target=lambda came=came: came.append(say(engine, "!once w")))
        thread.start()
        until((computes := daemons.folder / "once").exists, 60)
        stop(daemons)
        thread.join()
        computes.unlink()
        assert came == ["xyz"]
    assert status_of(engine).set_aside == ()
    assert "was stopped while it computed with fake: replaced" in failures()[0]


def test_a_daemon_whose_threads_are_stuck_is_replaced_and_counted(daemons: Daemons, engine: DaemonEngine) -> None:
    assert say(engine, "w") == "xyz"
    other = daemons.client()
    assert say(other, "w") == "xyz"
    with daemons.peer(wire.call(1, asked("!hold"))):
        until((daemons.folder / "held").exists)
        assert say(other, "w") == "xyz"
    assert len(daemons.processes) == 2
    assert "hung while it computed with fake: replaced" in failures()[0]


@pytest.mark.parametrize("what", ["!sleep", "!burn"])
def test_one_that_computes_for_long_is_left_alone(daemons: Daemons, engine: DaemonEngine, what: str) -> None:
    other = daemons.client()
    assert say(other, "w") == say(engine, "w") == "xyz"
    came: list[str] = []
    thread = threading.Thread(target=lambda: came.append(say(engine, what + "w")))
    thread.start()
    assert say(other, "w") == "xyz"
    thread.join()
    assert came == ["xyz"]
    assert len(daemons.processes) == 1


@can_stop
@pytest.mark.parametrize(
    "change",
    [
        lambda file, presence: file.write_bytes(msgspec.json.encode(replace(presence, started=1e9))),
        lambda file, presence: file.unlink(),
    ],
)
def test_a_process_that_may_be_another_is_not_killed(
    daemons: Daemons,
    engine: DaemonEngine,
    change: Callable[[Path, DaemonProcess], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(liveness, "BUSY_SECONDS", 1.0)
    monkeypatch.setattr(liveness, "STILL_SECONDS", 1.0)
    assert say(engine, "w") == "xyz"
    presence = read_daemon_process(daemons.folder)
    assert presence is not None
    change(daemons.folder / "daemon.json", presence)
    stop(daemons)
    with pytest.raises(EngineUnavailable, match="doesn't answer and can't be ended: end it yourself"):
        say(daemons.client(), "w")
    assert daemons.processes[0].poll() is None
    daemons.processes[0].send_signal(signal.SIGCONT)
    assert say(engine, "w") == "xyz"


def test_a_request_that_it_hangs_over_is_repeated_once(daemons: Daemons, engine: DaemonEngine) -> None:
    with pytest.raises(EngineDied, match="stopped answering while it worked"):
        say(engine, "!hold")
    assert len(daemons.processes) == 2
    with pytest.raises(EngineUnavailable, match="crashed several times"):  # and the second is gone too
        say(engine, "w")


@can_stop
def test_breadknife_status_says_so(daemons: Daemons, engine: DaemonEngine, home: Path) -> None:
    assert say(engine, "w") == "xyz"
    stop(daemons)
    said = CliRunner().invoke(app, ["status"])
    sentence = f"engine   the engine (process {daemons.processes[0].pid}) doesn't answer; it is replaced when"
    assert sentence in " ".join(said.output.split("\n"))
    report = json.loads(CliRunner().invoke(app, ["status", "--json"]).output)
    assert (report["engine"], report["engine_problem"] != "") == (None, True)


def test_doctor_says_so_and_that_it_was_replaced(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    replaced = iter(
        [DaemonHangs(DaemonProcess(7, 0.0, "python"), stopped=True), EngineStatus(8, "1", 0.0, (), 5_000_000)]
    )

    def status() -> EngineStatus:
        match next(replaced):
            case DaemonHangs() as hangs:
                raise hangs
            case found:
                return found

    host: Any = SimpleNamespace(engine=SimpleNamespace(status=status), warm_up=lambda: None)
    checks = [(check.state, check.detail) for check in doctor._engine(host)]
    assert checks == [
        ("note", "the engine (process 7) doesn't answer; it is replaced when something is asked of it"),
        ("ok", "started (process 8, 5 MB)"),
    ]


def test_a_computing_thread_that_is_stuck_ends_the_daemon(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    ended: list[str] = []
    monkeypatch.setattr(daemon, "die", lambda ledger, why: ended.append(why))
    scheduler = SimpleNamespace(turns=0, busy=True, last_submit=0.0, computing=None)
    watched = daemon.Daemon(cast("Any", scheduler), CrashLedger(home), idle_seconds=60, log_text=False)
    for _ in range(daemon.STUCK_LOOKS * 3):
        scheduler.turns += 1
        watched._idle()
    assert ended == []
    for _ in range(daemon.STUCK_LOOKS):
        watched._idle()
    assert ended == ["the computing thread is stuck"]


@can_stop
@pytest.mark.model
def test_the_real_engine_is_there_again(real_engine: DaemonEngine) -> None:
    request = GenerateRequest("smollm2-135m", (Part("def add(a, b):\n    return"),), 6)

    def write() -> str:
        return "".join(chunk.text for chunk in real_engine.generate(request, CancelToken()))

    before = write()
    for how in (signal.SIGSTOP, signal.SIGKILL, signal.SIGSTOP):
        process = psutil.Process(status_of(real_engine).pid)
        process.send_signal(how)
        if how is signal.SIGKILL:
            process.wait(20)
        assert write() == before
        assert status_of(real_engine).pid != process.pid
    assert status_of(real_engine).set_aside == ()
