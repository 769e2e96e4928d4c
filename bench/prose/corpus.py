"""The texts that the prose benches read: learners' sentences with their corrections, and READMEs of packages."""

from __future__ import annotations

import email
import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span
from breadknife.text.extract import extract
from breadknife.text.prose import ProseText
from breadknife.text.syntax import parse

_SEED = "breadknife-40"
_KEPT_FOR_TUNE_AND_TEST = frozenset((
    "rust-lang/book", "ansible/ansible-documentation", "pytest-dev/pytest", "vuejs/docs", "exercism/python",
    "hacs/documentation", "python/devguide", "Textualize/textual", "neovim/nvim-lspconfig",
))  # fmt: skip
_CLOSED = re.compile(r"(?:[,.!?;:)\]%]+|'(?:s|re|ve|ll|d|m)?|n't|\.\.\.)$", re.IGNORECASE)
_OPENING = frozenset("([$#£")
_NO_CORRECTION = frozenset(("noop", "UNK"))


@dataclass(frozen=True)
class Learner:
    """A sentence, and what it becomes with each single correction of the annotator."""

    text: str
    corrected: frozenset[str]


def learners(path: Path) -> list[Learner]:
    """The sentences of an M2 file, as people write them: without the blanks between the tokens."""
    found: list[Learner] = []
    for block in path.read_text("utf-8").strip().split("\n\n"):
        lines = block.splitlines()
        tokens = lines[0][2:].split()
        corrected: set[str] = set()
        for line in lines[1:]:
            span, kind, new, *_ = line[2:].split("|||")
            start, end = map(int, span.split())
            if kind not in _NO_CORRECTION:
                corrected.add(joined([*tokens[:start], *new.split(), *tokens[end:]]))
        found.append(Learner(joined(tokens), frozenset(corrected)))
    return found


def joined(tokens: Sequence[str]) -> str:
    out, glued, quoted = "", True, False
    for token in tokens:
        closes = bool(_CLOSED.match(token)) or (token == '"' and quoted)
        out += token if glued or closes else f" {token}"
        glued = token in _OPENING or (token == '"' and not quoted)
        quoted ^= token == '"'
    return out


def edited(text: str, span: Span, new: str) -> str:
    """As `Learner.corrected` has it."""
    return re.sub(r"\s+", " ", f"{text[: span.start]}{new}{text[span.end :]}").strip()


@dataclass(frozen=True)
class Readme:
    text: str
    language: str


def readmes(listing: Path, folder: Path) -> dict[str, Readme]:
    """The READMEs of the packages that a file names, which are downloaded into the folder once."""
    names = listing.read_text("utf-8").split()
    if not any(folder.glob("*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), *names]
        subprocess.run(command, check=True)
    found: dict[str, Readme] = {}
    for wheel in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            name = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
            found[wheel.name.split("-")[0]] = _description(archive.read(name).decode())
    return found


def installed(without: frozenset[str]) -> dict[str, Readme]:
    """The READMEs of the packages that are installed here, but for some."""
    found: dict[str, Readme] = {}
    for each in metadata.distributions():
        readme = _description(each.read_text("METADATA") or "")
        name = each.name.lower().replace("_", "-")
        if name not in without and readme.text:
            found[name] = readme
    return dict(sorted(found.items()))


def _description(headers_and_body: str) -> Readme:
    message = email.message_from_string(headers_and_body)
    kind = str(message.get("Description-Content-Type") or "text/x-rst").partition(";")[0]
    language = {"text/markdown": "markdown", "text/plain": "plaintext"}.get(kind.strip(), "restructuredtext")
    return Readme(str(message.get_payload() or message.get("Description") or ""), language)


def split_of(repository: str) -> str:
    """Return the part that a repository belongs to: `train`, `tune` or `test`, as `sources.tsv` has them."""
    chance = hashlib.sha256(f"{_SEED} {repository}".encode()).digest()[0]
    if repository in _KEPT_FOR_TUNE_AND_TEST:
        return "tune" if chance % 2 else "test"
    return "train" if chance < 160 else "tune" if chance < 208 else "test"


def paragraphs(text: str, language: str = "markdown") -> Iterator[ProseText]:
    document = Document("file:///bench", language, text, 1)
    return extract(document, parse(text, language), CancelToken())


def words(text: str) -> int:
    return len(text.split())
