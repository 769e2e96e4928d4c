"""Real technical prose: the READMEs and the Python files of packages, and text files of a system's documentation."""

from __future__ import annotations

import gzip
import hashlib
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span
from breadknife.text.extract import extract
from breadknife.text.syntax import parse

MODULES = 4
"""Python files of each package."""
FEWEST_WORDS = 8
LARGEST = 300_000
"""Characters."""
_README_LANGUAGES = {"text/markdown": "markdown", "text/x-rst": "restructuredtext", "text/plain": "plaintext"}


@dataclass(frozen=True)
class Place:
    document: Document
    span: Span
    name: str
    """Package, file and line."""


def places(folder: Path, half: int | None, seed: int) -> list[Place]:
    """A place in each paragraph of at least so many words, in random order. `half`: only of every second package."""
    chance = random.Random(seed)
    found = [place for document, name in _documents(folder, half, chance) for place in _in(document, name)]
    chance.shuffle(found)
    return found


def _in(document: Document, name: str) -> Iterator[Place]:
    tree = parse(document.text, document.language)
    for prose in extract(document, tree, CancelToken()):
        if prose.segments and len(prose.text.split()) >= FEWEST_WORDS:
            line = document.line_at(prose.start) + 1
            yield Place(document, Span(prose.start, prose.start), f"{name}:{line}")


def _documents(folder: Path, half: int | None, chance: random.Random) -> Iterator[tuple[Document, str]]:
    for path in sorted(folder.iterdir()):
        name = path.name.split("-")[0]
        if half is not None and hashlib.sha256(name.encode()).digest()[0] % 2 != half:
            continue
        if path.suffix == ".whl":
            yield from _of_wheel(path, name, chance)
        else:
            raw = path.read_bytes()
            text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace")
            if len(text) < LARGEST:
                yield Document(f"file:///{path.name}", "plaintext", text, 1), path.name


def _of_wheel(path: Path, name: str, chance: random.Random) -> Iterator[tuple[Document, str]]:
    with zipfile.ZipFile(path) as wheel:
        names = sorted(wheel.namelist())
        metadata = next((each for each in names if each.endswith(".dist-info/METADATA")), "")
        if metadata:
            said = Parser().parsestr(wheel.read(metadata).decode("utf-8", "replace"))
            kind = str(said.get("Description-Content-Type", "text/x-rst")).partition(";")[0].strip()
            text = str(said.get_payload())
            if 0 < len(text) < LARGEST:
                language = _README_LANGUAGES.get(kind, "restructuredtext")
                yield Document(f"file:///{name}/README", language, text, 1), f"{name}/README"
        modules = [each for each in names if each.endswith(".py") and "/_vendor/" not in each]
        for module in chance.sample(modules, min(MODULES, len(modules))):
            text = wheel.read(module).decode("utf-8", "replace")
            if len(text) < LARGEST:
                yield Document(f"file:///{name}/{module}", "python", text, 1), f"{name}/{module}"
