"""Asks the document recipes that work by rules at random real paragraphs, and writes what they offer down for a reader.

`python bench/documents FOLDER` reads wheels and text files of FOLDER and writes `bench/documents/offers.tsv`: recipe,
place, before, after, verdict, why. Verdicts are written by hand: `right` or `wrong`. `--score` counts them.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from documents.corpus import Place, places

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.recipes.asking import ask_recipe
from breadknife.cli.recipes.finding import find
from breadknife.recipes.requests import RecipeRequest
from breadknife.task.values import Silence
from breadknife.text.document import Span, TextEdit, apply_edits

HERE = Path(__file__).parent
HEAD = ("recipe", "place", "before", "after", "verdict", "why")
RECIPES = (
    "make-list", "make-paragraph", "split-sentence", "plain-words", "shorten-text", "parallel-items",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--paragraphs", type=int, default=300)
    parser.add_argument("--offers", type=int, default=1000, help="at most so many of each recipe")
    parser.add_argument("--half", type=int, choices=(0, 1), help="packages that nobody has tuned on: 1")
    parser.add_argument("--recipes", default=",".join(RECIPES))
    parser.add_argument("--table", type=Path, default=HERE / "offers.tsv")
    parser.add_argument("--score", action="store_true", help="count the verdicts of the table")
    given = parser.parse_args()
    if given.score:
        score(given.table)
        return
    chosen = places(given.folder, given.half, given.seed)[: given.paragraphs]
    with given.table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows((*row, "", "") for row in offers(chosen, given.recipes.split(","), given.offers))
    print(f"{len(chosen)} paragraphs")


def offers(chosen: list[Place], names: list[str], most: int) -> Iterator[tuple[str, str, str, str]]:
    """What each recipe offers at each place: the lines that it changes, before and after. The same lines once."""
    host = make_host(None)
    host.settings = replace(settings_for(host, True, None), trusted=False)
    seen: set[tuple[str, str]] = set()
    counted = Counter[str]()
    try:
        for place in chosen:
            for name, entry in zip(names, find(names), strict=True):
                if counted[name] >= most:
                    continue
                request = RecipeRequest(name, place.document, place.span, "", entry.path)
                answer = ask_recipe(host, request, None)
                if isinstance(answer, Silence):
                    continue
                document = place.document
                first, last = document.line_at(answer.span.start), document.line_at(answer.span.end)
                whole = Span(document.line_span(first).start, document.line_span(last).end)
                before = document.slice(whole)
                after = apply_edits(before, [TextEdit(answer.span.shifted(-whole.start), answer.text)])
                if (name, before) not in seen:
                    seen.add((name, before))
                    counted[name] += 1
                    yield name, place.name, before, after
    finally:
        host.close()


def score(table: Path) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for name in RECIPES:
        verdicts = Counter(row["verdict"] for row in rows if row["recipe"] == name)
        judged = verdicts["right"] + verdicts["wrong"]
        if judged:
            print(f"{name}: {verdicts['right']} of {judged} right")


if __name__ == "__main__":
    main()
