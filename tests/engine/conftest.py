"""Real daemon processes with a fake model, each test's in a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from breadknife.engine.client import DaemonEngine
from engine.daemons import Daemons


@pytest.fixture
def daemons(home: Path) -> Iterator[Daemons]:
    daemons = Daemons(home / "run")
    yield daemons
    daemons.close()


@pytest.fixture
def engine(daemons: Daemons) -> DaemonEngine:
    return daemons.client()
