"""What the real model computes, whatever shares its cache."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np
import pytest

from breadknife.engine.api import Part, Sampling
from breadknife.engine.daemon.daemon import load_model
from breadknife.engine.llama import gpu
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.weights import Weights
from breadknife.engine.model import Evaluation, Rows
from breadknife.engine.settings import EngineSettings
from breadknife.errors import EngineError, ModelError
from engine.llama.writing import TEXT, evaluate, model_file, tokens_of, write

pytestmark = pytest.mark.model


def test_tokens_of_parts(model: LlamaModel) -> None:
    parts = (Part("<|im_start|>", control=True), Part("<|im_start|>"), Part(""), Part("naïve 🍞 \ud800"))
    control, text, empty, rest = model.tokenize(parts)
    assert len(control) == 1
    assert model.is_end(control[0])
    assert model.piece(control[0]) == b""
    assert len(text) > 1
    assert b"".join(map(model.piece, text)) == b"<|im_start|>"
    assert empty == []
    assert b"".join(map(model.piece, rest)).decode() == "naïve 🍞 ?"


def test_one_row_per_wanted_output(model: LlamaModel) -> None:
    tokens = tokens_of(model)[:12]
    rows = model.decode([Evaluation(0, tokens, outputs=3), Evaluation(1, tokens[:5], outputs=0), Evaluation(2, tokens)])
    assert rows is not None
    assert [len(each) for each in rows] == [3, 0, 1]
    assert model.tokens[:3] == [tokens, tokens[:5], tokens]
    np.testing.assert_allclose(rows[0][2], rows[2][0], atol=0.2)


def test_sequences_do_not_see_each_other(model: LlamaModel) -> None:
    tokens, other = tokens_of(model), tokens_of(model, "Bread is a staple food prepared from a dough of flour.")
    alone = evaluate(model, 0, tokens)[0]
    together = model.decode([Evaluation(1, other), Evaluation(2, tokens)])
    assert together is not None
    assert int(together[1][0].argmax()) == int(alone.argmax())
    np.testing.assert_allclose(together[1][0], alone, atol=0.2)


def test_a_shared_cell_counts_once(model: LlamaModel) -> None:
    tokens = tokens_of(model)
    expected = int(evaluate(model, 0, tokens)[0].argmax())
    model.copy(0, 1, len(tokens) - 1)
    model.copy(1, 2, 10)
    assert (model.used(), len(model.tokens[1]), model.tokens[2]) == (len(tokens), len(tokens) - 1, tokens[:10])
    assert int(evaluate(model, 1, tokens[-1:])[0].argmax()) == expected
    assert model.used() == len(tokens) + 1
    model.truncate(0, 5)
    assert model.used() == len(tokens)
    assert int(evaluate(model, 2, tokens[10:])[0].argmax()) == expected
    model.copy(2, 2, 3)
    model.copy(1, 2, 4)
    assert model.tokens[2] == tokens[:4]


def test_truncating_rolls_back(model: LlamaModel) -> None:
    tokens = tokens_of(model)
    whole = evaluate(model, 0, tokens)[0]
    for length in (len(tokens) - 1, 20, 0):
        model.truncate(0, length)
        evaluate(model, 0, tokens_of(model, " something else")[: 60 - length])
        model.truncate(0, length)
        np.testing.assert_allclose(evaluate(model, 0, tokens[length:])[0], whole, atol=0.2)


def test_the_cache_follows_any_history(model: LlamaModel) -> None:
    chance, text = random.Random(1), tokens_of(model)
    shadow: list[list[int]] = [[] for _ in model.tokens]
    for _ in range(60):
        source, target = chance.sample(range(len(shadow)), 2)
        length = chance.randint(0, len(shadow[source]))
        match chance.choice("ecttt"):
            case "e":
                piece = text[: chance.randint(1, 5)]
                assert model.decode([Evaluation(s, piece, outputs=0) for s in (source, target)])
                shadow[source] = [*shadow[source], *piece]
                shadow[target] = [*shadow[target], *piece]
            case "c":
                model.copy(source, target, length)
                shadow[target] = shadow[source][:length]
            case _:
                model.truncate(source, length)
                shadow[source] = shadow[source][:length]
        assert model.tokens == shadow
    assert 0 < model.used() <= sum(map(len, shadow))


def test_an_interrupted_decode_leaves_nothing(model: LlamaModel) -> None:
    tokens = tokens_of(model)
    model.decode([Evaluation(0, tokens[:7]), Evaluation(1, tokens[:3])])
    model.interrupt(True)
    assert model.decode([Evaluation(0, tokens[7:20]), Evaluation(1, tokens[3:20]), Evaluation(2, tokens[:9])]) is None
    assert model.tokens[:3] == [tokens[:7], tokens[:3], []]
    assert [llama.llama_memory_seq_pos_max(model._memory, s) for s in range(3)] == [6, 2, -1]
    model.interrupt(False)
    resumed = evaluate(model, 0, tokens[7:])[0]
    np.testing.assert_allclose(resumed, evaluate(model, 3, tokens)[0], atol=0.2)


def test_an_interrupt_reaches_a_running_decode(model: LlamaModel) -> None:
    tokens = (tokens_of(model) * 2)[: model.width]
    interrupted = 0
    for delay in np.linspace(0, 0.05, 12):  # seconds: before, during and after it
        timer = threading.Timer(delay, model.interrupt, [True])
        timer.start()
        before = list(model.tokens[0])
        rows = model.decode([Evaluation(0, tokens)])
        timer.join()
        model.interrupt(False)
        interrupted += rows is None
        assert model.tokens[0] == (before if rows is None else before + tokens)
        assert llama.llama_memory_seq_pos_max(model._memory, 0) == len(model.tokens[0]) - 1
    assert interrupted


def test_a_full_cache_is_an_error_that_leaves_nothing(model: LlamaModel) -> None:
    tokens = (tokens_of(model) * 50)[: model.cells - 10]
    evaluate(model, 0, tokens)
    with pytest.raises(EngineError, match="246 of 256 cells"):
        model.decode([Evaluation(1, tokens[:5]), Evaluation(2, tokens[:20])])
    assert model.tokens[1:3] == [[], []]
    assert [llama.llama_memory_seq_pos_max(model._memory, s) for s in (1, 2)] == [-1, -1]
    model.truncate(0, 200)
    assert model.decode([Evaluation(1, tokens[:5]), Evaluation(2, tokens[:20])])


@pytest.mark.parametrize("tokens", [[10**6], [-1], list(range(65)), []], ids=["no token", "negative", "wide", "none"])
def test_what_is_no_batch_is_an_error(model: LlamaModel, tokens: list[int]) -> None:
    with pytest.raises(EngineError):
        model.decode([Evaluation(0, tokens)])
    assert model.tokens[0] == []


def test_embeddings_are_hidden_states_of_each_token(model: LlamaModel) -> None:
    tokens = tokens_of(model)[:20]
    rows = model.decode([Evaluation(0, tokens, outputs=20, embeddings=True), Evaluation(1, tokens[:9], 4, "", True)])
    assert rows is not None
    assert [each.shape for each in rows] == [(20, 576), (4, 576)]
    np.testing.assert_allclose(rows[1], rows[0][5:9], atol=0.2)
    assert evaluate(model, 2, tokens).shape == (1, 49152)  # and logits again after that

    def mean(text: str) -> Rows:
        model.truncate(3, 0)
        piece = tokens_of(model, text)
        vector = evaluate(model, 3, piece, outputs=len(piece), embeddings=True).mean(axis=0)
        return vector / np.linalg.norm(vector)

    cat, kitten, tax = map(mean, ("The cat sleeps.", "The kitten sleeps.", "Taxes are due in April, said the bank."))
    assert cat @ kitten > cat @ tax


def test_a_seed_repeats_itself(model: LlamaModel) -> None:
    one, again, other = (write(model, TEXT, Sampling(1.0, 50, 0.95, seed), limit=16) for seed in (1, 1, 2))
    assert one == again != other


def test_threads_can_change_between_decodes(model: LlamaModel) -> None:
    tokens = tokens_of(model)
    one_by_one: list[Rows] = []
    for threads in (1, 2):
        model.set_threads(threads)
        model.truncate(0, 0)
        one_by_one.append(evaluate(model, 0, tokens)[0])
    np.testing.assert_array_equal(*one_by_one)


@pytest.mark.parametrize("size", [0, 4, 1000, 5_000_000])
def test_a_truncated_model_is_refused_with_a_reason(tmp_path: Path, size: int) -> None:
    path = tmp_path / "truncated.gguf"
    with model_file("smollm2-135m").open("rb") as file:
        path.write_bytes(file.read(size))
    with pytest.raises(ModelError, match=r"can't load .*: (?!it gives no reason)"):
        LlamaModel(Weights(path), cells=256, sequences=1, threads=1, width=32)
    with pytest.raises(ModelError):
        LlamaModel(Weights(tmp_path / "missing.gguf"), cells=256, sequences=1, threads=1, width=32)


def test_a_gpu_whose_driver_fails_leaves_the_work_to_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    load, tries = llama.llama_model_load_from_file, list[int]()

    def load_on_cpu_only(path: bytes, params: Any) -> Any:
        tries.append(params.n_gpu_layers)
        return None if params.n_gpu_layers else load(path, params)

    monkeypatch.setattr(gpu, "gpu_name", lambda: "Fast GPU")
    monkeypatch.setattr("breadknife.engine.daemon.daemon.gpu_libraries", lambda: ())
    monkeypatch.setattr(llama, "llama_model_load_from_file", load_on_cpu_only)
    model = load_model("smollm2-135m", EngineSettings())
    assert tries == [999, 0]
    assert model.device.startswith("CPU; Fast GPU failed: llama.cpp can't load ")
    model.close()


def test_without_a_gpu_the_cpu_computes(model: LlamaModel) -> None:
    assert model.device == "CPU"


def test_too_little_memory_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama, "llama_init_from_model", lambda *_: None)  # as it answers when it can't allocate
    with pytest.raises(EngineError, match="no memory for a context"):
        LlamaModel(Weights(model_file("smollm2-135m")), cells=256, sequences=1, threads=1, width=32)
