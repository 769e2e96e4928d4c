from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from editors.neovim.editor import Editor, neovim


@pytest.fixture
def open_editor(tmp_path: Path) -> Iterator[Callable[..., Editor]]:
    with neovim(tmp_path) as start:
        yield start
