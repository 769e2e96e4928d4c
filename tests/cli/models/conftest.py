"""What the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(bare_machine: Path) -> Path:
    """A home without models, on a machine without a network."""
    return bare_machine
