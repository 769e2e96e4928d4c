"""A checker kept warm, by a checker that does what the test tells it to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineDied, EngineError, EngineUnavailable
from breadknife.plugins.nullcheck.verify.oracle.oracle import Oracle
from breadknife.plugins.nullcheck.verify.oracle.values import CheckerProblem

A = Path("/project/a.py")


@dataclass
class Fake:
    """Finds what each text says, unless that is `die` or `hang`."""

    asked: list[str] = field(default_factory=list[str])
    started: int = 0
    closed: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    """Something that hung was cancelled."""
    dies: int = 0
    """So many times more."""

    def start(self, cancel: CancelToken) -> Fake:
        self.started += 1
        return self

    def problems(
        self, texts: Mapping[Path, str], cancel: CancelToken, beside: Mapping[Path, str], /
    ) -> list[CheckerProblem]:
        [text] = texts.values()
        self.asked.append(text)
        if self.dies:
            self.dies -= 1
            raise EngineDied("it died")
        while text == "hang" and not self.closed:
            if cancel.cancelled:
                self.stopped.set()
            cancel.raise_if_cancelled()
            time.sleep(0.001)
        return [CheckerProblem(A, "c", text)]

    def close(self) -> None:
        self.closed += 1


def said(oracle: Oracle, text: str, cancel: CancelToken | None = None) -> list[str]:
    return [problem.message for problem in oracle.ask({A: text}, cancel or CancelToken.after(20))]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_it_is_started_once_and_ended_at_close() -> None:
    fake = Fake()
    oracle = Oracle(fake.start)
    assert fake.started == 0
    assert [said(oracle, text) for text in ("a", "b", "a")] == [["a"], ["b"], ["a"]]
    oracle.close()
    assert (fake.started, fake.asked, fake.closed > 0) == (1, ["a", "b"], True)
    with pytest.raises(EngineUnavailable):
        said(oracle, "a")


@pytest.mark.parametrize(("dies", "answers", "started"), [(1, True, 2), (2, False, 2), (9, False, 2)])
def test_one_that_dies_is_started_again(dies: int, answers: bool, started: int) -> None:
    fake = Fake(dies=dies)
    oracle = Oracle(fake.start)
    if answers:
        assert said(oracle, "a") == ["a"]
    else:
        with pytest.raises(EngineDied):
            said(oracle, "a")
    assert fake.started == started
    oracle.close()


def test_one_that_dies_three_times_in_a_row_is_left_alone() -> None:
    fake = Fake(dies=99)
    oracle = Oracle(fake.start)
    for _ in range(3):
        with pytest.raises(EngineError):
            said(oracle, "a")
    assert fake.started == 3
    oracle.close()


def test_an_asker_that_goes_away_stops_it() -> None:
    fake, cancel = Fake(), CancelToken()
    oracle = Oracle(fake.start)
    threading.Timer(0.05, cancel.cancel).start()
    with pytest.raises(Cancelled):
        said(oracle, "hang", cancel)
    assert fake.stopped.wait(20)
    assert said(oracle, "a") == ["a"]
    oracle.close()


def test_one_that_is_too_slow_goes_on_for_the_next_asker() -> None:
    fake, begun, slow = Fake(), threading.Event(), threading.Event()

    class Late(CancelToken):
        def raise_if_cancelled(self) -> None:
            if begun.is_set():
                raise Cancelled

    def start(cancel: CancelToken) -> Fake:
        begun.set()
        slow.wait(20)
        return fake.start(cancel)

    oracle = Oracle(start)
    with pytest.raises(Cancelled):
        said(oracle, "a", Late())
    slow.set()
    until(lambda: fake.asked == ["a"])
    assert said(oracle, "a") == ["a"]
    assert fake.asked == ["a"]
    oracle.close()


def test_what_is_not_asked_yet_when_its_asker_gives_up_keeps_nobody_waiting() -> None:
    fake = Fake()
    oracle = Oracle(fake.start)
    first = threading.Thread(target=said, args=(oracle, "hang"))
    first.start()
    until(lambda: fake.asked == ["hang"])
    with pytest.raises(Cancelled):
        said(oracle, "late", CancelToken.after(0))
    oracle.close()
    first.join()
    assert fake.asked == ["hang"]


def test_nobody_asks_any_more_and_it_ends() -> None:
    fake = Fake()
    oracle = Oracle(fake.start, idle_seconds=0.02)
    assert said(oracle, "a") == ["a"]
    until(lambda: fake.closed == 1)
    assert said(oracle, "b") == ["b"]
    assert fake.started == 2
    oracle.close()


def test_closing_ends_what_hangs() -> None:
    fake = Fake()
    oracle = Oracle(fake.start)
    asker = threading.Thread(target=said, args=(oracle, "hang"))
    asker.start()
    until(lambda: fake.asked == ["hang"])
    oracle.close()
    asker.join(20)
    assert not asker.is_alive()


def test_a_file_that_is_known_with_these_texts_is_not_asked_about_again(tmp_path: Path) -> None:
    """Whichever of the texts were asked about: what an edit has made is what the next one finds."""
    asked, (a, b) = list[list[str]](), (tmp_path / "a.py", tmp_path / "b.py")
    b.write_text("as it is saved", "utf-8")

    class Listing(Fake):
        def problems(
            self, texts: Mapping[Path, str], cancel: CancelToken, beside: Mapping[Path, str], /
        ) -> list[CheckerProblem]:
            asked.append(sorted(path.name for path in texts))
            return [CheckerProblem(path, "c", text) for path, text in sorted(texts.items())]

    oracle, limit = Oracle(lambda _: Listing()), CancelToken.after(20)
    both = oracle.ask({a: "new", b: "as it is saved"}, limit)
    assert [problem.message for problem in both] == ["new", "as it is saved"]
    assert oracle.ask({a: "new"}, limit) == both[:1]
    assert oracle.ask({b: "as it is saved"}, limit, {a: "new"}) == both[1:]
    assert oracle.ask({b: "as it is saved"}, limit, {a: "other"}) == both[1:]
    assert oracle.ask({a: "new"}, limit, again=True) == both[:1]
    assert asked == [["a.py", "b.py"], ["b.py"], ["a.py"]]
    oracle.close()
