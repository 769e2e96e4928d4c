"""How likely a small language model finds each repair, for a sample of the rows of `repairs.tsv`.

    python bench/nullcheck/likelihood_of_repairs.py OLD --of-each 10 > likelihood_of_repairs.tsv
    python bench/nullcheck/likelihood_of_repairs.py OLD --told likelihood_of_repairs.tsv

A row has, for each offer, the log-probability (in nats) of the text with its edits less that of the text as it was:
from the first line that changes to `AFTER` code points behind the last, after `BEFORE` code points of what stands
before it.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

from fit_ranking import REPAIRS, Case, fitted, ordered, read
from fit_ranking import known as known_features
from fixes import EDITOR, bench, placed
from judgement import judgement

from breadknife.cancel import CancelToken
from breadknife.engine.api import Engine, Part, ScoreRequest
from breadknife.engine.client import DaemonEngine
from breadknife.plugins.nullcheck.values import Offer
from breadknife.text.document import Span, TextEdit, apply_edits

BEFORE, AFTER = 400, 80
COLUMNS = ("package", "path", "line", "value", "likelihoods")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("--of-each", type=int, default=10, help="rows of each package, chosen at random")
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--told", type=Path, help="rows that were written before: tells what they add to the model")
    chosen = parser.parse_args()
    if chosen.told is not None:
        tell(chosen.told)
        return
    with REPAIRS.open(encoding="utf-8", newline="") as lines:
        rows = [
            row
            for row in csv.DictReader(lines, delimiter="\t")
            if row["by"] == "maintainers" and " | " in row["offers"]
        ]
    written: csv.DictWriter[str] = csv.DictWriter(sys.stdout, COLUMNS, delimiter="\t", lineterminator="\n")
    written.writeheader()
    engine, old = DaemonEngine(), chosen.old.resolve()
    for name in sorted({row["package"] for row in rows}):
        of_package = [row for row in rows if row["package"] == name]
        sample = random.Random(0).sample(of_package, min(chosen.of_each, len(of_package)))
        wanted = {(row["path"], int(row["line"]), row["value"]): row for row in sample}
        lines_of = {(path, line) for path, line, _ in wanted}
        with bench(old, name, "off") as here:
            repairs = here.repairs(EDITOR)
            for report in judgement(old, name):
                if not report.optional or (report.path, report.line + 1) not in lines_of:
                    continue
                found = placed(repairs, here.root, report)
                file = repairs.file(found.path) if found is not None else None
                if found is None or file is None:
                    continue
                text, span = file.tree.text, found.place.span
                row = wanted.pop((report.path, report.line + 1, text[span.start : span.end]), None)
                if row is None:
                    continue
                offers = list(file.offers(found.place, (found.finding,)))
                told = [f"{gain(engine, chosen.model, text, offer):.2f}" for offer in offers]
                written.writerow({**{key: row[key] for key in COLUMNS[:4]}, "likelihoods": " ".join(told)})
                sys.stdout.flush()


def tell(path: Path) -> None:
    """How often the maintainers' own repair is first, where it is offered: by the language's rules, by a model that
    hasn't seen the package, by likelihood less the mean of its strategy, and by the model with that added."""
    with REPAIRS.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["offers"]]
    with path.open(encoding="utf-8", newline="") as lines:
        known = {
            tuple(row[key] for key in COLUMNS[:4]): row["likelihoods"] for row in csv.DictReader(lines, delimiter="\t")
        }
    cases = read(rows)
    told = list[tuple[Case, list[float], dict[str, float]]]()
    for row, case in zip(rows, cases, strict=True):
        found = [float(each) for each in known.get(tuple(row[key] for key in COLUMNS[:4]), "").split()]
        if any(case.right) and len(found) == len(case.ways):
            others = [each for each in cases if each.package != case.package]
            told.append((case, found, fitted(others, known_features(others))))
    of_way: dict[str, list[float]] = {}
    for case, found, _ in told:
        for way, each in zip(case.ways, found, strict=True):
            of_way.setdefault(way, []).append(each)
    first = Counter[str]()
    for case, found, weights in told:
        beyond = [each - mean(of_way[way]) for way, each in zip(case.ways, found, strict=True)]
        first["rules"] += case.right[0]
        first["likelihood"] += case.right[beyond.index(max(beyond))]
        for share in (0.0, 0.02, 0.05, 0.1, 0.2):
            named = [names | {f"likelihood {at}"} for at, names in enumerate(case.features)]
            added = {f"likelihood {at}": share * each for at, each in enumerate(beyond)}
            first[f"model + {share} × likelihood"] += case.right[
                ordered(replace(case, features=tuple(named)), {**weights, **added})[0]
            ]
    print(f"{len(told)} cases; first: {dict(first)}")


def gain(engine: Engine, model: str, text: str, offer: Offer) -> float:
    """In nats."""
    return sum(_gain(engine, model, text, near) for near in _together(offer.edits))


def _together(edits: Sequence[TextEdit]) -> Iterator[list[TextEdit]]:
    """Those that stand near each other: between an import and its use lies a file."""
    near = list[TextEdit]()
    for edit in sorted(edits, key=lambda edit: edit.span):
        if near and edit.span.start - near[-1].span.end > AFTER:
            yield near
            near = []
        near.append(edit)
    if near:
        yield near


def _gain(engine: Engine, model: str, text: str, edits: Sequence[TextEdit]) -> float:
    start = text.rfind("\n", 0, edits[0].span.start) + 1
    moved = [TextEdit(Span(each.span.start - start, each.span.end - start), each.new_text) for each in edits]
    was = text[start : edits[-1].span.end + AFTER]
    prompt = (Part(text[max(0, start - BEFORE) : start] or "\n"),)
    request = ScoreRequest(model, prompt, (was, apply_edits(was, moved)))
    before, after = engine.score(request, CancelToken()).logprobs
    return after - before


if __name__ == "__main__":
    main()
