"""Whatever was evaluated before, the model says what it says from the beginning."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest

from breadknife.engine.llama import recurrent as module
from breadknife.engine.llama.checkpoints import Checkpoints
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.recurrent import BLOCK, RecurrentModel, open_model
from breadknife.engine.llama.weights import Weights
from breadknife.engine.model import Evaluation
from breadknife.errors import EngineError
from engine.recurrent.asking import (
    CELLS,
    SEQUENCES,
    Fresh,
    check,
    evaluate,
    last_position,
    some_tokens,
)
from engine.tiny_models import causal

pytestmark = pytest.mark.model


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
    monkeypatch.setattr("breadknife.engine.llama.checkpoints.FEWEST_STATES", 2)
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
