"""Progress is told only once something takes long, and not more often than people can read."""

from __future__ import annotations

import time

import pytest

from breadknife.host.progress import ProgressRelay


def told(monkeypatch: pytest.MonkeyPatch, seconds: float) -> tuple[ProgressRelay, list[tuple[str, float | None]]]:
    monkeypatch.setattr("breadknife.host.progress.SECONDS", seconds)
    heard: list[tuple[str, float | None]] = []
    return ProgressRelay(lambda message, fraction: heard.append((message, fraction))), heard


def test_what_is_quick_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    telling, heard = told(monkeypatch, 0.1)
    telling.say("reading")
    telling.end()
    time.sleep(0.2)
    assert heard == []


def test_what_was_said_early_is_told_late(monkeypatch: pytest.MonkeyPatch) -> None:
    telling, heard = told(monkeypatch, 0.1)
    for page in range(3):
        telling.say(f"page {page}")
    time.sleep(0.3)
    telling.end()
    assert heard == [("page 2", None)]


def test_a_flood_is_told_in_part_and_its_last_word_too(monkeypatch: pytest.MonkeyPatch) -> None:
    telling, heard = told(monkeypatch, 0.0)
    for page in range(1000):
        telling.say(f"page {page}")
    time.sleep(0.3)
    telling.end()
    telling.say("afterwards")
    assert 2 <= len(heard) < 10
    assert heard[-1] == ("page 999", None)


@pytest.mark.parametrize(
    ("message", "fraction", "expected"),
    [
        ("  two\nlines", 0.5, ("two", 0.5)),
        ("x" * 1000, -1.0, ("x" * 100, 0.0)),
        ("", 7.0, ("", 1.0)),
    ],
)
def test_one_short_line(
    monkeypatch: pytest.MonkeyPatch, message: str, fraction: float, expected: tuple[str, float]
) -> None:
    telling, heard = told(monkeypatch, 0.0)
    telling.say(message, fraction)
    telling.end()
    assert heard == [expected]
