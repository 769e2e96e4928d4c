"""Installs a plugin's package for one process: without network, beside nobody else's packages."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def environment(package: Path, site: Path) -> dict[str, str]:
    """As after `pip install -e`: the package's own source counts, `site` only says that it is there."""
    path = [str(package / "src"), str(site)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def install(package: Path, site: Path) -> None:
    offline = ["--no-index", "--no-build-isolation", "--no-deps", "--quiet"]
    run(["pip", "install", *offline, "--upgrade", "--target", str(site), str(package)], package, site)


def run(command: Sequence[str], package: Path, site: Path, *, cwd: Path | None = None, code: int = 0) -> str:
    """What `python -m COMMAND` prints."""
    result = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd or package,
        env=environment(package, site),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=200,
    )
    assert result.returncode == code, f"{' '.join(command)}\n{result.stdout}{result.stderr}"
    return result.stdout
