"""Collects findings to judge, draws some at random, and computes the columns of `judged.tsv`.

    python -m pip download --no-deps openpyxl==3.1.5 …        (unpack each into PACKAGES/openpyxl, …)
    python bench/nullcheck/gather.py find PACKAGES python FOUND.jsonl [openpyxl …]
    python bench/nullcheck/gather.py draw PACKAGES FOUND.jsonl --seed 1 --each call=52 default=18 --most 11
    python bench/nullcheck/gather.py columns PACKAGES judged.tsv

`find` writes the findings that lead their cause, one a line. `draw` takes so many of each origin, at most `--most` of a
package and an origin, and prints each with the code around it: read also the callers and the class. A person then adds
rows to `judged.tsv`: `true` means that a null can really get there on some path from a caller or an entry point,
`invariant` that a reader sees why it can't, `false` that the analysis is wrong. `columns` fills the columns that a
script can: `clues`, `guards_elsewhere`, `callers_in_project` and `exits` of the rows whose package is there.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from detector import LEFT_OUT

from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS, language
from breadknife.plugins.nullcheck.shown.clues import NullOrigin, clues_of, origin_of
from breadknife.plugins.nullcheck.shown.grouping import by_cause
from breadknife.plugins.nullcheck.values import NullFile
from breadknife.project.folder import FolderProject
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, language_of
from breadknife.text.syntax import parse

OURS = frozenset({"ours", "both"})
_OTHERS = frozenset({"python", "go", "java"})
_MADE = (".d.ts", ".min.js")
_BEFORE, _AFTER = 28, 5
"""Lines shown around a finding."""
_FUNCTION = (
    r"\s*(?:(?:async |export |public |private |protected |static |final )*(?:def|func|function)\b"
    r"|(?:public|private|protected)\b[^=;]*\()"
)
_NAME = r"(?:def|function|func(?: \([^)]*\))?)\s+(\w+)|(\w+)\s*\("


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
    draw.add_argument("--seed", type=int, default=1)
    draw.add_argument("--each", nargs="+", default=["call=10"])
    draw.add_argument("--most", type=int, default=11)
    columns = commands.add_parser("columns")
    columns.add_argument("folder", type=Path)
    columns.add_argument("judged", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "find":
        _find(arguments.folder.resolve(), arguments.language, arguments.out, arguments.packages)
    elif arguments.command == "draw":
        each = {name: int(count) for name, _, count in (pair.partition("=") for pair in arguments.each)}
        found = [json.loads(line) for line in arguments.found.read_text("utf-8").splitlines()]
        for row in drawn(found, each, arguments.most, arguments.seed):
            _show(arguments.folder, row)
    else:
        _fill(arguments.folder.resolve(), arguments.judged)


def _find(folder: Path, spoken: str, out: Path, packages: Sequence[str]) -> None:
    wanted = LANGUAGE_IDS - _OTHERS if spoken == "ecmascript" else {spoken}
    with out.open("a", encoding="utf-8") as written:
        for package in packages or sorted(each.name for each in folder.iterdir() if each.is_dir()):
            checked, lines = Checked(folder), 0
            for path in sorted((folder / package).rglob("*")):
                parts = path.relative_to(folder).parts
                is_left_out = LEFT_OUT.intersection(parts) or "dist" in parts or path.name.endswith(_MADE)
                if language_of(path) not in wanted or is_left_out or "test" in path.name.lower() or not path.is_file():
                    continue
                document, findings = checked.file(path)
                lines += document.line_count
                for finding in by_cause(findings):
                    line, column = position(document, finding)
                    row = {
                        "package": package, "file": str(Path(*parts[1:]).as_posix()), "line": line, "column": column,
                        "code": finding.code, "message": finding.message,
                        "origin": checked.origin(path, finding),
                    }  # fmt: skip
                    written.write(json.dumps(row) + "\n")
            print(f"{package}: {lines} lines", flush=True)


def drawn(
    found: Sequence[Mapping[str, Any]], each: Mapping[str, int], most: int, seed: int
) -> Iterator[Mapping[str, Any]]:
    """So many of each origin, at random; of one package and one origin not more than `most`."""
    chance, by_origin = random.Random(seed), defaultdict[str, list[Mapping[str, Any]]](list)
    for row in found:
        by_origin[row["origin"]].append(row)
    for origin, rows in sorted(by_origin.items()):
        rows.sort(key=lambda row: (row["package"], row["file"], row["line"], row["column"]))
        chance.shuffle(rows)
        taken, left = Counter[str](), each.get(origin, 0)
        for row in rows:
            if left and taken[row["package"]] < most:
                taken[row["package"]] += 1
                left -= 1
                yield row


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
        self._known = dict[Path, tuple[Document, NullFile | None]]()

    def project(self, path: Path) -> FolderProject:
        root = self._folder / path.relative_to(self._folder).parts[0]
        if root not in self._projects:
            self._projects[root] = FolderProject(root)
            self._projects[root].idle(300)
        return self._projects[root]

    def origin(self, path: Path, finding: Finding) -> str:
        """Of a finding of a file that was checked."""
        file = self._known[path][1]
        place = file.place(finding) if file is not None else None
        kind = file.kind(place) if file is not None and place is not None else None
        return origin_of(kind).value if kind is not None else ""

    def file(self, path: Path) -> tuple[Document, Sequence[Finding]]:
        if path not in self._known:
            id = language_of(path) or ""
            document = Document(path.as_uri(), id, path.read_text("utf-8", errors="replace"))
            tree = parse(document.text, id)
            self._known[path] = document, language(id, ()).open(document, tree, self.project(path)) if tree else None
        document, file = self._known[path]
        return document, file.findings() if file is not None else ()


def position(document: Document, finding: Finding) -> tuple[int, int]:
    line = document.line_at(finding.span.start)
    return line + 1, finding.span.start - document.line_starts[line] + 1


# --- the columns that a script can fill ---


def _fill(folder: Path, judged: Path) -> None:
    with judged.open(encoding="utf-8", newline="") as read:
        rows = list(csv.DictReader(read, delimiter="\t"))
    sources: dict[str, dict[Path, str]] = {}
    for row in rows:
        path = folder / row["package"] / row["file"]
        if not path.is_file():
            continue
        if row["package"] not in sources:
            sources[row["package"]] = _sources(folder / row["package"])
        text = Document(path.as_uri(), language_of(path) or "", sources[row["package"]][path]).text
        row.update(_computed(text, row, sources[row["package"]].values()))
    with judged.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, list(rows[0]), delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writeheader()
        writer.writerows(rows)


def _sources(folder: Path) -> dict[Path, str]:
    files = (path for path in folder.rglob("*") if language_of(path) in LANGUAGE_IDS and path.is_file())
    return {path: path.read_text("utf-8", errors="replace") for path in files}


def _computed(text: str, row: Mapping[str, str], sources: Any) -> dict[str, str]:
    lines = text.splitlines(keepends=True)
    line = int(row["line"])
    start = sum(map(len, lines[: line - 1])) + int(row["column"]) - 1
    span, reason = span_of(text, start, row["message"]), row["message"].partition(": ")[2]
    is_failed, origin = "it fails" in reason or "without an error" in reason, row["origin"]
    ours = row["checker"] in OURS and origin
    clues = clues_of(text, span, row["code"], NullOrigin(origin), is_failed=is_failed) if ours else ()
    head = next((at for at in range(line - 1, -1, -1) if re.match(_FUNCTION, lines[at])), 0)
    before = "".join(lines[head:line])
    named = re.search(_NAME, lines[head]) if head else None
    name = (named[1] or named[2]) if named else ""
    callers = sum(len(re.findall(rf"(?<!def )(?<!function )\b{name}\(", each)) for each in sources) if name else 0
    used = re.escape(text[span.start : span.end].strip())
    tests = (
        rf"\b(?:if|elif|while|and|or|not)\b[^\n]*(?<![\w.]){used}\b|{used} (?:is (?:not )?None|[!=]==? ?(?:null|nil))"
    )
    guards = (
        [found for found in re.finditer(tests, text) if text.count("\n", 0, found.start()) != line - 1] if used else []
    )
    leaves = "raise" if re.search(r"\b(?:raise|throw|panic)\b", before) else ""
    leaves = leaves or ("return" if re.search(r"\breturn(?: None| null| nil)?;?\s*$", before, re.MULTILINE) else "none")
    return {
        "clues": ", ".join(sorted(clues)),
        "guards_elsewhere": str(int(bool(guards))),
        "callers_in_project": str(callers),
        "exits": leaves,
    }


def span_of(text: str, start: int, message: str) -> Span:
    """Of what a finding's message names first, which begins at `start`; else of the call there."""
    named = re.match(r"`([^`]+)`", message)
    if named and text.startswith(named[1], start):
        return Span(start, start + len(named[1]))
    head = re.compile(r"[\w.\[\]\"']*\(").match(text, start)
    if head is None:
        return Span(start, start)
    at, depth = head.end(), 1
    while at < len(text) and depth:
        depth += (text[at] == "(") - (text[at] == ")")
        at += 1
    return Span(start, at)


if __name__ == "__main__":
    main()
