"""Converts a BERT in the safetensors format, as packages of sentence-transformers hold it, to a GGUF file.

It uses neither torch nor numpy, so that `breadknife models pull` needs no engine. The result has the same bytes on
every machine, so that the catalog can have its SHA-256. 23 million weights take some seconds.
"""

from __future__ import annotations

import json
import re
import struct
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from breadknife.engine.kinds import POOLINGS
from breadknife.engine.models.gguf_writer import F16, F32, Q8_0, Tensor, Value, write_gguf

BLOCK = 32
"""The number of weights that share a scale in Q8_0."""
MEAN = POOLINGS.index("mean")
"""The pooling that sentence-transformers uses unless a model says otherwise."""
CONTROL, NORMAL = 3, 1
"""GGUF's kinds of tokens."""
FILE_TYPES = {"Q8_0": 7, "F16": 1}
"""Quantisation -> `general.file_type`."""
FILES = ("config.json", "vocab.txt", "model.safetensors")
"""The files of a package that are converted."""

_NAMES = {
    "embeddings.word_embeddings": "token_embd",
    "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types",
    "embeddings.LayerNorm": "token_embd_norm",
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
"""Hugging Face's names of tensors -> GGUF's. Others (of the pooler, which nobody trained) are left out."""
_UNROUNDED = ("position_embd", "token_types")
"""Tensors that stay in 32 bits: they are small, and added to every token."""

Progress = Callable[[int, int], None]
"""Is called with the bytes of weights that are converted, and with the bytes of all weights."""


def bert_to_gguf(
    files: Mapping[str, bytes], title: str, licence: str, quantisation: str, out: BinaryIO, progress: Progress
) -> None:
    """Convert a model and write it to `out`. `files` has the content of each of FILES. Raises ValueError, KeyError or
    struct.error if they aren't a BERT's."""
    config: dict[str, Any] = json.loads(files["config.json"])
    weights = list(_weights(memoryview(files["model.safetensors"])))
    total, done = sum(data.nbytes for _, _, data in weights), 0
    tensors: list[Tensor] = []
    for name, shape, data in weights:
        progress(done, total)
        if gguf_name := _gguf_name(name):
            tensors.append(_tensor(gguf_name, shape, data, quantisation))
        done += data.nbytes
    progress(total, total)
    about = {"general.architecture": "bert", "general.type": "model", "general.name": title}
    about |= {"general.license": licence.lower()}
    values: dict[str, Value] = {**about, **_dimensions(config), "general.file_type": FILE_TYPES[quantisation]}
    write_gguf(out, values | _vocabulary(files["vocab.txt"].decode()), tensors)


def _dimensions(config: Mapping[str, Any]) -> dict[str, Value]:
    return {
        "bert.context_length": config["max_position_embeddings"],
        "bert.embedding_length": config["hidden_size"],
        "bert.block_count": config["num_hidden_layers"],
        "bert.feed_forward_length": config["intermediate_size"],
        "bert.attention.head_count": config["num_attention_heads"],
        "bert.attention.layer_norm_epsilon": float(config["layer_norm_eps"]),
        "bert.attention.causal": False,
        "bert.pooling_type": MEAN,
    }


def _vocabulary(text: str) -> dict[str, Value]:
    """Return the metadata of a vocabulary, of which `text` has a token on each line.

    WordPiece marks tokens that continue a word (`##ing`), and llama.cpp wants those marked that begin one.
    """
    words = text.removesuffix("\n").split("\n")
    special = [word.startswith("[") and word.endswith("]") and len(word) > 2 for word in words]
    tokens = [
        word if is_special else word[2:] if word.startswith("##") else f"\u2581{word}"
        for word, is_special in zip(words, special, strict=True)
    ]
    numbers = {word: number for number, word in enumerate(words)}
    return {
        "tokenizer.ggml.model": "bert",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [CONTROL if is_special else NORMAL for is_special in special],
        "tokenizer.ggml.token_type_count": 2,
        "tokenizer.ggml.bos_token_id": numbers["[CLS]"],
        "tokenizer.ggml.seperator_token_id": numbers["[SEP]"],  # spelled so in the format
        "tokenizer.ggml.padding_token_id": numbers["[PAD]"],
        "tokenizer.ggml.unknown_token_id": numbers["[UNK]"],
        "tokenizer.ggml.mask_token_id": numbers["[MASK]"],
        "tokenizer.ggml.cls_token_id": numbers["[CLS]"],
    }


def _weights(file: memoryview) -> Iterator[tuple[str, tuple[int, ...], memoryview]]:
    """Yield (name, shape, data) of each tensor of a safetensors file that has 32-bit floats."""
    (length,) = struct.unpack_from("<Q", file)
    header: dict[str, Any] = json.loads(bytes(file[8 : 8 + length]))
    for name, tensor in header.items():
        if name != "__metadata__" and tensor["dtype"] == "F32":
            begin, end = tensor["data_offsets"]
            yield name, tuple(tensor["shape"]), file[8 + length + begin : 8 + length + end]


def _gguf_name(name: str) -> str:
    """Return GGUF's name for a tensor of Hugging Face's; empty if the tensor is left out."""
    match = re.fullmatch(r"(?:bert\.)?(?:encoder\.layer\.(\d+)\.)?([\w.]+)\.(weight|bias)", name)
    if not match or match[2] not in _NAMES:
        return ""
    block = f"blk.{match[1]}." if match[1] else ""
    return f"{block}{_NAMES[match[2]]}.{match[3]}"


def _tensor(name: str, shape: tuple[int, ...], data: memoryview, quantisation: str) -> Tensor:
    gguf_shape = tuple(reversed(shape))
    if len(shape) < 2 or name.startswith(_UNROUNDED):
        return Tensor(name, gguf_shape, F32, bytes(data))
    numbers = array("f", bytes(data))
    if sys.byteorder == "big":
        numbers.byteswap()
    if quantisation == "F16":
        return Tensor(name, gguf_shape, F16, struct.pack(f"<{len(numbers)}e", *numbers))
    if gguf_shape[0] % BLOCK:
        raise ValueError(f"{name} has rows of {gguf_shape[0]}, which are no whole blocks of {BLOCK}")
    return Tensor(name, gguf_shape, Q8_0, q8_0(numbers))


def q8_0(numbers: array[float]) -> bytes:
    """Return numbers in Q8_0: blocks of a scale in 16 bits and 32 integers of 8 bits, which are rounded for the scale
    as it will be read."""
    out = bytearray()
    block_of, scale_of = struct.Struct(f"<e{BLOCK}b"), struct.Struct("<e")
    for at in range(0, len(numbers), BLOCK):
        block = numbers[at : at + BLOCK]
        most = max(max(block), -min(block))
        (scale,) = scale_of.unpack(scale_of.pack(most / 127))
        factor = 1 / scale if scale else 0.0
        if most * factor > 127:  # the scale was rounded down
            out += block_of.pack(scale, *[max(-127, min(127, round(x * factor))) for x in block])
        else:
            out += block_of.pack(scale, *[round(x * factor) for x in block])
    return bytes(out)
