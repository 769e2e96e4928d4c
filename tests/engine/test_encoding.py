"""An encoder's jobs beside others: one text at a time, and nobody waits for more than that."""

from __future__ import annotations

import math
import queue
from collections.abc import Callable, Iterator

import pytest

from breadknife.engine.api import (
    Classes,
    ClassifyRequest,
    Embeddings,
    EmbedRequest,
    EngineRequest,
    GenerateRequest,
    Lane,
    Part,
    Relevances,
    RerankRequest,
    ScoreRequest,
)
from breadknife.engine.daemon.jobs import Job, Reply
from breadknife.engine.daemon.scheduler import Scheduler
from breadknife.engine.kinds import ModelKind
from breadknife.engine.model import AnyModel
from breadknife.errors import EngineError, ModelError, PromptTooLong
from engine.fake_encoder import FakeEncoder
from engine.fake_model import FakeModel, FakeModels


class AskedJob:
    def __init__(self, request: EngineRequest) -> None:
        self.replies: queue.Queue[Reply] = queue.Queue()
        self.job = Job(request, self.replies.put)

    def answer(self) -> Reply:
        return self.replies.get(timeout=5)


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture
def scheduler(encoder: FakeEncoder) -> Iterator[Scheduler]:
    models: dict[str, AnyModel] = {"reads": encoder, "writes": FakeModel()}
    scheduler = Scheduler(FakeModels(models.__getitem__))
    yield scheduler
    scheduler.close()


Ask = Callable[[EngineRequest], AskedJob]


@pytest.fixture
def ask(scheduler: Scheduler) -> Ask:
    def ask(request: EngineRequest) -> AskedJob:
        asked = AskedJob(request)
        scheduler.submit(asked.job)
        return asked

    return ask


def embed(*texts: str, lane: Lane = Lane.BACKGROUND) -> EmbedRequest:
    return EmbedRequest("reads", texts, lane)


def test_vectors_have_length_one_and_texts_are_read_one_by_one(ask: Ask, encoder: FakeEncoder) -> None:
    found = ask(embed("aab", "c")).answer()
    assert isinstance(found, Embeddings)
    assert found.vectors[0] == pytest.approx((2 / math.sqrt(5), 1 / math.sqrt(5), 0))
    assert found.vectors[1] == (0, 0, 1)
    assert (found.prompt_tokens, found.trimmed_tokens) == (5 + 3, 0)
    assert encoder.read == ["<aab>", "<c>"]


def test_a_text_that_is_too_long_loses_its_end_and_it_is_said(ask: Ask, encoder: FakeEncoder) -> None:
    found = ask(embed("a" * 100)).answer()
    assert isinstance(found, Embeddings)
    assert (found.prompt_tokens, found.trimmed_tokens) == (64, 100 - 62)
    assert encoder.read == [f"<{'a' * 62}>"]


def test_relevances_are_what_the_head_says(ask: Ask, encoder: FakeEncoder) -> None:
    encoder.kind = ModelKind.RERANKER
    found = ask(RerankRequest("reads", "q", ("a", "aa", "b"))).answer()
    assert found == Relevances((1, 2, 0), 5 + 6 + 5)
    assert encoder.read == ["<q|a>", "<q|aa>", "<q|b>"]


def test_classes_are_probabilities(ask: Ask, encoder: FakeEncoder) -> None:
    encoder.kind = ModelKind.CLASSIFIER
    found = ask(ClassifyRequest("reads", ("b", "x"))).answer()
    assert isinstance(found, Classes)
    assert found.labels == ("a", "b", "c")
    assert found.probabilities[0] == pytest.approx((1 / (2 + math.e), math.e / (2 + math.e), 1 / (2 + math.e)))
    assert found.probabilities[1] == pytest.approx((1 / 3,) * 3)


@pytest.mark.parametrize("request_", [embed(), RerankRequest("reads", "q", ()), ClassifyRequest("reads", ())])
def test_no_texts_have_no_answers(ask: Ask, encoder: FakeEncoder, request_: EngineRequest) -> None:
    kinds = {EmbedRequest: ModelKind.ENCODER, RerankRequest: ModelKind.RERANKER, ClassifyRequest: ModelKind.CLASSIFIER}
    encoder.kind = kinds[type(request_)]  # type: ignore[index]
    found = ask(request_).answer()
    assert isinstance(found, Embeddings | Relevances | Classes)
    assert found.prompt_tokens == 0


@pytest.mark.parametrize(
    ("kind", "request_", "error", "reason"),
    [
        (ModelKind.ENCODER, embed("a", "", "b"), EngineError, "an empty text says nothing; leave it out"),
        (ModelKind.RERANKER, RerankRequest("reads", "q" * 70, ("a",)), PromptTooLong, "64 are the most together"),
        (ModelKind.ENCODER, RerankRequest("reads", "q", ("a",)), ModelError, "an encoder. Choose a reranker"),
        (ModelKind.RERANKER, embed("a"), ModelError, "a reranker. Choose an encoder"),
        (ModelKind.ENCODER, GenerateRequest("reads", (Part("a"),), 1), ModelError, "an encoder. Choose a decoder"),
        (ModelKind.ENCODER, ScoreRequest("reads", (Part("a"),), ("b",)), ModelError, "an encoder. Choose a decoder"),
        (ModelKind.ENCODER, ClassifyRequest("writes", ("a",)), ModelError, "a decoder. Choose a classifier"),
    ],
)
def test_what_can_not_be_read_fails_alone(
    ask: Ask, encoder: FakeEncoder, kind: ModelKind, request_: EngineRequest, error: type[Exception], reason: str
) -> None:
    encoder.kind = kind
    bad, good = ask(request_), ask(GenerateRequest("writes", (Part("w"),), 10))
    failed = bad.answer()
    assert isinstance(failed, error)
    assert reason in str(failed)
    assert not isinstance(good.answer(), Exception)


def test_typing_interrupts_a_text_which_is_read_again(ask: Ask, encoder: FakeEncoder) -> None:
    encoder.step_seconds = 60
    background = ask(embed("a", "b"))
    assert encoder.begun.wait(5)
    encoder.step_seconds = 0
    typing = ask(GenerateRequest("writes", (Part("w"),), 10, lane=Lane.TYPING))
    assert not isinstance(typing.answer(), Exception)
    found = background.answer()
    assert isinstance(found, Embeddings)
    assert encoder.read == ["<a>", "<b>"]


def test_a_cancelled_job_ends_within_its_text(ask: Ask, scheduler: Scheduler, encoder: FakeEncoder) -> None:
    encoder.step_seconds = 60
    long = ask(embed(*"abc"))
    assert encoder.begun.wait(5)
    encoder.step_seconds = 0
    scheduler.cancel(long.job)
    assert not isinstance(ask(embed("c")).answer(), Exception)
    assert encoder.read == ["<c>"]
    assert long.replies.empty()


def test_jobs_of_a_lane_take_turns(ask: Ask, encoder: FakeEncoder) -> None:
    encoder.step_seconds = 0.02
    many = ask(embed(*"a" * 50))
    assert encoder.begun.wait(5)
    few = ask(embed("b", "c"))
    few.answer()
    assert many.replies.empty()
    assert len(encoder.read) < 20
    many.answer()


def test_what_was_read_is_counted(ask: Ask, scheduler: Scheduler) -> None:
    ask(embed("aab", "c")).answer()
    (status,) = scheduler.models()
    assert (status.name, status.kind, status.prompt_tokens, status.cells) == ("reads", ModelKind.ENCODER, 8, 0)
