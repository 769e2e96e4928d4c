"""Asks a recipe at random real places, and writes the answers down to be judged by a reader.

`python bench/recipes explain-diagnostic FOLDER` writes `bench/recipes/explain-diagnostic.tsv`: case, answer, verdict,
why. Verdicts are written by hand: `yes`, `no`, or `-` where there was no answer. `--score` counts them.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from recipes.findings import Case, findings

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.recipes.finding import find
from breadknife.cli.recipes.running import ask
from breadknife.host import kinds
from breadknife.task.values import Silence

HERE = Path(__file__).parent
HEAD = ("case", "answer", "verdict", "why")
KINDS: dict[str, Callable[[Path, int], Iterator[Case]]] = {
    "explain-diagnostic": findings,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", choices=KINDS)
    parser.add_argument("folder", type=Path, nargs="?", help="packages")
    parser.add_argument("--seed", type=int, default=30)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--model", default="", help="for the roles that write")
    parser.add_argument("--file", type=Path, help="a draft of the recipe")
    parser.add_argument("--show", action="store_true", help="also print what a reader needs to judge")
    parser.add_argument("--table", type=Path, help="write here")
    parser.add_argument("--score", action="store_true", help="count the verdicts of the file")
    given = parser.parse_args()
    table = given.table or HERE / f"{given.recipe}.tsv"
    if given.score:
        print(score(table))
        return
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(HEAD)
        for row in answers(given):
            writer.writerow(row)
            file.flush()


def answers(given: argparse.Namespace) -> Iterator[tuple[str, str, str, str]]:
    entry = find([str(given.file) if given.file else given.recipe])[0]
    cases = itertools.islice(KINDS[given.recipe](given.folder.resolve(), given.seed), given.count)
    kinds.OWN_SECONDS = 600.0  # quality is measured, and the machine may be busy
    host = make_host(None)
    try:
        host.settings = replace(settings_for(host, False, Path.cwd()), trusted=True)
        if given.model:
            host.settings = replace(host.settings, models={**host.settings.models, "rewrite": given.model})
        for case in cases:
            with tempfile.TemporaryDirectory(prefix="breadknife-") as root:
                document = replace(case.document, uri=(Path(root) / "case.py").as_uri())
                said = ask(host, entry, document, case.span, case.message, Path(root))
            answer = f"({said.reason}: {said.sentence})" if isinstance(said, Silence) else said.text.strip()
            if given.show:
                print(f"=== {case.name}\n{case.about}\n>>> {answer}", flush=True)
            yield case.name, answer.replace("\n", "⏎"), "-" if isinstance(said, Silence) else "", ""
    finally:
        host.close()


def score(table: Path) -> str:
    with table.open(encoding="utf-8", newline="") as file:
        verdicts = [row["verdict"] for row in csv.DictReader(file, delimiter="\t")]
    usable, spoken = verdicts.count("yes"), len(verdicts) - verdicts.count("-")
    return f"{usable} of {len(verdicts)} usable; {usable} of the {spoken} that were said"


if __name__ == "__main__":
    main()
