"""Streams. `⟦|⟧` is the cursor; a hand writes what it is told to, when it is told to."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk
from breadknife.errors import Cancelled, EngineDied, EngineError
from breadknife.plugins.completion.stream import BEFORE, LONGEST, MOST_STREAMS, Stream, StreamTable
from breadknife.text.document import Document
from support import at_cursor


@dataclass
class Hand:
    chunks: queue.SimpleQueue[Chunk | Exception | None] = field(
        default_factory=queue.SimpleQueue[Chunk | Exception | None]
    )
    asked: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    stopped: threading.Event = field(default_factory=threading.Event)

    def write(self, text: str, tokens: int, cancel: CancelToken) -> Generator[Chunk, None, None]:
        self.asked.append((text, tokens))
        cancel.on_cancel(lambda: self.chunks.put(Cancelled("stopped")))
        try:
            while chunk := self.chunks.get():
                if isinstance(chunk, Exception):
                    raise chunk
                yield chunk
        finally:
            self.stopped.set()

    def says(self, *words: str, finish: str = "") -> None:
        for word in words:
            self.chunks.put(Chunk(word, -0.5))
        if finish:
            self.chunks.put(Chunk("", finish=finish))


def begun(marked: str, hand: Hand, goal: str = "\n") -> Stream:
    document, offset = at_cursor(marked)
    stream = Stream(document, offset, offset, hand.write)
    stream.want(lambda text: goal in text, 64)
    return stream


def written(marked: str, *words: str, finish: str = "") -> Stream:
    """A stream whose text was written, and that rests."""
    hand = Hand()
    stream = begun(marked, hand, "never")
    hand.says(*words, finish=finish)
    if finish:
        stream.wait(CancelToken())
    else:
        stream.wait(CancelToken(), due=0, seen=len("".join(words)) - 1)
        stream.stop()
    return stream


@pytest.mark.parametrize(
    ("start", "text", "finish", "now", "typed"),
    [
        ("x =⟦|⟧\n", " a + b", "", "x =⟦|⟧\n", ""),
        ("x =⟦|⟧\n", " a + b", "", "x = a⟦|⟧\n", " a"),
        ("x =⟦|⟧\n", " a + b", "", "x = c⟦|⟧\n", None),
        ("x =⟦|⟧\n", " a + b", "", "x⟦|⟧\n", None),  # before it
        ("x =⟦|⟧\n", " a + b", "", "y = a⟦|⟧\n", None),  # something else was changed
        ("x =⟦|⟧\n", " a + b", "", "x = a⟦|⟧ + c\n", None),
        ("x =⟦|⟧\n", " a + b", "", "x = a + b⟦|⟧\n", None),  # all of it, and there may be more
        ("x =⟦|⟧\n", " a + b", "stop", "x = a + b⟦|⟧\n", " a + b"),  # all of it, and there is no more
        ("x =⟦|⟧\n", " a + b", "length", "x = a + b⟦|⟧\n", None),
        ("x =⟦|⟧\n", "", "stop", "x =⟦|⟧\n", ""),  # there is nothing, and there will be nothing
    ],
)  # fmt: skip
def test_what_a_stream_answers_for(start: str, text: str, finish: str, now: str, typed: str | None) -> None:
    assert written(start, text, finish=finish).typed(*at_cursor(now)) == typed


def test_a_text_that_is_typed_for_long_is_begun_anew() -> None:
    stream = written("⟦|⟧", "x" * (LONGEST + 2))
    assert stream.typed(*at_cursor("x" * LONGEST + "⟦|⟧")) is not None
    assert stream.typed(*at_cursor("x" * (LONGEST + 1) + "⟦|⟧")) is None


def test_far_away_from_the_text_anything_may_change() -> None:
    stream = written("xx" + "x" * BEFORE + "⟦|⟧", " + c")
    assert stream.typed(*at_cursor("yy" + "x" * BEFORE + " +⟦|⟧")) == " +"
    assert stream.typed(*at_cursor("xxy" + "x" * (BEFORE - 1) + " +⟦|⟧")) is None


@settings(deadline=None)
@given(st.text("ab \n", min_size=1, max_size=12), st.lists(st.integers(0, 12), max_size=8))
def test_the_same_text_answers_wherever_the_cursor_is_in_it(text: str, walk: list[int]) -> None:
    stream = written("def f():⟦|⟧\nend\n", text)
    for at in walk:
        typed = stream.typed(*at_cursor(f"def f():{text[:at]}⟦|⟧\nend\n"))
        assert typed == (text[:at] if at < len(text) else None)


def test_while_it_is_written_it_may_be_behind_what_is_typed() -> None:
    hand = Hand()
    stream = begun("x =⟦|⟧\n", hand)
    assert stream.typed(*at_cursor("x = a⟦|⟧\n")) == " a"
    hand.says(" a", " +")
    stream.wait(CancelToken(), due=0, seen=3)
    assert stream.typed(*at_cursor("x = a + b⟦|⟧\n")) == " a + b"
    assert stream.typed(*at_cursor("x = a - b⟦|⟧\n")) is None
    stream.stop()
    assert stream.typed(*at_cursor("x = a + b⟦|⟧\n")) is None


def test_a_text_cut_off_for_its_length_is_written_on() -> None:
    hand = Hand()
    stream = begun("x =⟦|⟧", hand, "never")
    stream.want(lambda text: "4" in text, 160)  # more than what is being written may have
    hand.says(" 1", " 2", finish="length")
    hand.says(" 3", " 4")
    assert stream.wait(CancelToken()).text == " 1 2 3 4"
    assert hand.asked == [("", 64), (" 1 2", 160)]


def test_a_text_that_has_no_room_is_not_written_on() -> None:
    hand = Hand()
    stream = begun("x =⟦|⟧", hand, "never")
    hand.says(finish="length")
    stream.wait(CancelToken())
    stream.want(lambda text: False, 64)
    assert hand.asked == [("", 64)]


def test_it_rests_when_the_goal_is_met_and_writes_on_when_more_is_wanted() -> None:
    hand = Hand()
    stream = begun("x =⟦|⟧", hand, "\n")
    hand.says(" 1", "\n", "never seen")
    rests = stream.wait(CancelToken())
    assert (rests.text, rests.writing, rests.last.finish) == (" 1\n", False, "")
    assert hand.stopped.wait(5)
    stream.want(lambda text: "\n" in text, 64)
    assert hand.asked == [("", 64)], "it has that already"

    more = Hand()
    stream._write = more.write  # pyright: ignore[reportPrivateUsage]
    stream.want(lambda text: "z" in text, 32)
    more.says("y = ", "z")
    assert stream.wait(CancelToken()).text == " 1\ny = z"
    assert more.asked == [(" 1\n", 32)]


def test_a_newer_goal_replaces_an_older_one() -> None:
    hand = Hand()
    stream = begun("x =⟦|⟧", hand, "never")
    hand.says(" 1", " +")
    stream.wait(CancelToken(), due=0, seen=3)
    stream.want(lambda text: "+" in text, 64)
    assert stream.wait(CancelToken()).text == " 1 +"
    assert len(hand.asked) == 1
    assert hand.stopped.wait(5)


def test_what_is_waited_for_before_the_answer_is_due_and_after() -> None:
    hand = Hand()
    stream = begun("x =⟦|⟧", hand)
    hand.says(" 1")
    assert stream.wait(CancelToken(), due=0).writing
    hand.says(" + 2")
    assert stream.wait(CancelToken(), due=0, seen=2).text == " 1 + 2"
    hand.says("\n")
    assert stream.wait(CancelToken(), due=0, seen=100).text == " 1 + 2\n"


def test_tokens_tell_their_places() -> None:
    tokens = written("x =⟦|⟧", " 1", "", " +", " 2").generated.spanning(1, 3)
    assert [(begin, token.end) for begin, token in tokens] == [(0, 2), (2, 4)]


@pytest.mark.parametrize(
    ("raised", "expected"), [(EngineDied("gone"), EngineDied), (ValueError("what?"), EngineError), (None, EngineError)]
)
def test_an_error_reaches_who_waits_and_ends_the_stream(raised: Exception | None, expected: type[Exception]) -> None:
    hand = Hand()
    stream = begun("x =⟦|⟧", hand)
    hand.says(" 1")
    hand.chunks.put(raised)
    with pytest.raises(expected):
        stream.wait(CancelToken())
    assert stream.typed(*at_cursor("x =⟦|⟧")) is None


def test_a_cancelled_request_stops_it_unless_another_one_came() -> None:
    for claimed in (False, True):
        hand = Hand()
        stream = begun("x =⟦|⟧", hand)
        cancel = CancelToken()
        threading.Timer(0.01, cancel.cancel).start()
        with pytest.raises(Cancelled):
            stream.wait(cancel)
        if claimed:
            stream.claim()
        assert hand.stopped.wait(0.3 if claimed else 5) is not claimed
        stream.stop()


def test_then() -> None:
    hand, called = Hand(), threading.Event()
    stream = begun("x =⟦|⟧", hand)
    stream.then(called.set)
    hand.says(" 1")
    stream.wait(CancelToken(), due=0, seen=1)
    assert not called.is_set()
    hand.says("\n")
    assert called.wait(5)
    called.clear()
    stream.then(called.set)
    assert called.is_set(), "at once when nothing more is coming"


def test_one_stream_of_a_document_writes_and_the_newest_are_kept() -> None:
    streams, hands = StreamTable(), [Hand() for _ in range(MOST_STREAMS + 1)]
    for number, hand in enumerate(hands):
        stream = begun(f"x{number} =⟦|⟧\n", hand)
        hand.says(" 1")
        stream.wait(CancelToken(), due=0, seen=1)
        streams.add(stream)
    assert all(hand.stopped.wait(5) for hand in hands[:-1])
    assert not hands[-1].stopped.is_set()
    assert streams.find(*at_cursor("x0 =⟦|⟧\n")) is None
    found = streams.find(*at_cursor("x1 =⟦|⟧\n"))
    assert found
    assert found[1] == ""
    assert hands[-1].stopped.wait(5), "another one is wanted"
    streams.stop()


def test_after_a_deletion_the_earlier_text_is_there_again() -> None:
    streams = StreamTable()
    streams.add(written("x =⟦|⟧\n", " foo(a)"))
    streams.add(written("x = b⟦|⟧\n", "ar(a)"))

    def answer(now: str) -> str | None:
        found = streams.find(*at_cursor(now))
        return found[0].generated.text[len(found[1]) :] if found else None

    shown = [answer(f"x{typed}⟦|⟧\n") for typed in (" = ba", " = b", " = ", " = f", " =", " = ba", "")]
    assert shown == ["r(a)", "ar(a)", "foo(a)", "oo(a)", " foo(a)", "r(a)", None]


def test_documents_are_compared_by_what_they_say() -> None:
    stream = written("x =⟦|⟧\n", " 1")
    assert stream.typed(Document("file:///other", "rust", "x = \n", 7), 4) == " "
