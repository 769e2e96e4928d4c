"""What is typed: functions out of current releases, which came out after the model's training."""

from __future__ import annotations

import ast
import os
import random
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.text.document import language_of

PACKAGES = (
    "a2a-sdk", "agno", "browser-use", "google-adk", "markitdown", "mcp", "openai-agents", "pydantic-ai-slim",
    "smolagents", "strands-agents",
)  # fmt: skip
"""First released, or written anew, after 2024-09: the model hasn't seen these files."""
NPM = ("zod", "hono", "@tanstack/query-core")
GO = ("github.com/mark3labs/mcp-go", "github.com/tree-sitter/go-tree-sitter")
CRATES = ("humantime", "shlex", "heck")
JAVA = ("com.google.code.gson:gson:2.13.1:jar:sources",)
FILE_LINES = range(80, 500)
FUNCTION_LINES = range(5, 21)
FUNCTION_CHARACTERS = range(200, 600)


@dataclass(frozen=True)
class Function:
    file: Path
    line: int
    """1-based."""
    lines: int

    @property
    def text(self) -> str:
        return "\n".join(self.file.read_text("utf-8").split("\n")[self.line - 1 : self.line - 1 + self.lines])


def functions(folder: Path, count: int, seed: int = 6) -> list[Function]:
    """One of each package, with its file in the whole package: what chance gives, sizes aside."""
    chance = random.Random(seed)
    found: list[Function] = []
    for package in _python(folder, PACKAGES[:count]):
        (package / "pyproject.toml").touch()  # an editor takes it for a project
        files = [path for path in sorted(package.rglob("*.py")) if "test" not in path.name]
        chance.shuffle(files)
        found.append(next(function for file in files if (function := _function(file, chance))))
    return found


def _function(file: Path, chance: random.Random) -> Function | None:
    text = file.read_text("utf-8")
    lines = text.split("\n")
    if len(lines) not in FILE_LINES or not text.isascii():
        return None
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    fitting = [
        function
        for node in ast.walk(ast.parse(text))
        if isinstance(node, kinds) and not node.decorator_list and node.end_lineno
        for function in [Function(file, node.lineno, node.end_lineno - node.lineno + 1)]
        if function.lines in FUNCTION_LINES and len(function.text) in FUNCTION_CHARACTERS
    ]
    return chance.choice(fitting) if fitting else None


def sources(folder: Path) -> Iterator[tuple[str, Path]]:
    """(language, file) of several languages, of those whose package manager is at hand."""
    _python(folder, PACKAGES)
    if npm := shutil.which("npm"):
        _run(npm, "pack", "--silent", *NPM, cwd=folder)
    if go := shutil.which("go"):
        for module in GO:
            _run(
                go, "mod", "download", f"{module}@latest", cwd=folder, GOPATH=str(folder / "go"), GOFLAGS="-modcacherw"
            )
    if cargo := shutil.which("cargo"):
        crate = folder / "crates"
        _run(cargo, "init", "-q", "--lib", "--vcs", "none", str(crate), cwd=folder)
        with (crate / "Cargo.toml").open("a", encoding="utf-8") as manifest:
            manifest.writelines(f'{name} = "*"\n' for name in CRATES)
        _run(cargo, "vendor", "-q", cwd=crate)
    if maven := shutil.which("mvn"):
        for artifact in JAVA:
            _run(maven, "-q", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}", cwd=folder)
    for archive in sorted(folder.glob("*.*")):
        if archive.suffix == ".jar":
            zipfile.ZipFile(archive).extractall(archive.with_suffix(""))
        elif archive.suffix == ".tgz":
            with tarfile.open(archive) as packed:
                packed.extractall(archive.with_suffix(""), filter="data")
    for path in sorted(folder.rglob("*")):
        language = language_of(path)
        if language and path.is_file() and not path.name.endswith((".d.ts", ".min.js", "_test.go")):
            yield language, path


def _python(folder: Path, packages: Sequence[str]) -> list[Path]:
    """The folders that packages are in now."""
    wheels, found = folder / "wheels", list[Path]()
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(wheels)]
    _run(*command, *packages, cwd=folder)
    for wheel in sorted(wheels.iterdir()):
        found.append(folder / wheel.name.split("-")[0])
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(found[-1])
    return found


def _run(*command: str, cwd: Path, **environment: str) -> None:
    cwd.mkdir(exist_ok=True)
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment})


def listed(functions: Sequence[Function]) -> str:
    return ", ".join(f"{each.file.name}:{each.line}" for each in functions)
