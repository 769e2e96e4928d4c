"""How many deleted guards lint shows, and how much it shows in the same repositories as they are.

    python bench/nullcheck/score_guards.py deleted_guards.tsv NUMBER NAME=REPOSITORY … [--checkers pyright ty]
    python bench/nullcheck/score_guards.py repaired_nulls.tsv NUMBER NAME=REPOSITORY … --repaired

For each language, `NUMBER` guards of the part `test` are drawn by the seed. A guard is shown if, once it is deleted, a
finding that lint shows by default stands at a use of its value behind it, and stood not there before. Checkers get all
guards of a repository deleted at once, one a file. The repositories' own findings are counted in `MOST_LINES` lines of
each language, in files drawn by the seed.

With `--repaired`, the rows are places where a maintainer added a check before a use: repository, commit before, commit
of the repair, path, line, value. One is shown if a finding that lint shows by default stands, in the commit before, at
most two lines from there, or is of the same value and at most ten lines from there.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from deleted_guards import LEFT_OUT, SEED, Guard, guards, lay_out
from fit_belief import INDEX_SECONDS, Row, read

from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.shown.grouping import by_cause, reported
from breadknife.project.folder import FolderProject
from breadknife.project.values import Project
from breadknife.task.values import Confidence, Severity
from breadknife.text.document import Document, language_of
from breadknife.text.syntax import parse

MOST_LINES = 8_000
"""Of one repository, in one language."""
BEHIND = 30
"""Lines behind the first use in which a finding of the value counts."""
TONGUES = {"py": "Python", "go": "Go", "java": "Java"}


def tongue(path: str) -> str:
    return TONGUES.get(path.rpartition(".")[2], "TypeScript")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("guards", type=Path)
    parser.add_argument("number", type=int)
    parser.add_argument("repositories", nargs="+")
    parser.add_argument("--part", default="test")
    parser.add_argument("--only", help="of the repositories that are drawn from, the one that is scored now")
    parser.add_argument(
        "--misses", action="store_true", help="name each guard that isn't shown; not of the part `test`"
    )
    parser.add_argument("--checkers", nargs="*", default=())
    parser.add_argument("--repaired", action="store_true")
    given = parser.parse_args()
    repositories = dict(argument.split("=", 1) for argument in given.repositories)
    if given.repaired:
        score_repaired(given.guards, given.number, repositories)
        return
    drawn = draw([row for row in read(given.guards) if row["part"] == given.part], given.number, repositories)
    drawn = [row for row in drawn if given.only in (None, row["repository"])]
    misses = given.misses and given.part != "test"
    counted = Counter[tuple[str, str]]()
    for name in sorted({row["repository"] for row in drawn}):
        rows = [row for row in drawn if row["repository"] == name]
        with tempfile.TemporaryDirectory() as folder:
            lay_out(Path(repositories[name]), rows[0]["commit"], Path(folder))
            score(rows, Path(folder), counted, misses=misses)
            for checker in given.checkers:
                score_checker(checker, [row for row in rows if tongue(row["path"]) == "Python"], Path(folder), counted)
        print(name, file=sys.stderr, flush=True)
    for (language_name, what), count in sorted(counted.items()):
        print(f"{language_name:11} {what:24} {count}")


def draw(rows: Sequence[Row], number: int, repositories: Mapping[str, str]) -> list[Row]:
    """Return so many guards of each language, one of a file, as evenly as can be of the repositories."""
    drawn = list[Row]()
    for name in ("Python", "TypeScript", "Go", "Java"):
        by_repository = defaultdict[str, dict[str, Row]](dict)
        for row in random.Random(SEED).sample(rows, len(rows)):
            if tongue(row["path"]) == name and row["repository"] in repositories:
                by_repository[row["repository"]].setdefault(row["path"], row)
        queues = [list(each.values()) for _, each in sorted(by_repository.items())]
        taken = list[Row]()
        while len(taken) < number and any(queues):
            taken += [queue.pop() for queue in queues if queue]
        drawn += taken[:number]
    return drawn


def score(rows: Sequence[Row], root: Path, counted: Counter[tuple[str, str]], *, misses: bool) -> None:
    project = FolderProject(root)
    project.idle(INDEX_SECONDS)
    try:
        for row in rows:
            if (guard := guard_of(row, root)) is None:
                counted[tongue(row["path"]), "not found"] += 1
                continue
            text = (root / row["path"]).read_text("utf-8")
            without = guard.without(text.encode()).decode()
            before = {(line, what) for line, what, _ in _shown(root / row["path"], text, project)}
            after = _shown(root / row["path"], without, project)
            new = [
                (line, is_high)
                for line, what, is_high in after
                if _is_of(line, what, row) and (line, what) not in before
            ]
            name = tongue(row["path"])
            if misses and not new:
                print("missed", *row.values(), sep="\t", flush=True)
            counted[name, "guards"] += 1
            counted[name, f"guards ({row['form']})"] += 1
            counted[name, "shown"] += bool(new)
            counted[name, f"shown ({row['form']})"] += bool(new)
            counted[name, "shown as a warning"] += any(is_high for _, is_high in new)
        _count_own(rows, root, project, counted)
    finally:
        project.close()


def _is_of(line: int, what: str, row: Row) -> bool:
    return 0 <= line - int(row["use"]) <= BEHIND and what == row["value"]


def guard_of(row: Row, root: Path) -> Guard | None:
    # Read as the text that is checked is: a guard's offsets hold without the returns of CRLF, too.
    source = (root / row["path"]).read_text("utf-8", "replace").encode() if (root / row["path"]).is_file() else b""
    tree = parse(source.decode("utf-8", "replace"), language_of(root / row["path"]) or "")
    for guard in guards(tree) if tree is not None else ():
        line = source.count(b"\n", 0, guard.start) + 1
        if (guard.form, guard.value, str(line)) == (row["form"], row["value"], row["guard"]):
            return guard
    return None


def _shown(path: Path, text: str, project: Project, *, grouped: bool = False) -> list[tuple[int, str, bool]]:
    """Return the line, the value and whether it is a warning, of each finding that lint shows by default."""
    id = language_of(path) or ""
    tree = parse(text, id)
    if tree is None:
        return []
    document = Document(path.as_uri(), id, text)
    found = reported(language(id).open(document, tree, project).findings(), NullCheckSettings())
    found = [each for each in found if each.confidence is not Confidence.LOW]
    return [
        (document.line_at(each.span.start) + 1, document.slice(each.span), each.severity is Severity.WARNING)
        for each in (by_cause(found) if grouped else found)
    ]


def _count_own(rows: Sequence[Row], root: Path, project: Project, counted: Counter[tuple[str, str]]) -> None:
    paths = sorted(
        path for path in root.rglob("*") if path.is_file() and not LEFT_OUT.search(path.relative_to(root).as_posix())
    )
    random.Random(SEED).shuffle(paths)
    for name in {tongue(row["path"]) for row in rows}:
        lines = 0
        for path in paths:
            if (
                lines < MOST_LINES
                and (language_of(path) or "")
                and path.suffix in _SUFFIXES
                and tongue(path.name) == name
            ):
                text = path.read_text("utf-8", "replace")
                lines += text.count("\n") + 1
                counted[name, "own findings"] += len(_shown(path, text, project, grouped=True))
        counted[name, "own lines"] += lines


def score_repaired(path: Path, number: int, repositories: Mapping[str, str]) -> None:
    """Print how many repaired nulls are shown, by language."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row[0] in repositories]
    counted = Counter[str]()
    for name, before, _, file, line, value, *_ in random.Random(SEED).sample(rows, min(number, len(rows))):
        with tempfile.TemporaryDirectory() as folder:
            lay_out(Path(repositories[name]), before, Path(folder))
            if not (place := Path(folder) / file).is_file():
                continue
            project = FolderProject(Path(folder))
            project.idle(INDEX_SECONDS)
            shown = _shown(place, place.read_text("utf-8", "replace"), project)
            project.close()
        last = value.rpartition(".")[2]
        near = [
            at for at, what, _ in shown
            if abs(at - int(line)) <= 2 or (abs(at - int(line)) <= 10 and last in what)
        ]  # fmt: skip
        counted[f"{tongue(file)} rows"] += 1
        counted[f"{tongue(file)} shown"] += bool(near)
        counted[f"{tongue(file)} shown elsewhere in these files"] += len(shown) - len(near)
    for what, count in sorted(counted.items()):
        print(what, count)


_SUFFIXES = frozenset({".py", ".go", ".java", ".ts", ".tsx", ".js", ".jsx", ".mjs"})
NONE = re.compile(r"None|possibly-(?:missing|unbound)|Optional")


def score_checker(checker: str, rows: Sequence[Row], root: Path, counted: Counter[tuple[str, str]]) -> None:
    """Count the guards at whose use a checker reports something of None that it didn't report before."""
    found = {(row["path"], row["guard"]): guard_of(row, root) for row in rows}
    paths = sorted({row["path"] for row in rows})
    before = _checked(checker, root, paths)
    for row in rows:
        if (guard := found[row["path"], row["guard"]]) is not None:
            path = root / row["path"]
            path.write_bytes(guard.without(path.read_text("utf-8", "replace").encode()))
    after = _checked(checker, root, paths)
    for row in rows:
        new = [line for path, line in after - before if path == row["path"] and 0 <= line - int(row["use"]) <= BEHIND]
        counted["Python", f"shown by {checker}"] += bool(new)


def _checked(checker: str, root: Path, paths: Sequence[str]) -> set[tuple[str, int]]:
    if not paths:
        return set()
    if checker == "pyright":
        done = subprocess.run(
            [sys.executable, "-m", "pyright", "--outputjson", *paths], cwd=root, capture_output=True, check=False
        )
        said = json.loads(done.stdout)["generalDiagnostics"]
        return {
            (str(Path(each["file"]).resolve().relative_to(root.resolve())), each["range"]["start"]["line"] + 1)
            for each in said if NONE.search(each["message"])
        }  # fmt: skip
    done = subprocess.run(
        ["ty", "check", "--output-format", "concise", *paths], cwd=root, capture_output=True, text=True, check=False
    )
    said = re.findall(r"^(.+?):(\d+):\d+: (.*)$", done.stdout, re.MULTILINE)
    return {(path, int(line)) for path, line, message in said if NONE.search(message)}


if __name__ == "__main__":
    main()
