"""The scheduler with a real model: what is quicker must say the same."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from breadknife.engine.api import (
    Calibration,
    Chunk,
    Embeddings,
    EmbedRequest,
    GenerateRequest,
    Lane,
    Part,
    ScoreRequest,
    Scores,
)
from breadknife.engine.daemon.jobs import Reply
from breadknife.engine.daemon.scheduler import Job, Scheduler
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.weights import Weights
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from engine.fake_model import FakeModels

pytestmark = pytest.mark.model

WIDTH_IS_CHEAP = Calibration(2, 48, ((1, 1.0), (16, 2.0), (48, 6.0)))
PATIENCE = 240.0
"""Seconds to wait for an answer, however busy the machine is."""
WIDTH_IS_DEAR = Calibration(2, 48, ((1, 1.0), (48, 96.0)))


@pytest.fixture(scope="module")
def model(tests_home: Path) -> Iterator[LlamaModel]:
    path = ModelStore().verified(builtin_catalog().model("smollm2-135m"))
    model = LlamaModel(Weights(path), cells=4096, sequences=16, threads=1, width=128)
    yield model
    model.close()


class Lent(FakeModels):
    """Models that outlive the scheduler."""

    def close(self) -> None:
        pass


class Engine:
    """A scheduler of its own for one model that others use, too, and an empty cache."""

    def __init__(self, model: LlamaModel, cost: Calibration | None) -> None:
        for sequence in range(len(model.tokens)):
            model.truncate(sequence, 0)
        model.interrupt(False)
        self.scheduler = Scheduler(Lent(lambda name: model, cost))

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        """The scheduler's thread ends before anybody frees the model, be the test passed or failed."""
        self.scheduler.close()

    def begin(self, request: GenerateRequest | ScoreRequest | EmbedRequest) -> queue.Queue[Reply]:
        replies: queue.Queue[Reply] = queue.Queue()
        self.scheduler.submit(Job(request, replies.put))
        return replies

    def ask(self, prompt: str, tokens: int = 40, lane: Lane = Lane.ACTION) -> list[Chunk]:
        return answer(self.begin(GenerateRequest("m", (Part(prompt),), tokens, lane=lane)))


def answer(replies: queue.Queue[Reply]) -> list[Chunk]:
    chunks: list[Chunk] = []
    while not chunks or not chunks[-1].finish:
        reply = replies.get(timeout=PATIENCE)
        assert isinstance(reply, Chunk)
        chunks.append(reply)
    return chunks


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


CODE = Path(__file__).parents[1].joinpath("code.txt").read_text("utf-8")
"""Doesn't change: where two tokens are nearly as likely, another batch may choose the other one."""
BEGINNING = CODE[:1000]
TEXTS = {
    "edit": f"The code:\n```python\n{BEGINNING}```\n\nThe same code again:\n```python\n{CODE[:200]}",
    "repetitive": "".join(f"    assert double({n}) == {2 * n}\n" for n in range(1, 12)),
    "loop": "The cat sat on the mat. " * 12,
    "prose": "It was a dark and stormy night, and the keeper of the lighthouse",
    "code": BEGINNING,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_drafts_do_not_change_a_token(model: LlamaModel, text: str) -> None:
    said: list[list[Chunk]] = []
    for cost in (WIDTH_IS_DEAR, WIDTH_IS_CHEAP):
        with Engine(model, cost) as engine:
            said.append(engine.ask(text, 80))
    plain, drafted = said
    assert [chunk.text for chunk in drafted] == [chunk.text for chunk in plain]
    assert plain[-1].drafted_tokens == 0
    assert drafted[-1].accepted_tokens > 30 or text != TEXTS["loop"]


PROMPTS = [f"{number} {thing} are {number} times" for number in ("Two", "Three", "Ten") for thing in ("cats", "days")]


def test_what_is_batched_is_as_alone(model: LlamaModel) -> None:
    with Engine(model, WIDTH_IS_DEAR) as engine:
        alone = [text_of(engine.ask(prompt, 12, Lane.BACKGROUND)) for prompt in PROMPTS]
    with Engine(model, WIDTH_IS_CHEAP) as engine:
        requests = [GenerateRequest("m", (Part(prompt),), 12, lane=Lane.BACKGROUND) for prompt in PROMPTS]
        together = [text_of(answer(replies)) for replies in [engine.begin(request) for request in requests]]
    assert together == alone


def test_who_is_overtaken_loses_nothing(model: LlamaModel) -> None:
    with Engine(model, WIDTH_IS_DEAR) as engine:
        alone = text_of(engine.ask(BEGINNING, 24, Lane.BACKGROUND))
    with Engine(model, WIDTH_IS_DEAR) as engine:
        background = engine.begin(GenerateRequest("m", (Part(BEGINNING),), 24, lane=Lane.BACKGROUND))
        for key in range(6):
            assert engine.ask(f"def f{key}", 3, Lane.TYPING)[-1].finish
            if key > 2:
                chunk = background.get(timeout=PATIENCE)
                assert isinstance(chunk, Chunk)
                alone = alone.removeprefix(chunk.text)
        assert text_of(answer(background)) == alone


def test_typing_evaluates_only_the_new_tokens(model: LlamaModel) -> None:
    with Engine(model, None) as engine:
        engine.ask(BEGINNING, 3, Lane.TYPING)
        for end in ("\n", "\nclass", "\nclass A", "\nclass A:"):
            last = engine.ask(BEGINNING + end, 3, Lane.TYPING)[-1]
            assert last.prompt_tokens - last.cached_tokens <= 3


def test_the_likelier_answer_scores_higher(model: LlamaModel) -> None:
    with Engine(model, None) as engine:
        prompt = (Part("Paris is the capital of"),)
        alternatives = (" France", " Germany and Poland", " bananas")
        scores = engine.begin(ScoreRequest("m", prompt, alternatives)).get(timeout=PATIENCE)
        assert isinstance(scores, Scores)
        assert scores.logprobs[0] == max(scores.logprobs)
        likeliest = answer(engine.begin(GenerateRequest("m", prompt, 1, top_logprobs=20)))[0].top_logprobs
        assert dict(likeliest)[" France"] == pytest.approx(scores.logprobs[0], abs=0.5)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_fresh_score_is_the_same_whatever_was_asked_before(model: LlamaModel) -> None:
    with Engine(model, WIDTH_IS_CHEAP) as engine:
        prompt, changes = (Part(CODE * 2),), ("\n\n\nclass A:", "\n    pass", " # why")

        def score() -> tuple[float, ...]:
            scores = engine.begin(ScoreRequest("m", prompt, changes, Lane.BACKGROUND, fresh=True)).get(timeout=PATIENCE)
            assert isinstance(scores, Scores)
            return scores.logprobs

        first = score()
        for number in range(3):
            engine.ask(CODE + str(number), 9 * number + 1, Lane.BACKGROUND)
            assert score() == first


def test_texts_of_one_meaning_are_near_each_other(model: LlamaModel) -> None:
    with Engine(model, None) as engine:
        texts = ("How do I bake bread?", "What is the way to bake a loaf of bread?", "def add(a, b): return a + b")
        found = engine.begin(EmbedRequest("m", texts)).get(timeout=PATIENCE)
        assert isinstance(found, Embeddings)
        loaf, bread, code = found.vectors
        assert dot(loaf, bread) > dot(loaf, code)


def dot(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))
