"""The new core against today's detectors on files that exist: crashes, speed, and what only one of them finds.

    python bench/nullcheck/core_against.py go|java FOLDER… [--files N] [--seed N] [--show N]

Both read the same random files alone, one after the other in one process. Tests are left out. A file is timed once
with each, parsing included in both. `--show`: that many findings of each kind, drawn at random.
"""

from __future__ import annotations

import argparse
import importlib
import random
import time
from collections.abc import Callable
from pathlib import Path

from breadknife.plugins.nullcheck.go.language import Go
from breadknife.plugins.nullcheck.java.language import Java
from breadknife.text.document import Document
from breadknife.text.syntax import parse

Found = dict[int, str]
"""Start of a finding, and its reason."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", choices=("go", "java"))
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    paths = sorted(
        path for folder in given.folders for path in folder.rglob(f"*.{given.language}") if not _is_test(path)
    )
    chance.shuffle(paths)
    old, new = _old(given.language), _new(given.language)
    times, slower, only = {"old": 0.0, "new": 0.0}, 0, {"old": [], "new": [], "both": []}
    lines, crashes, slowest = 0, list[str](), list[tuple[float, str]]()
    for path in paths[: given.files]:
        text = path.read_text("utf-8", "replace")
        lines += text.count("\n")
        seconds = dict[str, float]()
        found = dict[str, Found]()
        for name, run in (("old", old), ("new", new)):
            start = time.perf_counter()
            try:
                found[name] = run(text, path)
            except Exception as error:
                crashes.append(f"{name} {path}: {error!r}")
                found[name] = {}
            seconds[name] = time.perf_counter() - start
            times[name] += seconds[name]
        slower += seconds["new"] > seconds["old"]
        slowest.append((seconds["new"], f"{path} (old {seconds['old']:.2f} s)"))
        for name, other in (("old", "new"), ("new", "old")):
            only[name] += [(path, text, at, found[name][at]) for at in found[name].keys() - found[other].keys()]
        only["both"] += [(path, text, at, found["new"][at]) for at in found["new"].keys() & found["old"].keys()]
    print(
        f"{len(paths[: given.files])} files, {lines} lines; seconds {times}; "
        f"ratio {times['new'] / times['old']:.2f}; slower {slower}"
    )
    print({name: len(each) for name, each in only.items()}, *crashes, sep="\n")
    print(*(f"{taken:.2f} s {path}" for taken, path in sorted(slowest)[-3:]), sep="\n")
    for name in ("new", "old") if given.show else ():
        for path, text, at, why in chance.sample(only[name], min(given.show, len(only[name]))):
            _show(name, path, text, at, why)


def _show(name: str, path: Path, text: str, at: int, why: str) -> None:
    line = text.count("\n", 0, at)
    print(f"\n=== only {name}: {path}:{line + 1} {why}")
    for number, said in enumerate(text.splitlines()[max(0, line - 9) : line + 2], max(0, line - 9) + 1):
        print(f"{number:5} {said[:150]}")


def _is_test(path: Path) -> bool:
    return path.name.endswith("_test.go") or any(part in ("test", "tests", "testdata", "vendor") for part in path.parts)


def _old(language: str) -> Callable[[str, Path], Found]:
    checker = Go(()) if language == "go" else Java(())

    def run(text: str, path: Path) -> Found:
        tree = parse(text, language)
        assert tree is not None
        document = Document(f"file:///project/{path.name}", language, text)
        return {each.span.start: each.message for each in checker.open(document, tree, None).findings()}

    return run


def _new(language: str) -> Callable[[str, Path], Found]:
    home_of = importlib.import_module(f"breadknife.plugins.nullcheck.languages.{language}.language").home_of

    def run(text: str, path: Path) -> Found:
        tree = parse(text, language)
        assert tree is not None
        return {
            tree.offset(each.use.at[0]): f"{each.use.fact.origin.kind}: {each.use.fact.origin.why}"
            if each.use.fact.origin
            else ""
            for each in home_of(tree).findings()
        }

    return run


if __name__ == "__main__":
    main()
