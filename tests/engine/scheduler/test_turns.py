"""Whose turn it is: lanes, shared decodes, and what is stopped."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from breadknife.engine.api import GenerateRequest, Lane, Part
from breadknife.engine.daemon.batching import split_batch
from breadknife.engine.model import Evaluation, Rows
from breadknife.errors import BreadknifeError, EngineError, ModelMissing, PromptTooLong, Superseded
from engine.fake_model import FakeModel, FakeModels
from engine.scheduler.asking import Asker, Start


@pytest.mark.parametrize("urgent", [Lane.TYPING, Lane.ACTION])
def test_the_urgent_goes_before_background_and_costs_it_nothing(start: Start, slow: FakeModel, urgent: Lane) -> None:
    scheduler = start(slow)
    background, typing = Asker("a" * 40 + "a", Lane.BACKGROUND), Asker("w", urgent)
    scheduler.submit(background.job)
    background.next()  # it has begun to write
    scheduler.submit(typing.job)
    assert typing.all() == "xyz"
    assert background.replies.qsize() < 20
    assert background.all().endswith("xyz")
    assert sum(slow.evaluated) == 41 + 25 + 1 + 3  # nothing was evaluated twice


def test_a_cancelled_job_stops_in_the_middle_of_its_prompt(start: Start, slow: FakeModel) -> None:
    scheduler = start(slow)
    slow.step_seconds = 60
    long, next_one = Asker("a" * 100), Asker("w")
    scheduler.submit(long.job)
    scheduler.cancel(long.job)
    slow.step_seconds = 0
    scheduler.submit(next_one.job)
    assert next_one.all() == "xyz"
    assert long.replies.empty()


@pytest.mark.parametrize(
    ("asker", "error"),
    [
        (Asker("a" * 70, max_tokens=1), None),
        (Asker("", max_tokens=1), EngineError),
        (Asker("a", model="other"), ModelMissing),
    ],
)
def test_what_can_not_run_fails_alone(start: Start, asker: Asker, error: type[BreadknifeError] | None) -> None:
    scheduler, good = start(FakeModel(cells=64)), Asker("w")
    scheduler.submit(asker.job)
    scheduler.submit(good.job)
    if error:
        with pytest.raises(error):
            asker.all()
    else:
        assert asker.next().trimmed_tokens
    assert good.all() == "xyz"


def test_control_parts_that_do_not_fit_are_refused(start: Start) -> None:
    asker = Asker("")
    asker.job.request = GenerateRequest("fake", (Part("a" * 80, control=True), Part("b")), 10)
    start(FakeModel(cells=64)).submit(asker.job)
    with pytest.raises(PromptTooLong, match="ask for less"):
        asker.all()


def test_jobs_of_a_lane_share_decodes_and_a_long_prompt_starves_nobody(start: Start, slow: FakeModel) -> None:
    slow.width, slow.tokens = 8, [[] for _ in range(4)]
    slow.__post_init__()
    scheduler = start(slow)
    long, short = Asker("a" * 400, Lane.BACKGROUND, 1), Asker("m", Lane.BACKGROUND)
    scheduler.submit(long.job)
    scheduler.submit(short.job)
    assert short.all() == "nopqrstuvwxyz"
    assert long.replies.empty()
    assert [1, 7] in slow.decoded or [7, 1] in slow.decoded
    assert long.all() == "b"


def test_typing_finds_room_when_others_have_it_all(start: Start) -> None:
    model = FakeModel(cells=128, step_seconds=0.002)
    scheduler = start(model)
    others = [Asker("a" * 50, lane) for lane in (Lane.BACKGROUND, Lane.ACTION)]
    for asker in others:
        scheduler.submit(asker.job)
        asker.next()
    typing = Asker("c" * 80 + "w", Lane.TYPING)
    scheduler.submit(typing.job)
    assert typing.all() == "xyz"
    assert not any(asker.replies.qsize() > 24 for asker in others)
    assert [asker.all()[-3:] for asker in others] == ["xyz", "xyz"]


def test_a_job_that_was_pushed_out_says_nothing_twice(start: Start) -> None:
    model = FakeModel(cells=64, step_seconds=0.005)
    scheduler = start(model)
    background, typing = Asker("c" * 20 + "a", Lane.BACKGROUND, 30), Asker("b" * 40 + "w", Lane.TYPING, 15)
    scheduler.submit(background.job)
    first = background.next().text
    scheduler.submit(typing.job)
    assert typing.all() == "xyz"
    assert first + background.all() == "bcdefghijklmnopqrstuvwxyz"


def test_prompts_that_do_not_fit_together_run_one_after_another(start: Start) -> None:
    model = FakeModel(cells=64)
    scheduler = start(model)
    askers = [Asker("a" * 40, Lane.ACTION, max_tokens=5) for _ in range(3)]
    for asker in askers:
        scheduler.submit(asker.job)
    assert [asker.all() for asker in askers] == ["bcdef"] * 3
    assert model.used() <= model.cells


def test_jobs_that_begin_alike_evaluate_the_beginning_once(start: Start, slow: FakeModel) -> None:
    scheduler = start(slow)
    askers = [Asker("c" * 100 + letter, Lane.BACKGROUND, 1) for letter in "ax"]
    for asker in askers:
        scheduler.submit(asker.job)
    assert [asker.all() for asker in askers] == ["b", "y"]
    assert sum(slow.evaluated) < 100 + 64 + 2


def test_an_unforeseen_error_ends_one_job_only(start: Start) -> None:
    class Broken(FakeModel):
        def piece(self, token: int) -> bytes:
            return (1 // (token - ord("c"))).to_bytes(1)

    scheduler = start(FakeModels(lambda name: Broken() if name == "broken" else FakeModel()))
    broken, good = Asker("b", model="broken"), Asker("w")
    scheduler.submit(broken.job)
    scheduler.submit(good.job)
    with pytest.raises(EngineError, match="ZeroDivisionError"):
        broken.all()
    assert good.all() == "xyz"


def test_more_jobs_than_sequences_all_end(start: Start, slow: FakeModel) -> None:
    scheduler = start(slow)
    askers = [Asker(letter, Lane.ACTION) for letter in "tuvwxy"]
    for asker in askers:
        scheduler.submit(asker.job)
    assert [asker.all() for asker in askers] == ["uvwxyz", "vwxyz", "wxyz", "xyz", "yz", "z"]
    lanes = {lane.name: (lane.waiting, lane.running, lane.finished) for lane in scheduler.lanes()}
    assert lanes["action"] == (0, 0, 6)


def test_a_newer_request_for_the_place_supersedes(start: Start, slow: FakeModel) -> None:
    scheduler = start(slow)
    first, other = Asker("a" * 40, place="p", owner=1), Asker("v", place="p", owner=2)
    second = Asker("w", place="p", owner=1)
    for asker in (first, other, second):
        scheduler.submit(asker.job)
    with pytest.raises(Superseded):
        first.all()
    assert (second.all(), other.all()) == ("xyz", "wxyz")


@pytest.mark.parametrize(
    ("wanted", "room", "given"),
    [
        ([1, 400, 400], 9, [(0, 1), (1, 4), (2, 4)]),
        ([1, 1, 1, 1], 3, [(0, 1), (1, 1), (2, 1)]),  # the first ones, which are the most urgent
        ([5, 1, 1], 2, [(1, 1), (0, 1)]),
    ],
)
def test_shares_of_a_decode(wanted: list[int], room: int, given: list[tuple[int, int]]) -> None:
    assert list(split_batch(wanted, room)) == given


def test_a_slice_that_is_interrupted_again_and_again_gets_shorter(start: Start) -> None:
    class Busy(FakeModel):
        """A key comes before more than ten tokens are evaluated."""

        def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
            return super().decode(batch) if sum(len(evaluation.tokens) for evaluation in batch) <= 10 else None

    asker = Asker("a" * 99 + "w", Lane.BACKGROUND)
    start(Busy(width=64)).submit(asker.job)
    assert asker.all() == "xyz"
