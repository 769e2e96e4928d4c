"""Operators, and the other places where a None goes wrong."""

from __future__ import annotations

import os
import re


class Line:
    def __init__(self) -> None:
        self.socket = None

    def send(self) -> None:
        self.socket.send(b"")

    def price(self, count: int, each: int | None) -> int:
        return count * each

    def total(self, each: int | None, least: int | None, most: int | None) -> bool:
        each += 1
        print(3 < each, 0 < each < most, least < each)
        return 3 in self.tags(None)

    def tags(self, given: list[int] | None) -> list[int] | None:
        given[0] = 3
        first, second = given
        print(first + second, "x" + os.getenv("A"), most_of(given) - given[0])
        return given


def most_of(given: list[int] | None) -> int | None:
    nothing = None
    print(nothing.upper())
    return (
        len("a")
        + re.match("a", "b")
    )


async def wait(task=None, lock=None, names: dict[str, int] | None = None) -> None:
    await task
    async with lock:
        print(dict(**names), {**names})
    async for each in task:
        print(each)


def both(left: int | None, right: int | None) -> int:
    shown = -left
    return left + right


def call(action: type[Line] | None) -> Line:
    return action()
