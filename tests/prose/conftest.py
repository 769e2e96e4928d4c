"""Fixtures of the tests of prose."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.prose import checkers
from breadknife.plugins.prose.engines.kept import Store


@pytest.fixture(autouse=True)
def nothing_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test's own answers alone: what one scripted engine says is nothing to another."""
    monkeypatch.setattr(checkers, "Store", lambda: Store(tmp_path / "prose.sqlite"))
