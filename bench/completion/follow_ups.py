"""How often what an edit needs elsewhere in its file is what the maintainers wrote there: the import, and the calls.

    python bench/completion/follow_ups.py REPOSITORY.git… [--commits 60] [--seed 42]

Python files that a commit changed. `import`: the file as the commit leaves it, without the imports that it added; a
name that nothing binds there is imported as other files of the repository did before. It is shown if at least two do,
and nearly all in one way. Right is a name that the commit imports from the same module; quiet is a file whose commit
adds no import, as it is. `calls`: a parameter has another name, at the same place; calls that name it are renamed, too.
Nobody judges anything.
"""

from __future__ import annotations

import argparse
import ast
import random
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from breadknife.plugins.completion.next_edit.importing import FEWEST, LARGEST, SHARE, unbound_names

COMMITS = 3_000
MOST_FILES = 10
Binding = tuple[str, str]
"""A module, and the name in it; empty for the module itself."""


@dataclass
class Count:
    needed: int = 0
    shown: int = 0
    right: int = 0
    quiet: int = 0
    disturbed: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--commits", type=int, default=60)
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    imports, calls = Count(), Count()
    for repository in options.repositories:
        chance = random.Random(f"{options.seed} {repository.parent.name}")
        for commit, path, before, after in _files(repository, options.commits, chance):
            _count_imports(repository, commit, path, before, after, imports)
            _count_calls(before, after, calls)
        print(repository.parent.name, imports, calls, flush=True)


def _files(repository: Path, most: int, chance: random.Random) -> Iterator[tuple[str, str, str, str]]:
    log = _git(repository, "log", "-n", str(COMMITS), "--no-merges", "--diff-filter=M", "--format=%H", "--", "*.py")
    commits = log.split()
    chance.shuffle(commits)
    for commit in commits[:most]:
        names = _git(
            repository, "diff-tree", "-r", "--diff-filter=M", "--name-only", f"{commit}^", commit, "--", "*.py"
        )
        for path in names.split("\n")[:MOST_FILES]:
            if path:
                before, after = (_git(repository, "show", f"{at}:{path}") for at in (f"{commit}^", commit))
                if max(len(before), len(after)) < LARGEST:
                    yield commit, path, before, after


def _count_imports(repository: Path, commit: str, path: str, before: str, after: str, count: Count) -> None:
    try:
        old, new = (dict(_bindings(ast.parse(text))) for text in (before, after))
    except (SyntaxError, ValueError):
        return
    added = {name: binding for name, binding in new.items() if name not in old}
    unbound = unbound_names(ast.parse(after), added)
    needed = {name: binding for name, binding in added.items() if name in unbound}
    count.needed += len(needed)
    count.quiet += not added
    known = _known(repository, commit, path, unbound) if unbound else {}
    for name in unbound:
        if name not in known:
            continue
        if name in needed:
            count.shown += 1
            count.right += known[name] == needed[name]
        else:
            count.disturbed += not added


def _bindings(tree: ast.AST) -> Iterator[tuple[str, Binding]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                yield each.asname or each.name, (("." * node.level) + (node.module or ""), each.name)
        elif isinstance(node, ast.Import):
            for each in node.names:
                name = each.asname or each.name.partition(".")[0]
                yield name, (each.name, "")


def _known(repository: Path, commit: str, path: str, names: set[str]) -> dict[str, Binding]:
    """Return how the other files import names, if nearly all do it in one way."""
    lines = _git(repository, "grep", "-h", "-E", r"^\s*(from \S+ )?import ", f"{commit}^", "--", "*.py", f":!{path}")
    ways = defaultdict[str, Counter[Binding]](Counter)
    for line in lines.split("\n"):
        if any(name in line for name in names):
            try:
                statement = ast.parse(line.strip().rstrip("(\\").rstrip() if "(" not in line else line.strip())
            except (SyntaxError, ValueError):
                continue
            for name, binding in _bindings(statement):
                if name in names:
                    ways[name][binding] += 1
    found = dict[str, Binding]()
    for name, counts in ways.items():
        [(binding, most)] = counts.most_common(1)
        if most >= FEWEST and most >= SHARE * counts.total():
            found[name] = binding
    return found


def _count_calls(before: str, after: str, count: Count) -> None:
    try:
        old, new = (_signatures(ast.parse(text)) for text in (before, after))
    except (SyntaxError, ValueError):
        return
    for name, parameters in new.items():
        was = old.get(name)
        if not was or len(was) != len(parameters) or was == parameters:
            continue
        for one, other in zip(was, parameters, strict=True):
            if one == other or one in parameters or other in was:
                continue
            calls, still, moved = (_calls(text, name.rpartition(".")[2], word) for text, word in (
                (before, one), (after, one), (after, other)
            ))  # fmt: skip
            count.needed += moved > 0
            if calls:
                count.shown += calls
                count.right += min(max(calls - still, 0), moved)


def _signatures(tree: ast.AST) -> dict[str, list[str]]:
    found = dict[str, list[str]]()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = node.args
            found[node.name] = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return found


def _calls(text: str, function: str, keyword: str) -> int:
    """Return how many calls of a function of that name in a text name that parameter."""
    return sum(
        isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") == function or getattr(node.func, "attr", "") == function)
        and any(each.arg == keyword for each in node.keywords)
        for node in ast.walk(ast.parse(text))
    )


def _git(repository: Path, *arguments: str) -> str:
    result = subprocess.run(["git", "-C", repository, *arguments], capture_output=True, check=False)
    return result.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    main()
