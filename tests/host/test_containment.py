"""Plugins that hang, flood or keep failing: the others go on, and the culprit is named."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.host.host import Host
from breadknife.host.plugins.containment import THREADS, Containment, Unfinished
from breadknife.host.plugins.pauses import FAILURES, read_pauses, resume
from breadknife.host.receipts import Outcome
from breadknife.task.plugin import Context
from breadknife.task.values import Answer, CheckRequest, Findings
from engine.daemons import until
from host.fakes import Fake, host, raising
from support import document

DOC = document("x = 1\n")
NOTHING_FOUND = Findings(())


@pytest.fixture
def release():
    event = threading.Event()
    yield event
    event.set()


def outcomes(host: Host, cancel: CancelToken | None = None) -> dict[str, tuple[Outcome, str]]:
    return {r.plugin: (r.outcome, r.reason) for r in host.ask(CheckRequest(DOC), cancel).receipts}


def test_plugins_run_side_by_side() -> None:
    meeting = threading.Barrier(3)

    def reply(context: Context) -> Answer:
        meeting.wait(10)
        return NOTHING_FOUND

    assert len(host(*(Fake(name, reply) for name in "abc")).ask(CheckRequest(DOC)).answers) == 3


def test_a_hanging_plugin_holds_nobody_up_for_longer_than_its_time(release: threading.Event) -> None:
    calls: list[None] = []

    def hang(context: Context) -> None:
        calls.append(None)
        release.wait()

    one = host(Fake("hangs", hang), Fake("good", lambda c: NOTHING_FOUND), seconds=0.05)
    for _ in range(2):
        assert outcomes(one) == {
            "hangs": (Outcome.FAILED, "plugin-hung"),
            "good": (Outcome.ANSWERED, ""),
        }
    assert len(calls) == 1  # while it hangs it isn't asked again


def test_who_heeds_the_deadline_is_slow_and_not_to_blame(home: Path) -> None:
    def wait(context: Context) -> None:
        while True:
            context.cancel.raise_if_cancelled()
            time.sleep(0.005)

    one = host(Fake("slow", wait), seconds=0.05)
    for _ in range(FAILURES + 1):
        assert outcomes(one) == {"slow": (Outcome.FAILED, "too-slow")}


def test_a_cancelled_request_waits_for_no_deaf_plugin(release: threading.Event) -> None:
    token = CancelToken()

    def deaf(context: Context) -> None:
        token.cancel()
        release.wait()

    assert outcomes(host(Fake("deaf", deaf)), token) == {"deaf": (Outcome.CANCELLED, "cancelled")}


def test_who_was_cancelled_before_a_thread_was_free_is_not_asked(release: threading.Event) -> None:
    calls: list[None] = []

    def busy(context: Context) -> Answer:
        calls.append(None)
        release.wait()
        return NOTHING_FOUND

    one, tokens = host(Fake("busy", busy)), [CancelToken() for _ in range(THREADS + 1)]
    asking = [threading.Thread(target=outcomes, args=(one, token)) for token in tokens]
    for thread in asking[:-1]:
        thread.start()
    until(lambda: len(calls) == THREADS)
    asking[-1].start()
    tokens[-1].cancel()
    release.set()
    for thread in asking:
        thread.join()
    assert len(calls) == THREADS


def test_a_plugin_has_a_bounded_number_of_threads(release: threading.Event) -> None:
    containment = Containment()
    running: list[None] = []

    def work() -> None:
        running.append(None)
        release.wait()

    def ask() -> None:
        containment.run({"busy": work}, {"busy": 60}, cancel)

    cancel = CancelToken()
    askers = [threading.Thread(target=ask) for _ in range(2 * THREADS)]
    for asker in askers:
        asker.start()
    cancel.cancel()
    for asker in askers:
        asker.join(30)
    assert len(running) == THREADS
    assert containment.run({"busy": work}, {"busy": -1.0}, CancelToken()) == {"busy": Unfinished.BUSY}


def test_threads_are_used_again() -> None:
    containment = Containment()
    used = {containment.run({"one": threading.get_ident}, {"one": 60}, CancelToken())["one"] for _ in range(20)}
    assert len(used) <= 2


# --- pauses ---


def test_three_failures_in_a_row_pause_a_plugin(home: Path) -> None:
    told: list[str] = []
    one = host(Fake("bad", raising(ZeroDivisionError("division"))), Fake("good", lambda c: NOTHING_FOUND))
    one.on_notice = told.append
    reasons = [outcomes(one)["bad"][1] for _ in range(FAILURES + 1)]
    assert reasons == ["plugin-broke"] * FAILURES + ["plugin-paused"]
    assert outcomes(one)["good"] == (Outcome.ANSWERED, "")
    [receipt] = one.ledger.newest(limit=2)[1:]
    assert receipt.remedy == "run `breadknife plugins resume bad` to use it again"
    assert [message.count("ZeroDivisionError: division") for message in told] == [1]
    pause = read_pauses()["bad"]
    assert (pause.reason, "division" in pause.sentence) == ("plugin-broke", True)


def test_a_success_in_between_starts_the_count_anew(home: Path) -> None:
    replies = iter([True, True, False] * 3)

    def reply(context: Context) -> Answer:
        if next(replies):
            raise ZeroDivisionError
        return NOTHING_FOUND

    one = host(Fake("sometimes", reply))
    assert "plugin-paused" not in [outcomes(one)["sometimes"][1] for _ in range(9)]
    assert read_pauses() == {}


def test_resuming_reaches_a_running_server(home: Path) -> None:
    one = host(Fake("bad", raising(ZeroDivisionError())))
    for _ in range(FAILURES):
        outcomes(one)
    assert outcomes(one)["bad"][1] == "plugin-paused"
    assert resume("bad")
    assert not resume("bad")
    assert outcomes(one)["bad"][1] == "plugin-broke"


def test_the_next_session_asks_again_and_a_success_clears_the_record(home: Path) -> None:
    bad = host(Fake("bad", raising(ZeroDivisionError())))
    for _ in range(FAILURES):
        outcomes(bad)
    assert outcomes(host(Fake("bad", lambda c: NOTHING_FOUND)))["bad"] == (Outcome.ANSWERED, "")
    assert read_pauses() == {}


def test_a_pause_that_cannot_be_written_down_counts_all_the_same(home: Path) -> None:
    home.mkdir()
    (home / "state").write_text("a file where the folder would be")
    one = host(Fake("bad", raising(ZeroDivisionError())))
    assert [outcomes(one)["bad"][1] for _ in range(FAILURES + 1)][-1] == "plugin-paused"


def test_a_broken_record_is_no_record(home: Path) -> None:
    (home / "state").mkdir(parents=True)
    (home / "state" / "paused.json").write_text("[{")
    assert read_pauses() == {}


# --- floods that are no answers ---


def test_refreshes_and_notices_without_end_are_not_heard() -> None:
    heard: list[str] = []

    def loop(context: Context) -> None:
        for number in range(1000):
            context.refresh()
            context.notify(f"notice {number}")

    one = host(Fake("loops", loop))
    one.on_refresh = lambda uri, plugin: heard.append(uri)
    one.on_notice = heard.append
    one.ask(CheckRequest(DOC))
    assert 0 < len([each for each in heard if each == DOC.uri]) < 100
    assert 0 < len([each for each in heard if each.startswith("notice")]) < 100


def test_closing_waits_for_no_hanging_plugin(release: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breadknife.host.host.CLOSE_SECONDS", 0.05)

    class Hanging(Fake):
        def close(self) -> None:
            release.wait()

    host(Hanging("hangs", lambda c: None)).close()
