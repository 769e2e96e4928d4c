"""`breadknife` in a folder, its files, and what a checker says of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

USES = "def f(x=None):\n    return x.y\n"
MYPY = '{path}:{line}: error: Item "None" of "A | None" has no attribute "{attribute}"  [union-attr]\n'


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


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())


def read(folder: Path, name: str) -> str:
    return (folder / name).read_bytes().decode()


def mypy(path: str, line: int, attribute: str) -> str:
    return MYPY.format(path=path, line=line, attribute=attribute)
