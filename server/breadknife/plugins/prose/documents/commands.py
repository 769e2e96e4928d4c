"""Commands in shell blocks that run a file which isn't there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Container, Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

from breadknife.plugins.prose.documents.formats import find_code_blocks
from breadknife.plugins.prose.documents.rule import DocumentContext, DocumentProblem
from breadknife.text.document import Span

_TRANSCRIPTS = frozenset(("console", "shellsession", "shell-session"))
_SHELLS = _TRANSCRIPTS | {"sh", "bash", "shell", "zsh"}
_RUNNERS = frozenset(("bash", "sh", "zsh", "source", ".", "python", "python3", "node", "ruby", "perl", "lua"))
_FILE_COMMAND = r"cd|pushd|git\s+clone|mkdir|touch|cp|mv|tar|unzip|curl|wget|cat\s*>|tee|ln"
_MOVES = re.compile(rf"\b(?:{_FILE_COMMAND})\b|[^0-9&]>")
"""What changes where or what the files are: nothing after it in its block is judged."""
_IN_CONTAINER = r"(?:docker|podman|kubectl)\b.*\b(?:run|exec)"
_ELSEWHERE = re.compile(rf"\b(?:ssh|adb\s+shell|{_IN_CONTAINER}|chroot|nsenter)\b")
"""What goes on on another machine, as far as its block goes."""
_SCAFFOLDER = (
    "npx|npm|yarn|pnpm|bunx?|cargo|dotnet|django-admin|rails|uv|poetry|hatch|pdm|flutter|ng|nest|mvn|gradle|mix|lein"
)
_SCAFFOLDS = r"new|init|create\S*|startproject|startapp|generate|archetype:generate"
_STARTS_PROJECT = re.compile(
    rf"\b(?:{_SCAFFOLDER})[ \t]+(?:\S+[ \t]+)*?(?:{_SCAFFOLDS})\b|\b(?:cookiecutter|copier|degit)\b"
)
"""The reader makes a project: what is run later may be its."""
_COMPILER = r"make|cmake|ninja|meson|scons|autoreconf|autogen|bootstrap|gcc|cc|clang|rustc|ghc|nvcc"
_BUILDER = "go|cargo|swift|zig|dotnet|stack|cabal|bazel|mvnw?|gradlew?|npm|yarn|pnpm|bun"
_BUILDS = re.compile(rf"\b(?:{_COMPILER})\b|\bg\+\+|\b(?:{_BUILDER})\b.*\b(?:build|install|package)\b")
"""What makes programs: one without a suffix may be its."""
_MADE_FOLDERS = frozenset(
    ("build", "_build", "target", "dist", "out", "output", "bin", "node_modules", "vendor", "venv", ".venv", "env")
)
_TO_MAKE = (
    r"(?:creat|generat|past)(?:e|es|ed|ing)|(?:sav|writ)(?:e|es|ed|ing|ten)|(?:put|add|download)(?:s|ed|ing)?"
    r"|(?:copy|copied|named|called)"
)
_TITLE = r"\b(?:title|filename|file|name)=|^[#*`_:\s\d.)/<>!=-]*$"
_MADE_BY_READER = re.compile(rf"\b(?:{_TO_MAKE})\b|{_TITLE}", re.IGNORECASE)
"""Beside a file's name: the reader is told to make it, or the name is a title or a comment over its content."""
_WORD = re.compile(r"\S+")
_NAMED_FOLDER = re.compile(r"[`(\"']\.?/?([\w-][\w./-]*)[`)\"']")
_MOST_NAMED = 200
_PLACEHOLDER = re.compile(
    r"[<>$*?{}\[\]~…]|\.\.\.|\b(?:your|my|path|example|script|foo|bar|some)(?:\b|_)", re.IGNORECASE
)


def find_missing_files(context: DocumentContext) -> Iterator[DocumentProblem]:
    if context.root is None or context.folder is None:
        return
    earlier = ""
    blocks = [block for block in find_code_blocks(context) if block.language in _SHELLS]
    folders = _list_folders(context) if blocks else []
    commands = frozenset(context.document.line_at(line.start) for block in blocks for line in block.lines)
    for block in blocks:
        moved = False
        for line in block.lines:
            text = context.document.slice(line)
            moved = moved or bool(_MOVES.search(text) or _ELSEWHERE.search(text))
            earlier += f"{text}\n"
            span = _find_program(text, transcript=block.language in _TRANSCRIPTS)
            if moved or span is None or _PLACEHOLDER.search(name := text[span.start : span.end]):
                continue
            is_there = any(context.exists(folder / name) for folder in folders)
            if not is_there and not _is_made(context, name, earlier, commands):
                yield DocumentProblem(span.shifted(line.start), f"This runs `{name}`, which doesn't exist.")


def _list_folders(context: DocumentContext) -> list[Path]:
    """Return the project's folder, the document's, and those in them that the document names."""
    places = [place for place in (context.root, context.folder) if place is not None]
    named = {match[1].rstrip("/") for match in islice(_NAMED_FOLDER.finditer(context.document.text), _MOST_NAMED)}
    return [*places, *(place / name for place in places for name in named if context.exists(place / name))]


def _is_made(context: DocumentContext, name: str, earlier: str, commands: Container[int]) -> bool:
    """Tell whether the file may come to be by what the document says: by commands before it, or by the reader's hand.

    `commands`: the lines of shell blocks.
    """
    path = PurePosixPath(name)
    folder = next((part for part in path.parts[:-1] if part != ".."), "")
    if folder in _MADE_FOLDERS or _STARTS_PROJECT.search(earlier):
        return True
    if not path.suffix and (_BUILDS.search(earlier) or context.exists((context.root or Path()) / f"{path}.ac")):
        return True
    if any(path.name in command and _MOVES.search(command) for command in earlier.splitlines()[:-1]):
        return True
    mention = re.compile(rf"(?<![\w./-])(?:[\w.-]+/)*{re.escape(path.name)}(?![\w-])")
    lines = (
        context.document.line_text(number) for number in range(context.document.line_count) if number not in commands
    )
    return any(_MADE_BY_READER.search(mention.sub("", line)) for line in lines if path.name in line)


def _find_program(line: str, *, transcript: bool) -> Span | None:
    """Return where a line names a program or script of this project that it runs."""
    prompt = re.match(r"\s*(?:[$%#>]\s+)?", line)
    at = prompt.end() if prompt else 0
    if transcript and not line[:at].strip():
        return None  # output
    try:
        shlex.split(line[at:], comments=True)
    except ValueError:
        return None
    words = [Span(match.start(), match.end()) for match in _WORD.finditer(line, at)]
    while words and re.match(r"\w+=|sudo$|env$", line[words[0].start : words[0].end]):
        words.pop(0)
    if not words:
        return None
    first = line[words[0].start : words[0].end]
    if re.match(r"\.{1,2}/[\w./-]+$", first):
        return words[0]
    if first in _RUNNERS and len(words) > 1:
        second = line[words[1].start : words[1].end]
        if re.match(r"(?:\.{1,2}/)?[\w-]+(?:[/.][\w-]+)*\.(?:sh|py|js|mjs|rb|pl|lua|bash)$", second):
            return words[1]
    return None
