"""Adapters and saved sequences, which are files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter

from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.weights import Weights
from breadknife.engine.model import Evaluation
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.errors import EngineError, ModelError
from engine.llama.writing import evaluate, model_file, tokens_of

pytestmark = pytest.mark.model


def adapter_file(path: Path, *, hidden: int = 576, architecture: str = "llama", kind: str = "adapter") -> Path:
    """A random rank-2 adapter of two of smollm2-135m's matrices (576 × 576)."""
    random_values = np.random.default_rng(0)
    writer = GGUFWriter(path, architecture)
    writer.add_type(kind)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 8.0)
    for layer in (3, 20):
        for half, shape in (("a", (2, hidden)), ("b", (576, 2))):
            values = random_values.normal(0, 0.5, shape).astype(np.float32)
            writer.add_tensor(f"blk.{layer}.attn_q.weight.lora_{half}", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_an_adapter_changes_what_is_evaluated_with_it(model: LlamaModel, tmp_path: Path) -> None:
    tokens = tokens_of(model)
    model.attach("random", adapter_file(tmp_path / "random.gguf"))
    plain = evaluate(model, 0, tokens)[0]
    adapted = evaluate(model, 1, tokens, adapter="random")[0]
    assert np.abs(adapted - plain).max() > 1
    for adapter, expected in (("", plain), ("random", adapted)):
        model.truncate(2, 0)
        np.testing.assert_array_equal(evaluate(model, 2, tokens, adapter=adapter)[0], expected)
    with pytest.raises(EngineError, match="unknown"):
        model.decode([Evaluation(3, tokens[:3], adapter="unknown")])


def test_adapters_of_other_models_are_refused(model: LlamaModel, tmp_path: Path) -> None:
    cases = {
        "incorrect shape": adapter_file(tmp_path / "shape.gguf", hidden=896),
        "arch mismatch": adapter_file(tmp_path / "architecture.gguf", architecture="qwen2"),
        "adapter": adapter_file(tmp_path / "kind.gguf", kind="model"),
        "failed": tmp_path / "missing.gguf",
        "failed to load": tmp_path / "garbage.gguf",
        "corrupted or incomplete": tmp_path / "truncated.gguf",
    }
    cases["failed to load"].write_bytes(b"GGUF\xff\xff")
    whole = adapter_file(tmp_path / "whole.gguf").read_bytes()
    cases["corrupted or incomplete"].write_bytes(whole[:-1000])
    for reason, path in cases.items():
        with pytest.raises(ModelError, match=reason):
            model.attach(path.name, path)


def test_a_saved_sequence_comes_back(model: LlamaModel, tmp_path: Path) -> None:
    tokens, path = tokens_of(model), tmp_path / "sequence"
    expected = evaluate(model, 0, tokens)[0]
    evaluate(model, 1, tokens[:9])
    model.truncate(0, len(tokens) - 1)
    model.save(0, path)
    model.truncate(0, 0)
    assert model.load(3, path)
    assert model.tokens[3] == tokens[:-1]
    assert model.used() == len(tokens) + 8
    np.testing.assert_allclose(evaluate(model, 3, tokens[-1:])[0], expected, atol=0.2)
    assert model.load(3, path)
    assert model.used() == len(tokens) + 8


def test_a_bad_file_makes_the_sequence_empty(model: LlamaModel, tmp_path: Path) -> None:
    path = tmp_path / "sequence"
    evaluate(model, 0, tokens_of(model))
    model.save(0, path)
    path.write_bytes(path.read_bytes()[:-1])
    assert not model.load(0, path)
    assert model.tokens[0] == []


def test_a_sequence_that_does_not_fit_stays_on_disk(model: LlamaModel, tmp_path: Path) -> None:
    path, tokens = tmp_path / "sequence", tokens_of(model)
    evaluate(model, 0, tokens)
    model.save(0, path)
    evaluate(model, 1, (tokens * 50)[: model.cells - len(tokens) - 5])
    assert not model.load(2, path)
    assert model.tokens[2] == []
    model.truncate(1, 0)
    assert model.load(2, path)


def test_a_sequence_of_another_model_is_refused(model: LlamaModel, tmp_path: Path) -> None:
    evaluate(model, 0, tokens_of(model))
    model.save(0, tmp_path / "sequence")
    other = LlamaModel(
        Weights(model_file(builtin_catalog().roles["completion"])), cells=256, sequences=2, threads=2, width=32
    )
    assert not other.load(0, tmp_path / "sequence")
    assert other.tokens[0] == []
    other.close()
