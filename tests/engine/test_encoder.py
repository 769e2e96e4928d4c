"""LlamaEncoder on tiny models of each kind, and on the catalog's."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import ClassifyRequest, EmbedRequest, GenerateRequest, Part, RerankRequest
from breadknife.engine.client import DaemonEngine
from breadknife.engine.kinds import ModelKind
from breadknife.engine.llama.encoder import LlamaEncoder
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.weights import Weights
from breadknife.engine.model import EncoderInput, Rows
from breadknife.engine.models.adding import AddRequest, add_model
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.errors import EngineError, ModelError
from engine.tiny_models import CONTEXT, WIDTH, WORDS, bert, causal

pytestmark = pytest.mark.model

MINILM = "all-minilm-l6-v2"
REFERENCE = json.loads(Path(__file__).with_name("minilm_f16.json").read_text("utf-8"))
"""Texts, and the vectors of a GGUF in F16 that the same converter made: to five digits."""

Opened = Callable[[bytes], AbstractContextManager[LlamaEncoder]]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    @contextmanager
    def opened(content: bytes) -> Iterator[LlamaEncoder]:
        path = tmp_path / "tiny.gguf"
        path.write_bytes(content)
        encoder = LlamaEncoder(Weights(path), threads=1)
        yield encoder
        encoder.close()

    return opened


def whole(framed: EncoderInput) -> list[int]:
    return [*framed.before, *framed.text, *framed.after]


def read(encoder: LlamaEncoder, text: str) -> Rows:
    row = encoder.encode(whole(encoder.encoder_input(text)))
    assert row is not None
    return row


def words(tokens: list[int]) -> list[str]:
    return [WORDS[token] for token in tokens]


@pytest.mark.parametrize(
    ("content", "kind", "outputs"),
    [
        (bert(), ModelKind.ENCODER, WIDTH),
        (bert("cls"), ModelKind.ENCODER, WIDTH),
        (bert("last"), ModelKind.ENCODER, WIDTH),
        (bert(""), ModelKind.ENCODER, WIDTH),
        (causal(pooling="last"), ModelKind.ENCODER, WIDTH),
        (bert("rank"), ModelKind.RERANKER, 1),
        (bert("rank", ("bug", "wish", "praise")), ModelKind.CLASSIFIER, 3),
        (causal("qwen3", "rank", "[CLS] {query} [SEP] {document}"), ModelKind.RERANKER, 2),
    ],
)
def test_each_kind_reads(opened: Opened, content: bytes, kind: ModelKind, outputs: int) -> None:
    with opened(content) as encoder:
        assert encoder.kind is kind
        first, same, other = (read(encoder, text) for text in ("ab c", "ab c", "d e f"))
        assert first.shape == (outputs,)
        assert np.array_equal(first, same)
        assert not np.allclose(first, other)


def test_a_pooling_is_the_files_own(opened: Opened) -> None:
    rows: list[Rows] = []
    for pooling in "mean", "cls", "last", "":
        with opened(bert(pooling)) as encoder:
            rows.append(read(encoder, "ab c"))
    mean, first, last, unsaid = rows
    assert np.array_equal(mean, unsaid), "where the file says nothing, it is the mean"
    assert not np.allclose(mean, first)
    assert not np.allclose(first, last)


def test_a_text_is_framed_and_cannot_be_a_control_token(opened: Opened) -> None:
    with opened(bert()) as encoder:
        assert [words(part) for part in (encoder.encoder_input("a b").before, encoder.encoder_input("a b").after)] == [
            ["[CLS]"],
            ["[SEP]"],
        ]
        assert "[SEP]" not in words(encoder.encoder_input("a [SEP] [CLS] b").text)


@pytest.mark.parametrize(
    ("content", "framed"),
    [
        (bert("rank"), "[CLS] a b [SEP] | c d |"),
        (causal("qwen3", "rank", "[CLS]x{query}[SEP]{document}[SEP]y"), "[CLS] x a b [SEP] | c d | [SEP] y"),
    ],
)
def test_a_reranker_reads_query_and_text(opened: Opened, content: bytes, framed: str) -> None:
    with opened(content) as encoder:
        pair = encoder.reranker_input("a b", "c d")
        parts = (" ".join(words(part)) for part in (pair.before, pair.text, pair.after))
        assert " | ".join(parts).strip() == framed
        scores = [encoder.encode(whole(encoder.reranker_input("a b", text))) for text in ("c d", "e f")]
        assert scores[0] is not None
        assert scores[1] is not None
        assert scores[0][0] != scores[1][0]
        assert "[SEP]" not in words(encoder.reranker_input("[SEP]", "x").before[:-1])[1:]


def test_a_classifier_knows_its_classes(opened: Opened) -> None:
    with opened(bert("rank", ("bug", "wish"))) as encoder:
        assert encoder.labels == ("bug", "wish")


def test_an_interrupted_text_is_read_again_as_if_nothing_had_been(opened: Opened) -> None:
    with opened(bert()) as encoder:
        before = read(encoder, "ab c")
        encoder.interrupt(True)
        assert encoder.encode(whole(encoder.encoder_input("ab c"))) is None
        encoder.interrupt(False)
        assert np.array_equal(read(encoder, "ab c"), before)


def test_what_is_longer_than_the_context_is_an_error(opened: Opened) -> None:
    with opened(bert()) as encoder:
        assert encoder.context == CONTEXT
        with pytest.raises(EngineError, match="more than 64 tokens"):
            encoder.encode([5] * 65)


def test_a_kind_is_not_taken_for_another(tmp_path: Path) -> None:
    for name, content in {"reads": bert(), "writes": causal()}.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match="it writes no text"):
        LlamaModel(Weights(tmp_path / "reads"), cells=64, sequences=1, threads=1, width=16)
    with pytest.raises(ModelError, match="was not made to read"):
        LlamaEncoder(Weights(tmp_path / "writes"), threads=1)


# The catalog's model


@pytest.fixture(scope="module")
def minilm(tests_home: Path) -> Iterator[LlamaEncoder]:
    encoder = LlamaEncoder(Weights(ModelStore().verified(builtin_catalog().model(MINILM))), threads=2)
    yield encoder
    encoder.close()


@pytest.mark.parametrize("number", range(len(REFERENCE)))
def test_eight_bits_are_enough(minilm: LlamaEncoder, number: int) -> None:
    expected = np.array(REFERENCE[number]["vector"])
    row = read(minilm, REFERENCE[number]["text"])
    assert row @ expected / np.linalg.norm(row) / np.linalg.norm(expected) >= 0.9996


def test_a_long_text_ends_when_it_is_interrupted(minilm: LlamaEncoder) -> None:
    tokens = whole(minilm.encoder_input("word " * 500))[: minilm.context]
    timer = threading.Timer(0.01, minilm.interrupt, [True])
    timer.start()
    rows: list[Rows | None] = [minilm.encode(tokens) for _ in range(200)]
    timer.join()
    minilm.interrupt(False)
    assert rows[-1] is None


# In the daemon


def test_all_kinds_in_one_daemon(home: Path, tmp_path: Path) -> None:
    models = {"reads": bert(), "ranks": bert("rank"), "sorts": bert("rank", ("bug", "wish")), "writes": causal()}
    for name, content in models.items():
        (tmp_path / f"{name}.gguf").write_bytes(content)
        add_model(AddRequest(str(tmp_path / f"{name}.gguf")), ModelStore(), lambda _: None, offline=True)
    engine, cancel = DaemonEngine(), CancelToken()
    try:
        embeddings = engine.embed(EmbedRequest("reads", ("a b", "a b", "c " * 90)), cancel)
        a, b, c = embeddings.vectors
        assert a == b != c
        assert [np.linalg.norm(vector) for vector in embeddings.vectors] == pytest.approx([1, 1, 1])
        assert (embeddings.prompt_tokens, embeddings.trimmed_tokens) == (4 + 4 + 64, 90 - 62)
        ranked = engine.rerank(RerankRequest("ranks", "a", ("b c", "d e")), cancel)
        assert len(set(ranked.scores)) == 2
        classes = engine.classify(ClassifyRequest("sorts", ("a b", "c")), cancel)
        assert classes.labels == ("bug", "wish")
        assert [sum(each) for each in classes.probabilities] == pytest.approx([1, 1])
        assert len(engine.embed(EmbedRequest("writes", ("a b",)), cancel).vectors[0]) == WIDTH
        for ask, kind in [
            (lambda: engine.rerank(RerankRequest("reads", "a", ("b",)), cancel), "an encoder. Choose a reranker"),
            (lambda: engine.classify(ClassifyRequest("writes", ("b",)), cancel), "a decoder. Choose a classifier"),
            (lambda: engine.embed(EmbedRequest("sorts", ("b",)), cancel), "a classifier. Choose an encoder"),
            (lambda: list(engine.generate(GenerateRequest("ranks", (Part("a"),), 1), cancel)), "Choose a decoder"),
        ]:
            with pytest.raises(ModelError, match=kind):
                ask()
        status = engine.status()
        assert status
        assert {model.name: model.kind for model in status.models} == {
            "reads": ModelKind.ENCODER,
            "ranks": ModelKind.RERANKER,
            "sorts": ModelKind.CLASSIFIER,
            "writes": ModelKind.DECODER,
        }
    finally:
        engine.close()
