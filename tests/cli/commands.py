"""`breadknife` as people run it: a process in a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def breadknife(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "breadknife", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def read(folder: Path, name: str) -> str:
    return (folder / name).read_bytes().decode()
