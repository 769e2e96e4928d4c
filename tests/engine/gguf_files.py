"""Writes small GGUF files, as llama.cpp's documentation of the format has them."""

from __future__ import annotations

import struct
from collections.abc import Mapping

Value = str | int | float | bool | list[str]

MODEL: Mapping[str, Value] = {
    "general.architecture": "llama",
    "general.type": "model",
    "general.name": "Tiny",
    "general.license": "mit",
    "general.file_type": 15,
    "llama.context_length": 2048,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.tokens": ["<s>", "</s>", "a"],
    "tokenizer.ggml.bos_token_id": 0,
    "tokenizer.ggml.eos_token_id": 1,
    "tokenizer.chat_template": "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}",
}
CODER: Mapping[str, Value] = {
    **MODEL,
    "tokenizer.ggml.tokens": ["<s>", "</s>", "a", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
}
"""It can fill in the middle."""
ADAPTER: Mapping[str, Value] = {"general.architecture": "llama", "general.type": "adapter", "adapter.type": "lora"}


Tensors = Mapping[str, tuple[tuple[int, ...], bytes]]
"""Name -> dimensions, and data in F32."""


def gguf(
    values: Mapping[str, Value] = MODEL,
    tensors: Tensors = {"w": ((16,), bytes(64))},  # noqa: B006
    *,
    version: int = 3,
    order: str = "<",
) -> bytes:
    def text(value: str) -> bytes:
        return struct.pack(order + "Q", len(value.encode())) + value.encode()

    def typed(value: Value) -> bytes:
        if isinstance(value, bool):
            return struct.pack(order + "I?", 7, value)
        if isinstance(value, int):
            return struct.pack(order + "II", 4, value)
        if isinstance(value, float):
            return struct.pack(order + "If", 6, value)
        if isinstance(value, str):
            return struct.pack(order + "I", 8) + text(value)
        return struct.pack(order + "IIQ", 9, 8, len(value)) + b"".join(map(text, value))

    head = b"GGUF" + struct.pack(order + "IQQ", version, len(tensors), len(values))
    head += b"".join(text(key) + typed(value) for key, value in values.items())
    data = b""
    for name, (dimensions, content) in tensors.items():
        data += bytes(-len(data) % 32)
        head += text(name) + struct.pack(f"{order}I{len(dimensions)}QIQ", len(dimensions), *dimensions, 0, len(data))
        data += content
    return head + bytes(-len(head) % 32) + data


def lora(width: int, strength: float) -> bytes:
    """An adapter of rank 1 for the first query matrix of a model with `width` hidden dimensions."""
    ones = struct.pack(f"<{width}f", *([strength] * width))
    tensors = {"blk.0.attn_q.weight.lora_a": ((width, 1), ones), "blk.0.attn_q.weight.lora_b": ((1, width), ones)}
    return gguf({**ADAPTER, "adapter.lora.alpha": 1.0}, tensors)
