"""Commands in shell blocks that run a file which isn't there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator

from breadknife.plugins.prose.documents.markdown import code_blocks
from breadknife.plugins.prose.documents.rule import DocumentRule, Example, Subject
from breadknife.task.values import Finding
from breadknife.text.document import Span

_SHELLS = frozenset(("sh", "bash", "shell", "zsh", "console", "shellsession", "shell-session"))
_RUNNERS = frozenset(("bash", "sh", "zsh", "source", ".", "python", "python3", "node", "ruby", "perl", "lua"))
_MOVES = re.compile(r"\b(?:cd|pushd|git\s+clone|mkdir|touch|cp|mv|tar|unzip|curl|wget|cat\s*>|tee|ln)\b|[^0-9&]>")
"""What changes where or what the files are: nothing after it is judged."""
_WORD = re.compile(r"\S+")
_PLACEHOLDER = re.compile(
    r"[<>$*?{}\[\]~…]|\.\.\.|\b(?:your|my|path|example|script|foo|bar|some)(?:\b|_)", re.IGNORECASE
)


def _missing(subject: Subject, finding: Callable[..., Finding]) -> Iterator[Finding]:
    if subject.root is None or subject.folder is None:
        return
    for block in code_blocks(subject.tree):
        if block.language not in _SHELLS:
            continue
        for line in block.lines:
            text = subject.document.slice(line)
            if _MOVES.search(text):
                break
            found = _file(text, transcript=block.language in ("console", "shellsession", "shell-session"))
            if found is None or _PLACEHOLDER.search(text[found.start : found.end]):
                continue
            name = text[found.start : found.end]
            if not any(subject.exists(place / name) for place in (subject.root, subject.folder)):
                yield finding(found.shifted(line.start), f"This runs `{name}`, which isn't there.")


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
    frozenset(("markdown",)),
    "A command in a shell block that runs a file which isn't there.",
    _missing,
    fires=(
        Example("```sh\n./configure.sh --all\n```\n"),
        Example("```console\n$ python scripts/build.py\nok\n```\n"),
        Example("```bash\nFAST=1 bash tools/run.sh\n```\n", (("tools/run.py", ""),)),
    ),
    silent=(
        Example("```sh\n./configure.sh --all\n```\n", (("configure.sh", ""),)),
        Example("```sh\ngit clone x\ncd x\n./configure\n```\n"),
        Example("```sh\npython your_script.py\nnode script.js\npython path/to/file.py\n```\n"),
        Example("```sh\npython -m build\nls\n```\n"),
        Example("```console\n$ ls\n./gone.sh\n```\n"),
        Example("```python\n./configure\n```\n"),
        Example("```sh\nbash $SCRIPT\n```\n"),
    ),
)
