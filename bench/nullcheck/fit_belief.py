"""Fits the model of `plugins/nullcheck/core/confidence.json` to deleted guards and to what histories never changed.

    python bench/nullcheck/fit_belief.py gather deleted_guards.tsv rows.tsv NAME=REPOSITORY …
    python bench/nullcheck/fit_belief.py fit rows.tsv [--write]

`gather` lays a repository's tree out as it is at its row's commit. Each file with a guard is followed twice: with the
guard deleted, where the use is a hole by construction, and as it is. Of the latter, a use counts as an invariant if its
function stood in the file two years before with the same text. A row has what the model may know of a use, no code.
Then other files of the repository are followed as they are, drawn by the seed, up to `MOST_LINES` of each language:
files with guards have more to do with null than others.

`fit` is a logistic regression with an L2 penalty on the part `train`: holes against all uses in intact files, of which
those that stood for two years weigh `OLD` times as much. A language's threshold for `medium` is the lowest chance at
which the drawn files of `train` and `tune` show at most `BUDGET` findings in 1,000 lines, with those that are shown
whatever their chance; that for `high` half as many.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
from deleted_guards import FORMS, LEFT_OUT, SEED, Guard, git, guards, lay_out
from numpy.typing import NDArray

from breadknife.plugins.nullcheck.core.analysis import FunctionDereference
from breadknife.plugins.nullcheck.core.belief import Evidence
from breadknife.plugins.nullcheck.core.confidence import features
from breadknife.plugins.nullcheck.core.declarations import unit_of
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.languages import language
from breadknife.project.folder import FolderProject
from breadknife.project.values import Project
from breadknife.text.document import Document, language_of
from breadknife.text.syntax import parse

MODEL = Path(__file__).parents[2] / "server/breadknife/plugins/nullcheck/core/confidence.json"
INDEX_SECONDS = 120
YEARS = 2
MOST_LINES = 3_000
"""Of one repository, in one language."""
PENALTY = 1.0
OLD = 3.0
BUDGET = 0.35
"""Findings in 1,000 lines."""
FIELDS = ("part", "repository", "language", "sample", "lines", "label", "at", "origin", *Evidence._fields)
HOLE, INVARIANT, OTHER, DRAWN = "hole", "invariant", "other", "drawn"

Floats = NDArray[np.float64]
Row = dict[str, str]


def gather(rows: Sequence[Row], repository: Path) -> Iterator[Sequence[object]]:
    """Yield the rows of the guards of one repository, at one commit."""
    commit = rows[0]["commit"]
    at = int(git(repository, "log", "-1", "--format=%ct", commit))
    before = git(repository, "rev-list", "-1", f"--before={at - YEARS * 365 * 86400}", commit).decode().strip()
    with tempfile.TemporaryDirectory() as folder:
        lay_out(repository, commit, Path(folder))
        project = FolderProject(Path(folder))
        project.idle(INDEX_SECONDS)
        try:
            for row in rows:
                yield from _gathered(row, Path(folder), project, repository, before)
            ids = {knowledge_name(language_of(Path(row["path"])) or "") for row in rows}
            yield from _drawn(rows[0]["part"], rows[0]["repository"], ids, Path(folder), project)
        finally:
            project.close()


def _gathered(row: Row, root: Path, project: Project, repository: Path, before: str) -> Iterator[Sequence[object]]:
    path = root / row["path"]
    if not path.is_file():
        return
    id, text = language_of(path) or "", path.read_text("utf-8")
    tree = parse(text, id)
    source = text.encode()
    guard = next((each for each in guards(tree) if _is_of(each, row, source)), None) if tree is not None else None
    if guard is None or tree is None:
        return
    head = row["part"], row["repository"], id, f"{row['path']}:{row['guard']}", text.count("\n") + 1
    without = guard.without(source).decode()
    held = [each for each in _found(path, id, without, project) if _is_use(each, row, without)]
    best = min(held, key=lambda each: each.dereference.at, default=None)
    yield *head, HOLE, _line(best, without), *_described(best)
    done = subprocess.run(["git", "-C", str(repository), "show", f"{before}:{row['path']}"], capture_output=True)
    for each in _found(path, id, text, project):
        unit = unit_of(each.function, each.function)
        is_old = source[slice(*unit.at)] in done.stdout
        yield *head, INVARIANT if is_old else OTHER, _line(each, text), *_described(each)


def _drawn(part: str, name: str, ids: Collection[str], root: Path, project: Project) -> Iterator[Sequence[object]]:
    """Yield the rows of files drawn by the seed, in languages of which the repository has guards."""
    paths = [path for path in sorted(root.rglob("*")) if path.is_file() and (language_of(path) or "") in FORMS]
    paths = [path for path in paths if not LEFT_OUT.search(path.relative_to(root).as_posix())]
    Random(SEED).shuffle(paths)
    lines = Counter[str]()
    for path in paths:
        id, text = language_of(path) or "", path.read_text("utf-8", "replace")
        if knowledge_name(id) in ids and lines[knowledge_name(id)] < MOST_LINES:
            lines[knowledge_name(id)] += text.count("\n") + 1
            head = part, name, id, path.relative_to(root).as_posix(), text.count("\n") + 1, DRAWN
            yield *head, 0, *_described(None)
            for each in _found(path, id, text, project):
                yield *head, _line(each, text), *_described(each)


def _is_of(guard: Guard, row: Row, source: bytes) -> bool:
    line = source.count(b"\n", 0, guard.start) + 1
    return (guard.form, guard.value, str(line)) == (row["form"], row["value"], row["guard"])


def _is_use(found: FunctionDereference, row: Row, text: str) -> bool:
    """Tell whether a finding is one of the value behind the deleted guard, up to 30 lines below it."""
    at = found.dereference.at
    source = text.encode()
    line = source.count(b"\n", 0, at[0]) + 1
    is_same = source[slice(*at)].decode() == row["value"] or found.dereference.key == row["value"]
    return is_same and -1 <= line - int(row["use"]) <= 30


def _found(path: Path, id: str, text: str, project: Project) -> Sequence[FunctionDereference]:
    tree = parse(text, id)
    if tree is None:
        return ()
    file = language(id).open(Document(path.as_uri(), id, text), tree, project)
    with file.files.lock:
        return file.home.findings() if file._is_written() else ()  # pyright: ignore[reportPrivateUsage]


def _line(found: FunctionDereference | None, text: str) -> int:
    return text.encode().count(b"\n", 0, found.dereference.at[0]) + 1 if found is not None else 0


def _described(found: FunctionDereference | None) -> Sequence[object]:
    if found is None:
        return ("", *Evidence())
    origin = found.dereference.fact.origin
    return (origin.kind if origin is not None else OriginKind.COMPARISON, *map(int, found.dereference.evidence))


# Fitting


def fitted(of: Floats, true: Floats, weight: Floats) -> Floats:
    """Return the weights, the bias first, which has nearly no penalty: Newton's method."""
    weights = np.zeros(of.shape[1])
    penalty = np.full(of.shape[1], PENALTY)
    penalty[0] = 0.01
    for _ in range(50):
        chance = 1 / (1 + np.exp(-of @ weights))
        slope = of.T @ (weight * (true - chance)) - penalty * weights
        curvature = (of.T * (weight * chance * (1 - chance))) @ of + np.diag(penalty)
        step = np.linalg.solve(curvature, slope)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _features(row: Row) -> dict[str, float]:
    return dict(features(OriginKind(row["origin"]), _evidence(row), knowledge_name(row["language"])))


def _evidence(row: Row) -> Evidence:
    return Evidence(*(int(row.get(name) or 0) for name in Evidence._fields))


def _is_always(row: Row) -> bool:
    """Tell whether a finding is shown whatever its chance."""
    return row["origin"] == OriginKind.LATER


def fit(rows: Sequence[Row], *, write: bool) -> None:
    rows = list({_place(row): row for row in rows}.values())
    known = [row for row in rows if row["origin"] not in ("", OriginKind.COMPARISON, OriginKind.LATER)]
    names = sorted({name for row in known for name in _features(row)})
    of = np.array([[1.0, *(_features(row).get(name, 0.0) for name in names)] for row in known])
    label = np.array([row["label"] for row in known])
    part = np.array([row["part"] for row in known])
    language_ids = np.array([knowledge_name(row["language"]) for row in known])
    train = part == "train"
    weights = fitted(of[train], (label[train] == HOLE).astype(float), np.where(label[train] == INVARIANT, OLD, 1.0))
    chances = 1 / (1 + np.exp(-of @ weights))
    for name, weight in sorted(zip(["bias", *names], weights, strict=True), key=lambda pair: -abs(pair[1])):
        print(f"  {name:24} {weight:7.3f}")
    lines, drawn = _lines(rows), np.isin(part, ("train", "tune")) & (label == DRAWN)
    always = Counter(knowledge_name(row["language"]) for row in rows if row["label"] == DRAWN and _is_always(row))

    causes = np.array([_cause(row) for row in known])

    def threshold(tongue: str, budget: float) -> float:
        """The lowest chance with at most so many findings in 1,000 lines."""
        here = drawn & (language_ids == tongue)
        highest = {cause: chances[here & (causes == cause)].max() for cause in sorted(set(causes[here]))}
        sorted_chances = sorted(highest.values(), reverse=True)
        most = max(int(budget * lines[tongue] / 1000) - always[tongue], 0)
        return float(sorted_chances[most]) + 1e-6 if most < len(sorted_chances) else 0.0

    thresholds = {
        each: {"high": round(threshold(each, BUDGET / 2), 4), "medium": round(threshold(each, BUDGET), 4)}
        for each in sorted(set(language_ids))
    }
    holes = Counter((row["part"], knowledge_name(row["language"])) for row in rows if row["label"] == HOLE)
    for key, total in sorted(holes.items()):
        of_key = (part == key[0]) & (language_ids == key[1]) & (label == HOLE)
        for name, least in thresholds[key[1]].items():
            shown = int((of_key & (chances >= least)).sum())
            print(f"{key[0]:6} {key[1]:11} {name:7} {shown:4} of {total:4} ({shown / total:4.0%}); any {of_key.sum()}")
    for each, of in thresholds.items():
        print(f"{each:11} {of}, {lines[each]} lines, always shown {always[each]}")
    weighed = {name: round(float(weight), 3) for name, weight in zip(names, weights[1:], strict=True)}
    model = {"bias": round(float(weights[0]), 3), "weights": weighed, "thresholds": thresholds}
    if write:
        MODEL.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8", newline="\n")


def _place(row: Row) -> tuple[object, ...]:
    """Return what tells a row from others: the intact uses of a file with two guards come twice."""
    path = row["sample"].rpartition(":")[0] or row["sample"]
    return row["repository"], row["sample"] if row["label"] == HOLE else path, row["label"] == HOLE, row["at"]


def _cause(row: Row) -> str:
    """Return what stands for the cause of a use: lint shows one finding for each."""
    return "\t".join((row["repository"], row["sample"], row["origin"], str(_evidence(row))))


def knowledge_name(id: str) -> str:
    """Return the language whose knowledge serves a document of a language."""
    return "ecmascript" if "script" in id else id


def _lines(rows: Sequence[Row]) -> Counter[str]:
    """Return the lines of the drawn files of `train` and `tune`, by language."""
    files = {
        (knowledge_name(row["language"]), row["repository"], row["sample"]): int(row["lines"])
        for row in rows if row["label"] == DRAWN and row["part"] != "test"
    }  # fmt: skip
    lines = Counter[str]()
    for (tongue, *_), count in files.items():
        lines[tongue] += count
    return lines


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened, delimiter="\t"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    gathering = commands.add_parser("gather")
    gathering.add_argument("guards", type=Path)
    gathering.add_argument("rows", type=Path)
    gathering.add_argument("repositories", nargs="+")
    fitting = commands.add_parser("fit")
    fitting.add_argument("rows", type=Path)
    fitting.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.command == "fit":
        fit(read(given.rows), write=given.write)
        return
    by_repository = defaultdict[str, list[Row]](list)
    for row in read(given.guards):
        by_repository[row["repository"]].append(row)
    is_new = not given.rows.exists()
    with given.rows.open("a", encoding="utf-8", newline="\n") as opened:
        if is_new:
            print(*FIELDS, sep="\t", file=opened)
        for argument in given.repositories:
            name, _, folder = argument.partition("=")
            for row in gather(by_repository[name], Path(folder)) if by_repository[name] else ():
                print(*row, sep="\t", file=opened, flush=True)


if __name__ == "__main__":
    main()
