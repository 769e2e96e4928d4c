"""Who computes when, and what it costs the others."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence

import pytest

from breadknife.engine.api import Chunk, Embeddings, EmbedRequest, GenerateRequest, Lane, Part, ScoreRequest, Scores
from breadknife.engine.daemon.batching import Asked, shares
from breadknife.engine.daemon.decoding import Work, make_plan
from breadknife.engine.daemon.jobs import Run
from breadknife.engine.daemon.scheduler import Job, Scheduler
from breadknife.engine.daemon.sequences import Sequences
from breadknife.engine.model import Evaluation, Rows
from breadknife.errors import BreadknifeError, EngineError, ModelMissing, PromptTooLong, Superseded
from engine.fake_model import FakeModel, FakeModels, only


class Asker:
    """Collects what comes back for a job."""

    def __init__(
        self,
        text: str,
        lane: Lane = Lane.TYPING,
        max_tokens: int = 100,
        model: str = "fake",
        place: str = "",
        owner: object = None,
        keep: bool = False,
    ) -> None:
        request = GenerateRequest(model, (Part(text, keep=keep),), max_tokens, lane=lane, place=place)
        self.replies: queue.Queue[Chunk | Scores | Embeddings | BreadknifeError] = queue.Queue()
        self.job = Job(request, self.replies.put, owner)

    def next(self) -> Chunk:
        reply = self.replies.get(timeout=5)
        if isinstance(reply, BreadknifeError):
            raise reply
        assert isinstance(reply, Chunk)
        return reply

    def all(self) -> str:
        said = ""
        while True:
            chunk = self.next()
            said += chunk.text
            if chunk.finish:
                assert self.replies.empty()
                return said


@pytest.fixture
def slow() -> FakeModel:
    return FakeModel(step_seconds=0.02)


@pytest.fixture
def start() -> Iterator[Callable[[FakeModels | FakeModel], Scheduler]]:
    schedulers: list[Scheduler] = []

    def start(models: FakeModels | FakeModel) -> Scheduler:
        schedulers.append(Scheduler(models if isinstance(models, FakeModels) else only(models)))
        return schedulers[-1]

    yield start
    for scheduler in schedulers:
        scheduler.close()


Start = Callable[[FakeModels | FakeModel], Scheduler]


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


def run_that_left(request: ScoreRequest | EmbedRequest, *held: list[int], block: int = 1) -> Run:
    model = FakeModel(tokens=[[] for _ in range(8)], block=block)
    cache, job = Sequences(model), Job(request, lambda reply: None)
    plan, work = make_plan(model, request, 100), Work(model, cache)
    return Run(job, plan, work, plan.steps(work), held=list(held))


def test_branches_whose_beginning_was_forgotten_begin_anew() -> None:
    request = ScoreRequest("fake", (Part("abc"),), ("xy", "uv"))
    run = run_that_left(request, [97, 98, 99], [97, 98, 99], [97, 98, 99])
    assert not run.come_back()
    assert (run.work.sequences, run.held) == ([], None)
    cached = run_that_left(request, [97, 98, 99], [97, 98, 99], [97, 98, 99, 120])
    cached.work.model.decode([Evaluation(cached.work.cache.take([], "", Lane.ACTION), [97, 98, 99])])
    cached.work.cache.release(0)
    assert cached.come_back()
    assert [(asked.seat, asked.tokens) for asked in cached.asked] == [(2, [120])]
    assert cached.work.model.used() == 3


def test_branches_whose_beginning_is_not_known_any_more_begin_anew() -> None:
    request = ScoreRequest("fake", (Part("abc"),), ("xy", "uv"))
    run = run_that_left(request, [97, 98, 99], [97, 98, 99], [97, 98, 99], block=2)
    run.work.model.decode([Evaluation(run.work.cache.take([], "", Lane.ACTION), [97, 98, 99, 100])])
    run.work.cache.release(0)
    assert not run.come_back()
    assert (run.work.sequences, run.work.cache.in_use) == ([], set())


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
    run = run_that_left(EmbedRequest("fake", ("ab", "cd")), [97, 98], [99])
    run.asked = [Asked(1, [100], 2, embeddings=True)]
    assert run.come_back()
    assert [(asked.seat, asked.tokens, asked.embeddings) for asked in run.asked] == [
        (1, [99, 100], True),
        (0, [97, 98], True),
    ]


@pytest.mark.parametrize(
    ("wanted", "room", "given"),
    [
        ([1, 400, 400], 9, [(0, 1), (1, 4), (2, 4)]),
        ([1, 1, 1, 1], 3, [(0, 1), (1, 1), (2, 1)]),  # the first ones, which are the most urgent
        ([5, 1, 1], 2, [(1, 1), (0, 1)]),
    ],
)
def test_shares_of_a_decode(wanted: list[int], room: int, given: list[tuple[int, int]]) -> None:
    assert list(shares(wanted, room)) == given


def test_a_slice_that_is_interrupted_again_and_again_gets_shorter(start: Start) -> None:
    class Busy(FakeModel):
        """A key comes before more than ten tokens are evaluated."""

        def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
            return super().decode(batch) if sum(len(evaluation.tokens) for evaluation in batch) <= 10 else None

    asker = Asker("a" * 99 + "w", Lane.BACKGROUND)
    start(Busy(width=64)).submit(asker.job)
    assert asker.all() == "xyz"


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
        def tend(self, busy: frozenset[str], *, idle: bool, mark: Callable[[str], None]) -> None:
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
