from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from breadknife.engine.api import CONTEXT_SIZE, Chunk, GenerateRequest, Lane, Part
from breadknife.engine.scheduler import Job, Scheduler, common_prefix, generate
from breadknife.errors import BreadknifeError, EngineError, ModelMissing, PromptTooLong
from engine.fake_model import FakeModel


def run(model: FakeModel, text: str, max_tokens: int = 100, stop: tuple[str, ...] = ()) -> list[Chunk]:
    request = GenerateRequest("fake", (Part(text),), max_tokens, stop)
    return [chunk for chunk in generate(model, 0, model.tokenize(request.prompt), request) if chunk]


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


@pytest.mark.parametrize(
    ("prompt", "max_tokens", "stop", "text", "finish"),
    [
        ("w", 100, (), "xyz", "stop"),
        ("a", 3, (), "bcd", "length"),
        ("a", 100, ("ef",), "bcd", "stop"),
        ("a", 3, ("de",), "bcd", "length"),  # "d" may have become a stop string, and didn't
        ("x", 100, ("zq",), "yz", "stop"),
        ("z", 100, (), "", "stop"),
    ],
)
def test_generate(prompt: str, max_tokens: int, stop: tuple[str, ...], text: str, finish: str) -> None:
    chunks = run(FakeModel(), prompt, max_tokens, stop)
    assert (text_of(chunks), chunks[-1].finish) == (text, finish)
    assert all(not chunk.finish for chunk in chunks[:-1])


def test_only_new_tokens_are_evaluated() -> None:
    model = FakeModel()
    assert run(model, "hello worl", 1)[-1].cached_tokens == 0
    model.evaluated.clear()
    last = run(model, "hello world", 1)[-1]
    assert (last.prompt_tokens, last.cached_tokens, model.evaluated) == (11, 10, [1])


def test_a_prompt_is_evaluated_in_slices() -> None:
    model = FakeModel()
    run(model, "a" * 20, 1)
    assert model.evaluated == [8, 8, 4]


@pytest.mark.parametrize(
    ("a", "b", "length"), [([], [], 0), ([1, 2], [1, 3], 1), ([1, 2], [1, 2, 3], 2), ([1], [2], 0), ([1, 2], [1, 2], 2)]
)
def test_common_prefix(a: list[int], b: list[int], length: int) -> None:
    assert common_prefix(a, b) == length


class Asker:
    """Collects what comes back for a job."""

    def __init__(self, text: str, lane: Lane = Lane.TYPING, max_tokens: int = 100, model: str = "fake") -> None:
        self.replies: queue.Queue[Chunk | BreadknifeError] = queue.Queue()
        request = GenerateRequest(model, (Part(text),), max_tokens, lane=lane)
        self.job = Job(request, self.replies.put, self.replies.put)

    def all(self) -> str:
        said = ""
        while True:
            reply = self.replies.get(timeout=5)
            if isinstance(reply, BreadknifeError):
                raise reply
            said += reply.text
            if reply.finish:
                return said


@pytest.fixture
def slow() -> FakeModel:
    return FakeModel(step_seconds=0.02)


@pytest.fixture
def scheduler(slow: FakeModel) -> Iterator[Scheduler]:
    def load(name: str) -> FakeModel:
        if name != "fake":
            raise ModelMissing(f"no {name}")
        return slow

    scheduler = Scheduler(load)
    yield scheduler
    scheduler.close()


def test_typing_goes_before_background_and_costs_it_nothing(scheduler: Scheduler, slow: FakeModel) -> None:
    background, typing = Asker("a" * 40 + "a", Lane.BACKGROUND), Asker("w", Lane.TYPING)
    scheduler.submit(background.job)
    background.replies.get(timeout=5)  # it has begun to write
    scheduler.submit(typing.job)
    assert typing.all() == "xyz"
    assert background.replies.qsize() < 20
    assert background.all().endswith("xyz")
    assert sum(slow.evaluated) == 41 + 25 + 1 + 3  # nothing was evaluated twice


def test_a_cancelled_job_stops_in_the_middle_of_its_prompt(scheduler: Scheduler, slow: FakeModel) -> None:
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
    [(Asker("a" * (CONTEXT_SIZE + 1)), PromptTooLong), (Asker("a", model="other"), ModelMissing)],
)
def test_what_can_not_run_fails_alone(scheduler: Scheduler, asker: Asker, error: type[BreadknifeError]) -> None:
    good = Asker("w")
    scheduler.submit(asker.job)
    scheduler.submit(good.job)
    with pytest.raises(error):
        asker.all()
    assert good.all() == "xyz"


def test_typing_waits_its_turn_when_every_sequence_is_taken(scheduler: Scheduler) -> None:
    slow_ones = [Asker("a" * 30, lane) for lane in (Lane.BACKGROUND, Lane.ACTION)]
    for asker in slow_ones:
        scheduler.submit(asker.job)
        asker.replies.get(timeout=5)
    typing = Asker("w", Lane.TYPING)
    scheduler.submit(typing.job)
    assert typing.all() == "xyz"
    assert [asker.all()[-3:] for asker in slow_ones] == ["xyz", "xyz"]


def test_prompts_that_do_not_fit_together_run_one_after_another() -> None:
    model = FakeModel(cells=64)
    scheduler = Scheduler(lambda name: model)
    askers = [Asker("a" * 40, Lane.ACTION, max_tokens=5) for _ in range(3)]
    for asker in askers:
        scheduler.submit(asker.job)
    assert [asker.all() for asker in askers] == ["bcdef"] * 3
    assert model.used() <= model.cells
    scheduler.close()


def test_an_unforeseen_error_ends_one_job_only() -> None:
    class Broken(FakeModel):
        def piece(self, token: int) -> bytes:
            return (1 // (token - ord("c"))).to_bytes(1)

    scheduler = Scheduler(lambda name: Broken() if name == "broken" else FakeModel())
    broken, good = Asker("b", model="broken"), Asker("w")
    scheduler.submit(broken.job)
    scheduler.submit(good.job)
    with pytest.raises(EngineError, match="ZeroDivisionError"):
        broken.all()
    assert good.all() == "xyz"
    scheduler.close()


def test_more_jobs_than_sequences_all_end(scheduler: Scheduler) -> None:
    askers = [Asker(letter, Lane.ACTION) for letter in "tuvwxy"]
    for asker in askers:
        scheduler.submit(asker.job)
    assert [asker.all() for asker in askers] == ["uvwxyz", "vwxyz", "wxyz", "xyz", "yz", "z"]
