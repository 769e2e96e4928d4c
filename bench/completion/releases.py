"""Text that the models haven't seen: packages whose first release came after their training, in today's versions."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from breadknife.text.document import language_of

PYTHON = (
    "a2a-sdk", "browser-use", "fastmcp", "markitdown", "mcp", "openai-agents", "pydantic-ai-slim", "pydantic-graph",
    "smolagents", "strands-agents",
)  # fmt: skip
NPM = ("@modelcontextprotocol/sdk", "@tanstack/query-core", "zod")
"""Qwen2.5-Coder came out in September 2024; each Python package after that, and these npm ones were rewritten."""

FILE_CHARACTERS = range(3_000, 16_000)
FUNCTION_LINES = range(8, 25)


@dataclass(frozen=True)
class Hole:
    """A function that is removed and typed again."""

    package: str
    path: str
    text: str
    """The file's, with the function."""
    first: int
    """Line of the function, from 1."""
    lines: int

    @property
    def start(self) -> int:
        return sum(len(line) + 1 for line in self.text.split("\n")[: self.first - 1])

    @property
    def typed(self) -> str:
        return "\n".join(self.text.split("\n")[self.first - 1 : self.first - 1 + self.lines])


def download(folder: Path, *, npm: bool = False) -> None:
    if not (folder / "wheels").exists():
        command = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder / "wheels", *PYTHON)
        subprocess.run(command, check=True)
    if npm and not list(folder.glob("*.tgz")):
        subprocess.run(("npm", "pack", "--silent", *NPM), check=True, cwd=folder, stdout=subprocess.DEVNULL)


def files(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(package, path, text) of what was downloaded, in a fixed order."""
    for wheel in sorted((folder / "wheels").glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(archive.namelist()):
                if language_of(Path(name)):
                    yield wheel.name.split("-")[0], name, archive.read(name).decode("utf-8", "replace")
    for packed in sorted(folder.glob("*.tgz")):
        with tarfile.open(fileobj=BytesIO(packed.read_bytes())) as archive:
            for member in sorted(archive.getmembers(), key=lambda each: each.name):
                if language_of(Path(member.name)) and (file := archive.extractfile(member)):
                    yield packed.name, member.name, file.read().decode("utf-8", "replace")


def holes(folder: Path, seed: int = 6) -> list[Hole]:
    """One for each Python package: a function from the middle of a file of usual size, drawn by the seed."""
    chance = random.Random(seed)
    found: dict[str, list[Hole]] = {}
    for package, path, text in files(folder):
        if path.endswith(".py") and len(text) in FILE_CHARACTERS and "test" not in path and text.isascii():
            found.setdefault(package, []).extend(_functions(package, path, text))
    return [chance.choice(found[package]) for package in sorted(found) if found[package]]


def _functions(package: str, path: str, text: str) -> Iterator[Hole]:
    if "\t" in text or "\r" in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            lines = node.end_lineno - node.lineno + 1
            if lines in FUNCTION_LINES and node.lineno > 30:
                yield Hole(package, path, text, node.lineno, lines)
