"""Where `breadknife null` puts nulls that nobody here judged: to read, with a declaration, or in the noise.

    python bench/nullcheck/front_door.py guards PROJECT… --seed 41 --of 25 [--rows ROWS.tsv]
    python bench/nullcheck/front_door.py repairs ROWS.tsv NAME=REPOSITORY…

`guards`: in a copy of each project one guard of each file is deleted (`if x is None:` or `if not x:` with one
statement that leaves), at most so many by the seed. What pyright then reports below it, and didn't before, can happen
by construction. `repairs`: rows of `front_door.tsv` (repository, commit before, commit of the repair, path, line,
value) are nulls that maintainers repaired; what pyright reports at the commit before within two lines, or of the same
value within ten, is looked at. Both print a row for each (no code), and the sums.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breadknife.cli.fix.workspace import files, opened
from breadknife.plugins.nullcheck.formats.reading import read
from breadknife.plugins.nullcheck.project.reported import gather_printed
from breadknife.plugins.nullcheck.project.triage import TO_READ, FindingClass, classified

_IS_TEST = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|conftest)\.py$")
_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


@dataclass(frozen=True)
class Guard:
    path: str
    line: int
    end: int
    """The last line, from 1."""
    indent: int
    value: str
    function_end: int


@dataclass(frozen=True)
class Place:
    """A finding about null, as it is sorted."""

    path: str
    line: int
    text: str
    sort: FindingClass
    why: str


def guards(root: Path) -> Iterator[Guard]:
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if _IS_TEST.search(name):
            continue
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except (SyntaxError, ValueError, RecursionError):
            continue
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.If) and (value := _guarded(node)):
                        yield Guard(name, node.lineno, node.end_lineno or 0, node.col_offset, value,
                                    function.end_lineno or 0)  # fmt: skip


def _guarded(node: ast.If) -> str:
    """Return what a guard tests; "" if it is none."""
    match node.test:
        case ast.Compare(left=value, ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            pass
        case ast.UnaryOp(op=ast.Not(), operand=value):
            pass
        case _:
            return ""
    is_guard = len(node.body) == 1 and isinstance(node.body[0], _LEAVES) and not node.orelse
    return ast.unparse(value) if is_guard and isinstance(value, ast.Name | ast.Attribute) else ""


def without(text: str, guard: Guard) -> str:
    """Return a text without a guard; its other lines keep their numbers."""
    lines = text.split("\n")
    lines[guard.line - 1 : guard.end] = [f"{' ' * guard.indent}pass", *[""] * (guard.end - guard.line)]
    return "\n".join(lines)


def pyright(root: Path, *paths: str) -> list[dict[str, Any]]:
    program = Path(sys.executable).with_name("pyright")
    done = subprocess.run([program, "--outputjson", *paths], cwd=root, capture_output=True, check=False)
    return json.loads(done.stdout)["generalDiagnostics"] if done.stdout.strip() else []


def places(root: Path, diagnostics: Sequence[dict[str, Any]]) -> list[Place]:
    """Return the findings about null, as `breadknife null` sorts them in a folder."""
    said, _ = read(json.dumps({"generalDiagnostics": diagnostics}))
    with chdir(root), opened(offline=True) as repairs:
        paths, _ = files((), root)
        told = gather_printed(repairs, said, paths, root)
        found = list[Place]()
        for cause, each, its in classified(repairs, told):
            document, span = repairs.changes.document(each.path), each.place.span
            line = document.line_at(span.start) + 1
            path = each.path.relative_to(root).as_posix()
            found.append(Place(path, line, document.slice(span), its.sort, f"{cause.kind} {cause.name}: {its.why}"))
        return found


def of_guards(project: Path, seed: int, most: int) -> tuple[list[tuple[Guard, list[Place]]], list[Place], int]:
    """Return the deleted guards whose deletion pyright sees, with what it then says; what it says of the intact
    files; and how many guards were deleted."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / project.name
        shutil.copytree(project, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        chance, by_file = random.Random(seed), dict[str, list[Guard]]()
        for guard in guards(root):
            by_file.setdefault(guard.path, []).append(guard)
        files_with = sorted(by_file)
        chosen = {path: chance.choice(by_file[path]) for path in chance.sample(files_with, min(most, len(files_with)))}
        before = pyright(root, *chosen)
        known = {_key(each) for each in before}
        intact = places(root, before)
        for guard in chosen.values():
            path = root / guard.path
            path.write_text(without(path.read_text("utf-8"), guard), "utf-8")
        new = [
            each
            for each in pyright(root, *chosen)
            if (guard := chosen.get(_path(root, each)))
            and guard.end <= each["range"]["start"]["line"] < guard.function_end
            and _key(each) not in known
        ]
        found = [each for each in places(root, new) if each.text == chosen[each.path].value]
        seen = [
            (guard, its) for guard in chosen.values() if (its := [each for each in found if each.path == guard.path])
        ]
        return seen, intact, len(chosen)


def _path(root: Path, diagnostic: dict[str, Any]) -> str:
    path = Path(diagnostic["file"])
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def _key(diagnostic: dict[str, Any]) -> tuple[str, int, str]:
    return diagnostic["file"], diagnostic["range"]["start"]["line"], diagnostic["message"]


def verdict(found: Sequence[Place]) -> str:
    sorts = {each.sort for each in found}
    if sorts & set(TO_READ):
        return "to read"
    return "declaration" if FindingClass.LIFE_CYCLE in sorts else "noise" if sorts else "not reported"


def of_repairs(
    rows: Sequence[Sequence[str]], repositories: dict[str, str]
) -> Iterator[tuple[Sequence[str], list[Place]]]:
    for name, before, _, path, line, value, *_ in rows:
        if name not in repositories:
            continue
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            archive = subprocess.run(
                ["git", "-C", repositories[name], "archive", before], capture_output=True, check=False
            )
            if archive.returncode:
                print(f"{name}: commit {before} isn't there: fetch its whole history", file=sys.stderr)
                continue
            subprocess.run(["tar", "x", "-C", str(root)], input=archive.stdout, check=True)
            near = [
                each
                for each in places(root, pyright(root, path))
                if each.path == path and (abs(each.line - int(line)) <= 2
                    or (abs(each.line - int(line)) <= 10 and each.text == value))
            ]  # fmt: skip
            yield (name, before, path, line, value), near


def _told(rows: Sequence[tuple[Sequence[object], list[Place]]], out: str | None) -> None:
    lines = ["\t".join(map(str, (*place, verdict(found), found[0].why if found else ""))) for place, found in rows]
    if out:
        Path(out).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    print(dict(Counter(verdict(found) for _, found in rows)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    deleted = commands.add_parser("guards")
    deleted.add_argument("projects", type=Path, nargs="+")
    deleted.add_argument("--seed", type=int, required=True)
    deleted.add_argument("--of", type=int, default=25, help="guards of each project at most")
    deleted.add_argument("--rows")
    repaired = commands.add_parser("repairs")
    repaired.add_argument("rows_file", type=Path)
    repaired.add_argument("repositories", nargs="+", metavar="NAME=REPOSITORY")
    repaired.add_argument("--rows")
    given = parser.parse_args()
    if given.command == "guards":
        rows = list[tuple[Sequence[object], list[Place]]]()
        for project in given.projects:
            seen, intact, count = of_guards(project.resolve(), given.seed, given.of)
            sorts = dict(Counter(verdict(found) for _, found in seen))
            all_sorts = {str(sort): number for sort, number in Counter(each.sort for each in intact).items()}
            print(project.name, f"{count} deleted, {len(seen)} reported: {sorts}; intact: {all_sorts}", flush=True)
            rows += [((project.name, guard.path, guard.line, guard.value), found) for guard, found in seen]
        _told(rows, given.rows)
    else:
        lines = given.rows_file.read_text("utf-8").splitlines()
        repositories = dict(each.split("=", 1) for each in given.repositories)
        _told(list(of_repairs([line.split("\t") for line in lines], repositories)), given.rows)


if __name__ == "__main__":
    main()
