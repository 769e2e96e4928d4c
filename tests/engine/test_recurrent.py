"""Models whose memory can't be rolled back: whatever was asked before, they say what they say from the beginning."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np
import pytest

from breadknife.engine.api import Calibration, Chunk, EmbedRequest, GenerateRequest, Lane, Part, ScoreRequest, Scores
from breadknife.engine.daemon import daemon
from breadknife.engine.daemon.daemon import load_model
from breadknife.engine.daemon.jobs import Reply, Run
from breadknife.engine.daemon.scheduler import Job, Scheduler
from breadknife.engine.kinds import Kind
from breadknife.engine.llama import recurrent as module
from breadknife.engine.llama.checkpoints import Checkpoints
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.recurrent import BLOCK, RecurrentModel, open_model
from breadknife.engine.llama.weights import Weights
from breadknife.engine.model import Evaluation, Rows
from breadknife.engine.models.adding import Wish, add_model
from breadknife.engine.models.store import ModelStore
from breadknife.engine.settings import EngineSettings
from breadknife.errors import EngineError
from engine.fake_model import FakeModels
from engine.tiny_models import RECURRENT, VOCABULARY, causal, recurrent

pytestmark = pytest.mark.model

SEQUENCES, CELLS, WIDTH = 6, 1024, 64
SAME = {"mamba": 1e-4, "lfm2": 0.01, "qwen35": 0.01}
"""Logits. Other widths of a batch change them by 5e-6, with attention, which rounds to 16 bits, by 0.004 at most; one
other token changes them by 1 to 4 where it is the last, by 0.01 and more where it is 160 places earlier."""
CHEAP = Calibration(1, WIDTH, ((1, 1.0), (16, 2.0), (64, 6.0)))
"""With these costs other models would draft and share their decodes."""


@pytest.fixture(scope="module", params=RECURRENT)
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecurrentModel]:
    path = tmp_path_factory.mktemp("models") / f"{request.param}.gguf"
    path.write_bytes(recurrent(request.param))
    model = open_model(Weights(path), cells=CELLS, sequences=SEQUENCES, threads=1, width=WIDTH)
    assert isinstance(model, RecurrentModel)
    yield model
    model.close()


@pytest.fixture
def model(loaded: RecurrentModel) -> Iterator[RecurrentModel]:
    """With an empty cache; afterwards llama.cpp's memory must hold what `tokens` says."""
    yield loaded
    loaded.interrupt(False)
    for sequence, tokens in enumerate(loaded.tokens):
        assert last_position(loaded, sequence) == len(tokens) - 1
        loaded.truncate(sequence, 0)
    assert loaded.used() == loaded.checkpoints.bytes == 0


def last_position(model: RecurrentModel, sequence: int) -> int:
    memory: Any = model._memory
    return llama.llama_memory_seq_pos_max(memory, sequence)


def some_tokens(count: int, seed: int = 1) -> list[int]:
    chance = random.Random(seed)
    return [chance.randrange(5, VOCABULARY) for _ in range(count)]


def evaluate(model: LlamaModel, sequence: int, tokens: Sequence[int]) -> Rows:
    """As a prompt: in slices. The row of the last token."""
    row: Rows | None = None
    for at in range(0, len(tokens), WIDTH):
        rows = model.decode([Evaluation(sequence, tokens[at : at + WIDTH], int(at + WIDTH >= len(tokens)))])
        assert rows is not None
        row = rows[0]
    assert row is not None
    return row[-1].copy()


class Fresh:
    """What the same model says of a text that it reads in one go, in a context of its own."""

    def __init__(self, path: Path) -> None:
        self.model = open_model(Weights(path), cells=CELLS, sequences=1, threads=1, width=WIDTH)
        self.same = SAME[path.stem]

    def row(self, tokens: Sequence[int]) -> Rows:
        self.model.truncate(0, 0)
        return evaluate(self.model, 0, tokens)

    def check(self, prompt: str, said: Sequence[Chunk]) -> None:
        """Each token that was said must be the likeliest one after those before it."""
        pieces = {self.model.piece(token).decode(): token for token in range(5, VOCABULARY)}
        self.model.truncate(0, 0)
        row = evaluate(self.model, 0, self.model.tokenize((Part(prompt),))[0])
        for chunk in said:
            token = pieces[chunk.text]
            assert row[token] > row.max() - self.same
            row = evaluate(self.model, 0, [token])

    def score(self, prompt: str, alternative: str) -> float:
        before, after = (self.model.tokenize((Part(text),))[0] for text in (prompt, alternative))
        total = 0.0
        for number, token in enumerate(after):
            row = self.row([*before, *after[:number]]).astype(np.float64)
            total += float(row[token] - np.log(np.exp(row).sum()))
        return total


@pytest.fixture(scope="module")
def fresh(loaded: RecurrentModel) -> Iterator[Fresh]:
    fresh = Fresh(loaded._path)
    yield fresh
    fresh.model.close()


def check(model: RecurrentModel, fresh: Fresh, sequence: int) -> None:
    """What a sequence holds is what its tokens make of an empty one."""
    held = [*model.tokens[sequence]]
    np.testing.assert_allclose(evaluate(model, sequence, [7]), fresh.row([*held, 7]), atol=fresh.same)


# The cache


def test_the_file_decides(tmp_path: Path) -> None:
    (tmp_path / "plain.gguf").write_bytes(causal())
    model = open_model(Weights(tmp_path / "plain.gguf"), cells=64, sequences=2, threads=1, width=16)
    assert type(model) is LlamaModel
    model.close()


def test_big_states_are_fewer(loaded: RecurrentModel, monkeypatch: pytest.MonkeyPatch) -> None:
    for size, sequences in ((1, 36), (10 << 20, 25), (100 << 20, 6)):
        monkeypatch.setattr(module, "_state_size", lambda _, size=size: size)
        model = open_model(Weights(loaded._path), cells=64, sequences=36, threads=1, width=16)
        assert len(model.tokens) == sequences
        model.close()


@pytest.mark.parametrize("length", [199, 198, 191, 128, 127, 65, 64, 63, 1, 0])
def test_a_truncated_sequence_goes_on_as_a_fresh_one(model: RecurrentModel, fresh: Fresh, length: int) -> None:
    tokens = some_tokens(200)
    evaluate(model, 0, tokens)
    model.truncate(0, length)
    held = model.tokens[0]
    assert held == tokens[: len(held)]
    assert 0 <= length - len(held) < BLOCK
    check(model, fresh, 0)


def test_a_prompt_has_a_checkpoint_before_its_last_token_and_after_each_slice(model: RecurrentModel) -> None:
    evaluate(model, 0, some_tokens(200))
    assert model.checkpoints.lengths(0) == [64, 128, 192]  # the rest is too short for another
    evaluate(model, 1, some_tokens(150))
    assert model.checkpoints.lengths(1) == [64, 128, 149]
    for token in some_tokens(130, 2):
        evaluate(model, 1, [token])
    assert model.checkpoints.lengths(1) == [64, 128, 149, 213, 277]


@pytest.mark.parametrize("length", [150, 149, 100, 64, 20])
def test_a_copy_and_its_source_go_on_by_themselves(model: RecurrentModel, fresh: Fresh, length: int) -> None:
    tokens = some_tokens(150)
    evaluate(model, 0, tokens)
    model.copy(0, 1, length)
    assert model.tokens[1] == tokens[: len(model.tokens[1])]
    assert 0 <= length - len(model.tokens[1]) < BLOCK
    assert model.used() == 150
    evaluate(model, 1, some_tokens(70, 2))
    for sequence in (0, 1):
        check(model, fresh, sequence)
    model.copy(1, 1, 3)
    assert len(model.tokens[1]) <= 3


def test_an_interrupted_decode_leaves_nothing(model: RecurrentModel, fresh: Fresh) -> None:
    tokens = some_tokens(60)
    model.decode([Evaluation(0, tokens[:20]), Evaluation(1, tokens[:3])])
    evaluate(model, 1, tokens[3:4])  # no checkpoint is there
    model.copy(0, 3, 20)  # nor a state of its own
    held = [[*each] for each in model.tokens]
    model.interrupt(True)
    for batch in ([0, 1], [2], [3, 2], [1]):
        assert model.decode([Evaluation(s, tokens[10:50]) for s in batch]) is None
    assert model.decode([Evaluation(0, [5])]) is None
    assert model.tokens == held
    model.interrupt(False)
    for sequence in range(4):
        assert last_position(model, sequence) == len(held[sequence]) - 1
        check(model, fresh, sequence)


def test_an_interrupt_that_comes_meanwhile_leaves_nothing(model: RecurrentModel, fresh: Fresh) -> None:
    tokens, outcomes = some_tokens(64, 3), set[bool]()
    for delay in (0, 0.0002, 0.0005, 0.001, 0.002, 0.004, 0.03):  # seconds: before, during and after it
        for sequence in range(3):
            model.truncate(sequence, 0)
            evaluate(model, sequence, some_tokens(21, sequence))
        timer = threading.Timer(delay, model.interrupt, [True])
        timer.start()
        rows = model.decode([Evaluation(s, tokens[: 20 + s], 5) for s in range(3)])
        timer.join()
        model.interrupt(False)
        outcomes.add(rows is None)
        for sequence in range(3):
            more = [] if rows is None else tokens[: 20 + sequence]
            assert model.tokens[sequence] == [*some_tokens(21, sequence), *more]
            check(model, fresh, sequence)
    assert False in outcomes


@pytest.mark.parametrize("seed", range(3))
def test_the_cache_follows_any_history(model: RecurrentModel, fresh: Fresh, seed: int) -> None:
    chance = random.Random(seed)
    for step in range(60):
        source, target = chance.sample(range(SEQUENCES), 2)
        held = [[*each] for each in model.tokens]
        length = chance.randint(0, len(held[source]))
        match chance.choice("eeeinct"):
            case "e":
                evaluate(model, source, some_tokens(chance.choice((1, 5, 30, 100)), step))
                if model.used() > CELLS - 300:
                    model.truncate(max(range(SEQUENCES), key=lambda s: len(model.tokens[s])), 0)
            case "n":
                pieces = [some_tokens(chance.randint(1, 30), step), some_tokens(chance.randint(1, 30), step + 1)]
                batch = [
                    Evaluation(s, piece, chance.randint(0, 9))
                    for s, piece in zip((source, target), pieces, strict=True)
                ]
                rows = model.decode(batch)
                assert rows is not None
                assert [len(row) for row in rows] == [min(each.outputs, len(each.tokens)) for each in batch]
            case "i":
                model.interrupt(True)
                assert model.decode([Evaluation(s, some_tokens(9)) for s in (source, target)]) is None
                model.interrupt(False)
                assert model.tokens == held
            case "c":
                model.copy(source, target, length)
                assert model.tokens[target] == held[source][: len(model.tokens[target])]
                assert len(model.tokens[target]) <= length
            case _:
                model.truncate(source, length)
                assert model.tokens[source] == held[source][: len(model.tokens[source])]
                assert len(model.tokens[source]) <= length
        assert [last_position(model, s) for s in range(SEQUENCES)] == [len(each) - 1 for each in model.tokens]
    for sequence in range(SEQUENCES):
        check(model, fresh, sequence)


def test_a_full_cache_is_an_error_that_leaves_nothing(model: RecurrentModel, fresh: Fresh) -> None:
    if "mamba" in model._path.name:
        pytest.skip("it has no cells")
    evaluate(model, 0, some_tokens(CELLS - 10))
    with pytest.raises(EngineError, match=f"{CELLS - 5} of {CELLS} cells"):
        model.decode([Evaluation(1, some_tokens(5)), Evaluation(2, some_tokens(20))])
    assert model.tokens[1:3] == [[], []]
    model.truncate(0, 500)
    check(model, fresh, 0)


@pytest.mark.parametrize("token", [10**6, -1])
def test_what_is_no_token_is_an_error_that_leaves_nothing(model: RecurrentModel, fresh: Fresh, token: int) -> None:
    evaluate(model, 0, some_tokens(20))
    for tokens in ([token], [5, 6, token]):
        with pytest.raises(EngineError):
            model.decode([Evaluation(0, tokens)])
    assert model.tokens[0] == some_tokens(20)
    check(model, fresh, 0)


def test_a_saved_sequence_comes_back(model: RecurrentModel, fresh: Fresh, tmp_path: Path) -> None:
    evaluate(model, 0, some_tokens(100))
    model.save(0, tmp_path / "sequence")
    evaluate(model, 1, some_tokens(30, 2))
    assert model.load(1, tmp_path / "sequence")
    assert model.tokens[1] == some_tokens(100)
    assert model.checkpoints.lengths(1) == [100]
    check(model, fresh, 1)
    model.truncate(1, 100)
    check(model, fresh, 1)
    (tmp_path / "sequence").write_bytes(b"damaged")
    assert not model.load(1, tmp_path / "sequence")
    assert model.tokens[1] == []


# What is kept


def test_those_that_are_long_unused_and_near_another_one_go_first(model: RecurrentModel) -> None:
    evaluate(model, 0, some_tokens(64))
    size = model.checkpoints.bytes
    checkpoints, tokens = Checkpoints(model._context, 2, budget=8 * size), some_tokens(1000)
    model.truncate(0, 0)
    for at in range(0, 512, 64):  # a prompt is read
        model.decode([Evaluation(0, tokens[at : at + 64])])
        checkpoints.keep(0, at + 64)
    assert checkpoints.lengths(0) == [64, 128, 192, 256, 320, 384, 448, 512]
    for length in range(513, 553):  # and typed on
        model.decode([Evaluation(0, tokens[length - 1 : length])])
        checkpoints.newest(0, length)
        checkpoints.keep(0, length)
    kept = checkpoints.lengths(0)
    assert len(kept) == 8
    assert kept[-1] == 552
    assert any(552 - 64 <= length < 552 for length in kept)
    assert checkpoints.bytes <= 8 * size
    checkpoints.copy(0, 1, 552)
    assert checkpoints.bytes <= 8 * size


def test_few_checkpoints_are_enough(model: RecurrentModel, fresh: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breadknife.engine.llama.checkpoints.AT_LEAST", 2)
    monkeypatch.setattr(model.checkpoints, "_budget", 1)
    for sequence in range(3):
        evaluate(model, sequence, some_tokens(200, sequence))
    for sequence in range(3):
        model.truncate(sequence, 150)
        check(model, fresh, sequence)


def test_what_has_no_way_back_is_not_interrupted(
    model: RecurrentModel, fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model.checkpoints, "take", lambda *_: None)  # as when there is no memory
    evaluate(model, 0, some_tokens(100))
    model.interrupt(True)
    assert model.decode([Evaluation(0, [5, 6])]) is not None
    model.interrupt(False)
    assert model.tokens[0] == [*some_tokens(100), 5, 6]
    check(model, fresh, 0)
    model.truncate(0, 80)
    assert model.tokens[0] == []


def test_a_state_that_does_not_come_back_is_an_error(
    model: RecurrentModel, fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate(model, 0, some_tokens(100))
    model.interrupt(True)
    with monkeypatch.context() as patch:
        patch.setattr(model.checkpoints, "restore", lambda *_: False)
        with pytest.raises(EngineError, match="can't restore a state"):
            model.decode([Evaluation(0, [5, 6])])
    model.interrupt(False)
    assert model.tokens[0] == []
    check(model, fresh, 0)


# The scheduler


class Lent(FakeModels):
    """Models that outlive the scheduler."""

    def close(self) -> None:
        pass


class Engine:
    def __init__(self, model: RecurrentModel) -> None:
        self.scheduler = Scheduler(Lent(lambda name: model, CHEAP))

    def begin(self, request: GenerateRequest | ScoreRequest | EmbedRequest) -> queue.Queue[Reply]:
        replies: queue.Queue[Reply] = queue.Queue()
        self.scheduler.submit(Job(request, replies.put))
        return replies

    def write(self, prompt: str, tokens: int = 12, lane: Lane = Lane.TYPING) -> queue.Queue[Reply]:
        return self.begin(GenerateRequest("m", (Part(prompt),), tokens, lane=lane))

    def ask(self, prompt: str, tokens: int = 12, lane: Lane = Lane.TYPING) -> list[Chunk]:
        return answer(self.write(prompt, tokens, lane))


@pytest.fixture
def engine(model: RecurrentModel) -> Iterator[Engine]:
    engine = Engine(model)
    yield engine
    engine.scheduler.close()


def answer(replies: queue.Queue[Reply]) -> list[Chunk]:
    chunks: list[Chunk] = []
    while not chunks or not chunks[-1].finish:
        reply = replies.get(timeout=60)
        assert isinstance(reply, Chunk), reply
        chunks.append(reply)
    return chunks


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
    left, leave = list[Run](), Run.leave

    def noted(run: Run) -> None:
        left.append(run)
        leave(run)

    monkeypatch.setattr(Run, "leave", noted)
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
    added = add_model(Wish(str(loaded._path), roles=("completion",)), ModelStore(), lambda _: None, offline=True)
    assert added.model.kind is Kind.DECODER
    model = load_model(added.model.name, EngineSettings())
    assert isinstance(model, RecurrentModel)
    assert len(model.tokens) == daemon.SEQUENCES
    evaluate(model, 0, some_tokens(100))
    model.truncate(0, 80)
    check(model, fresh, 0)
    model.close()
