"""What the tests of several commands share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home on a machine that has no models, of no program's, and no network."""
    for name in "OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME":
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "HOME": str(tmp_path),
        "USERPROFILE": str(tmp_path),
        "BREADKNIFE_HOME": str(tmp_path / "breadknife"),
        "BREADKNIFE_OFFLINE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path
