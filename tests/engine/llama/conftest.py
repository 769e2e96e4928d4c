"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama
import pytest

from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.weights import Weights
from engine.llama.writing import model_file


@pytest.fixture(scope="module")
def loaded(tests_home: Path) -> Iterator[LlamaModel]:
    model = LlamaModel(Weights(model_file("smollm2-135m")), cells=256, sequences=8, threads=2, width=64)
    yield model
    model.close()


@pytest.fixture
def model(loaded: LlamaModel) -> Iterator[LlamaModel]:
    """With an empty cache; afterwards llama.cpp's memory must hold what `tokens` says."""
    yield loaded
    loaded.interrupt(False)
    memory: Any = loaded._memory
    for sequence, tokens in enumerate(loaded.tokens):
        assert llama.llama_memory_seq_pos_max(memory, sequence) == len(tokens) - 1
        loaded.truncate(sequence, 0)
    assert loaded.used() == 0
