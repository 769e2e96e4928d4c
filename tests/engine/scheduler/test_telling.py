"""What is told of the work, and what is done in idle time."""

from __future__ import annotations

import queue
from collections.abc import Callable

import pytest

from breadknife.engine.api import Embeddings, EmbedRequest, Part, ScoreRequest, Scores
from breadknife.engine.daemon.scheduler import Job, Scheduler
from breadknife.errors import EngineError
from engine.fake_model import FakeModel, FakeModels, only
from engine.scheduler.asking import Asker, Start


def test_what_is_computed_is_told(slow: FakeModel) -> None:
    told: queue.Queue[str | None] = queue.Queue()
    scheduler = Scheduler(only(slow), told.put)
    asker = Asker("w")
    scheduler.submit(asker.job)
    assert told.get(timeout=5) == "fake"
    asker.all()
    assert told.get(timeout=5) is None
    scheduler.close()


def test_what_is_done_in_a_quiet_moment_is_told() -> None:
    class Measured(FakeModels):
        def maintain(self, busy: frozenset[str], *, idle: bool, mark: Callable[[str], None]) -> None:
            mark("fake")

    told: queue.Queue[str | None] = queue.Queue()
    scheduler = Scheduler(Measured(lambda name: FakeModel()), told.put)
    assert [told.get(timeout=5) for _ in range(2)] == ["fake", None]
    scheduler.close()


def test_idle_time_is_for_the_models_and_ends_at_once(start: Start) -> None:
    models = only(FakeModel())
    scheduler = start(models)
    assert models.idle.wait(5)
    asker = Asker("w")
    scheduler.submit(asker.job)
    assert asker.all() == "xyz"


def test_whoever_waits_when_it_closes_gets_an_error() -> None:
    scheduler, asker, late = Scheduler(only(FakeModel(step_seconds=60))), Asker("w"), Asker("w")
    scheduler.submit(asker.job)
    scheduler.close()
    scheduler.submit(late.job)
    for each in (asker, late):
        with pytest.raises(EngineError, match="ending"):
            each.all()


def test_status_tells_what_models_did(start: Start) -> None:
    scheduler = start(FakeModel())
    for _ in range(2):
        asker = Asker("a" * 9 + "w")
        scheduler.submit(asker.job)
        asker.all()
    (status,) = scheduler.models()
    assert (status.name, status.prompt_tokens, status.reused_tokens, status.output_tokens) == ("fake", 20, 9, 6)
    assert (status.sequences, status.cached_tokens) == (1, 13)


def test_alternatives_are_scored_and_texts_embedded(start: Start) -> None:
    scheduler, replies = start(FakeModel(width=16)), queue.Queue[object]()
    scheduler.submit(Job(ScoreRequest("fake", (Part("a"),), ("b", "bc", "bd", "q", "c")), replies.put))
    scores = replies.get(timeout=5)
    assert isinstance(scores, Scores)
    assert sorted(range(5), key=lambda i: -scores.logprobs[i])[:2] == [0, 1]
    assert scores.logprobs[1] > scores.logprobs[2] > scores.logprobs[3] - 10
    assert scores.tokens == (1, 2, 2, 1, 1)
    assert scores.pieces == ()
    scheduler.submit(Job(ScoreRequest("fake", (Part("a"),), ("b", "bc"), pieces=True, top_logprobs=3), replies.put))
    told = replies.get(timeout=5)
    assert isinstance(told, Scores)
    assert [[piece.text for piece in each] for each in told.pieces] == [["b"], ["b", "c"]]
    assert [sum(piece.logprob for piece in each) for each in told.pieces] == pytest.approx(scores.logprobs[:2])
    assert [len(piece.top_logprobs) for piece in told.pieces[1]] == [3, 3]
    assert told.pieces[1][0].top_logprobs[0] == ("b", told.pieces[1][0].logprob)
    scheduler.submit(Job(EmbedRequest("fake", ("ab", "ab" * 30, "c")), replies.put))
    embeddings = replies.get(timeout=5)
    assert isinstance(embeddings, Embeddings)
    ab, longer, c = embeddings.vectors
    assert ab == pytest.approx(longer)
    assert sum(x * x for x in ab) == pytest.approx(1)
    assert sum(x * y for x, y in zip(ab, c, strict=True)) == 0
