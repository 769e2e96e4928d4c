"""Whatever was asked before, and beside it, each job gets what it gets alone."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from breadknife.engine.api import Chunk, Lane, Part, ScoreRequest, Scores
from breadknife.engine.daemon import daemon
from breadknife.engine.daemon.daemon import load_model
from breadknife.engine.daemon.jobs import Slot
from breadknife.engine.kinds import ModelKind
from breadknife.engine.llama.recurrent import BLOCK, RecurrentModel
from breadknife.engine.models.adding import AddRequest, add_model
from breadknife.engine.models.store import ModelStore
from breadknife.engine.settings import EngineSettings
from engine.recurrent.asking import (
    Engine,
    Fresh,
    answer,
    check,
    evaluate,
    some_tokens,
)

pytestmark = pytest.mark.model


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def evaluated(chunks: list[Chunk]) -> int:
    return chunks[-1].prompt_tokens - chunks[-1].cached_tokens


def letters(count: int, seed: int = 1) -> str:
    """A token each."""
    return " ".join(random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz", k=count))


def test_typing_evaluates_only_the_new_tokens(engine: Engine, fresh: Fresh) -> None:
    prompt = letters(200)
    assert evaluated(engine.ask(prompt)) == 200
    for letter in letters(30, 2).split():
        prompt += f" {letter}"
        for _ in range(2):  # another answer to the same prompt
            chunks = engine.ask(prompt)
            assert evaluated(chunks) <= 10
            assert chunks[-1].drafted_tokens == 0
        fresh.check(prompt, chunks)


def test_a_key_that_deletes_evaluates_at_most_a_block(engine: Engine, fresh: Fresh) -> None:
    prompt = letters(230)
    engine.ask(prompt)
    for _ in range(100):
        prompt = prompt[:-2]
        chunks = engine.ask(prompt, 3)
        assert evaluated(chunks) <= BLOCK
        fresh.check(prompt, chunks)


def test_a_text_that_the_model_wrote_is_deleted_again(engine: Engine, fresh: Fresh) -> None:
    prompt = letters(100)
    prompt += text_of(engine.ask(prompt, 150))
    engine.ask(prompt)
    for _ in range(20):
        prompt = prompt.rpartition(" ")[0] or prompt[:-1]
        chunks = engine.ask(prompt, 3)
        assert evaluated(chunks) <= BLOCK
        fresh.check(prompt, chunks)


def test_prompts_that_begin_alike_share_what_they_can(engine: Engine, fresh: Fresh) -> None:
    begin = letters(150)
    engine.ask(begin)
    for seed in range(12):
        prompt = f"{begin} {letters(40, seed)}"
        chunks = engine.ask(prompt, lane=Lane.ACTION)
        fresh.check(prompt, chunks)
        assert evaluated(chunks) <= 40 + BLOCK


def test_jobs_side_by_side_say_what_they_say_alone(engine: Engine, fresh: Fresh) -> None:
    begin = letters(100)
    prompts = [letters(90, seed) for seed in range(4)] + [f"{begin} {letters(20, seed)}" for seed in range(4)]
    replies = [engine.write(prompt, 30, Lane.BACKGROUND) for prompt in prompts]
    for prompt, each in zip(prompts, replies, strict=True):
        fresh.check(prompt, answer(each))


def test_who_is_overtaken_says_the_same(engine: Engine, fresh: Fresh) -> None:
    prompts = [letters(300, seed) for seed in range(3)]
    background = [engine.write(prompt, 60, Lane.BACKGROUND) for prompt in prompts]
    typed = letters(200, 9)
    for letter in letters(12, 8).split():
        typed += f" {letter}"
        fresh.check(typed, engine.ask(typed, 4))
    for prompt, each in zip(prompts, background, strict=True):
        fresh.check(prompt, answer(each))


def test_who_is_pushed_out_says_the_same(engine: Engine, fresh: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    left, leave = list[Slot](), Slot.preempt

    def noted(slot: Slot) -> None:
        left.append(slot)
        leave(slot)

    monkeypatch.setattr(Slot, "preempt", noted)
    prompt, others = letters(400, 3), [letters(600, seed) for seed in (4, 5)]
    background = engine.write(prompt, 300, Lane.BACKGROUND)
    first = background.get(timeout=60)
    assert isinstance(first, Chunk)
    for other in others:
        fresh.check(other, engine.ask(other, 4))
    fresh.check(prompt, [first, *answer(background)])
    assert left


def test_alternatives_are_scored_as_if_each_were_alone(engine: Engine, fresh: Fresh) -> None:
    prompt, alternatives = letters(130), (" a", " b c d", " e f g h i j k l m n", " " + letters(70, 5), " zz")
    for _ in range(2):
        replies = engine.begin(ScoreRequest("m", (Part(prompt),), alternatives, Lane.BACKGROUND))
        engine.ask(letters(50, 6), 4)  # overtakes it
        scores = replies.get(timeout=60)
        assert isinstance(scores, Scores)
        expected = [fresh.score(prompt, alternative) for alternative in alternatives]
        assert scores.logprobs == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("milliseconds", [0, 3, 10, 20, 30])
def test_a_score_that_is_pushed_out_is_the_same(engine: Engine, fresh: Fresh, milliseconds: int) -> None:
    prompt, alternatives = letters(400), tuple(f" {letters(40, seed)}" for seed in range(4))
    replies = engine.begin(ScoreRequest("m", (Part(prompt),), alternatives, Lane.BACKGROUND))
    time.sleep(milliseconds / 1000)
    engine.ask(letters(700, 7), 3)
    scores = replies.get(timeout=60)
    assert isinstance(scores, Scores)
    last = len(alternatives) - 1
    assert scores.logprobs[last] == pytest.approx(fresh.score(prompt, alternatives[last]), abs=0.01)


def test_the_daemon_loads_a_file_of_the_users_own(loaded: RecurrentModel, home: Path, fresh: Fresh) -> None:
    added = add_model(AddRequest(str(loaded._path), roles=("judge",)), ModelStore(), lambda _: None, offline=True)
    assert added.model.kind is ModelKind.DECODER
    model = load_model(added.model.name, EngineSettings())
    assert isinstance(model, RecurrentModel)
    assert len(model.tokens) == daemon.SEQUENCES
    evaluate(model, 0, some_tokens(100))
    model.truncate(0, 80)
    check(model, fresh, 0)
    model.close()
