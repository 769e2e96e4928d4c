"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from breadknife.plugins.prose.plugin import ProsePlugin
from prose.plugin.asking import ALONE
from prose.second import Second
from support import PluginContext


@pytest.fixture
def context(home: Path, tmp_path: Path) -> PluginContext:
    return PluginContext(root=tmp_path / "project", values=ALONE)


@pytest.fixture
def plugin() -> Iterator[ProsePlugin]:
    plugin = ProsePlugin()
    yield plugin
    plugin.close()


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Second:
    engine = Second()
    engine.put_in_place(monkeypatch)
    return engine
