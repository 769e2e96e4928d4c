"""A GGUF says what it is; what isn't a whole one is refused with a reason, whatever is in it."""

from __future__ import annotations

import struct
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.engine.kinds import ModelKind
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.gguf import GgufInfo, describe_kind, read_gguf
from breadknife.engine.models.store import ModelStore
from breadknife.errors import ModelCorrupt
from engine.gguf_files import ADAPTER, MODEL, gguf


def write(folder: Path, content: bytes) -> Path:
    path = folder / "model.gguf"
    path.write_bytes(content)
    return path


def real(name: str) -> GgufInfo:
    return read_gguf(ModelStore().verified(builtin_catalog().model(name)))


def _tokens(info: GgufInfo) -> tuple[str, str, str] | None:
    return info.fim.tokens if info.fim else None


@pytest.mark.model
@pytest.mark.parametrize(
    ("name", "architecture", "bos", "eos", "fim"),
    [
        ("smollm2-135m", "llama", "<|im_start|>", "<|im_end|>", None),
        (
            "qwen2.5-coder-0.5b",
            "qwen2",
            "<|endoftext|>",
            "<|im_end|>",
            ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
        ),
    ],
)
def test_real_models(name: str, architecture: str, bos: str, eos: str, fim: tuple[str, str, str] | None) -> None:
    known, info = builtin_catalog().model(name), real(name)
    assert (info.architecture, info.content, info.bos, info.eos, _tokens(info)) == (
        architecture,
        "model",
        bos,
        eos,
        fim,
    )
    assert (info.quantisation, info.context_size) == (known.quantisation, known.context_size)
    assert not info.add_bos
    assert "<|im_start|>" in info.chat_template


def test_a_small_model(tmp_path: Path) -> None:
    info = read_gguf(write(tmp_path, gguf()))
    assert info == GgufInfo(
        "llama", "model", "Tiny", "Q4_K_M", "mit", 2048, str(MODEL["tokenizer.chat_template"]), "<s>", "</s>"
    )


BERT = {"general.architecture": "bert", "bert.context_length": 512, "bert.embedding_length": 384}
LABELS = "bert.classifier.output_labels"


@pytest.mark.parametrize(
    ("values", "kind", "pooling", "words"),
    [
        (MODEL, ModelKind.DECODER, "", "a decoder: writes text"),
        (BERT | {"bert.pooling_type": 1}, ModelKind.ENCODER, "mean", "an encoder: embeddings of 384 numbers"),
        (BERT | {"bert.pooling_type": 2}, ModelKind.ENCODER, "cls", "an encoder: embeddings of 384 numbers"),
        (BERT, ModelKind.ENCODER, "", "an encoder: embeddings of 384 numbers"),
        (BERT | {"bert.pooling_type": 99}, ModelKind.ENCODER, "", "an encoder: embeddings of 384 numbers"),
        (MODEL | {"llama.pooling_type": 3}, ModelKind.ENCODER, "last", "an encoder: embeddings of 0 numbers"),
        (MODEL | {"llama.pooling_type": 0}, ModelKind.DECODER, "none", "a decoder: writes text"),
        (BERT | {"bert.pooling_type": 4}, ModelKind.RERANKER, "rank", "a reranker: says how relevant texts are"),
        (BERT | {"bert.pooling_type": 4, LABELS: ["x"]}, ModelKind.RERANKER, "rank", "a reranker: "),
        (
            BERT | {"bert.pooling_type": 4, LABELS: ["bug", "w\x1bish"]},
            ModelKind.CLASSIFIER,
            "rank",
            "a classifier: bug, wish",
        ),
        (
            MODEL | {"llama.pooling_type": 4, "tokenizer.chat_template.rerank": "{query}", LABELS: ["yes", "no"]},
            ModelKind.RERANKER,
            "rank",
            "a reranker: ",
        ),
        ({"general.architecture": "t5", "t5.context_length": 512}, None, "", ""),
    ],
)
def test_what_a_model_can_do(tmp_path: Path, values: dict, kind: ModelKind | None, pooling: str, words: str) -> None:
    info = read_gguf(write(tmp_path, gguf(values)))
    assert (info.kind, info.pooling) == (kind, pooling)
    assert not kind or describe_kind(info).startswith(words)


@pytest.mark.parametrize(
    ("values", "fim"),
    [
        ({"tokenizer.ggml.tokens": ["a", "<PRE>", "▁<SUF>", "▁<MID>", "▁<PRE>"]}, "▁<PRE> ▁<SUF> ▁<MID>"),
        ({"tokenizer.ggml.tokens": ["<fim_prefix>", "<fim_suffix>"]}, None),
        (
            {
                "tokenizer.ggml.tokens": ["P", "S", "M"],
                **{f"tokenizer.ggml.fim_{part}_token_id": n for n, part in enumerate(("pre", "suf", "mid"))},
            },
            "P S M",
        ),
        ({"tokenizer.ggml.tokens": ["P"], "tokenizer.ggml.fim_pre_token_id": 7}, None),
    ],
)  # fmt: skip
def test_fim_tokens_are_named_or_known_by_their_text(tmp_path: Path, values: dict, fim: str | None) -> None:
    assert _tokens(read_gguf(write(tmp_path, gguf(values)))) == (tuple(fim.split()) if fim else None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"tokenizer.ggml.model": "llama"}, True),  # SentencePiece models have it unless they say otherwise
        ({"tokenizer.ggml.model": "llama", "tokenizer.ggml.add_bos_token": False}, False),
        ({"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.add_bos_token": True}, True),
        ({"tokenizer.ggml.model": "gpt2"}, False),
    ],
)
def test_whether_a_text_begins_with_bos(tmp_path: Path, values: dict, expected: bool) -> None:
    assert read_gguf(write(tmp_path, gguf(values))).add_bos is expected


def test_an_adapter_is_told_from_a_model(tmp_path: Path) -> None:
    info = read_gguf(write(tmp_path, gguf(ADAPTER)))
    assert (info.content, info.architecture, info.context_size) == ("adapter", "llama", 0)


GOOD = gguf()
HUGE = struct.pack("<Q", 1 << 62)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not a GGUF file"),
        (b"PK\x03\x04" + bytes(60), "a ZIP file or a PyTorch checkpoint"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (b"<!DOCTYPE html>", "a web page"),
        (b"\x40\0\0\0\0\0\0\0" + b'{"weights":{}}', "in the safetensors format"),
        (b"tjgg" + bytes(60), "is not a GGUF file"),
        (gguf(order=">"), "big-endian machines; take the ordinary one"),
        (gguf(version=1), "of version 1, and this breadknife reads 2 and 3; take a newer file"),
        (gguf(version=4), "of version 4, and this breadknife reads 2 and 3; update breadknife"),
        (b"GGUF", "ends within its header; fetch it again"),
        (GOOD[:-1], f"cut off: it has {len(GOOD) - 1} bytes and should have {len(GOOD)} or more; fetch it again"),
        (GOOD[:200], "ends within its header; fetch it again"),
        (GOOD[:8] + HUGE + GOOD[16:], "damaged GGUF: it claims"),
        (GOOD[:16] + HUGE + GOOD[24:], "damaged GGUF: it claims"),
        (GOOD[:24] + HUGE + GOOD[32:], "ends within its header"),
        (gguf({"general.alignment": 24}), "its alignment is 24"),
        (gguf({"split.count": 3}), "llama-gguf-split --merge"),
    ],
)
def test_refused_with_a_reason_that_names_the_file(tmp_path: Path, content: bytes, reason: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ModelCorrupt) as raised:
        read_gguf(path)
    assert reason in str(raised.value)
    assert str(path) in str(raised.value)


@pytest.fixture(scope="module")
def head() -> bytes:
    """The first part of a real file, with all of its header."""
    with ModelStore().verified(builtin_catalog().model("smollm2-135m")).open("rb") as file:
        return file.read(1_785_664)


def examined(content: bytes) -> GgufInfo | None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return read_gguf(write(Path(folder), content))
        except ModelCorrupt:
            return None


@pytest.mark.model
@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1))
def test_a_real_header_cut_off_anywhere_is_refused(head: bytes, share: float) -> None:
    assert examined(head[: int(len(head) * share)]) is None


@pytest.mark.model
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_damaged_real_header_is_read_or_refused(head: bytes, data: st.DataObject) -> None:
    """Nothing but ModelCorrupt comes out, and no allocation follows from a number in the file."""
    damaged = bytearray(head)
    places = st.one_of(st.integers(0, 2000), st.integers(0, len(head) - 1), st.integers(1_770_000, len(head) - 1))
    for place in data.draw(st.lists(places, min_size=1, max_size=4)):
        damaged[place] ^= data.draw(st.integers(1, 255))
    tracemalloc.start()
    examined(bytes(damaged))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40e6


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_small_file_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(GOOD)
    for place in data.draw(st.lists(st.integers(4, len(GOOD) - 65), min_size=1, max_size=3)):
        damaged[place] = data.draw(st.integers(0, 255))
    examined(bytes(damaged))
