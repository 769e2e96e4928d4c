"""What maintainers did about nulls, out of git histories, with what we offer there: the ground of `merging.json`.

    python bench/nullcheck/repaired.py list mined.tsv NAME=REPOSITORY.git … > repaired.tsv
    python bench/nullcheck/repaired.py gather repaired.tsv NAME=REPOSITORY.git … > offered.jsonl
    python bench/nullcheck/repaired.py fit offered.jsonl > merging.json
    python bench/nullcheck/repaired.py score offered.jsonl

`mined.tsv` is what `mine_null.py` finds: commits whose first line speaks of a null, and that add a test of a value
above a use of it. `list` reads what the commit wrote there: a kind of repair, and its line in the file before.
Repositories
are split into train, tune and test by a digest of their names. `gather` asks for the offers at the use, in the file as
it was before the commit. An offer is the maintainer's if it is of the same kind and stands at most `NEAR` lines away.
`score` says of the test part how often the first offer is that, and how often what `fix` would write is.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.repairs.merging import MergeModel, merging_model
from breadknife.plugins.nullcheck.values import DECLARATION, HIDING, Dereference, Use
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, language_of
from breadknife.text.syntax import Node, SyntaxTree, nodes_in, parse

NEAR = 2
"""Lines between two places that are the same one."""
AROUND = 8
"""Lines around the use in which the repair is looked for."""
SEED = "41"
RELEASES = Path(__file__).with_name("repairs.tsv")
RARE, PENALTY, STEPS, FOLDS = 4, 2.0, 25, 5
"""Clues that fewer offers have get no weight."""
RIGHT, FEWEST = 0.6, 8
"""The share of what is written that has to be the maintainers', and the firsts that must be seen for it."""
_IFS = frozenset({"if_statement", "elif_clause"})
_CHOICES = frozenset({"conditional_expression", "ternary_expression"})
_USES = {".": Use.ATTRIBUTE, "[": Use.SUBSCRIPT, "(": Use.CALL}
_LEAVES = {
    "raise_statement": "raise", "throw_statement": "raise", "return_statement": "return",
    "continue_statement": "continue", "break_statement": "break", "panic": "raise",
}  # fmt: skip
REPORT = {
    "python": ("pyright", "reportOptionalMemberAccess", '"x" is not a known attribute of "None"'),
    "go": ("nilaway", "nilaway", "accessed field"),
    "java": ("NullAway", "NullAway", "dereferenced expression is @Nullable"),
}
OTHERS = ("ts", "18049", "'x' is possibly 'null' or 'undefined'.")


@dataclass(frozen=True)
class RepairedNull:
    """A null that a maintainer repaired."""

    repository: str
    before: str
    commit: str
    path: str
    line: int
    """Of the use, from 1, in the file before."""
    value: str
    kind: str
    at: int
    """The line of the repair, likewise."""


def digest(name: str) -> int:
    return hashlib.sha256(f"{SEED} {name}".encode()).digest()[0]


def part_of(name: str) -> str:
    return "test" if digest(name) < 128 else "tune" if digest(name) < 166 else "train"


def shown(repository: str, commit: str, path: str) -> str | None:
    done = subprocess.run(["git", "-C", repository, "show", f"{commit}:{path}"], capture_output=True)
    return done.stdout.decode("utf-8", "replace").replace("\r\n", "\n") if done.returncode == 0 else None


def listed(mined: Sequence[str], repositories: Mapping[str, str]) -> Iterator[RepairedNull]:
    for row in mined:
        name, before, commit, path, line, value, _ = row.split("\t", 6)
        if name not in repositories:
            continue
        old, new = (shown(repositories[name], each, path) for each in (before, commit))
        if old is None or new is None or len(old) > 500_000:
            continue
        done = done_about(old, new, path, int(line), value)
        if done is not None:
            yield RepairedNull(name, before, commit, path, int(line), value, *done)


def done_about(old: str, new: str, path: str, line: int, value: str) -> tuple[str, int] | None:
    """Return the kind of what was written about a value, and its line in the old text."""
    tree = parse(new, language_of(Path(path)) or "")
    if tree is None:
        return None
    matcher = SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False)
    added = dict[int, int]()  # new line -> line of the old text that it stands before, from 1
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag != "equal" and first - AROUND <= line <= last + AROUND:
            for number in range(start, end):
                added[number] = min(first + 1 + (number - start if tag == "replace" else 0), max(last, first + 1))
    named = re.compile(rf"(?<![\w.]){re.escape(value)}(?![\w])")
    found = list[tuple[str, int]]()
    for node in nodes_in(tree.root) if added else ():
        if node.start_point.row not in added or node.start_point.row > max(added) or node.end_point.row < min(added):
            continue
        kind = kind_of(tree, node, named)
        if kind:
            found.append((kind, added[node.start_point.row]))
    return next((each for each in found if each[1] <= line + 1), None)


def kind_of(tree: SyntaxTree, node: Node, named: re.Pattern[str]) -> str:
    """Return the kind of repair that a node is; "" for none."""
    text = tree.source(node)
    if not named.search(text):
        return ""
    if node.type in _IFS:
        condition = node.child_by_field_name("condition")
        tested = tree.source(condition) if condition is not None else ""
        if not named.search(tested):
            return ""
        body = node.child_by_field_name("consequence")
        if is_there(tested, named):
            return "narrow"
        return left_by(tree, body)
    if node.type in ("assert_statement",) or (
        "requireNonNull(" in text.partition("\n")[0][:200] and node.type.endswith("invocation")
    ):
        return "assert"
    if node.type in _CHOICES:
        return "choice"
    if node.type in ("member_expression", "call_expression", "subscript_expression") and re.search(
        named.pattern + r"\?\.", text
    ):
        return "optional-chain"
    if node.type in ("boolean_operator", "binary_expression"):
        operator = node.child_by_field_name("operator")
        left = node.child_by_field_name("left")
        if (
            operator is not None
            and operator.type in ("and", "&&", "or", "||")
            and left is not None
            and named.search(tree.source(left))
        ):
            return "narrow"
    if node.type in ("while_statement",):
        condition = node.child_by_field_name("condition")
        return "narrow" if condition is not None and named.search(tree.source(condition)) else ""
    return ""


def is_there(condition: str, named: re.Pattern[str]) -> bool:
    """Tell whether a condition asks that the value is there."""
    value = named.pattern
    compared = rf"{value}\s*(?:is None|===? ?(?:null|undefined|nil))|null\s*==\s*{value}"
    denied = rf"(?:not |!)\s*\(?\s*{value}(?!\w|\.|\(|\s*(?:in|is)\b)"
    return re.search(f"{compared}|{denied}", condition) is None


def left_by(tree: SyntaxTree, body: Node | None) -> str:
    """Return how a block is left; "default" where it goes on with a value that it sets, "other" for anything else."""
    if body is None:
        return "other"
    nodes = [body, *body.named_children, *(inner for child in body.named_children for inner in child.named_children)]
    for node in reversed(nodes):
        kind = _LEAVES.get(node.type)
        text = tree.source(node)
        if kind == "return" and tree.language == "go" and re.search(r"\berr\b|errors\.New|Errorf|\w*Err\w*\b", text):
            return "raise"
        if kind is not None:
            return kind
        if re.match(r"(?:panic|t\.Fatal\w*|log\.Fatal\w*|os\.Exit|sys\.exit)\(", text):
            return "raise"
    if any("assignment" in node.type for node in nodes_in(body)):
        return "default"
    return "other"


def dereference(tree: SyntaxTree | None, line: int, value: str) -> Span | None:
    """Return the span of the value's use on a line."""
    lines = tree.text.split("\n") if tree is not None else []
    if tree is None or line > len(lines):
        return None
    start = sum(len(each) + 1 for each in lines[: line - 1])
    for match in re.finditer(rf"(?<![\w.]){re.escape(value)}\s*(?=[.\[(])", lines[line - 1]):
        at = Span(start + match.start(), start + match.start() + len(value))
        if tree.source(tree.node_at(at)) == value:
            return at
    return None


def gathered(rows: Sequence[RepairedNull], repositories: Mapping[str, str]) -> Iterator[dict[str, object]]:
    for row in rows:
        text = shown(repositories[row.repository], row.before, row.path)
        id = language_of(Path(row.path)) or ""
        tree = parse(text, id) if text is not None else None
        lines = range(row.at, row.line + 1) if tree is not None else ()
        span = next((at for line in lines if (at := dereference(tree, line, row.value)) is not None), None)
        if tree is None or span is None or text is None:
            continue
        source, code, message = REPORT.get(id, OTHERS)
        file = language(id).open(Document(f"file:///project/{row.path}", id, text), tree, None)
        own = next((each for each in file.findings() if each.span == span), None)
        after = text[span.end :].lstrip()[:1]
        place = Dereference(span, Use(own.code) if own is not None else _USES.get(after, Use.ATTRIBUTE))
        if place not in file.suppose({place}).found:
            continue  # it was tested already: the commit only writes it in another way
        about = (own or Finding(span, source, code, message),)
        offers = list[dict[str, object]]()
        for offer in file.verified(place, about):
            at = min((text.count("\n", 0, edit.span.start) + 1 for edit in offer.edits), default=0)
            same = offer.strategy.value == row.kind and abs(at - row.at) <= NEAR
            offers.append({"strategy": offer.strategy.value, "reason": offer.reason, "asked": offer.is_asked_for,
                           "clues": list(offer.clues), "line": at, "theirs": same})  # fmt: skip
        yield {**asdict(row), "part": part_of(row.repository), "language": id, "own": own is not None, "offers": offers}


Row = Mapping[str, Any]
"""A line of `gather`'s output."""


@dataclass(frozen=True)
class Sample:
    """An offer, and whether the maintainer wrote it."""

    group: str
    """The repository, or the package."""
    clues: frozenset[str]
    is_theirs: bool


def samples(rows: Sequence[Row]) -> list[Sample]:
    return [
        Sample(row["repository"], frozenset(offer["clues"]), offer["theirs"])
        for row in rows
        for offer in row["offers"]
        if offer["strategy"] not in HIDING
    ]


def released() -> Iterator[Sample]:
    """Yield what maintainers did between releases about reports of pyright (`repairs.tsv`), but for the test part."""
    with RELEASES.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            for offer in row["offers"].split(" | ") if part_of(row["package"]) != "test" else ():
                strategy, _, _ = offer.partition(": ")
                is_theirs = strategy == row["theirs"] or (row["theirs"] == "declaration" and strategy in DECLARATION)
                if strategy not in HIDING:
                    clues = frozenset({strategy, offer, f"{strategy} told by another checker", f"{strategy} python"})
                    yield Sample(row["package"], clues, is_theirs)


def weights_of(fitted_to: Sequence[Sample]) -> dict[str, float]:
    """Return the weights of a logistic model, as `MergeModel` has them, with `PENALTY` for large ones."""
    counts = Counter(clue for sample in fitted_to for clue in sample.clues)
    clues = ["", *sorted(clue for clue, count in counts.items() if count >= RARE)]
    at = {clue: index for index, clue in enumerate(clues)}
    given = np.zeros((len(fitted_to), len(clues)))
    given[:, 0] = 1.0
    for row, sample in enumerate(fitted_to):
        given[row, [at[clue] for clue in sample.clues if clue in at]] = 1.0
    true, weights = np.array([float(sample.is_theirs) for sample in fitted_to]), np.zeros(len(clues))
    penalty = np.full(len(clues), PENALTY)
    penalty[0] = 0.0
    for _ in range(STEPS):  # Newton's method
        chance = 1 / (1 + np.exp(-given @ weights))
        gradient = given.T @ (chance - true) + penalty * weights
        curvature = (given.T * (chance * (1 - chance))) @ given + np.diag(penalty + 1e-6)
        weights -= np.linalg.solve(curvature, gradient)
    return {clue: round(float(weight), 3) for clue, weight in zip(clues, weights, strict=True)}


def first_of(row: Row, weights: Mapping[str, float] | None) -> tuple[float, bool] | None:
    """Return the chance of the first offer, and whether it is the maintainer's: by the model, or, without one, by the
    order of the rows."""
    offers = [each for each in row["offers"] if each["strategy"] not in HIDING and not each["asked"]]
    if not offers:
        return None
    if weights is None:
        return 0.0, offers[0]["theirs"]
    model = MergeModel(weights, 0.0)
    return max((model.chance(each["clues"]), each["theirs"]) for each in offers)


def fitted(rows: Sequence[Row]) -> MergeModel:
    """Return the model of the train and the tune part. The least chance of what is written is the lowest above which
    `RIGHT` of the first offers are the maintainers', each repository judged by a model of the others."""
    known = [row for row in rows if row["part"] != "test"]
    all_samples = [*samples(known), *released()]
    firsts = list[tuple[float, bool]]()
    for fold in range(FOLDS):
        inside = {each for each in {row["repository"] for row in known} if digest(each) % FOLDS == fold}
        weights = weights_of([sample for sample in all_samples if sample.group not in inside])
        found = (first_of(row, weights) for row in known if row["repository"] in inside)
        firsts += [each for each in found if each is not None]
    firsts.sort(reverse=True)
    least = 1.0
    for count in range(1, len(firsts) + 1):
        if count >= FEWEST and sum(is_theirs for _, is_theirs in firsts[:count]) / count >= RIGHT:
            least = firsts[count - 1][0]
    return MergeModel(weights_of(all_samples), round(least, 3))


def scored(rows: Sequence[Row], model: MergeModel) -> Iterator[str]:
    """Yield the figures of the test part."""
    tests = [row for row in rows if row["part"] == "test"]
    offered = [row for row in tests if any(offer["theirs"] for offer in row["offers"])]
    repositories = len({row["repository"] for row in tests})
    yield f"{len(tests)} repairs of {repositories} repositories: theirs is offered for {len(offered)}"
    for said, weights in (("the order of the rows", None), ("the model", model.weights)):
        firsts = [first for row in tests if (first := first_of(row, weights)) is not None]
        yield f"the first by {said}: theirs {sum(theirs for _, theirs in firsts)} of {len(firsts)}"
    firsts = [first for row in tests if (first := first_of(row, model.weights)) is not None]
    written = [theirs for chance, theirs in firsts if chance >= model.least]
    yield f"written by `fix` (chance at least {model.least}): {len(written)}, theirs {sum(written)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["list", "gather", "fit", "score"])
    parser.add_argument("rows", type=Path)
    parser.add_argument("repositories", nargs="*", help="NAME=REPOSITORY")
    chosen = parser.parse_args()
    repositories = dict(word.split("=", 1) for word in chosen.repositories)
    lines = chosen.rows.read_text("utf-8").splitlines()
    match chosen.task:
        case "list":
            for each in listed(lines, repositories):
                print(*asdict(each).values(), sep="\t", flush=True)
        case "gather":
            for line in lines:
                name, before, commit, path, number, value, kind, at = line.split("\t")
                row = RepairedNull(name, before, commit, path, int(number), value, kind, int(at))
                for found in gathered([row], repositories) if name in repositories else ():
                    print(json.dumps(found), flush=True)
        case "fit":
            model = fitted([json.loads(line) for line in lines])
            print(msgspec.json.format(msgspec.json.encode(model), indent=1).decode())
        case _:
            print(*scored([json.loads(line) for line in lines], merging_model()), sep="\n")


if __name__ == "__main__":
    main()
