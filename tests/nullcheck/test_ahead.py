"""What is made while somebody makes up their mind."""

from __future__ import annotations

import threading

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineDied
from breadknife.plugins.nullcheck.ahead import Ahead


def now() -> str:
    return "now"


def fails(error: Exception) -> str:
    raise error


def test_what_was_begun_is_waited_for_and_what_was_not_is_made() -> None:
    ahead, released = Ahead[str](), threading.Event()
    ahead.begin("a", lambda cancel: "ahead" if released.wait(30) else "late")
    assert ahead.get("b", now, CancelToken()) == "now"
    with pytest.raises(Cancelled):
        ahead.get("a", now, CancelToken.after(0.05))
    released.set()
    assert ahead.get("a", now, CancelToken()) == "ahead"


def test_the_next_takes_its_place() -> None:
    ahead, stopped = Ahead[str](), threading.Event()

    def make(cancel: CancelToken) -> str:
        cancel.on_cancel(stopped.set)
        return "stopped" if stopped.wait(30) else "late"

    ahead.begin("a", make)
    ahead.begin("a", lambda cancel: "again")
    assert not stopped.is_set()
    ahead.begin("b", lambda cancel: "ahead")
    assert stopped.wait(30)
    assert ahead.get("a", now, CancelToken()) == "now"
    assert ahead.get("b", now, CancelToken()) == "ahead"
    ahead.close()
    assert ahead.get("b", now, CancelToken()) == "now"


@pytest.mark.parametrize("error", [EngineDied("it died"), ValueError("a fault")])
def test_what_failed_ahead_is_made_again(error: Exception) -> None:
    ahead = Ahead[str]()
    ahead.begin("a", lambda cancel: fails(error))
    assert ahead.get("a", now, CancelToken.after(30)) == "now"
