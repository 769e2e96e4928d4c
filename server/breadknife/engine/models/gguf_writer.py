"""Writes a GGUF file, the same bytes for the same content. The format: see `gguf`."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

VERSION = 3
ALIGNMENT = 32
F32, F16, Q8_0 = 0, 1, 8
"""ggml's types of tensors."""

Value = bool | int | float | str | Sequence[str] | Sequence[int]
"""A value of the metadata. Integers are written as unsigned ones of 32 bits, those of a list as signed ones."""


@dataclass(frozen=True)
class Tensor:
    name: str
    shape: tuple[int, ...]
    """The dimension that changes fastest comes first: the other way round than in numpy and safetensors."""
    kind: int
    data: bytes


def write_gguf(out: BinaryIO, values: Mapping[str, Value], tensors: Sequence[Tensor]) -> None:
    """Write a file with this metadata and these tensors. Raises OSError."""
    head = [b"GGUF", struct.pack("<IQQ", VERSION, len(tensors), len(values))]
    for key, value in values.items():
        head += (_text(key), *_typed(value))
    at = 0
    for tensor in tensors:
        head += (_text(tensor.name), struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape))
        head.append(struct.pack("<IQ", tensor.kind, at))
        at += len(tensor.data) + _padding(len(tensor.data))
    header = b"".join(head)
    out.write(header + bytes(_padding(len(header))))
    for tensor in tensors:
        out.write(tensor.data)
        out.write(bytes(_padding(len(tensor.data))))


def _padding(size: int) -> int:
    return -size % ALIGNMENT


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _typed(value: Value) -> Iterable[bytes]:
    """Return the pieces of a value after the number of its type (`gguf._SCALARS`, 8 for strings, 9 for arrays)."""
    match value:
        case bool():
            return (struct.pack("<I?", 7, value),)
        case int():
            return (struct.pack("<II", 4, value),)
        case float():
            return (struct.pack("<If", 6, value),)
        case str():
            return (struct.pack("<I", 8), _text(value))
        case _:
            texts = [_text(item) for item in value if isinstance(item, str)]
            numbers = [item for item in value if isinstance(item, int)]
            kind = 8 if texts else 5
            items = b"".join(texts) or struct.pack(f"<{len(numbers)}i", *numbers)
            return (struct.pack("<IIQ", 9, kind, len(value)), items)
