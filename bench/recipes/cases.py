"""Random real places at which a recipe is asked: functions, commits, findings and names that nobody tuned on."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.steps.builtin.scopes import weak_locals
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.outline import Definition, outline
from breadknife.text.syntax import parse

MOST_FILES = 400
LARGEST = 60_000
"""Characters of a file that is read."""


@dataclass(frozen=True)
class Case:
    name: str
    """The same again with the same seed: a file and line, a commit, a finding."""
    document: Document
    span: Span
    message: str = ""
    files: dict[str, str] = field(default_factory=dict[str, str])
    staged: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    """None of a file that is removed."""
    about: str = ""
    """What a reader needs to judge the answer."""


def sources(folder: Path, seed: int) -> list[Path]:
    """Python files of packages below a folder, at random; no tests, and nothing of ours."""
    found = [
        path
        for path in sorted(folder.rglob("*.py"))
        if not re.search(r"tests?/|breadknife|_vendor|/pip/|test_|_pb2|conftest", path.relative_to(folder).as_posix())
        and 500 < path.stat().st_size < LARGEST
    ]
    return random.Random(seed).sample(found, min(MOST_FILES, len(found)))


def functions(folder: Path, seed: int) -> Iterator[Case]:
    """One documented function of each file, without its docstring."""
    chance = random.Random(seed)
    for path in sources(folder, seed):
        text = path.read_text("utf-8", "replace")
        tree = parse(text, "python")
        if tree is None or tree.error_count:
            continue
        fitting = [each for each in outline(tree).definitions if _is_fit(each, text)]
        if not fitting:
            continue
        chosen = chance.choice(fitting)
        bare = _without_docstring(text, chosen)
        if bare is None:
            continue
        document = Document((folder / path).as_uri(), "python", bare, 1)
        at = bare.index(chosen.signature.split("\n")[0], chosen.span.start)
        name = f"{path.relative_to(folder)}:{document.line_at(at) + 1} {chosen.name}"
        body = bare[at : at + len(chosen.span)]
        yield Case(name, document, Span(at, at), about=f"{body}\n--- theirs: {chosen.docstring}")


def _is_fit(each: Definition, text: str) -> bool:
    lines = text[each.span.start : each.span.end].count("\n")
    return each.kind in ("function", "method") and len(each.docstring) > 10 and 6 <= lines <= 60


def _without_docstring(text: str, of: Definition) -> str | None:
    """Cut out with its line; None where that isn't simple."""
    source = text[of.span.start : of.span.end]
    match = re.search(r"\n[ \t]*[rRuU]?(\"\"\"|''')[\s\S]*?\1[ \t]*(?=\n)", source)
    return (
        text[: of.span.start] + source[: match.start()] + source[match.end() :] + text[of.span.end :] if match else None
    )


def names(folder: Path, seed: int) -> Iterator[Case]:
    """One local variable with a weak name of each file."""
    chance = random.Random(seed)
    for path in sources(folder, seed):
        text = path.read_text("utf-8", "replace")
        tree = parse(text, "python")
        found = weak_locals(tree) if tree is not None and not tree.error_count else []
        if not found:
            continue
        function, span = chance.choice(found)
        document = Document((folder / path).as_uri(), "python", text, 1)
        name = f"{path.relative_to(folder)}:{document.line_at(span.start) + 1} {document.slice(span)}"
        yield Case(name, document, span, about=document.slice(function)[:1500])


def commits(repository: Path, seed: int, most: int = 60) -> Iterator[Case]:
    """Commits of at most so many changed lines, of the newest thousand, as they were staged."""
    log = _git(repository, "log", "--no-merges", "-1000", "--format=%H")
    hashes = sorted(log.split())
    random.Random(seed).shuffle(hashes)
    for each in hashes:
        rows = [
            row.split("\t")
            for row in _git(repository, "show", "--numstat", "--no-renames", "--format=", each).splitlines()
        ]
        if not rows or any(row[0] == "-" for row in rows) or not 0 < sum(int(a) + int(b) for a, b, *_ in rows) <= most:
            continue
        paths = [row[2] for row in rows]
        before = {path: _shown(repository, f"{each}~1:{path}") for path in paths}
        after = {path: _shown(repository, f"{each}:{path}") for path in paths}
        document = Document("", "git-commit", "\n# Please enter the commit message for your changes.\n", 1)
        diff = _git(repository, "show", "-U2", "--format=", each)
        subject = _git(repository, "show", "-s", "--format=%s", each).strip()
        committed = {path: text for path, text in before.items() if text is not None}
        yield Case(
            each[:10], document, Span(0, 0), files=committed, staged=after, about=f"{diff}\n--- theirs: {subject}"
        )


def _shown(repository: Path, what: str) -> str | None:
    try:
        return _git(repository, "show", what)
    except (subprocess.CalledProcessError, UnicodeDecodeError):
        return None


def _git(repository: Path, *words: str) -> str:
    ran = subprocess.run(["git", *words], cwd=repository, check=True, capture_output=True)
    return ran.stdout.decode("utf-8")


def edited(case: Case, span: Span, text: str) -> str:
    """The lines of the document that an answer changes, afterwards."""
    after = case.document.edited([TextEdit(span, text)])
    first, last = after.line_at(span.start), after.line_at(span.start + len(text))
    return "\n".join(after.line_text(line) for line in range(first, last + 1))
