from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    # No checker that happens to be installed has a say here.
    (folder / "breadknife.toml").write_text('[nullcheck]\noracle = "off"\n')
    return folder
