from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from editors.neovim.editor import Editor, neovim


@pytest.fixture(autouse=True)
def shown(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """`docs/editors/features.py` reads from a report which test shows what."""
    for mark in request.node.iter_markers("shows"):
        for feature in mark.args[1:]:
            record_property("shows", f"{mark.args[0]}: {feature}")


@pytest.fixture
def open_editor(tmp_path: Path) -> Iterator[Callable[..., Editor]]:
    with neovim(tmp_path) as start:
        yield start
