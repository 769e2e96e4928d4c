"""Scores `drift` on mined ground (see `mine.py`): what it finds at claims that a change made false, and elsewhere.

    python bench/drift/score.py GROUND SPLIT [--rows 300] [--seed 45] [--misses N] [--kinds]

- flagged: a finding stands in the documentation of the claim's symbol; right place: in one of the claim's lines, or
  next to where lines were added.
- edits: of those offered at such places, those whose lines are the maintainers', up to blanks.
- quiet: findings in commits that needed no documentation.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from breadknife.plugins.drift.claims.compare import find_drift
from breadknife.plugins.drift.claims.pages import FileChange, find_gone, find_page_drift
from breadknife.plugins.drift.facts import SOURCES, read_facts
from breadknife.plugins.drift.values import Drift, SourceFacts
from breadknife.text.document import Document, TextEdit, apply_edits, language_of
from breadknife.text.syntax import parse

Row = dict[str, Any]


def rows_of(ground: Path, split: str, *kinds: str) -> Iterator[Row]:
    for file in sorted((ground / split).glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8", errors="surrogatepass") as lines:
            for line in lines:
                row = json.loads(line)
                if row["kind"] in kinds:
                    yield row


def facts_of(path: str, text: str) -> tuple[Document, SourceFacts] | None:
    language = language_of(Path(path)) or ""
    tree = parse(text, language) if language in SOURCES else None
    document = Document(Path("/", path).as_uri(), language, text)
    return (document, read_facts(document, tree)) if tree is not None else None


def drifts_in(row: Row, path: str) -> list[Drift]:
    before, after = facts_of(path, row["before"][path]), facts_of(path, row["after"][path])
    if before is None or after is None:
        return []
    return find_drift(before[1], after[1], after[0])


def page_drifts(row: Row, mirror: Path | None, pages: dict[str, str]) -> Iterator[tuple[str, Drift]]:
    """Yield what is found in pages, which stayed as they were."""
    changes: list[FileChange] = []
    for path in row["after"]:
        first = facts_of(path, row["before"][path])
        second = facts_of(path, row["after"][path])
        if first is not None and second is not None:
            changes.append(FileChange(path, first[1], second[1]))

    def elsewhere(names: Sequence[str]) -> frozenset[str]:
        if mirror is None:
            return frozenset()
        folder = mirror / row["repository"].replace("/", "+") / "repo"
        command = [
            "git",
            "-C",
            str(folder),
            "grep",
            "-F",
            "-w",
            "-h",
            "-o",
            *(x for n in names for x in ("-e", n)),
            row["commit"],
            "--",
        ]
        outside = [f":(exclude){path}" for path in row["after"]]
        code = [
            f"*.{suffix}"
            for suffix in ["py", "js", "jsx", "ts", "tsx", "go", "java", "toml", "json", "yaml", "yml", "cfg", "ini"]
        ]
        ran = subprocess.run([*command, *code, *outside], stdout=subprocess.PIPE, check=False)
        return frozenset(ran.stdout.decode("utf-8", "replace").split())

    gone = find_gone(changes, {}, elsewhere) if changes and pages else {}
    for path, text in pages.items():
        page = Document(Path("/", path).as_uri(), language_of(Path(path)) or "markdown", text)
        for drift in find_page_drift(gone, page, text):
            yield path, drift


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _squeezed_lines(lines: Sequence[str]) -> set[str]:
    return {squeeze(line) for line in lines} - {""}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("ground", type=Path)
    parser.add_argument("split")
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seed", type=int, default=45)
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--wrong", default="")
    parser.add_argument("--of", dest="ground_of", default="left", choices=("left", "shared"))
    parser.add_argument("--mirror", type=Path)
    parser.add_argument("--hits", action="store_true")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    claims = [
        (row, claim)
        for row in rows_of(options.ground, options.split, "together", "later")
        for claim in row["claims"]
        if claim[options.ground_of]
    ]
    rng.shuffle(claims)
    cache: dict[tuple[str, str], list[Drift]] = {}
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    total = Counter[str]()
    shown = 0
    for row, claim in claims[: options.rows]:
        path = row["path"]
        key = row["commit"] + row["answer"], path
        if key not in cache:
            cache[key] = drifts_in(row, path)
        text = row["after"][path]
        first, last = claim["start"], max(claim["end"] - 1, claim["start"])
        if claim["end"] == claim["start"]:
            first -= 1
        group = "left" if claim["left"] else "came"
        total["claims"] += 1
        total[group] += 1
        here = [d for d in cache[key] if first <= text.count("\n", 0, d.span.start) <= last]
        near = [d for d in cache[key] if first - 8 <= text.count("\n", 0, d.span.start) <= last + 8]
        total["flagged"] += bool(near)
        total["right place"] += bool(here)
        total[f"{group} right place"] += bool(here)
        answer = squeeze("\n".join(claim["new"]))
        for drift in here[:1]:
            by_kind[drift.kind]["here"] += 1
        edits = [d for d in here if d.edit]
        if edits:
            total["edits"] += 1
            right = _lines_after(text, edits, first if claim["end"] > claim["start"] else claim["start"], claim["end"])
            good = squeeze(right) == answer
            theirs, old = _squeezed_lines(claim["new"]), _squeezed_lines(claim["old"])
            made = _squeezed_lines(right.split("\n")) - old
            lost = old - _squeezed_lines(right.split("\n"))
            by_line = made <= theirs and not lost & theirs
            total["edits equal"] += good
            total["edits whose lines are theirs"] += by_line
            if not good and options.hits:
                print("UNEQUAL", [d.kind.value for d in edits], right)
            for drift in edits[:1]:
                by_kind[drift.kind]["edits"] += 1
                by_kind[drift.kind]["equal"] += by_line
        if (not here and shown < options.misses) or (options.hits and here):
            shown += 1
            print(
                "=====",
                row["repository"],
                row["commit"][:8],
                path,
                claim["symbol"],
                claim["shared"][:8],
                [(d.kind.value, d.subject, d.new) for d in here or near],
            )
            print(
                "\n".join(
                    [
                        *(f"  - {line[:140]}" for line in claim["old"][:6]),
                        *(f"  + {line[:140]}" for line in claim["new"][:6]),
                    ]
                )
            )
    for row in rows_of(options.ground, options.split, "together"):
        path = row["path"]
        drifts = cache.get((row["commit"] + row["answer"], path))
        if drifts is None:
            continue
        text = row["after"][path]
        for drift in drifts:
            at = text.count("\n", 0, drift.span.start)
            right = any(c["start"] - 1 <= at <= c["end"] for c in row["claims"])
            by_kind[drift.kind]["right" if right else "elsewhere"] += 1
            if not right and options.wrong == drift.kind:
                _print_drift("WRONG", row, path, drift, text)
    quiet = list(rows_of(options.ground, options.split, "quiet"))
    rng.shuffle(quiet)
    noisy = 0
    for row in quiet[: options.rows]:
        found = [(path, d) for path in row["after"] for d in drifts_in(row, path)]
        noisy += bool(found)
        for path, drift in found:
            total["quiet findings"] += 1
            by_kind[drift.kind]["quiet"] += 1
            if options.wrong in (drift.kind, "quiet"):
                _print_drift("QUIET", row, path, drift, row["after"][path])
        for path, drift in page_drifts(row, options.mirror, row["pages"]):
            total["quiet findings on pages"] += 1
            by_kind[drift.kind]["quiet"] += 1
            if options.wrong in (drift.kind, "quiet"):
                _print_drift("QUIET", row, path, drift, row["pages"][path])
    pages = list(rows_of(options.ground, options.split, "docs"))
    rng.shuffle(pages)
    for row in pages[: options.rows]:
        path = row["path"]
        text = row["after"][path]
        drifts = [drift for _, drift in page_drifts(row, options.mirror, {path: text})]
        rows = [text.count("\n", 0, drift.span.start) for drift in drifts]
        for claim in row["claims"]:
            total["page claims"] += 1
            inside = [d for d, at in zip(drifts, rows, strict=True) if claim["start"] <= at < claim["end"]]
            total["page right place"] += bool(inside)
            edits = [d for d in inside if d.edit]
            if edits:
                total["page edits"] += 1
                right = squeeze(_lines_after(text, edits, claim["start"], claim["end"])) == squeeze(
                    "\n".join(claim["new"])
                )
                total["page edits equal"] += right
        for drift, at in zip(drifts, rows, strict=True):
            right = any(claim["start"] <= at < claim["end"] for claim in row["claims"])
            by_kind[drift.kind]["right" if right else "elsewhere"] += 1
            if not right and options.wrong == drift.kind:
                _print_drift("WRONG", row, path, drift, text)
    total["quiet commits"], total["noisy commits"] = min(len(quiet), options.rows), noisy
    print(dict(total))
    for kind, counts in sorted(by_kind.items()):
        print(f"  {kind:20}", dict(counts))


def _print_drift(label: str, row: Row, path: str, drift: Drift, text: str) -> None:
    """Print a finding with its line of the text."""
    line = text.split("\n")[text.count("\n", 0, drift.span.start)].strip()[:120]
    place = row["repository"], row["commit"][:8], path
    print(label, *place, drift.kind.value, drift.symbol, drift.subject, "→", drift.new, "|", line)


def _lines_after(text: str, edits: list[Drift], first: int, end: int) -> str:
    """Return the lines from `first` to before `end` after the edits."""
    starts = [0, *(n + 1 for n, c in enumerate(text) if c == "\n"), len(text) + 1]
    low, high = starts[first], starts[max(end, first)] - 1 if end > first else starts[first]
    made = [TextEdit(drift.edit[0], drift.edit[1]) for drift in edits if drift.edit is not None]
    kept: list[TextEdit] = []
    for edit in sorted(made):
        if low <= edit.span.start and edit.span.end <= high + 1 and (not kept or kept[-1].span.end <= edit.span.start):
            kept.append(edit)
    after = apply_edits(text, kept)
    return after[low : high + len(after) - len(text)]


if __name__ == "__main__":
    main()
