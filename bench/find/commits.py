"""Makes questions of a repository's history: a commit's subject asks for the one or two functions that it changes.

The code is that of a commit some hundred before the newest. The questions are commits after it, so nothing in the code
has seen them. A commit counts if, tests apart, it changes nothing but one or two functions, and imports.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from breadknife.text.document import Document, language_of
from breadknife.text.outline import Definition, definitions
from breadknife.text.syntax import parse

COMMITS = 600
"""Commits of the main line that come after the code."""
MOST_LOOKED_AT = 200
"""Commits whose changes are mapped to functions."""
_NOT_CODE = re.compile(
    r"(?i)(^|/)(tests?|testing|testdata|__tests__|vendor|node_modules|dist|examples?|docs?|bench\w*)/"
    r"|(^|/)(test_|conftest)|[_.](test|spec)\.|\.min\.|Tests?\.java$"
)
_SAYS_NOTHING = re.compile(
    r"(?i)\b(typos?|bump|release|version|merge|revert|lint\w*|format\w*|cleanup|clean up|changelog|copyright|license"
    r"|pre-commit|whitespace|spelling|nits?|review|wip|dependenc\w+|upgrade|backport|comments?|docstrings?|hints?|annotations?|docs?|documentation|document|print"
    r"|warnings?|errors? from)\b|\d+\.\d+"
)
_PREFIX = re.compile(r"^\w+(?=\()|^\[[^\]]*\]|^\w+!?:\s")
_NUMBER = re.compile(r"\s*\(?(?:#|GH-?)\d+\)?|^\s*\d+[.:]?\s")
_IMPORT = re.compile(r"^\s*(import|from|use|#|//|\*|/\*|\"[\w./-]+\"$|[\w, ]+,?$|[)}\]]?;?$)")
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@", re.MULTILINE)
_HEAD = re.compile(r"^diff --git a/(\S+) b/(\S+)$(?:.*\n)*?index ([0-9a-f]+)\.\.", re.MULTILINE)


def base_of(git: Path) -> str:
    """Return the commit whose code is searched; `HEAD` if there is none."""
    return ["HEAD", *_git(git, "rev-list", "--first-parent", "-n", str(COMMITS), "HEAD").split()][-1]


def asked_of(git: Path, base: str, texts: Mapping[str, str]) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Yield subjects, with the (path, first line, last line) of each function that its commit changes. `texts` are the
    code at the commit `base`, by path."""
    known = {path: {_key(each): each for each in _functions(text, path)} for path, text in texts.items()}
    code = [f"*{ending}" for ending in {Path(path).suffix for path in texts}]
    shown = ("--no-merges", "--reverse", "-U0", "-p", "--full-index", "--no-renames", "--no-color", "--format=%x00%s")
    log = _git(git, "log", *shown, f"{base}..HEAD", "--", *code)
    looked_at = 0
    for change in log.split("\0")[1:]:
        subject, _, diff = change.partition("\n")
        subject = _NUMBER.sub("", _PREFIX.sub("", subject)).strip(" :")
        files = [part for part in re.split(r"^(?=diff --git )", diff, flags=re.MULTILINE) if part.strip()]
        files = [part for part in files if (head := _HEAD.match(part)) is None or not _NOT_CODE.search(head[1])]
        if not 1 <= len(files) <= 2 or not 4 <= len(subject.split()) <= 40 or _SAYS_NOTHING.search(subject):
            continue
        looked_at += 1
        if looked_at > MOST_LOOKED_AT:
            return
        changed = dict[tuple[str, str, str], None]()
        for part in files:
            keys = _changed(git, part)
            if not keys:
                changed.clear()
                break
            changed.update(dict.fromkeys(keys))
        if 1 <= len(changed) <= 2 and all(key[1:] in known.get(key[0], {}) for key in changed):
            words = [word for word in subject.split() if word.strip("`().,:'\"") not in {key[2] for key in changed}]
            if len(words) >= 4:
                yield " ".join(words), [_lines(texts[key[0]], key[0], known[key[0]][key[1:]]) for key in changed]


def _changed(git: Path, part: str) -> list[tuple[str, str, str]]:
    """Return the functions that a file's diff changes; none if it changes anything else, or the whole file."""
    head = _HEAD.match(part)
    if head is None or not head[3].strip("0"):
        return []
    path, text = head[1], _git(git, "cat-file", "blob", head[3])
    document, functions = Document("untitled:a", "", text), _functions(text, path)
    spans = [(document.line_at(each.span.start) + 1, document.line_at(each.span.end) + 1, each) for each in functions]
    found = list[tuple[str, str, str]]()
    for piece in re.split(r"^(?=@@ -)", part, flags=re.MULTILINE)[1:]:
        hunk = _HUNK.match(piece)
        if hunk is None:
            return []
        first, count = int(hunk[1]), int(hunk[2] or 1)
        inside = [each for start, end, each in spans if start <= first and first + max(count - 1, 0) <= end
                  and (count or first < end)]  # fmt: skip
        if inside:
            found.append((path, *_key(inside[-1])))
        elif not all(_IMPORT.match(line[1:]) for line in piece.split("\n")[1:] if line):
            return []
    return found


def _functions(text: str, path: str) -> list[Definition]:
    tree = parse(text, language_of(Path(path)) or "")
    return [each for each in definitions(tree) if each.kind in ("function", "method")] if tree is not None else []


def _key(definition: Definition) -> tuple[str, str]:
    return definition.container, definition.name


def _lines(text: str, path: str, definition: Definition) -> tuple[str, int, int]:
    document = Document("untitled:a", "", text)
    return path, document.line_at(definition.span.start) + 1, document.line_at(definition.span.end) + 1


def _git(git: Path, *arguments: str) -> str:
    run = subprocess.run(["git", "-C", git, *arguments], capture_output=True)
    return run.stdout.decode("utf-8", "replace").replace("\r\n", "\n")
