"""Commands in shell blocks that run a file which isn't there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Container, Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

from breadknife.plugins.prose.documents.formats import CODE_BLOCKS, code_blocks
from breadknife.plugins.prose.documents.rule import DocumentRule, Example, Subject
from breadknife.task.values import Finding
from breadknife.text.document import Span

_SHELLS = frozenset(("sh", "bash", "shell", "zsh", "console", "shellsession", "shell-session"))
_RUNNERS = frozenset(("bash", "sh", "zsh", "source", ".", "python", "python3", "node", "ruby", "perl", "lua"))
_MOVES = re.compile(r"\b(?:cd|pushd|git\s+clone|mkdir|touch|cp|mv|tar|unzip|curl|wget|cat\s*>|tee|ln)\b|[^0-9&]>")
"""What changes where or what the files are: nothing after it in its block is judged."""
_ELSEWHERE = re.compile(r"\b(?:ssh|adb\s+shell|(?:docker|podman|kubectl)\b.*\b(?:run|exec)|chroot|nsenter)\b")
"""What goes on on another machine, as far as its block goes."""
_STARTS_PROJECT = re.compile(
    r"\b(?:npx|npm|yarn|pnpm|bunx?|cargo|dotnet|django-admin|rails|uv|poetry|hatch|pdm|flutter|ng|nest|mvn|gradle|mix|lein)"
    r"[ \t]+(?:\S+[ \t]+)*?(?:new|init|create\S*|startproject|startapp|generate|archetype:generate)\b"
    r"|\b(?:cookiecutter|copier|degit)\b"
)
"""The reader makes a project: what is run later may be its."""
_BUILDS = re.compile(
    r"\b(?:make|cmake|ninja|meson|scons|autoreconf|autogen|bootstrap|gcc|cc|clang|rustc|ghc|nvcc)\b|\bg\+\+|"
    r"\b(?:go|cargo|swift|zig|dotnet|stack|cabal|bazel|mvnw?|gradlew?|npm|yarn|pnpm|bun)\b.*\b(?:build|install|package)\b"
)
"""What makes programs: one without a suffix may be its."""
_MADE_FOLDERS = frozenset(
    ("build", "_build", "target", "dist", "out", "output", "bin", "node_modules", "vendor", "venv", ".venv", "env")
)
_MADE_BY_READER = re.compile(
    r"\b(?:creat|generat|past)(?:e|es|ed|ing)\b|\b(?:sav|writ)(?:e|es|ed|ing|ten)\b|\b(?:put|add|download)(?:s|ed|ing)?\b|"
    r"\b(?:copy|copied|named|called)\b|\b(?:title|filename|file|name)=|^[#*`_:\s\d.)/<>!=-]*$",
    re.IGNORECASE,
)
"""Beside a file's name: the reader is told to make it, or the name is a title or a comment over its content."""
_WORD = re.compile(r"\S+")
_NAMED_FOLDER = re.compile(r"[`(\"']\.?/?([\w-][\w./-]*)[`)\"']")
_MOST_NAMED = 200
_PLACEHOLDER = re.compile(
    r"[<>$*?{}\[\]~…]|\.\.\.|\b(?:your|my|path|example|script|foo|bar|some)(?:\b|_)", re.IGNORECASE
)


def _missing(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    if subject.root is None or subject.folder is None:
        return
    earlier = ""
    blocks = [block for block in code_blocks(subject) if block.language in _SHELLS]
    folders = _folders(subject) if blocks else []
    commands = frozenset(subject.document.line_at(line.start) for block in blocks for line in block.lines)
    for block in blocks:
        moved = False
        for line in block.lines:
            text = subject.document.slice(line)
            moved = moved or bool(_MOVES.search(text) or _ELSEWHERE.search(text))
            earlier += f"{text}\n"
            found = _file(text, transcript=block.language in ("console", "shellsession", "shell-session"))
            if moved or found is None or _PLACEHOLDER.search(text[found.start : found.end]):
                continue
            name = text[found.start : found.end]
            is_there = any(subject.exists(folder / name) for folder in folders)
            if not is_there and not _is_made(subject, name, earlier, commands):
                yield finding(found.shifted(line.start), f"This runs `{name}`, which doesn't exist.")


def _folders(subject: Subject) -> list[Path]:
    """The project's, the document's, and those in them that the document names."""
    places = [place for place in (subject.root, subject.folder) if place is not None]
    named = {match[1].rstrip("/") for match in islice(_NAMED_FOLDER.finditer(subject.document.text), _MOST_NAMED)}
    return [*places, *(place / each for place in places for each in named if subject.exists(place / each))]


def _is_made(subject: Subject, name: str, earlier: str, commands: Container[int]) -> bool:
    """Whether the file may come to be by what the document says: by commands before it, or by the reader's hand.

    `commands`: the lines of shell blocks.
    """
    path = PurePosixPath(name)
    folder = next((part for part in path.parts[:-1] if part != ".."), "")
    if folder in _MADE_FOLDERS or _STARTS_PROJECT.search(earlier):
        return True
    if not path.suffix and (_BUILDS.search(earlier) or subject.exists((subject.root or Path()) / f"{path}.ac")):
        return True
    if any(path.name in each and _MOVES.search(each) for each in earlier.splitlines()[:-1]):
        return True
    mention = re.compile(rf"(?<![\w./-])(?:[\w.-]+/)*{re.escape(path.name)}(?![\w-])")
    lines = (
        subject.document.line_text(number) for number in range(subject.document.line_count) if number not in commands
    )
    return any(_MADE_BY_READER.search(mention.sub("", line)) for line in lines if path.name in line)


def _file(line: str, *, transcript: bool) -> Span | None:
    """The program or script of this project that a line runs."""
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


MISSING_FILE = DocumentRule(
    "missing-file",
    CODE_BLOCKS,
    "A command in a shell block that runs a file which doesn't exist.",
    _missing,
    fires=(
        Example("```sh\n./configure.sh --all\n```\n"),
        Example("```console\n$ python scripts/build.py\nok\n```\n"),
        Example("```bash\nFAST=1 bash tools/run.sh\n```\n", (("tools/run.py", ""),)),
        Example("Run `tools/run.py`:\n\n```sh\npython tools/run.py\n```\n"),
        Example("```sh\ngit clone x\ncd x\n```\n\n```sh\n./install.sh\n```\n"),
        Example("Build:\n\n.. code-block:: bash\n\n   make\n   ./tools/run.sh\n", (), "restructuredtext"),
        Example("[source,sh]\n----\npython tools/run.py\n----\n", (), "asciidoc"),
        Example("#+begin_src sh\npython tools/run.py\n#+end_src\n", (), "org"),
        Example("<A>\n\n```sh\n./gone.sh\n```\n\n</A>\n", (), "mdx"),
    ),
    silent=(
        Example("```sh\n./configure.sh --all\n```\n", (("configure.sh", ""),)),
        Example("```sh\ngit clone x\ncd x\n./configure\n```\n"),
        Example("```sh\npython your_script.py\nnode script.js\npython path/to/file.py\n```\n"),
        Example("```sh\npython -m build\nls\n```\n"),
        Example("```console\n$ ls\n./gone.sh\n```\n"),
        Example("```python\n./configure\n```\n"),
        Example("```sh\nbash $SCRIPT\n```\n"),
        Example("Create `hello.py`:\n\n```python\nx\n```\n\n```sh\npython hello.py\n```\n"),
        Example("Save this as hello.py and start it:\n\n```sh\npython hello.py\n```\n"),
        Example("```python\n# hello.py\nx\n```\n\n```sh\npython hello.py\n```\n"),
        Example("**hello.py**\n\n```python\nx\n```\n\n```sh\npython hello.py\n```\n"),
        Example('```python title="hello.py"\nx\n```\n\n```sh\npython hello.py\n```\n'),
        Example("```sh\ncurl -o get.sh https://x.org/get.sh\n```\n\n```sh\nsh get.sh\n```\n"),
        Example("```sh\nnpx create-x app\n```\n\n```sh\nnode server.js\n```\n"),
        Example("```sh\nmake\n./program --all\n```\n"),
        Example("```sh\n./configure\nmake\n```\n", (("configure.ac", ""),)),
        Example("```sh\n./build/program\n./node_modules/.bin/x\n```\n"),
        Example("```sh\ndocker run -it x bash\n./run.sh\n```\n"),
        Example("In `examples/`:\n\n```sh\npython one.py\n```\n", (("examples/one.py", ""),)),
        Example("::\n\n   ./gone.sh\n\n.. code-block:: python\n\n   ./gone.sh\n", (), "restructuredtext"),
        Example("[source,python]\n----\n./gone.sh\n----\n", (), "asciidoc"),
    ),
)
