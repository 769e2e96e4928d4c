from __future__ import annotations

import os
import re


def price(count: int, each: int | None) -> int:
    return 1 + count * each + count


def total(each: int | None, least: int | None, most: int | None) -> bool:
    each += 1
    print(least < each, "é😀" + os.getenv("A"), 0 < each < most)
    return 3 in tags(None)


def tags(given: list[int] | None) -> list[int] | None:
    print(
        len("a")
        + re.match("a", "b")
    )
    return given + given


def both(left: int | None, right: int | None) -> int:
    return left + right
