"""Draws groups of `breadknife null triage` to be read, and counts what a reader said of them in `triage.tsv`.

    python -m pip download --no-deps pydash==8.0.6 …          (unpack each into PACKAGES/pydash, …)
    pyright --outputjson > pydash.json                        (in PACKAGES/pydash)
    breadknife null triage --from pydash.json --json > REPORTS/pydash.json
    python bench/nullcheck/triage.py draw PACKAGES REPORTS --seed 30 --of 30
    python bench/nullcheck/triage.py

`draw` prints each group with the code around its first findings: read also the callers and the class. A person then
adds rows to `triage.tsv`. `right` means that a reader would have chosen the same sort, whatever the reason given says;
`should_be` is the sort that a reader chose, and `today` the one that the code gives since then. Without arguments the
rows are counted.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROWS = Path(__file__).parent / "triage.tsv"
_BEFORE, _AFTER = 9, 3
"""Lines of code that are printed around a finding."""


def drawn(reports: Path, seed: int, count: int, most: int) -> list[tuple[str, dict[str, Any]]]:
    """So many groups, at most `most` of a package, each with its package's name."""
    chance, found = random.Random(seed), list[tuple[str, dict[str, Any]]]()
    for file in sorted(reports.glob("*.json")):
        groups = json.loads(file.read_text("utf-8"))["groups"]
        found += [(file.stem, group) for group in chance.sample(groups, min(most, len(groups)))]
    return chance.sample(found, min(count, len(found)))


def code(path: Path, line: int) -> str:
    """The lines around a line, which counts from 1."""
    lines = path.read_text("utf-8", "replace").splitlines()
    first = max(0, line - _BEFORE)
    return "\n".join(f"{at + 1:6} {lines[at]}" for at in range(first, min(len(lines), line + _AFTER)))


def counted(rows: list[dict[str, str]]) -> Iterator[str]:
    for draw in sorted({row["draw"] for row in rows}):
        these = [row for row in rows if row["draw"] == draw]
        right = Counter(row["sort"] for row in these if row["verdict"] == "right")
        of = Counter(row["sort"] for row in these)
        sorts = ", ".join(f"{sort} {right[sort]} of {of[sort]}" for sort in of)
        today = sum(row["today"] == row["should_be"] for row in these)
        unclear = sum(row["today"] == "unclear" for row in these)
        as_read = f"{right.total()} of {len(these)} sorted right: {sorts}"
        yield f"draw {draw}: {as_read}; today {today}, and {unclear} unclear"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command")
    draw = commands.add_parser("draw")
    draw.add_argument("packages", type=Path)
    draw.add_argument("reports", type=Path)
    draw.add_argument("--seed", type=int, required=True)
    draw.add_argument("--of", type=int, default=30, help="how many groups")
    draw.add_argument("--most", type=int, default=11, help="how many of one package")
    given = parser.parse_args()
    if given.command is None:
        with ROWS.open(encoding="utf-8", newline="") as file:
            print("\n".join(counted(list(csv.DictReader(file, delimiter="\t")))))
        return
    for package, group in drawn(given.reports, given.seed, given.of, given.most):
        print(f"\n## {package}: {group['sort']}: {group['kind']} {group['name']}: {group['why']} ({group['count']})")
        print(group["patch"]["diff"] if group["patch"] else "(no patch)")
        for found in group["findings"][:2]:
            print(f"{found['path']}:{found['line']} {found['message']}")
            print(code(given.packages / package / found["path"], found["line"]))


if __name__ == "__main__":
    main()
