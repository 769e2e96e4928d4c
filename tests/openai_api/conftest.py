"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from breadknife.engine.fim import QWEN
from breadknife.engine.models.adding import AddRequest, add_model
from breadknife.engine.models.store import ModelStore
from engine.gguf_files import ADAPTER, MODEL, gguf
from engine.tiny_models import bert
from openai_api.scripted import FIM, Recording
from openai_api.serving import Served, serving


@pytest.fixture
def models(home: Path, tmp_path: Path) -> None:
    """`chat` has a template, `fim` and `qwen` can fill in, `base` has neither; `style` is an adapter of `chat`; `reads`
    is an encoder and `ranks` a reranker."""
    files = {
        "chat": gguf(),
        "fim": gguf({**MODEL, **FIM, "general.name": "F", "tokenizer.ggml.add_bos_token": True}),
        "qwen": gguf({**MODEL, "tokenizer.ggml.tokens": list(QWEN.stops)}),
        "base": gguf({**MODEL, "tokenizer.chat_template": ""}),
        "style": gguf(ADAPTER),
        "reads": bert(),
        "ranks": bert("rank"),
    }
    for name, content in files.items():
        path = tmp_path / f"{name}.gguf"
        path.write_bytes(content)
        request = AddRequest(str(path), name, base="chat" if name == "style" else "")
        add_model(request, ModelStore(), lambda progress: None, offline=True)


@pytest.fixture
def engine() -> Recording:
    return Recording()


@pytest.fixture
def served(models: None, engine: Recording) -> Iterator[Served]:
    with serving(engine) as served:
        yield served


@pytest.fixture
def client(served: Served) -> openai.OpenAI:
    return served.client()
