"""The new core against today's detector on TypeScript and JavaScript.

    python bench/nullcheck/core_ecmascript.py speed FOLDER [--files 60] [--seed 1]
    python bench/nullcheck/core_ecmascript.py differing FOLDER [--table FILE]

`speed` takes a random sample; `differing` follows every file, so that it is also a test that none is a problem, and
writes what only one of the two finds.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from breadknife.plugins.nullcheck.ecmascript.detector import FileAnalysis
from breadknife.plugins.nullcheck.languages.ecmascript.language import home_of
from breadknife.text.document import language_of
from breadknife.text.syntax import SyntaxTree, parse

SUFFIXES = frozenset({".ts", ".tsx", ".js", ".jsx", ".mjs"})
SMALLEST, LARGEST = 200, 200_000
"""Bytes."""
ROUNDS = 3
"""The best of so many counts: other programs run, too."""


def sources(folder: Path) -> list[Path]:
    """Files that somebody wrote: no declarations alone, nothing minified."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in SUFFIXES
        and path.is_file()
        and SMALLEST < path.stat().st_size < LARGEST
        and not path.name.endswith(".d.ts")
        and ".min." not in path.name
    )


def trees(paths: Sequence[Path]) -> Iterator[tuple[Path, SyntaxTree]]:
    for path in paths:
        tree = parse(path.read_text("utf-8", "replace"), language_of(path) or "")
        if tree is not None:
            yield path, tree


def speed(folder: Path, files: int, seed: int) -> None:
    """CPU seconds for a sample of files, each by itself, parsed before."""
    every = sources(folder)
    old = new = 0.0
    lines = 0
    for _, tree in trees(random.Random(seed).sample(every, min(files, len(every)))):
        lines += tree.text.count("\n")
        before, after = list[float](), list[float]()
        for _ in range(ROUNDS):
            start = time.process_time()
            FileAnalysis(tree).findings()
            middle = time.process_time()
            home_of(tree).findings()
            before.append(middle - start)
            after.append(time.process_time() - middle)
        old, new = old + min(before), new + min(after)
    print(f"{files} files, {lines} lines: old {old:.2f} s, new {new:.2f} s, ratio {new / old:.2f}")


def differing(folder: Path, table: Path | None) -> None:
    """What only one of the two finds, each file by itself."""
    rows, both, slowest = list[tuple[str, str, int, str, str]](), 0, 0.0
    every = sources(folder)
    for path, tree in trees(every):
        old = {(each.span.start, each.span.end) for each in FileAnalysis(tree).findings()}
        start, home = time.process_time(), home_of(tree)
        new = {(home.file.span(each.use.at).start, home.file.span(each.use.at).end) for each in home.findings()}
        slowest = max(slowest, time.process_time() - start)
        both += len(old & new)
        for place in sorted(old ^ new):
            line = tree.text.count("\n", 0, place[0]) + 1
            which = "new" if place in new else "old"
            rows.append((which, str(path.relative_to(folder)), line, tree.text[slice(*place)], ""))
    only = {which: sum(row[0] == which for row in rows) for which in ("old", "new")}
    print(f"{len(every)} files: both {both}, only old {only['old']}, only new {only['new']}; slowest {slowest:.1f} s")
    if table is not None:
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n")
            writer.writerow(("only", "file", "line", "code", "judgement"))
            writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speed", "differing"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=Path)
    given = parser.parse_args()
    if given.what == "speed":
        speed(given.folder, given.files, given.seed)
    else:
        differing(given.folder, given.table)


if __name__ == "__main__":
    main()
