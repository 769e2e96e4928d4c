"""The new core against today's detector: the specification, the time for a file, and findings in packages.

    python bench/nullcheck/core.py cases
    python bench/nullcheck/core.py speed FOLDER [--files 60] [--seed 1]
    python bench/nullcheck/core.py packages FOLDER [--table FILE]

`FOLDER` has packages: for `packages` a folder for each, whose findings are compared and written to a table.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from breadknife.plugins.nullcheck.repairs.python.detector import detect  # noqa: E402

from breadknife.plugins.nullcheck.core.findings import explained  # noqa: E402
from breadknife.plugins.nullcheck.languages.python.file import Python  # noqa: E402
from breadknife.plugins.nullcheck.languages.python.language import home_of, knowledge  # noqa: E402
from breadknife.plugins.nullcheck.languages.python.project import PythonProject  # noqa: E402
from breadknife.project.folder import FolderProject  # noqa: E402
from breadknife.text.document import Document, Span  # noqa: E402
from breadknife.text.syntax import SyntaxTree, parse  # noqa: E402
from support import marked_spans  # noqa: E402


def blocks(name: str) -> list[str]:
    text = (ROOT / "tests/nullcheck/cases" / f"{name}.md").read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def cases() -> None:
    """How many cases of the specification pass, and what is wrong in the others."""
    for name in ("fires", "silent"):
        passed, every = 0, blocks(name)
        for number, marked in enumerate(every):
            text, spans = marked_spans(marked) if name == "fires" else (marked, [])
            tree = parse(text, "python")
            got = [each.finding.span for each in explained(home_of(tree))] if tree is not None else []
            passed += got == spans
            for what, places, others in (("missing", spans, got), ("extra", got, spans)):
                for place in places:
                    if place not in others:
                        line = text.count("\n", 0, place.start) + 1
                        print(f"  {name} {number}: {what} {text[place.start : place.end]!r} in line {line}")
        print(f"{name}: {passed} of {len(every)}")


def trees(folder: Path, files: int, seed: int) -> Iterator[tuple[Path, SyntaxTree]]:
    every = sorted(folder.rglob("*.py"))
    for path in random.Random(seed).sample(every, min(files, len(every))):
        tree = parse(path.read_text("utf-8", "replace"), "python")
        if tree is not None:
            yield path, tree


def speed(folder: Path, files: int, seed: int) -> None:
    """CPU seconds for a sample of files, each by itself, parsed before."""
    knowledge()
    detect(next(trees(folder, 1, seed))[1])
    old = new = 0.0
    lines = 0
    for _, tree in trees(folder, files, seed):
        lines += tree.text.count("\n")
        start = time.process_time()
        detect(tree)
        middle = time.process_time()
        home_of(tree).findings()
        old, new = old + middle - start, new + time.process_time() - middle
    print(f"{files} files, {lines} lines: old {old:.2f} s, new {new:.2f} s, ratio {new / old:.2f}")


@dataclass(frozen=True)
class Row:
    package: str
    path: str
    line: int
    code: str
    old: str
    """Today's message, "" where it finds nothing."""
    kind: str
    """The new core's kind of null, "" where it finds nothing."""
    message: str


def packages(folder: Path, table: Path | None) -> None:
    """The findings of both in packages, each with its own other files."""
    rows, seconds, lines = list[Row](), {"old": 0.0, "new": 0.0}, 0
    for root in sorted(each for each in folder.iterdir() if each.is_dir()):
        folder_project, language = FolderProject(root), Python()
        folder_project.idle(60)
        project = PythonProject(folder_project.module, folder_project.text)
        for path in sorted(root.rglob("*.py")):
            text = path.read_text("utf-8", "replace")
            document, tree = Document(path.as_uri(), "python", text), parse(text, "python")
            if tree is None:
                continue
            lines += text.count("\n")
            start = time.process_time()
            old = {each.span: each.message for each in language.open(document, tree, folder_project).findings()}
            middle = time.process_time()
            new = {each.finding.span: each for each in explained(project.open(document, tree))}
            seconds["old"] += middle - start
            seconds["new"] += time.process_time() - middle
            for span in sorted({*old, *new}):
                kind, message = (new[span].kind.value, new[span].finding.message) if span in new else ("", "")
                line, code = text.count("\n", 0, span.start) + 1, _code(text, span)
                name = path.relative_to(root).as_posix()
                rows.append(Row(root.name, name, line, code, old.get(span, ""), kind, message))
        folder_project.close()
    both = sum(bool(row.old and row.kind) for row in rows)
    print(f"{lines} lines; old {sum(bool(r.old) for r in rows)}, new {sum(bool(r.kind) for r in rows)}, both {both}")
    print(f"CPU: old {seconds['old']:.1f} s, new {seconds['new']:.1f} s")
    for name, chosen in (("new", rows), ("new only", [row for row in rows if not row.old])):
        print(f"{name}: {dict(Counter(row.kind for row in chosen if row.kind))}")
    if table is not None:
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n")
            writer.writerow(Row.__dataclass_fields__)
            writer.writerows(list(vars(row).values()) for row in rows)


def _code(text: str, span: Span) -> str:
    return " ".join(text[span.start : span.end].split())[:80]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cases", "speed", "packages"])
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=Path)
    given = parser.parse_args()
    if given.what == "cases":
        cases()
    elif given.what == "speed":
        speed(given.folder, given.files, given.seed)
    else:
        packages(given.folder, given.table)


if __name__ == "__main__":
    main()
