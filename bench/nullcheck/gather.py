"""Collects findings to judge, draws some at random, and computes the columns of `judged.tsv`.

    python -m pip download --no-deps openpyxl==3.1.5 …        (unpack each into PACKAGES/openpyxl, …)
    python bench/nullcheck/gather.py find PACKAGES python FOUND.jsonl [openpyxl …]
    python bench/nullcheck/gather.py draw PACKAGES FOUND.jsonl --count 60 [--seed 1] [--confidence low]
    python bench/nullcheck/gather.py columns PACKAGES judged.tsv

`find` writes the findings that lead their cause, one a line. `draw` takes some, and prints each with the code around
it: read also the callers and the class. A person then adds rows to `judged.tsv`: `true` means that a null can really
get there on some path from a caller or an entry point, `invariant` that a reader sees why it can't, `false` that the
analysis is wrong. `columns` fills what a script can, of the rows whose package is there: `origin` and `clues`, both
empty where the null check doesn't report the place any more.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from judgement import LEFT_OUT

from breadknife.plugins.nullcheck.core.confidence import clues_of
from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS, language
from breadknife.plugins.nullcheck.languages.file import NullFile
from breadknife.plugins.nullcheck.shown.grouping import by_cause
from breadknife.project.folder import FolderProject
from breadknife.task.values import Finding
from breadknife.text.document import Document, language_of, uri_to_path
from breadknife.text.syntax import parse

_OTHERS = frozenset({"python", "go", "java"})
_MADE = (".d.ts", ".min.js", "_pb2.py")
_BEFORE, _AFTER = 28, 5
"""Lines shown around a finding."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    find = commands.add_parser("find")
    find.add_argument("folder", type=Path)
    find.add_argument("language", choices=("python", "ecmascript", "go", "java"))
    find.add_argument("out", type=Path)
    find.add_argument("packages", nargs="*")
    draw = commands.add_parser("draw")
    draw.add_argument("folder", type=Path)
    draw.add_argument("found", type=Path)
    draw.add_argument("--count", type=int, default=60)
    draw.add_argument("--seed", type=int, default=1)
    draw.add_argument("--confidence", default="high", choices=("high", "low"))
    columns = commands.add_parser("columns")
    columns.add_argument("folder", type=Path)
    columns.add_argument("judged", type=Path)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    if arguments.command == "find":
        _find(folder, arguments.language, arguments.out, arguments.packages)
    elif arguments.command == "draw":
        found = [json.loads(line) for line in arguments.found.read_text("utf-8").splitlines()]
        found = [row for row in found if row["confidence"] == arguments.confidence]
        for row in random.Random(arguments.seed).sample(found, min(arguments.count, len(found))):
            _show(folder, row)
    else:
        _fill(folder, arguments.judged)


def _find(folder: Path, spoken: str, out: Path, packages: Sequence[str]) -> None:
    wanted = LANGUAGE_IDS - _OTHERS if spoken == "ecmascript" else {spoken}
    with out.open("a", encoding="utf-8") as written:
        for package in packages or sorted(each.name for each in folder.iterdir() if each.is_dir()):
            checked, lines, warnings = Checked(folder), 0, 0
            for path in _checked_files(folder / package, wanted):
                document, findings = checked.file(path)
                lines += document.line_count
                for finding in by_cause(findings):
                    row = {"package": package, "file": path.relative_to(folder / package).as_posix()}
                    row |= checked.row(path, finding) | {"confidence": str(finding.confidence)}
                    warnings += row["confidence"] == "high"
                    written.write(json.dumps(row) + "\n")
            print(f"{package}: {lines} lines, {warnings} warnings", flush=True)


def _checked_files(package: Path, wanted: frozenset[str] | set[str]) -> Iterator[Path]:
    """Those of these languages that people wrote, without tests."""
    for path in sorted(package.rglob("*")):
        parts = path.relative_to(package).parts
        is_left_out = LEFT_OUT.intersection(parts) or "dist" in parts or path.name.endswith(_MADE)
        if language_of(path) in wanted and not is_left_out and "test" not in path.name.lower() and path.is_file():
            yield path


def _show(folder: Path, row: Mapping[str, Any]) -> None:
    lines = (folder / row["package"] / row["file"]).read_text("utf-8", errors="replace").splitlines()
    print(f"=== {row['package']} {row['file']}:{row['line']}:{row['column']} {row['code']} {row['message']}")
    for at in range(max(0, row["line"] - _BEFORE), min(len(lines), row["line"] + _AFTER)):
        print(f"{'>' if at == row['line'] - 1 else ' '}{at + 1:6} {lines[at][:150]}")


class Checked:
    """The findings of the files of packages, each package being a project of its own: a folder's folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._projects = dict[Path, FolderProject]()
        self._last: tuple[Path, Document, NullFile | None] | None = None

    def project(self, path: Path) -> FolderProject:
        root = self._folder / path.relative_to(self._folder).parts[0]
        if root not in self._projects:
            self._projects[root] = FolderProject(root)
            self._projects[root].idle(300)
        return self._projects[root]

    def row(self, path: Path, finding: Finding) -> dict[str, Any]:
        """The columns of a finding of a file, as far as a script knows them."""
        document, file = self._opened(path)
        place = file.place(finding) if file is not None else None
        kind = file.kind(place) if file is not None and place is not None else None
        code, message = finding.code, finding.message
        giver = _giver(document, finding)
        clues = clues_of(document.text, finding.span, code, kind, message, giver) if kind is not None else ()
        line, column = position(document, finding)
        return {
            "line": line, "column": column, "code": code, "origin": kind or "", "clues": ", ".join(sorted(clues)),
            "message": message,
        }  # fmt: skip

    def file(self, path: Path) -> tuple[Document, Sequence[Finding]]:
        document, file = self._opened(path)
        return document, file.findings() if file is not None else ()

    def _opened(self, path: Path) -> tuple[Document, NullFile | None]:
        """Only the last file is kept: those of a large package take gigabytes."""
        if self._last is None or self._last[0] != path:
            id = language_of(path) or ""
            document = Document(path.as_uri(), id, path.read_text("utf-8", errors="replace"))
            tree = parse(document.text, id)
            self._last = path, document, language(id).open(document, tree, self.project(path)) if tree else None
        return self._last[1:]


def _giver(document: Document, finding: Finding) -> str:
    """The text of the function that gives the null: its first line is the first place of the finding's path."""
    if not finding.related:
        return ""
    there = finding.related[0]
    path = uri_to_path(there.uri) if there.uri is not None else None
    text = path.read_text("utf-8", errors="replace") if path is not None else document.text
    tree = parse(text, document.language)
    return tree.source(tree.node_at(there.span)) if tree is not None else ""


def position(document: Document, finding: Finding) -> tuple[int, int]:
    line = document.line_at(finding.span.start)
    return line + 1, finding.span.start - document.line_starts[line] + 1


def _fill(folder: Path, judged: Path) -> None:
    with judged.open(encoding="utf-8", newline="") as read:
        rows = list(csv.DictReader(read, delimiter="\t"))
    checked = Checked(folder)
    for row in rows:
        path = folder / row["package"] / row["file"]
        if path.is_file():
            document, findings = checked.file(path)
            place = int(row["line"]), int(row["column"])
            same = next((each for each in findings if position(document, each) == place), None)
            filled = checked.row(path, same) if same is not None else {}
            row.update({name: str(filled.get(name, "")) for name in ("origin", "clues")})
    with judged.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, list(rows[0]), delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
