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
_CHANGES_FILES = re.compile(rf"\b(?:{_FILE_COMMAND})\b|[^0-9&]>")
"""Commands that change the folder or the files: nothing after one in its block is judged."""
_IN_CONTAINER = r"(?:docker|podman|kubectl)\b.*\b(?:run|exec)"
_ON_OTHER_MACHINE = re.compile(rf"\b(?:ssh|adb\s+shell|{_IN_CONTAINER}|chroot|nsenter)\b")
"""Commands after which the rest of the block runs on another machine."""
_SCAFFOLDER = (
    "npx|npm|yarn|pnpm|bunx?|cargo|dotnet|django-admin|rails|uv|poetry|hatch|pdm|flutter|ng|nest|mvn|gradle|mix|lein"
)
_SCAFFOLDS = r"new|init|create\S*|startproject|startapp|generate|archetype:generate"
_STARTS_PROJECT = re.compile(
    rf"\b(?:{_SCAFFOLDER})[ \t]+(?:\S+[ \t]+)*?(?:{_SCAFFOLDS})\b|\b(?:cookiecutter|copier|degit)\b"
)
"""Commands by which the reader makes a project: files that are run later may be in that one."""
_COMPILER = r"make|cmake|ninja|meson|scons|autoreconf|autogen|bootstrap|gcc|cc|clang|rustc|ghc|nvcc"
_BUILDER = "go|cargo|swift|zig|dotnet|stack|cabal|bazel|mvnw?|gradlew?|npm|yarn|pnpm|bun"
_BUILDS = re.compile(rf"\b(?:{_COMPILER})\b|\bg\+\+|\b(?:{_BUILDER})\b.*\b(?:build|install|package)\b")
"""Commands that build programs: a name without a suffix may be one of those."""
_BUILD_FOLDERS = frozenset(
    ("build", "_build", "target", "dist", "out", "output", "bin", "node_modules", "vendor", "venv", ".venv", "env")
)
_TO_MAKE = (
    r"(?:creat|generat|past)(?:e|es|ed|ing)|(?:sav|writ)(?:e|es|ed|ing|ten)|(?:put|add|download)(?:s|ed|ing)?"
    r"|(?:copy|copied|named|called)"
)
_TITLE = r"\b(?:title|filename|file|name)=|^[#*`_:\s\d.)/<>!=-]*$"
_MADE_BY_READER = re.compile(rf"\b(?:{_TO_MAKE})\b|{_TITLE}", re.IGNORECASE)
"""What tells, beside a file's name, that the reader makes the file: words for it, or that the name stands alone as a
title or a comment over the content."""
_WORD = re.compile(r"\S+")
_NAMED_FOLDER = re.compile(r"[`(\"']\.?/?([\w-][\w./-]*)[`)\"']")
_MOST_NAMED = 200
"""Names of folders in a document that are looked for on the disk."""
_PLACEHOLDER = re.compile(
    r"[<>$*?{}\[\]~…]|\.\.\.|\b(?:your|my|path|example|script|foo|bar|some)(?:\b|_)", re.IGNORECASE
)


def find_missing_files(context: DocumentContext) -> Iterator[DocumentProblem]:
    if context.root is None or context.folder is None:
        return
    earlier = ""
    """All commands of the document so far, the present one as the last line."""
    blocks = [block for block in find_code_blocks(context) if block.language in _SHELLS]
    folders = _list_folders(context) if blocks else []
    commands = frozenset(context.document.line_at(line.start) for block in blocks for line in block.lines)
    for block in blocks:
        is_elsewhere = False
        for line in block.lines:
            text = context.document.slice(line)
            is_elsewhere = is_elsewhere or bool(_CHANGES_FILES.search(text) or _ON_OTHER_MACHINE.search(text))
            earlier += f"{text}\n"
            span = _find_program(text, is_transcript=block.language in _TRANSCRIPTS)
            if is_elsewhere or span is None or _PLACEHOLDER.search(name := text[span.start : span.end]):
                continue
            is_there = any(context.exists(folder / name) for folder in folders)
            if not is_there and not _is_made(context, name, earlier, commands):
                yield DocumentProblem(span.shifted(line.start), f"This runs `{name}`, which doesn't exist.")


def _list_folders(context: DocumentContext) -> list[Path]:
    """Return the project's folder, the document's, and those in them that the document names."""
    bases = [base for base in (context.root, context.folder) if base is not None]
    named = {match[1].rstrip("/") for match in islice(_NAMED_FOLDER.finditer(context.document.text), _MOST_NAMED)}
    return [*bases, *(base / name for base in bases for name in named if context.exists(base / name))]


def _is_made(context: DocumentContext, name: str, earlier: str, commands: Container[int]) -> bool:
    """Tell whether a file may exist once the reader has done what the document says: run commands, or write it by hand.

    `earlier` are the commands up to the one that runs the file, which is the last line; `commands` the numbers of the
    document's lines that are commands.
    """
    path = PurePosixPath(name)
    folder = next((part for part in path.parts[:-1] if part != ".."), "")
    if folder in _BUILD_FOLDERS or _STARTS_PROJECT.search(earlier):
        return True
    if not path.suffix and (_BUILDS.search(earlier) or context.exists((context.root or Path()) / f"{path}.ac")):
        return True
    if any(path.name in command and _CHANGES_FILES.search(command) for command in earlier.splitlines()[:-1]):
        return True
    mention = re.compile(rf"(?<![\w./-])(?:[\w.-]+/)*{re.escape(path.name)}(?![\w-])")
    lines = (
        context.document.line_text(number) for number in range(context.document.line_count) if number not in commands
    )
    return any(_MADE_BY_READER.search(mention.sub("", line)) for line in lines if path.name in line)


def _find_program(line: str, *, is_transcript: bool) -> Span | None:
    """Return where a line names a program or script of this project that it runs; None for any other line.

    In a transcript only lines after a prompt are commands, the others are output.
    """
    prompt = re.match(r"\s*(?:[$%#>]\s+)?", line)
    start = prompt.end() if prompt else 0
    if is_transcript and not line[:start].strip():
        return None
    try:
        shlex.split(line[start:], comments=True)
    except ValueError:
        return None  # no whole command, such as one with a quotation mark that the next line closes
    words = [Span(match.start(), match.end()) for match in _WORD.finditer(line, start)]
    # Assignments, `sudo` and `env` stand before the command itself.
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
