"""Makes `places.tsv`, the list of the ground's claims: where maintainers corrected what a change had made false.

    python bench/drift/places.py GROUND

GROUND is made by `mine.py`. A row has the split, the kind, repository, commit of the change, commit of the correction
(the same if both came together), path, and the first line from 1 of the text as it was after the change.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from score import rows_of

PLACES = Path(__file__).with_name("places.tsv")
FIELDS = ("split", "kind", "repository", "commit", "correction", "path", "line")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ground", type=Path)
    ground: Path = parser.parse_args().ground
    places = {
        (split, row["kind"], row["repository"], row["commit"], row["answer"], row["path"], claim["start"] + 1)
        for split in ("train", "tune", "test")
        for row in rows_of(ground, split, "together", "later", "docs")
        for claim in row["claims"]
        if claim["left"]
    }
    with PLACES.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(sorted(places))


if __name__ == "__main__":
    main()
