"""The dictionary of limited size."""

from __future__ import annotations

from breadknife.lru import LruCache


def test_what_was_used_longest_ago_makes_room() -> None:
    dropped: list[int] = []
    cache = LruCache[str, int](2, on_drop=dropped.append)
    cache["a"], cache["b"] = 1, 2
    assert cache.get("a") == 1
    cache["c"] = 3
    assert cache.items() == [("a", 1), ("c", 3)]
    assert dropped == [2]
    assert "b" not in cache


def test_a_value_is_made_once() -> None:
    cache = LruCache[str, list[int]](2)
    value = cache.get_or_add("a", list)
    assert cache.get_or_add("a", list) is value
    assert cache.pop("a") is value
    assert cache.pop("a") is None
    cache["a"] = value
    cache.clear()
    assert cache.get("a") is None


def test_a_value_expires() -> None:
    now = 0.0
    cache = LruCache[str, int](2, seconds=5.0, clock=lambda: now)
    cache["a"] = 1
    now = 4.9
    assert cache.get("a") == 1  # using it doesn't make it younger
    now = 5.0
    assert cache.get("a") is None
