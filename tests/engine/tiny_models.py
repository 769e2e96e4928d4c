"""Tiny models with random weights: what they say means nothing, but llama.cpp runs them as it runs real ones."""

from __future__ import annotations

import io
import json
import random
import struct
from collections.abc import Mapping, Sequence

from breadknife.engine.kinds import POOLINGS
from breadknife.engine.models.gguf_writer import F32, Tensor, Value, write_gguf

WIDTH, INNER, CONTEXT = 32, 64, 64
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "abcde"))
VOCABULARY = len(WORDS)

BERT_LAYER = {
    "attention.self.query": ("attn_q", (WIDTH, WIDTH)),
    "attention.self.key": ("attn_k", (WIDTH, WIDTH)),
    "attention.self.value": ("attn_v", (WIDTH, WIDTH)),
    "attention.output.dense": ("attn_output", (WIDTH, WIDTH)),
    "attention.output.LayerNorm": ("attn_output_norm", (WIDTH,)),
    "intermediate.dense": ("ffn_up", (INNER, WIDTH)),
    "output.dense": ("ffn_down", (WIDTH, INNER)),
    "output.LayerNorm": ("layer_output_norm", (WIDTH,)),
}
"""Hugging Face's name -> GGUF's, and the shape of its weight, the outputs first."""


def random_weights(shape: Sequence[int], name: str) -> bytes:
    count = 1
    for each in shape:
        count *= each
    numbers = random.Random(name)
    return struct.pack(f"<{count}f", *(numbers.uniform(-0.9, 0.9) for _ in range(count)))


def bert(pooling: str = "mean", labels: Sequence[str] = (), *, head: bool = True) -> bytes:
    """An encoder; with the pooling `rank` and a head of one output a reranker, of several a classifier."""
    values: dict[str, Value] = {
        **_about("bert"),
        "bert.attention.causal": False,
        "bert.attention.layer_norm_epsilon": 1e-12,
        "tokenizer.ggml.token_type_count": 2,
        **({"bert.pooling_type": POOLINGS.index(pooling)} if pooling else {}),
        **({"bert.classifier.output_labels": list(labels)} if labels else {}),
    }
    tensors = [
        _tensor("token_embd.weight", VOCABULARY, WIDTH),
        _tensor("position_embd.weight", CONTEXT, WIDTH),
        _tensor("token_types.weight", 2, WIDTH),
        _tensor("token_embd_norm.weight", WIDTH),
        _tensor("token_embd_norm.bias", WIDTH),
    ]
    for name, shape in BERT_LAYER.values():
        tensors += [_tensor(f"blk.0.{name}.weight", *shape), _tensor(f"blk.0.{name}.bias", shape[0])]
    if pooling == "rank" and head:
        outputs = len(labels) or 1
        tensors += [_tensor("cls.weight", WIDTH, WIDTH), _tensor("cls.bias", WIDTH)]
        tensors += [_tensor("cls.output.weight", outputs, WIDTH), _tensor("cls.output.bias", outputs)]
    return _written(values, tensors)


def causal(architecture: str = "llama", pooling: str = "", template: str = "") -> bytes:
    """A model that could write; with a pooling it was made to read."""
    values: dict[str, Value] = {
        **_about(architecture),
        f"{architecture}.attention.layer_norm_rms_epsilon": 1e-5,
        f"{architecture}.rope.dimension_count": WIDTH // 2,
        **({f"{architecture}.pooling_type": POOLINGS.index(pooling)} if pooling else {}),
        **({"tokenizer.chat_template.rerank": template} if template else {}),
        **({f"{architecture}.classifier.output_labels": ["yes", "no"]} if pooling == "rank" else {}),
    }
    square, wide, back = (WIDTH, WIDTH), (INNER, WIDTH), (WIDTH, INNER)
    shapes = {"attn_norm": (WIDTH,), "attn_q": square, "attn_k": square, "attn_v": square, "attn_output": square}
    shapes |= {"ffn_norm": (WIDTH,), "ffn_gate": wide, "ffn_up": wide, "ffn_down": back}
    if architecture == "qwen3":
        shapes |= {"attn_q_norm": (WIDTH // 2,), "attn_k_norm": (WIDTH // 2,)}
    tensors = [_tensor("token_embd.weight", VOCABULARY, WIDTH), _tensor("output_norm.weight", WIDTH)]
    tensors += [_tensor(f"blk.0.{name}.weight", *shape) for name, shape in shapes.items()]
    if pooling == "rank":
        tensors.append(_tensor("cls.output.weight", 2, WIDTH))
    return _written(values, tensors)


def sentence_transformer() -> dict[str, bytes]:
    """The files of a package of sentence-transformers, as `converting` takes them."""
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (VOCABULARY, WIDTH),
        "embeddings.position_embeddings.weight": (CONTEXT, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
        "pooler.dense.weight": (WIDTH, WIDTH),
    }
    for name, (_, shape) in BERT_LAYER.items():
        shapes |= {f"encoder.layer.0.{name}.weight": shape, f"encoder.layer.0.{name}.bias": shape[:1]}
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, shape in shapes.items():
        content = random_weights(shape, name)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    header["embeddings.position_ids"] = {"dtype": "I64", "shape": [1], "data_offsets": [len(data), len(data) + 8]}
    told = json.dumps(header).encode()
    config = {
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": CONTEXT,
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
    }
    return {
        "config.json": json.dumps(config).encode(),
        "vocab.txt": "\n".join(WORDS).encode(),
        "model.safetensors": struct.pack("<Q", len(told)) + told + data + bytes(8),
    }


def _about(architecture: str) -> dict[str, Value]:
    special = {name: WORDS.index(f"[{word}]") for name, word in _SPECIAL.items()}
    return {
        "general.architecture": architecture,
        "general.type": "model",
        "general.name": "Tiny",
        "general.license": "mit",
        "general.file_type": 0,
        f"{architecture}.context_length": CONTEXT,
        f"{architecture}.embedding_length": WIDTH,
        f"{architecture}.block_count": 1,
        f"{architecture}.feed_forward_length": INNER,
        f"{architecture}.attention.head_count": 2,
        "tokenizer.ggml.model": "bert",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": [
            word if word.startswith("[") else word[2:] if word.startswith("##") else f"▁{word}" for word in WORDS
        ],
        "tokenizer.ggml.token_type": [3 if word.startswith("[") else 1 for word in WORDS],
        **{f"tokenizer.ggml.{name}_token_id": number for name, number in special.items()},
    }


_SPECIAL: Mapping[str, str] = {
    "bos": "CLS",
    "cls": "CLS",
    "seperator": "SEP",
    "padding": "PAD",
    "unknown": "UNK",
    "mask": "MASK",
}


def _tensor(name: str, *shape: int) -> Tensor:
    """`shape` with the outputs first."""
    return Tensor(name, tuple(reversed(shape)), F32, random_weights(shape, name))


def _written(values: Mapping[str, Value], tensors: Sequence[Tensor]) -> bytes:
    out = io.BytesIO()
    write_gguf(out, values, tensors)
    return out.getvalue()
