"""Which sequence a job gets, and what is forgotten for it."""

from __future__ import annotations

import pytest

from breadknife.engine.api import CONTEXT_SIZE, Lane
from breadknife.engine.daemon.kv_cache import WORTH_KEEPING, KvCache, common_prefix
from breadknife.engine.model import Evaluation
from engine.fake_model import FakeModel


@pytest.mark.parametrize(
    ("a", "b", "length"), [([], [], 0), ([1, 2], [1, 3], 1), ([1, 2], [1, 2, 3], 2), ([1], [2], 0), ([1, 2], [1, 2], 2)]
)
def test_common_prefix(a: list[int], b: list[int], length: int) -> None:
    assert common_prefix(a, b) == length


class Cache:
    """A KvCache whose clock stands at the number of the last use."""

    def __init__(self, sequences: int = 3, cells: int = 1000, block: int = 1) -> None:
        self.model = FakeModel(cells=cells, width=1000, tokens=[[] for _ in range(sequences)], block=block)
        self.now = 0.0
        self.sequences = KvCache(self.model, lambda: self.now)

    def use(self, text: str, lane: Lane = Lane.ACTION, adapter: str = "", keep: bool = False) -> int:
        """A job that evaluates `text`; the sequence that it had."""
        tokens = [ord(char) for char in text]
        self.now += 1
        taken = self.sequences.take(tokens, adapter, lane)
        if rest := tokens[len(self.model.tokens[taken]) :]:
            assert self.sequences.make_room(len(rest))
            self.model.decode([Evaluation(taken, rest)])
        if not keep:
            self.sequences.release(taken)
        return taken

    def held(self) -> set[str]:
        return {"".join(map(chr, tokens)) for tokens in self.model.tokens if tokens}


LONG = "x" * (WORTH_KEEPING + 1)


@pytest.mark.parametrize(
    ("texts", "held", "evaluated"),
    [
        (["hello", "hello world"], {"hello world"}, [5, 6]),  # typing goes on in its sequence
        (["hello you", "hello me"], {"hello me"}, [9, 2]),  # a short rest isn't worth keeping
        (["ab" + LONG, "abc"], {"ab" + LONG, "abc"}, [len(LONG) + 2, 1]),  # a long one is: the beginning is shared
        (["aaa", "bbb", "ccc", "ddd"], {"bbb", "ccc", "ddd"}, [3, 3, 3, 3]),  # the longest unused goes
        (["aaa", "bbb", "ccc", "aaad", "eee"], {"aaad", "ccc", "eee"}, [3, 3, 3, 1, 3]),
    ],
)
def test_what_is_kept(texts: list[str], held: set[str], evaluated: list[int]) -> None:
    cache = Cache()
    for text in texts:
        cache.use(text)
    assert cache.held() == held
    assert cache.model.evaluated == evaluated


def test_what_a_running_job_has_is_shared_too() -> None:
    cache = Cache()
    running = cache.use("common a", keep=True)
    other = cache.use("common b")
    assert other != running
    assert cache.model.evaluated == [8, 1]
    assert cache.model.used() == 9
    assert cache.sequences.distinct([running, other]) == 9


def test_a_memory_that_cannot_be_rolled_back_gives_what_it_can() -> None:
    cache, begin = Cache(block=10), "a" * 25
    long = cache.use(begin + LONG)
    other = cache.use(begin + "b")
    assert cache.use(begin + "c") == other != long
    assert cache.model.evaluated == [25 + len(LONG), 6, 6]
    assert cache.model.used() == cache.sequences.distinct([long, other]) == 25 + len(LONG) + 6


def test_adapters_do_not_share() -> None:
    cache = Cache()
    cache.use("hello")
    cache.use("hello", adapter="other")
    assert cache.model.evaluated == [5, 5]


def test_room_is_made_of_what_is_cheap_and_old_and_of_typing_last() -> None:
    cache = Cache(sequences=6, cells=60)
    cache.use("t" * 20, Lane.TYPING)
    cache.use("o" * 10)
    cache.use("n" * 20)
    assert cache.sequences.make_room(20)
    assert cache.held() == {"t" * 20, "n" * 20}
    assert cache.sequences.make_room(40)
    assert cache.held() == {"t" * 20}
    assert cache.sequences.make_room(41)
    assert cache.held() == set()


def test_who_begins_afresh_takes_nothing_from_typing_and_from_who_is_at_work() -> None:
    cache = Cache()
    cache.use("typed", Lane.TYPING)
    cache.use("works", Lane.BACKGROUND, keep=True)
    cache.use("idle", Lane.BACKGROUND)
    cache.sequences.forget()
    assert cache.held() == {"typed", "works"}


def test_there_is_no_room_in_what_is_used() -> None:
    cache = Cache(cells=20)
    cache.use("a" * 15, keep=True)
    assert not cache.sequences.make_room(6)
    assert cache.held() == {"a" * 15}


@pytest.mark.parametrize(
    ("lane", "limits"),
    [
        (Lane.TYPING, (2 * CONTEXT_SIZE, 36)),
        (Lane.ACTION, (CONTEXT_SIZE, 32)),
        (Lane.BACKGROUND, (CONTEXT_SIZE, 32)),
    ],
)
def test_some_room_is_for_typing_only(lane: Lane, limits: tuple[int, int]) -> None:
    assert Cache(sequences=36, cells=2 * CONTEXT_SIZE).sequences.limits(lane) == limits
