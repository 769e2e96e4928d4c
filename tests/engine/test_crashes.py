"""What the engine dies of: one failure for whoever waits, a growing delay, and models that are set aside."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife import paths
from breadknife.cancel import CancelToken
from breadknife.engine import crashes
from breadknife.engine.client import DaemonEngine
from breadknife.engine.crashes import DELAYS, MEMORY_SECONDS, STREAK_SECONDS, CrashLedger, CrashRecord, EngineDeath
from breadknife.errors import BreadknifeError, EngineDied, EngineUnavailable, ModelSetAside
from engine.daemons import Daemons, asked, say, status_of, until

NOW = 1_800_000_000.0


def ledger(folder: Path, *ages: float, model: str = "m") -> CrashLedger:
    """With deaths so many seconds ago."""
    record = CrashRecord(tuple(EngineDeath(NOW - age, model) for age in ages))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "crashes.json").write_bytes(msgspec.json.encode(record))
    return CrashLedger(folder, clock=lambda: NOW)


# The ledger


@pytest.mark.parametrize(
    ("ages", "delay"),
    [
        ((), 0),
        ((0,), 0),
        ((9, 0), 1),
        ((9, 0.4), 0.6),
        ((9, 8, 1), 3),
        ((9, 8, 7, 0), 15),
        ((9, 8, 7, 6, 0), 60),
        ((9, 8, 7, 6, 5, 0), 60),
        ((STREAK_SECONDS + 1, 0), 0),
        ((-3600, -3600, -3600), 0),
        ((-3600, 9, 0), 1),
    ],
)
def test_the_delay_grows(tmp_path: Path, ages: tuple[float, ...], delay: float) -> None:
    assert ledger(tmp_path, *ages).delay() == pytest.approx(delay)


@pytest.mark.parametrize(
    ("kills", "crashes", "delay"),
    [(1, 0, 0), (5, 0, 0), (6, 0, 0), (7, 0, 1), (9, 0, 15), (5, 1, 0), (2, 2, 1), (6, 2, 4)],
)
def test_a_few_kills_delay_nothing(tmp_path: Path, kills: int, crashes: int, delay: float) -> None:
    books = CrashLedger(tmp_path, clock=lambda: NOW)
    for _ in range(kills):
        books.died("m", "", killed=True)
    for _ in range(crashes):
        books.died("m", "")
    assert books.delay() == pytest.approx(delay)


@given(st.lists(st.floats(-1e10, 1e10), max_size=8))
def test_no_clock_blocks_for_longer_than_the_longest_delay(
    tmp_path_factory: pytest.TempPathFactory, ages: list[float]
) -> None:
    assert 0 <= ledger(tmp_path_factory.mktemp("state"), *ages).delay() <= DELAYS[-1]


def test_a_mark_that_is_left_over_is_a_death(tmp_path: Path) -> None:
    books = CrashLedger(tmp_path)
    books.computing("m")
    assert CrashLedger(tmp_path).settle() == "m"
    assert CrashLedger(tmp_path).settle() is None
    assert [failure.message for failure in books.failures()] == ["somebody killed the engine while it computed with m"]
    books.computing("m")
    books.computing(None)
    assert books.settle() is None


def test_what_another_daemon_computes_with_is_no_death(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    CrashLedger(tmp_path, tmp_path / "run").computing("m")
    assert CrashLedger(tmp_path, tmp_path / "another").settle() is None


@pytest.mark.parametrize(
    ("words", "memory_kills", "message", "blamed"),
    [
        ("", (7, 7), "somebody killed the engine while it computed with m", False),
        ("Fatal Python error", (7, 7), "the engine died while it computed with m", True),
        ("", (7, 8), "the system killed the engine for want of memory while it computed with m", True),
        ("", (7, 0), "somebody killed the engine while it computed with m", False),
    ],
)
def test_only_what_the_model_may_have_done_is_held_against_it(
    tmp_path: Path,
    words: str,
    memory_kills: tuple[int, int],
    message: str,
    blamed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    books = CrashLedger(tmp_path, clock=itertools.count(NOW, STREAK_SECONDS).__next__)
    for _ in range(3):
        monkeypatch.setattr(crashes, "memory_kills", lambda: memory_kills[0])
        books.computing("m")
        if words:
            books.last_words(words)
        monkeypatch.setattr(crashes, "memory_kills", lambda: memory_kills[1])
        assert books.settle() == "m"
    assert books.failures()[0].message == message
    assert (books.set_aside() == ("m",)) is blamed


@pytest.mark.parametrize(("stopped", "what", "blamed"), [(True, "was stopped", False), (False, "hung", True)])
def test_a_daemon_that_was_replaced(tmp_path: Path, stopped: bool, what: str, blamed: bool) -> None:
    books = CrashLedger(tmp_path, clock=itertools.count(NOW, STREAK_SECONDS).__next__)
    for _ in range(3):
        books.computing("m")
        books.replaced(4711, stopped=stopped)
    assert books.settle() is None
    assert books.failures()[0].message == f"the engine (process 4711) {what} while it computed with m: replaced"
    assert (books.set_aside() == ("m",)) is blamed


def test_a_power_cut_is_not(tmp_path: Path) -> None:
    books = CrashLedger(tmp_path)
    books.computing("m")
    assert books.settle(booted=time.time() + 60) is None
    assert books.settle() is None


def test_three_deaths_set_a_model_aside_until_the_user_allows_it(tmp_path: Path) -> None:
    books = ledger(tmp_path, 100, 50)
    books.died("other", "")
    books.check("m")
    books.died("m", "")
    later = CrashLedger(tmp_path, clock=lambda: NOW + 10 * MEMORY_SECONDS)
    assert later.set_aside() == ("m",)
    with pytest.raises(ModelSetAside, match=r"died over it 3 times.*`breadknife models allow m`"):
        later.check("m")
    later.check("other")
    later.allow("m")
    later.check("m")
    assert later.set_aside() == ()


def test_old_deaths_are_forgotten(tmp_path: Path) -> None:
    books = ledger(tmp_path, 3 * MEMORY_SECONDS, 2 * MEMORY_SECONDS)
    books.died("m", "")
    books.check("m")


def test_the_same_failure_again_and_again_is_one(tmp_path: Path) -> None:
    now = [NOW]
    books = CrashLedger(tmp_path, clock=lambda: now[0])
    for message in ("a", "b", "a", "a"):
        books.failed("EngineError", message)
    assert [failure.message for failure in books.failures()] == ["b", "a"]
    now[0] += 3600
    for number in range(30):
        books.failed("EngineError", str(number))
    assert [failure.message for failure in books.failures()] == [str(number) for number in range(29, 9, -1)]


@pytest.mark.parametrize("broken", [b"", b"{", b'{"deaths": 3}', b"\xff" * 100])
def test_a_broken_ledger_is_an_empty_one(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "crashes.json").write_bytes(broken)
    (tmp_path / "computing.json").write_bytes(broken)
    books = CrashLedger(tmp_path)
    assert (books.delay(), books.set_aside(), books.failures()) == (0, (), ())
    assert books.settle() == ""  # a death, though nobody can tell of what
    books.check("")


def test_a_folder_that_can_not_be_written_makes_it_forget_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    books = CrashLedger(tmp_path / "state", clock=lambda: NOW)
    books.computing("m")
    assert books.settle() is None
    books.computing(None)
    for _ in range(3):
        books.died("m", "")
    assert books.set_aside() == ("m",)
    books.allow("m")
    books.check("m")
    assert CrashLedger(tmp_path / "state").set_aside() == ()


# Real processes that die

CRASHES = ["!exit", "!kill", "!segv"] if sys.platform != "win32" else ["!exit"]


def let_time_pass(seconds: float) -> None:
    """As if all deaths were so much longer ago."""
    CrashLedger(paths.state_dir(), paths.runtime_dir()).settle()
    file = paths.state_dir() / "crashes.json"
    record = msgspec.json.decode(file.read_bytes(), type=CrashRecord)
    deaths = tuple(EngineDeath(death.at - seconds, death.model) for death in record.deaths)
    file.write_bytes(msgspec.json.encode(replace(record, deaths=deaths)))


def crash(engine: DaemonEngine, how: str = CRASHES[-1]) -> None:
    with pytest.raises(EngineDied, match="ended while it worked"):
        say(engine, how)


@pytest.mark.parametrize("how", CRASHES)
def test_whoever_waits_gets_one_failure_and_then_there_is_a_new_engine(daemons: Daemons, how: str) -> None:
    engines = [daemons.client() for _ in range(4)]
    assert say(engines[0], "w") == "xyz"
    before = status_of(engines[0]).pid
    ended: list[tuple[int, BreadknifeError]] = []

    def wait_for_the_end(number: int) -> None:
        stream = engines[number % 4].generate(asked("a" * 3000), CancelToken())
        try:
            list(stream)
        except BreadknifeError as error:
            ended.append((number, error))
        assert next(stream, None) is None

    threads = [threading.Thread(target=wait_for_the_end, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    until(lambda: sum(lane.waiting + lane.running for lane in status_of(engines[0]).lanes) == 12)
    crash(engines[0], how)
    for thread in threads:
        thread.join()
    assert sorted(number for number, _ in ended) == list(range(12))
    assert {type(error) for _, error in ended} == {EngineDied}
    assert say(engines[1], "w") == "xyz"
    status = status_of(engines[1])
    assert status.pid != before
    what = "somebody killed the engine" if how == "!kill" else "the engine died"
    assert [failure.message for failure in status.failures] == [f"{what} while it computed with fake"]


def test_after_several_crashes_requests_fail_at_once_and_say_until_when(engine: DaemonEngine) -> None:
    for _ in range(2):
        crash(engine)
    # More deaths make the delay a minute, which doesn't end before a busy machine has asked.
    for _ in range(3):
        CrashLedger(paths.state_dir()).died("another", "")
    with pytest.raises(EngineUnavailable, match=r"crashed several times and is not started again for \d\d s"):
        say(engine, "w")
    let_time_pass(DELAYS[-1])
    assert say(engine, "w") == "xyz"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal there")
def test_a_user_who_kills_it_gets_it_back_at_once(engine: DaemonEngine) -> None:
    for _ in range(4):
        crash(engine, "!kill")
        assert say(engine, "w") == "xyz"
    assert status_of(engine).set_aside == ()


def test_a_model_that_kills_it_three_times_is_set_aside(engine: DaemonEngine) -> None:
    for _ in range(3):
        crash(engine)
        let_time_pass(STREAK_SECONDS)
    with pytest.raises(ModelSetAside, match="breadknife models allow fake"):
        say(engine, "w")
    assert status_of(engine).set_aside == ("fake",)
    CrashLedger(paths.state_dir()).allow("fake")
    assert say(engine, "w") == "xyz"
