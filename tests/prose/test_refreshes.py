"""A document is told of news at once after an edit, and ever more rarely while engines go on reading it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from breadknife.plugins.prose.engines.refreshes import RefreshQueue


class Told:
    def __init__(self) -> None:
        self.times = 0
        self.again = threading.Semaphore(0)

    def __call__(self) -> None:
        self.times += 1
        self.again.release()

    def wait(self) -> None:
        assert self.again.acquire(timeout=30)


@pytest.fixture
def told_of() -> Iterator[Callable[[float], RefreshQueue]]:
    """RefreshQueue with a first gap of so many seconds."""
    made: list[RefreshQueue] = []

    def make(gap: float) -> RefreshQueue:
        made.append(RefreshQueue(gap))
        return made[-1]

    yield make
    for each in made:
        each.close()


NEVER = 1e6
"""Seconds: longer than the test."""


def test_the_first_news_is_told_at_once_and_the_next_when_the_gap_is_over(
    told_of: Callable[[float], RefreshQueue],
) -> None:
    told, found = told_of(0.001), Told()
    for _ in range(5):
        told.add("a document", found)
        found.wait()


def test_news_that_comes_in_the_gap_is_told_once(told_of: Callable[[float], RefreshQueue]) -> None:
    told, found = told_of(NEVER), Told()
    told.add("a document", found)
    found.wait()
    for _ in range(100):
        told.add("a document", found)
    other = Told()
    told.add("another document", other)
    other.wait()
    assert found.times == 1


def test_after_an_edit_news_is_told_soon_again() -> None:
    told, found = RefreshQueue(0.001, slower=NEVER), Told()
    try:
        for _ in range(2):
            told.add("a document", found)
            found.wait()
        told.add("a document", found)  # waits for the longest gap
        told.note_edit("a document")
        assert found.again.acquire(timeout=15)
    finally:
        told.close()


def test_the_last_news_is_told_soon() -> None:
    told, found = RefreshQueue(0.001, slower=NEVER), Told()
    try:
        for _ in range(2):
            told.add("a document", found)
            found.wait()
        told.add("a document", found, lambda: True)
        assert found.again.acquire(timeout=15)
    finally:
        told.close()


def test_one_that_fails_keeps_nobody_from_being_told(told_of: Callable[[float], RefreshQueue]) -> None:
    def fail() -> None:
        raise ValueError("a refresh that fails")

    told, found = told_of(0.001), Told()
    told.add("a document", fail)
    told.add("another document", found)
    found.wait()


def test_nobody_is_told_any_more_once_it_is_closed(told_of: Callable[[float], RefreshQueue]) -> None:
    told, found = told_of(0.001), Told()
    told.close()
    told.add("a document", found)
    assert found.times == 0
