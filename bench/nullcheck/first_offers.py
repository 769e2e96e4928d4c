"""The first offers for findings of the null check, chosen at random, to be read and judged in `first_offers.tsv`.

    python bench/nullcheck/first_offers.py FOLDER --packages luigi … [--of-each 4] [--lines 12]

FOLDER has the packages as `pip install --target` leaves them. Printed are the finding, the first offer's title, and its
edits as a difference with that many lines around. The judge asks: would a maintainer merge it, is it acceptable, or
wrong? Wrong are an assertion of what can fail, and a null handed to a caller that uses it.
"""

from __future__ import annotations

import argparse
import random
from difflib import unified_diff
from itertools import islice
from pathlib import Path

from fixes import EDITOR, bench
from judgement import sources

from breadknife.plugins.nullcheck.menu.menu import ranked
from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.project.values import Found
from breadknife.text.document import apply_edits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--packages", nargs="+", required=True)
    parser.add_argument("--of-each", type=int, default=4, help="findings of each package")
    parser.add_argument("--lines", type=int, default=12)
    chosen = parser.parse_args()
    for name in chosen.packages:
        with bench(chosen.folder.resolve(), name, "off") as here:
            repairs = here.repairs(EDITOR)
            found = [each for path in sources(here.root / name) for each in repairs.found(path)]
            random.Random(name).shuffle(found)
            told = (said for each in found if (said := _told(here.root, repairs, each, chosen.lines)))
            for said in islice(told, chosen.of_each):
                print(said, flush=True)


def _told(root: Path, repairs: Repairs, found: Found, context: int) -> str:
    """ "" where nothing is offered."""
    file, path = repairs.file(found.path), found.path
    offers = ranked(file, found.place, (found.finding,), path.as_uri()) if file is not None else []
    if file is None or not offers:
        return ""
    first = offers[0]
    text, where = file.tree.text, str(path.relative_to(root))
    lines = [
        f"=== {where}:{text.count(chr(10), 0, found.place.span.start) + 1}",
        f"{found.finding.confidence}: {found.finding.message}",
        f"{first.strategy}: {first.titled}",
        "then: " + "; ".join(each.title for each in offers[1:4]),
    ]
    changed = [(text, first.edits), *((each.document.text, each.edits) for each in first.elsewhere)]
    for was, edits in changed:
        before, after = was.splitlines(), apply_edits(was, edits).splitlines()
        lines += [*unified_diff(before, after, n=context, lineterm="")][2:]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
