"""Gathers what maintainers did about nulls, with what we offer there, as rows of `repairs.tsv`.

    python bench/nullcheck/gather_repairs.py OLD NEW --packages paramiko … > rows.tsv
    python bench/nullcheck/gather_repairs.py OLD --again > rows.tsv
    python bench/nullcheck/gather_repairs.py OLD --figures rows.tsv

OLD and NEW are folders of installed releases, see `maintainers.py`, which tells what a maintainer did. With `--again`
the rows are the maintainers' of `repairs.tsv`, with what is offered by now. A row has the strategy of each offer with
its reason, the best first. `--figures` tells how often what they did is the first, one of three, or offered at all; a
declaration counts as one way, whatever it declares.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fixes import EDITOR, bench, placed
from judgement import Report, judgement
from maintainers import DECLARED, changed

from breadknife.plugins.nullcheck.menu.menu import ranked
from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.project.values import DereferenceFinding
from breadknife.plugins.nullcheck.values import DECLARATION

REPAIRS = Path(__file__).with_name("repairs.tsv")
THREE = 3
"""That a menu lists."""
COLUMNS = ("package", "path", "line", "value", "theirs", "offers")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path, nargs="?")
    parser.add_argument("--packages", nargs="+", default=[])
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--figures", type=Path)
    chosen = parser.parse_args()
    if chosen.figures is not None:
        with chosen.figures.open(encoding="utf-8", newline="") as lines:
            print(figures(list(csv.DictReader(lines, delimiter="\t"))))
        return
    written: csv.DictWriter[str] = csv.DictWriter(sys.stdout, COLUMNS, delimiter="\t", lineterminator="\n")
    written.writeheader()
    for name in chosen.packages:
        for case in changed(chosen.old.resolve(), chosen.new.resolve(), name):
            written.writerow(row(name, case.repairs, case.found, case.theirs, case.report.path))
            sys.stdout.flush()
    if chosen.again:
        with REPAIRS.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t"))
        for name in dict.fromkeys(each["package"] for each in rows):
            written.writerows(again(chosen.old.resolve(), name, [each for each in rows if each["package"] == name]))
            sys.stdout.flush()


def figures(rows: Sequence[Mapping[str, str]]) -> str:
    places = Counter[str]()
    for each in rows:
        ways = list[str]()
        for offer in filter(None, each["offers"].split(" | ")):
            way = offer.partition(":")[0]
            ways.append(DECLARED if way in DECLARATION else way)
        at = list(dict.fromkeys(ways)).index(each["theirs"]) if each["theirs"] in ways else len(rows)
        places.update({"first": at == 0, "in three": at < THREE, "offered": at < len(rows)})
    return ", ".join(f"{name} {count} ({count / len(rows):.1%})" for name, count in places.items()) + f" of {len(rows)}"


def again(folder: Path, name: str, rows: Sequence[Mapping[str, str]]) -> Iterator[dict[str, str | int]]:
    """The rows of a package, each with what is offered there by now. Of places that are gone there is none."""
    reports = {(each.path, each.line + 1): list[Report]() for each in judgement(folder, name) if each.optional}
    for each in judgement(folder, name):
        if each.optional:
            reports[each.path, each.line + 1].append(each)
    with bench(folder, name, "off") as here:
        repairs = here.repairs(EDITOR)
        for wanted in rows:
            path = here.root / wanted["path"]
            text = repairs.changes.document(path).text
            for report in reports.get((wanted["path"], int(wanted["line"])), ()):
                found = placed(repairs, here.root, report)
                if found is not None and text[found.place.span.start : found.place.span.end] == wanted["value"]:
                    yield row(name, repairs, found, wanted["theirs"], wanted["path"])
                    break


def row(name: str, repairs: Repairs, found: DereferenceFinding, theirs: str, path: str) -> dict[str, str | int]:
    file, place = repairs.file(found.path), found.place
    assert file is not None
    text = file.tree.text
    offers = ranked(file, place, (found.finding,), found.path.as_uri())
    return {
        "package": name, "path": path, "line": text.count("\n", 0, place.span.start) + 1,
        "value": text[place.span.start : place.span.end], "theirs": theirs,
        "offers": " | ".join(f"{offer.strategy}: {offer.reason}" for offer in offers),
    }  # fmt: skip


if __name__ == "__main__":
    main()
