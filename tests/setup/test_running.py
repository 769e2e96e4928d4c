"""Several parts at once: what is told of each, and what becomes of them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breadknife import arrivals
from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import ProgressAmount, PullProgress
from breadknife.errors import BreadknifeError, DownloadFailed
from breadknife.setup.running import CANCELLED, set_up
from breadknife.setup.values import Event, Skipped, State
from engine.advancing import assert_advancing
from setup.fakes import FakePart

pytestmark = pytest.mark.usefixtures("home")


def raising(error: Exception) -> Callable[[object, object], str]:
    def does(report: object, cancel: object) -> str:
        raise error

    return does


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (DownloadFailed("the line went dead"), "failed", "the line went dead"),
        (Skipped("there is no Java"), "skipped", "there is no Java"),
        (
            PermissionError(13, "Permission denied", "/home/me/.cache"),
            "failed",
            "/home/me/.cache: Permission denied; "
            "make room and let it be written, or set BREADKNIFE_HOME to another folder",
        ),
        (KeyError("x"), "failed", "an error that nobody foresaw: KeyError: 'x'"),
    ],
)
def test_a_part_that_is_not_set_up(error: Exception, state: State, message: str) -> None:
    events: list[Event] = []
    before = arrivals.newest()
    assert set_up([FakePart("engine", raising(error))], events.append, CancelToken()) == {"engine": state}
    assert events == [Event("engine", state, message)]
    assert arrivals.newest() == before


def test_what_a_part_tells(home: object) -> None:
    def does(report: Callable[[PullProgress], None], cancel: CancelToken) -> str:
        report(PullProgress("fetching", ProgressAmount(0.5, 5, 10)))
        return "it is there"

    events: list[Event] = []
    before = arrivals.newest()
    assert set_up([FakePart("engine", does)], events.append, CancelToken()) == {"engine": "done"}
    assert events == [Event("engine", "running", "fetching", 0.5, 5, 10), Event("engine", "done", "it is there", 1.0)]
    assert arrivals.newest() != before, "servers that run look at it"


def test_lanes_run_side_by_side_and_parts_of_one_after_each_other() -> None:
    both = threading.Barrier(2)

    def meets(report: object, cancel: object) -> str:
        both.wait(30)
        return "met"

    order: list[str] = []
    parts = [
        FakePart("engine", meets, "engine"),
        FakePart("model:a", meets, "models"),
        FakePart("model:b", lane="models", calls=order),
        FakePart("model:c", lane="models", calls=order),
    ]
    assert set(set_up(parts, lambda event: None, CancelToken()).values()) == {"done"}
    assert order == ["model:b", "model:c"]


def test_one_that_fails_does_not_stop_the_others() -> None:
    parts = [FakePart("model:a", raising(BreadknifeError("no"))), FakePart("model:b")]
    assert set_up(parts, lambda event: None, CancelToken()) == {"model:a": "failed", "model:b": "done"}


def test_cancelling_is_told_of_each_part() -> None:
    cancel, events = CancelToken(), list[Event]()

    def does(report: object, cancel: CancelToken) -> str:
        cancel.cancel()
        cancel.raise_if_cancelled()
        return "never"

    second = FakePart("model:b")
    assert set_up([FakePart("model:a", does), second], events.append, cancel) == {
        "model:a": "skipped",
        "model:b": "skipped",
    }
    said = CANCELLED.format("a part")
    assert [(event.part, event.message) for event in events] == [("model:a", said), ("model:b", said)]
    assert second.calls == []


steps = st.builds(
    PullProgress,
    message=st.just("fetching"),
    amount=st.builds(
        ProgressAmount,
        fraction=st.none() | st.floats(0, 1),
        done=st.none() | st.integers(0, 1000),
        total=st.none() | st.integers(1, 1000),
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(steps, max_size=8), min_size=1, max_size=3))
def test_no_part_goes_back(each: list[list[PullProgress]]) -> None:
    """Whatever a part tries again, and however many there are at the same time."""

    def telling(told: list[PullProgress]) -> Callable[[Callable[[PullProgress], None], CancelToken], str]:
        def does(report: Callable[[PullProgress], None], cancel: CancelToken) -> str:
            for step in told:
                report(step)
            return "it is there"

        return does

    events: list[Event] = []
    parts = [FakePart(f"model:{number}", telling(told), f"lane {number}") for number, told in enumerate(each)]
    set_up(parts, events.append, CancelToken())
    for part in parts:
        mine = [event for event in events if event.part == part.name]
        assert_advancing([ProgressAmount(event.fraction, event.bytes_done, event.bytes_total) for event in mine])
