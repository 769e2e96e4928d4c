"""A package of sentence-transformers becomes a GGUF, the same on every machine."""

from __future__ import annotations

import hashlib
import io
import random
import struct
from array import array
from pathlib import Path

import pytest

from breadknife.engine.kinds import ModelKind
from breadknife.engine.models.converting import bert_to_gguf, q8_0
from breadknife.engine.models.gguf import read_gguf
from engine.tiny_models import CONTEXT, WIDTH, WORDS, sentence_transformer


def converted(quantisation: str = "Q8_0", **changed: bytes) -> bytes:
    out = io.BytesIO()
    files = sentence_transformer() | {name.replace("_", "."): content for name, content in changed.items()}
    bert_to_gguf(files, "Tiny", "Apache-2.0", quantisation, out, lambda done, total: None)
    return out.getvalue()


@pytest.mark.parametrize("quantisation", ["Q8_0", "F16"])
def test_the_file_says_what_it_is(tmp_path: Path, quantisation: str) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(converted(quantisation))
    info = read_gguf(path)
    assert (info.architecture, info.kind, info.pooling, info.width) == ("bert", ModelKind.ENCODER, "mean", WIDTH)
    assert (info.name, info.licence, info.quantisation) == ("Tiny", "apache-2.0", quantisation)
    assert (info.context_size, info.bos) == (CONTEXT, "[CLS]")


def test_words_and_what_goes_on_within_them_are_marked(tmp_path: Path) -> None:
    content = converted()
    for token in "▁a", "[SEP]", "a":
        assert struct.pack("<Q", len(token.encode())) + token.encode() in content
    assert b"##a" not in content
    assert "##a" in WORDS


def test_what_nobody_trained_is_left_out() -> None:
    assert b"pooler" not in converted()


def test_it_is_the_same_each_time() -> None:
    assert hashlib.sha256(converted()).hexdigest() == (
        "561ff15617ebcae01de98ee8b98766958c878959d84ba4de411a2b3246dab00f"
    )


def test_progress_reaches_the_end() -> None:
    seen: list[tuple[int, int]] = []
    bert_to_gguf(sentence_transformer(), "Tiny", "MIT", "Q8_0", io.BytesIO(), lambda *step: seen.append(step))
    assert seen == sorted(seen)
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1]


@pytest.mark.parametrize(
    "numbers",
    [
        [0.0] * 32,
        [float(n - 16) for n in range(32)],
        [1e-9] * 31 + [-1e-9],
        [1.0003 * (-1) ** n for n in range(32)],
        [random.Random(1).gauss(0, 0.05) for _ in range(64)],
    ],
)
def test_eight_bits_are_nearly_the_number(numbers: list[float]) -> None:
    packed = q8_0(array("f", numbers))
    assert len(packed) == len(numbers) // 32 * 34
    for at in range(0, len(packed), 34):
        scale, *rounded = struct.unpack("<e32b", packed[at : at + 34])
        block = numbers[at // 34 * 32 :][:32]
        assert max(map(abs, rounded)) <= 127
        most = max(map(abs, block))
        assert [n * scale for n in rounded] == pytest.approx(block, abs=most / 200 + 1e-7)


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({"config_json": b"{}"}, KeyError),
        ({"config_json": b"<html>"}, ValueError),
        ({"vocab_txt": b"a\nb"}, KeyError),
        ({"model_safetensors": b"1234"}, struct.error),
        ({"model_safetensors": struct.pack("<Q", 9) + b"not JSON!"}, ValueError),
    ],
)
def test_what_is_no_such_package_is_an_error(files: dict[str, bytes], error: type[Exception]) -> None:
    with pytest.raises(error):
        converted(**files)
