"""The real checkers, as they are installed for development."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec import structs

from breadknife.plugins.nullcheck.verify.oracle import tools
from breadknife.plugins.nullcheck.verify.oracle.tools import TOOLS, CheckerChoice, InstalledChecker, installed

MODULES = Path(__file__).parents[3] / "clients" / "vscode" / "node_modules"


def checker_for(choice: CheckerChoice, root: Path, monkeypatch: pytest.MonkeyPatch) -> InstalledChecker:
    monkeypatch.setenv("PATH", os.pathsep.join((os.environ["PATH"], str(MODULES / ".bin"))))
    found = installed(choice, "typescript" if choice == "tsc" else "python", root, True)
    if found is None or found.tool.name != choice:
        assert not os.environ.get("CI"), f"{choice} is missing: make {'extension' if choice == 'tsc' else 'setup'}"
        pytest.skip(f"{choice} is not installed")
    return found


def native_typescript(root: Path, monkeypatch: pytest.MonkeyPatch) -> InstalledChecker:
    """TypeScript 7's, which is installed beside the one before."""
    native = tuple(
        structs.replace(tool, commands=tuple(each for each in tool.commands if each[0] == "tsgo")) for tool in TOOLS
    )
    monkeypatch.setattr(tools, "TOOLS", native)
    return checker_for("tsc", root, monkeypatch)
