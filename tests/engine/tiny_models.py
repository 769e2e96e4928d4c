"""Tiny models with random weights: what they say means nothing, but llama.cpp runs them as it runs real ones."""

from __future__ import annotations

import io
import json
import random
import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace

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


def recurrent(architecture: str) -> bytes:
    """A model whose memory can't be rolled back: `mamba`, or one with a layer of attention behind the recurrent one:
    `lfm2`, `qwen35`. It says letters only, and no end."""
    values: dict[str, Value] = {
        **_about(architecture),
        f"{architecture}.context_length": 4096,
        f"{architecture}.block_count": 2,
        f"{architecture}.attention.layer_norm_rms_epsilon": 1e-5,
        **{f"{architecture}.{key}": value for key, value in RECURRENT[architecture].items()},
    }
    tensors = [
        _tensor("token_embd.weight", VOCABULARY, WIDTH),
        _tensor("token_embd_norm.weight" if architecture == "lfm2" else "output_norm.weight", WIDTH),
        _output_of_letters(),
    ]
    state = STATE_LAYER[architecture]
    for number, layer in enumerate((state, ATTENTION_LAYER.get(architecture, state))):
        shapes: Shapes = {"attn_norm.weight": (WIDTH,), **layer}
        if architecture in ATTENTION_LAYER:
            norm = "post_attention_norm" if architecture == "qwen35" else "ffn_norm"
            shapes = {**shapes, f"{norm}.weight": (WIDTH,), **FEED_FORWARD}
        for name, shape in shapes.items():
            tensor = _tensor(f"blk.{number}.{name}", *shape)
            tensors.append(_decay(tensor) if name == "ssm_a" else tensor)
    return _written(values, tensors)


HEAD, STATE, KERNEL, RANK = 16, 8, 4, 4
RECURRENT: Mapping[str, Mapping[str, Value]] = {
    "mamba": {
        "attention.head_count": 0,
        "feed_forward_length": 0,
        "ssm.conv_kernel": KERNEL,
        "ssm.inner_size": 2 * WIDTH,
        "ssm.state_size": STATE,
        "ssm.time_step_rank": RANK,
    },
    "lfm2": {"attention.head_count_kv": [0, 2], "shortconv.l_cache": KERNEL, "rope.freq_base": 1e4},
    "qwen35": {
        "attention.head_count_kv": 2,
        "attention.key_length": HEAD,
        "attention.value_length": HEAD,
        "rope.dimension_count": HEAD,
        "rope.dimension_sections": [4, 2, 2, 0],
        "rope.freq_base": 1e4,
        "full_attention_interval": 2,
        "ssm.conv_kernel": KERNEL,
        "ssm.inner_size": 2 * HEAD,
        "ssm.state_size": HEAD,
        "ssm.time_step_rank": 2,
        "ssm.group_count": 2,
    },
}
"""Architecture -> what its file says of the layers besides what all say."""
Shapes = Mapping[str, tuple[int, ...]]
STATE_LAYER: Mapping[str, Shapes] = {
    "mamba": {
        "ssm_in.weight": (4 * WIDTH, WIDTH),
        "ssm_conv1d.weight": (2 * WIDTH, KERNEL),
        "ssm_conv1d.bias": (2 * WIDTH,),
        "ssm_x.weight": (RANK + 2 * STATE, 2 * WIDTH),
        "ssm_dt.weight": (2 * WIDTH, RANK),
        "ssm_dt.bias": (2 * WIDTH,),
        "ssm_a": (2 * WIDTH, STATE),
        "ssm_d": (2 * WIDTH,),
        "ssm_out.weight": (WIDTH, 2 * WIDTH),
    },
    "lfm2": {
        "shortconv.conv.weight": (WIDTH, KERNEL),
        "shortconv.in_proj.weight": (3 * WIDTH, WIDTH),
        "shortconv.out_proj.weight": (WIDTH, WIDTH),
    },
    "qwen35": {
        "attn_qkv.weight": (6 * HEAD, WIDTH),
        "attn_gate.weight": (2 * HEAD, WIDTH),
        "ssm_conv1d.weight": (6 * HEAD, KERNEL),
        "ssm_dt.bias": (2,),
        "ssm_a": (2,),
        "ssm_beta.weight": (2, WIDTH),
        "ssm_alpha.weight": (2, WIDTH),
        "ssm_norm.weight": (HEAD,),
        "ssm_out.weight": (WIDTH, 2 * HEAD),
    },
}
_ATTENTION: Shapes = {
    "attn_q.weight": (WIDTH, WIDTH),
    "attn_k.weight": (WIDTH, WIDTH),
    "attn_v.weight": (WIDTH, WIDTH),
    "attn_output.weight": (WIDTH, WIDTH),
    "attn_q_norm.weight": (HEAD,),
    "attn_k_norm.weight": (HEAD,),
}
ATTENTION_LAYER: Mapping[str, Shapes] = {
    "lfm2": _ATTENTION,
    "qwen35": {**_ATTENTION, "attn_q.weight": (2 * WIDTH, WIDTH)},  # with a gate for each output
}
FEED_FORWARD: Shapes = {
    "ffn_gate.weight": (INNER, WIDTH),
    "ffn_up.weight": (INNER, WIDTH),
    "ffn_down.weight": (WIDTH, INNER),
}


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


def _decay(tensor: Tensor) -> Tensor:
    """So little that a state remembers what was a hundred tokens ago."""
    numbers = struct.unpack(f"<{len(tensor.data) // 4}f", tensor.data)
    return replace(tensor, data=struct.pack(f"<{len(numbers)}f", *(-0.001 - abs(number) / 50 for number in numbers)))


def _output_of_letters() -> Tensor:
    whole = _tensor("output.weight", VOCABULARY, WIDTH)
    control = sum(word.startswith("[") for word in WORDS)
    return replace(whole, data=bytes(4 * WIDTH * control) + whole.data[4 * WIDTH * control :])


def _written(values: Mapping[str, Value], tensors: Sequence[Tensor]) -> bytes:
    out = io.BytesIO()
    write_gguf(out, values, tensors)
    return out.getvalue()
