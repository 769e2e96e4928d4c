"""The release workflow calls make's own targets, and nothing else that could differ from them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def runs() -> list[str]:
    return [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]


def test_what_is_made_is_made_by_make() -> None:
    made = [target for run in runs() if run.startswith("make ") for target in run.split()[1:]]
    assert set(made) == {
        "dist-core", "dist-vscode", "dist-neovim", "dist-engine-sdist", "dist-engine-wheels", "try-dist",
    }  # fmt: skip
    assert set(made) <= TARGETS


@pytest.mark.parametrize("run", runs())
def test_nothing_is_built_or_installed_beside_it(run: str) -> None:
    assert not re.search(r"\b(?:pip|npm|npx|cibuildwheel|hatch|vsce|curl|wget)\b", run)


def test_only_publishing_may_write() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [name for name, job in WORKFLOW["jobs"].items() if "permissions" in job] == ["publish"]
