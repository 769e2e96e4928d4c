"""Reads the header of a GGUF file, and checks that the file is whole.

Everything in it is bounded: a file of an unknown origin can't take more time or memory than a good one. (The `gguf`
package takes 10 s and 0.6 GB for the header of a 0.5B model, and doesn't notice that a file was cut off.) The format:
https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import io
import math
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from breadknife.engine.fim import FimForm, fim_form
from breadknife.engine.kinds import POOLINGS, ModelKind, kind_of
from breadknife.errors import ModelCorrupt, ModelError

VERSIONS = (2, 3)
MAX_ENTRIES = 1 << 16
"""The most entries of metadata, and the most tensors; large models have some thousands."""
MAX_ITEMS = 1 << 23
"""The most elements of all arrays together. The largest vocabularies have 2**18 tokens, each in three arrays."""
MAX_HEADER = 1 << 27
"""The most bytes of a header. Large ones, with a vocabulary of 2**18 tokens and its merges, have some 2**24."""
MAX_DIMENSIONS = 4

_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
"""GGUF's value types, in struct's letters."""
_STRING, _ARRAY = 8, 9

# fmt: off
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
}
"""ggml's tensor type -> elements and bytes of one block (`GGML_QUANT_SIZES` of the `gguf` package)."""

_QUANTISATIONS = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
    12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K",
    19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL",
    26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16",
    36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}
"""`general.file_type` -> its name (`LlamaFileType` of the `gguf` package)."""
# fmt: on

_FOREIGN = (
    (b"PK\x03\x04", "a ZIP file or a PyTorch checkpoint"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself"),
    (b"<", "a web page, perhaps of a download that needs you to log in"),
    (b"ggjt", "of a format that llama.cpp gave up in 2023"),
    (b"lmgg", "of a format that llama.cpp gave up in 2023"),
)
"""The first bytes of files that people take for a GGUF, and what such a file is."""


@dataclass(frozen=True)
class GgufInfo:
    architecture: str
    content: str
    """`general.type`: `model`, `adapter` (LoRA), or something else (`mmproj`, `imatrix`)."""
    name: str = ""
    quantisation: str = ""
    licence: str = ""
    context_size: int = 0
    """Tokens; 0 if the file doesn't say, as adapters don't."""
    chat_template: str = ""
    """Jinja2."""
    bos: str = ""
    """Text of the token that begins a text; empty if the file names none."""
    eos: str = ""
    """Text of the token that ends a text; empty if the file names none."""
    add_bos: bool = False
    """True if the model was trained with `bos` at the beginning of every text."""
    fim: FimForm | None = None
    """How it is asked to fill in the middle; None if it can't."""
    kind: ModelKind | None = ModelKind.DECODER
    """None for a model that breadknife can't run."""
    pooling: str = ""
    """One of `kinds.POOLINGS`; empty if the file names none."""
    width: int = 0
    """The number of elements of a hidden state, and so of an embedding."""
    labels: tuple[str, ...] = ()
    """The names of a classifier's classes."""
    cell: int = 0
    """Bytes that its cache takes for a token; 0 if the file doesn't say."""


def read_gguf(path: Path) -> GgufInfo:
    """Return what a file's header says. Raises OSError, and ModelCorrupt for a file that isn't a whole GGUF,
    little-endian and of a known version."""
    with path.open("rb") as file:
        return _HeaderReader(file, path, os.fstat(file.fileno()).st_size).read()


def read_header(path: Path) -> GgufInfo:
    """Return what `read_gguf` does, and read the file anew only if it has changed. Raises ModelError."""
    try:
        stat = path.stat()
        return _header(path, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        raise ModelError(f"can't read {path}: {error.strerror or error}") from error


@lru_cache(maxsize=16)
def _header(path: Path, changed: int, size: int) -> GgufInfo:
    return read_gguf(path)


class _HeaderReader:
    """Reads one file of `size` bytes from its beginning. All methods raise ModelCorrupt."""

    def __init__(self, file: io.BufferedReader, path: Path, size: int) -> None:
        self._file = file
        self._path = path
        self._size = size
        self._at = 0
        self._items_left = MAX_ITEMS

    def read(self) -> GgufInfo:
        self._check_beginning()
        tensors, entries = self._number("<Q"), self._number("<Q")
        if max(tensors, entries) > MAX_ENTRIES:
            raise self._corrupt(f"it claims {tensors} tensors and {entries} entries")
        values = dict(self._entry() for _ in range(entries))
        data_size = max((self._tensor_end() for _ in range(tensors)), default=0)
        alignment = _integer(values, "general.alignment", 32)
        if alignment <= 0 or alignment & (alignment - 1):
            raise self._corrupt(f"its alignment is {alignment}, not a power of two")
        if _integer(values, "split.count", 1) > 1:
            raise ModelCorrupt(
                f"{self._path} is one part of a model in several files; join them with llama.cpp's "
                "`llama-gguf-split --merge` and use the result"
            )
        if data_size:
            needed = -(-self._at // alignment) * alignment + data_size
            if self._size < needed:
                raise self._cut_off(needed)
        return _info(values)

    def _check_beginning(self) -> None:
        """Read the magic bytes and the version."""
        beginning = self._file.peek(64)
        if beginning[:4] != b"GGUF":
            what = next((what for magic, what in _FOREIGN if beginning.startswith(magic)), "something else")
            if beginning[8:10] == b'{"':
                what = "in the safetensors format"
            raise ModelCorrupt(f"{self._path} is not a GGUF file but {what}; take the model's .gguf file")
        self._take(4)
        version = self._number("<I")
        if version and not version & 0xFFFF:
            raise ModelCorrupt(
                f"{self._path} is a GGUF for big-endian machines; take the ordinary one (little-endian) of this model"
            )
        if version not in VERSIONS:
            remedy = "update breadknife" if version > VERSIONS[-1] else "take a newer file of this model"
            known = " and ".join(map(str, VERSIONS))
            raise ModelCorrupt(
                f"{self._path} is a GGUF of version {version}, and this breadknife reads {known}; {remedy}"
            )

    def _entry(self) -> tuple[str, object]:
        """Read a key of the metadata and its value."""
        key = self._text()
        return key, self._value(self._number("<I"))

    def _value(self, kind: int) -> object:
        """Read a value of one of GGUF's types. Of arrays, only those of strings are kept; None stands for others."""
        if kind in _SCALARS:
            return self._scalar(_SCALARS[kind])
        if kind == _STRING:
            return self._text()
        if kind != _ARRAY:
            raise self._corrupt(f"a value has the unknown type {kind}")
        kind, count = self._number("<I"), self._number("<Q")
        self._items_left -= count
        if self._items_left < 0:
            raise self._corrupt(f"it claims an array of {count} elements")
        if kind == _STRING:
            return [self._bytes() for _ in range(count)]
        if kind not in _SCALARS:
            raise self._corrupt(f"an array has elements of the type {kind}")
        size = count * struct.calcsize(_SCALARS[kind])
        self._advance(size)
        self._file.seek(size, os.SEEK_CUR)
        return None

    def _tensor_end(self) -> int:
        """Read a tensor's entry; return where its data ends, counted from the beginning of all data. It is 0 for a type
        that isn't in `_BLOCKS`."""
        name = self._text()
        count = self._number("<I")
        if not 0 < count <= MAX_DIMENSIONS:
            raise self._corrupt(f"the tensor {name[:80]!r} has {count} dimensions")
        elements = math.prod(self._number("<Q") for _ in range(count))
        kind, offset = self._number("<I"), self._number("<Q")
        if kind not in _BLOCKS:
            return 0
        block_elements, block_bytes = _BLOCKS[kind]
        return offset + elements // block_elements * block_bytes

    def _text(self) -> str:
        return self._bytes().decode("utf-8", "replace")

    def _bytes(self) -> bytes:
        return self._take(self._number("<Q"))

    def _number(self, form: str) -> int:
        return int(self._scalar(form))

    def _scalar(self, form: str) -> int | float | bool:
        value: int | float | bool = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return value

    def _take(self, count: int) -> bytes:
        """Read `count` bytes."""
        self._advance(count)
        data = self._file.read(count)
        if len(data) != count:  # somebody is shortening it
            raise self._cut_off()
        return data

    def _advance(self, count: int) -> None:
        """Note that `count` more bytes of the header are read, if it may have so many."""
        if self._at + count > self._size:
            raise self._cut_off()
        if self._at + count > MAX_HEADER:
            raise self._corrupt(f"its header has more than {MAX_HEADER >> 20} MiB")
        self._at += count

    def _cut_off(self, needed: int = 0) -> ModelCorrupt:
        should = f" and should have {needed} or more" if needed else " and ends within its header"
        return ModelCorrupt(f"{self._path} is cut off: it has {self._size} bytes{should}; fetch it again")

    def _corrupt(self, why: str) -> ModelCorrupt:
        return ModelCorrupt(f"{self._path} is a damaged GGUF: {why}; fetch it again")


def _info(values: Mapping[str, object]) -> GgufInfo:
    tokens = _strings(values, "tokenizer.ggml.tokens")

    def token(key: str) -> str:
        number = _integer(values, f"tokenizer.ggml.{key}_token_id", -1)
        return tokens[number].decode("utf-8", "replace") if 0 <= number < len(tokens) else ""

    architecture, bos = _text(values, "general.architecture"), token("bos")
    named_fim = (token("fim_pre"), token("fim_suf"), token("fim_mid"))
    pooling_number = _integer(values, f"{architecture}.pooling_type", -1)
    pooling = POOLINGS[pooling_number] if 0 <= pooling_number < len(POOLINGS) else ""
    labels = [
        label.decode("utf-8", "replace") for label in _strings(values, f"{architecture}.classifier.output_labels")
    ]
    has_rerank_template = "tokenizer.chat_template.rerank" in values
    add_bos = values.get("tokenizer.ggml.add_bos_token", _text(values, "tokenizer.ggml.model") == "llama")
    return GgufInfo(
        architecture=architecture,
        content=_text(values, "general.type") or "model",
        name=_text(values, "general.name"),
        quantisation=_QUANTISATIONS.get(_integer(values, "general.file_type", -1), ""),
        licence=_text(values, "general.license"),
        context_size=_integer(values, f"{architecture}.context_length", 0),
        chat_template=_text(values, "tokenizer.chat_template"),
        bos=bos,
        eos=token("eos"),
        add_bos=bool(add_bos),
        fim=fim_form(
            _Vocabulary(frozenset(tokens)), named_fim if all(named_fim) else None, token("bos") * bool(add_bos)
        ),
        kind=kind_of(architecture, pooling, labels, rerank_template=has_rerank_template),
        pooling=pooling,
        width=_integer(values, f"{architecture}.embedding_length", 0),
        labels=tuple(labels),
        cell=_cell(values, architecture),
    )


def _cell(values: Mapping[str, object], architecture: str) -> int:
    """Return the bytes of a token's keys and values, of 16 bits each, in all layers."""

    def number(key: str, default: int = 0) -> int:
        return max(_integer(values, f"{architecture}.{key}", default), 0)

    layers, heads = number("block_count"), number("attention.head_count")
    width = number("embedding_length") // heads if heads else 0
    pair = number("attention.key_length", width) + number("attention.value_length", width)
    per_layer = values.get(f"{architecture}.attention.head_count_kv", heads)
    if isinstance(per_layer, list):  # a hybrid: layers without attention keep no keys
        shared = sum(count for count in cast("list[object]", per_layer) if isinstance(count, int) and count > 0)
    else:
        shared = layers * per_layer if isinstance(per_layer, int) else 0
    return 2 * pair * shared


@dataclass(frozen=True)
class _Vocabulary:
    """The texts of a model's tokens, which may be no UTF-8."""

    tokens: frozenset[bytes]

    def __contains__(self, token: object) -> bool:
        return isinstance(token, str) and token.encode() in self.tokens


def describe_kind(info: GgufInfo) -> str:
    """Say in words what a model can do."""
    match info.kind:
        case ModelKind.ENCODER:
            return f"an encoder: embeddings of {info.width} numbers"
        case ModelKind.RERANKER:
            return "a reranker: says how relevant texts are for a query"
        case ModelKind.CLASSIFIER:
            return f"a classifier: {', '.join(_printable(label) for label in info.labels[:20])}"
        case _:
            return "a decoder: writes text" + (", and fills in the middle" if info.fim else "")


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:60]


def _strings(values: Mapping[str, object], key: str) -> list[bytes]:
    value = values.get(key)
    return cast("list[bytes]", value) if isinstance(value, list) else []


def _text(values: Mapping[str, object], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _integer(values: Mapping[str, object], key: str, default: int) -> int:
    value = values.get(key)
    return value if isinstance(value, int) else default
