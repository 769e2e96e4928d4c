"""Findings that people have read and judged, against the confidence that the null check gives them.

    python -m pip download --no-deps sqlalchemy==2.1.9 scapy==2.8.0 …   (and unpack the wheels into PACKAGES)
    python bench/nullcheck/judged.py PACKAGES JUDGED.tsv

A row of the table is `package path line column code message … judgement`. It is looked up in PACKAGES by its path, line
and column. `true` means that a null can really get there, `invariant` that a reader sees why it can't, `false` that the
analysis is wrong. A finding counts as shown where its confidence is one that is shown as a warning.

To judge others, print a sample with the code around each place; `--each` so many of each origin:

    python bench/nullcheck/judged.py PACKAGES --sample --each 12 --seed 29 [--language python]
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from detector import LEFT_OUT

from breadknife.plugins.nullcheck.clues import NullOrigin, origin_of
from breadknife.plugins.nullcheck.grouping import by_cause
from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS, language
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.project.folder import FolderProject
from breadknife.task.values import Confidence, Finding
from breadknife.text.document import Document, language_of
from breadknife.text.syntax import parse

TRUE = "true"
CONTEXT = 14
"""Lines shown before and after a place that is to be judged."""


@dataclass(frozen=True)
class Row:
    path: str
    line: int
    column: int
    judgement: str
    origin: NullOrigin
    confidence: Confidence


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("judged", type=Path, nargs="?")
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--seed", type=int, default=29)
    parser.add_argument("--language", default="python")
    arguments = parser.parse_args()
    folder: Path = arguments.folder.resolve()
    if arguments.sample:
        _print_sample(folder, arguments.language, arguments.each, arguments.seed)
        return
    with arguments.judged.open(encoding="utf-8", newline="") as lines:
        wanted = list(csv.DictReader(lines, delimiter="\t"))
    rows = [row for row in judged(folder, wanted) if row is not None]
    print(f"{len(rows)} of {len(wanted)} rows are still found")
    print(table(rows))


def judged(folder: Path, wanted: Sequence[Mapping[str, str]]) -> Iterator[Row | None]:
    """Each row with the finding of today; None for one that is found no more."""
    checked = Checked(folder)
    for each in wanted:
        path, line, column = each["path"], int(each["line"]), int(each["column"])
        document, findings = checked.file(folder / path)
        at = [one for one in findings if position(document, one) == (line, column)]
        yield Row(path, line, column, each["judgement"], _origin(at[0]), at[0].confidence) if at else None


def table(rows: Sequence[Row]) -> str:
    """Of each origin how many can happen; of each judgement how many are shown as warnings."""
    lines = ["origin      can happen     of"]
    for origin in NullOrigin:
        here = [row for row in rows if row.origin is origin]
        if here:
            lines.append(f"{origin:10} {sum(row.judgement == TRUE for row in here):11} {len(here):6}")
    lines.append("judgement   shown as warnings     of")
    for judgement, some in sorted(_by_judgement(rows).items()):
        lines.append(f"{judgement:10} {sum(map(_is_warning, some)):18} {len(some):6}")
    others = [row for row in rows if row.judgement != TRUE]
    shown = sum(map(_is_warning, others))
    if others:
        lines.append(f"not true, shown: {shown} of {len(others)} ({100 * shown / len(others):.0f} %)")
    return "\n".join(lines)


def _by_judgement(rows: Sequence[Row]) -> dict[str, list[Row]]:
    grouped = defaultdict[str, list[Row]](list)
    for row in rows:
        grouped[row.judgement].append(row)
    return grouped


def _is_warning(row: Row) -> bool:
    return NullCheckSettings().severity_of(row.confidence) == "warning"


# --- what there is to judge ---


def _print_sample(folder: Path, wanted: str, each: int, seed: int) -> None:
    """Of the findings that lead their cause; where one stands for many places, the first is judged."""
    checked, by_origin = Checked(folder), defaultdict[NullOrigin, list[tuple[Path, Document, Finding]]](list)
    places = Counter[NullOrigin]()
    for path in sorted(folder.rglob("*")):
        of = language_of(path)
        is_wanted = of == wanted or (wanted == "ecmascript" and of in LANGUAGE_IDS - {"python", "go", "java"})
        if not is_wanted or not path.is_file() or LEFT_OUT.intersection(path.parts) or "test" in path.name.lower():
            continue
        document, findings = checked.file(path)
        places.update(map(_origin, findings))
        for finding in by_cause(findings):
            by_origin[_origin(finding)].append((path, document, finding))
    for origin, found in sorted(by_origin.items()):
        print(f"=== {origin}: {len(found)} findings, {places[origin]} places")
        for path, document, finding in random.Random(seed).sample(found, min(each, len(found))):
            line, column = position(document, finding)
            print(f"--- {path.relative_to(folder)}\t{line}\t{column}\t{finding.code}\t{finding.message}")
            for related in finding.related:
                where = document.line_at(related.span.start) + 1 if related.uri is None else related.uri
                print(f"    related {where}: {related.message}")
            for at in range(max(0, line - CONTEXT), min(document.line_count, line + CONTEXT // 2)):
                print(f"{'>' if at == line - 1 else ' '}{at + 1:6} {document.line_text(at)[:150]}")


class Checked:
    """The findings of the files of packages, each package being a project of its own: a folder's folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._projects = dict[Path, FolderProject]()
        self._known = dict[Path, tuple[Document, Sequence[Finding]]]()

    def project(self, path: Path) -> FolderProject:
        root = self._folder / path.relative_to(self._folder).parts[0]
        if root not in self._projects:
            self._projects[root] = FolderProject(root)
            self._projects[root].idle(300)
        return self._projects[root]

    def file(self, path: Path) -> tuple[Document, Sequence[Finding]]:
        if path not in self._known:
            id = language_of(path) or ""
            document = Document(path.as_uri(), id, path.read_text("utf-8", errors="replace"))
            tree = parse(document.text, id)
            findings = language(id, ()).open(document, tree, self.project(path)).findings() if tree else ()
            self._known[path] = document, findings
        return self._known[path]


def position(document: Document, finding: Finding) -> tuple[int, int]:
    line = document.line_at(finding.span.start)
    return line + 1, finding.span.start - document.line_starts[line] + 1


def _origin(finding: Finding) -> NullOrigin:
    return origin_of(finding.message.partition(": ")[2])


if __name__ == "__main__":
    main()
