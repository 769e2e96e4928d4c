"""What a job finds again of what was evaluated: snapshots, and what was forgotten meanwhile."""

from __future__ import annotations

from breadknife.engine.api import EmbedRequest, Lane, Part, ScoreRequest
from breadknife.engine.daemon.batching import PendingEvaluation
from breadknife.engine.daemon.decoding import make_plan
from breadknife.engine.daemon.jobs import Slot
from breadknife.engine.daemon.kv_cache import KvCache
from breadknife.engine.daemon.scheduler import Job
from breadknife.engine.model import Evaluation
from engine.fake_model import FakeModel, FakeModels, only
from engine.scheduler.asking import Asker, Start


def test_a_snapshot_is_taken_and_comes_back(start: Start) -> None:
    models = only(FakeModel())
    text = "a" * 200
    before = Asker(text, max_tokens=1, keep=True)
    start(models).submit(before.job)
    before.all()
    assert models.snapshots == {tuple(map(ord, text))}
    models.load = lambda name: FakeModel()
    models._loaded.clear()
    after = Asker(text, max_tokens=1, keep=True)
    start(models).submit(after.job)
    assert after.next().cached_tokens == 199


def test_a_snapshot_that_fails_costs_nobody_anything(start: Start) -> None:
    class Full(FakeModels):
        def keep(self, name: str, sequence: int, length: int, adapter: str = "") -> None:
            raise OSError("the disk is full")

    scheduler = start(Full(lambda name: FakeModel(tokens=[[] for _ in range(8)])))
    askers = [Asker(letter, Lane.BACKGROUND, keep=True) for letter in "wyx"]
    for asker in askers:
        scheduler.submit(asker.job)
    assert [asker.all() for asker in askers] == ["xyz", "z", "yz"]


def run_that_left(request: ScoreRequest | EmbedRequest, *held: list[int], block: int = 1) -> Slot:
    model = FakeModel(tokens=[[] for _ in range(8)], block=block)
    cache, job = KvCache(model), Job(request, lambda reply: None)
    return Slot(model=model, cache=cache, job=job, plan=make_plan(model, request, 100), preempted=list(held))


def test_branches_whose_beginning_was_forgotten_begin_anew() -> None:
    request = ScoreRequest("fake", (Part("abc"),), ("xy", "uv"))
    slot = run_that_left(request, [97, 98, 99], [97, 98, 99], [97, 98, 99])
    assert not slot.retake_sequences()
    assert (slot.sequences, slot.preempted) == ([], None)
    cached = run_that_left(request, [97, 98, 99], [97, 98, 99], [97, 98, 99, 120])
    cached.model.decode([Evaluation(cached.cache.take([], "", Lane.ACTION), [97, 98, 99])])
    cached.cache.release(0)
    assert cached.retake_sequences()
    assert [(asked.branch, asked.tokens) for asked in cached.pending] == [(2, [120])]
    assert cached.model.used() == 3


def test_branches_whose_beginning_is_not_known_any_more_begin_anew() -> None:
    request = ScoreRequest("fake", (Part("abc"),), ("xy", "uv"))
    slot = run_that_left(request, [97, 98, 99], [97, 98, 99], [97, 98, 99], block=2)
    slot.model.decode([Evaluation(slot.cache.take([], "", Lane.ACTION), [97, 98, 99, 100])])
    slot.cache.release(0)
    assert not slot.retake_sequences()
    assert (slot.sequences, slot.cache.in_use) == ([], set())


def test_a_memory_that_cannot_be_rolled_back_decodes_for_one_job_after_the_other(start: Start) -> None:
    for block, most in ((1, 4), (5, 1)):
        model = FakeModel(step_seconds=0.002, tokens=[[] for _ in range(8)], block=block)
        scheduler = start(model)
        askers = [Asker(letter, Lane.BACKGROUND) for letter in "abcd"]
        for asker in askers:
            scheduler.submit(asker.job)
        assert [asker.all()[:2] for asker in askers] == ["bc", "cd", "de", "ef"]
        assert max(map(len, model.decoded)) == most


def test_what_a_snapshot_holds_too_much_is_evaluated_again(start: Start) -> None:
    models = only(FakeModel(block=50))
    text = "a" * 199 + "w"
    models.snapshots.add(tuple(map(ord, text)))
    asker = Asker(text, keep=True)
    start(models).submit(asker.job)
    first = asker.next()
    assert (first.cached_tokens, first.text + asker.all()) == (150, "xyz")


def test_texts_that_were_forgotten_are_embedded_again() -> None:
    slot = run_that_left(EmbedRequest("fake", ("ab", "cd")), [97, 98], [99])
    slot.pending = [PendingEvaluation(1, [100], 2, embeddings=True)]
    assert slot.retake_sequences()
    assert [(asked.branch, asked.tokens, asked.embeddings) for asked in slot.pending] == [
        (1, [99, 100], True),
        (0, [97, 98], True),
    ]
