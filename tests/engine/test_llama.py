"""LlamaModel on real models: what the rest of the engine relies on."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np
import pytest
from gguf import GGUFWriter

from breadknife.engine.api import Part, Sampling
from breadknife.engine.grammars.constraint import Beginning, Grammar
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.weights import Weights
from breadknife.engine.model import Evaluation, Rows
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.errors import EngineError, ModelError

pytestmark = pytest.mark.model

TEXT = "def area(width, height):\n    return width * height\n\n\ndef volume(width, height, depth):\n    return "


def model_file(name: str) -> Path:
    return ModelStore().verified(builtin_catalog().model(name))


@pytest.fixture(scope="module")
def loaded(tests_home: Path) -> Iterator[LlamaModel]:
    model = LlamaModel(Weights(model_file("smollm2-135m")), cells=256, sequences=8, threads=2, width=64)
    yield model
    model.close()


@pytest.fixture
def model(loaded: LlamaModel) -> Iterator[LlamaModel]:
    """With an empty cache; afterwards llama.cpp's memory must hold what `tokens` says."""
    yield loaded
    loaded.interrupt(False)
    memory: Any = loaded._memory
    for sequence, tokens in enumerate(loaded.tokens):
        assert llama.llama_memory_seq_pos_max(memory, sequence) == len(tokens) - 1
        loaded.truncate(sequence, 0)
    assert loaded.used() == 0


def tokens_of(model: LlamaModel, text: str = TEXT) -> list[int]:
    return model.tokenize((Part(text),))[0]


def evaluate(model: LlamaModel, sequence: int, tokens: Sequence[int], **options: Any) -> Rows:
    """All tokens, in pieces; the rows of the last piece."""
    rows: list[Rows] | None = None
    for at in range(0, len(tokens), model.width):
        rows = model.decode([Evaluation(sequence, tokens[at : at + model.width], **options)])
    assert rows is not None
    return rows[0].copy()


def write(model: LlamaModel, prompt: str, sampling: Sampling = Sampling(), grammar: str = "", limit: int = 80) -> str:
    """Text up to its end, or the first `limit` tokens."""
    model.truncate(0, 0)
    sampler = model.sampler(sampling, grammar)
    raw, pending = b"", tokens_of(model, prompt)
    for _ in range(limit):
        token = sampler.choose(evaluate(model, 0, pending)[0]).token
        if model.is_end(token):
            break
        raw += model.piece(token)
        pending = [token]
    sampler.close()
    return raw.decode("utf-8", "replace")


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


SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 10}, "good": {"type": "boolean"}},
    "required": ["name", "good"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_output_is_a_sentence_of_the_grammar(model: LlamaModel, temperature: float) -> None:
    sampling = Sampling(temperature, seed=5)
    assert write(model, "Is bread good? Answer: ", sampling, 'root ::= "ja" | "nein" | "na ja"') in (
        "ja",
        "nein",
        "na ja",
    )
    assert write(model, "Zwölf: ", sampling, 'root ::= "zwölf🍞" [a-c]{3}')[:6] == "zwölf🍞"
    value = json.loads(write(model, "A loaf as JSON: ", sampling, json.dumps(SCHEMA)))
    assert (type(value["name"]), type(value["good"])) == (str, bool)


@pytest.mark.parametrize("text", ["    ret", "zwölf🍞", '"', "\n\n\tx", "<|im_end|>"])
def test_a_beginning_is_held_as_any_grammar_is(model: LlamaModel, text: str) -> None:
    beginning = Beginning(model, text)
    grammar = Grammar(model._vocabulary, f"root ::= ({json.dumps(text, ensure_ascii=False)}) [^\\x00]*")
    written = tokens_of(model, text)
    for token in (*written, *tokens_of(model, " and more")):
        assert permitted(beginning, model) == permitted(grammar, model)
        beginning.accept(token)
        grammar.accept(token)
    assert permitted(beginning, model) == permitted(grammar, model)


def permitted(constraint: Beginning | Grammar, model: LlamaModel) -> list[int]:
    """The tokens of whole characters that are permitted, each asked about alone; those of a row are among them.

    Where only one text may follow, llguidance gives the tokens that the model's own tokenizer makes of it.
    """
    row = constraint.permitted(np.zeros(model._vocab_size, np.float32), best_only=False)
    found = [token for token in range(model._vocab_size) if constraint.permits(token)]
    assert 0 < np.isfinite(row).sum() == np.isfinite(row[found]).sum()
    assert isinstance(constraint, Grammar) or np.isfinite(row[found]).all()
    return [token for token in found if "\ufffd" not in model.piece(token).decode("utf-8", "replace")]


def test_control_tokens_are_no_text_of_a_grammar(model: LlamaModel) -> None:
    said = write(model, "<|im_start|>", grammar='root ::= "<|im_start|>" "<|im_end|>"')
    assert said == "<|im_start|><|im_end|>"


@pytest.mark.parametrize(
    "grammar",
    [
        "root ::= (",
        "root ::= " + 20_000 * "(" + '"a"' + 20_000 * ")",
        "{",
        '{"type": "nonsense"}',
        '{"$ref": "#/no/where"}',
        '{"type": "string", "minLength": 100000000}',
    ],
    ids=lambda grammar: grammar[:20],
)
def test_what_is_no_grammar_is_an_error(model: LlamaModel, grammar: str) -> None:
    with pytest.raises(EngineError, match="grammar can't be used"):
        model.sampler(Sampling(), grammar)


@pytest.mark.parametrize("grammar", ['root ::= [^\\x00-\\U0010FFFF] "x"', 'root ::= root "a"'])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_an_impossible_grammar_is_an_error(model: LlamaModel, grammar: str, temperature: float) -> None:
    with pytest.raises(EngineError, match="widen the grammar"):
        write(model, TEXT, Sampling(temperature), grammar=grammar)


def test_a_grammar_that_becomes_too_complex_is_an_error(model: LlamaModel) -> None:
    ambiguous = (
        'root ::= "=" (x y){1,3}\nx ::= ((("x" | "b")? | ((y){2,40} | x [a-z]))){5,}\ny ::= "y" | "=" .{2,40} x?'
    )
    with pytest.raises(EngineError, match="too complex to go on with"):
        write(model, TEXT, grammar=ambiguous)


def test_a_long_enumeration_is_chosen_from(model: LlamaModel) -> None:
    """With llama.cpp's own grammars one token of it took minutes."""
    values = [f"value number {number}" for number in range(2_000)]
    assert json.loads(write(model, "One of the values: ", grammar=json.dumps({"enum": values}))) in values


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


def test_too_little_memory_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama, "llama_init_from_model", lambda *_: None)  # as it answers when it can't allocate
    with pytest.raises(EngineError, match="no memory for a context"):
        LlamaModel(Weights(model_file("smollm2-135m")), cells=256, sequences=1, threads=1, width=32)
