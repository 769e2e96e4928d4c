"""How long the detector takes after each key in a long Python file: reparsing, analysing again, all findings.

    python bench/nullcheck/keystroke.py PACKAGES/docutils [--lines 5000] [--places 40]

The file is made of the package's own files, one after the other, and is part of the package as a project. At random
functions a line is typed at the beginning of the body, key by key, and taken away again. Times are of one core.
With PYTHONPATH as the folder `server` of another checkout, the times are those of its code.
"""

from __future__ import annotations

import argparse
import gc
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from judgement import sources

from breadknife.plugins.nullcheck.open_files import OpenFiles
from breadknife.project.folder import FolderProject
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from breadknife.text.syntax import SyntaxTree, changed_tree, parse

TYPED = 'value = options.get("name", None); value.strip()\n'
BODY = re.compile(r"^( *)(?:async )?def \w+\([^()]*\)[^:\n]*:\n( +)(?=\w)", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path)
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--places", type=int, default=40, help="where a line is typed")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    gc.set_threshold(20_000, 5, 400)  # as `breadknife serve` does
    with tempfile.TemporaryDirectory() as root:
        package = Path(root) / chosen.package.name
        shutil.copytree(chosen.package, package, ignore=shutil.ignore_patterns("*.so", "*.pyc"))
        path = package / "long_file.py"
        text = long_text(package, chosen.lines)
        path.write_text(text, "utf-8")
        project = FolderProject(Path(root))
        cold, keys, functions = typed(text, path, project, chosen.places, random.Random(chosen.seed))
        project.close()
    keys.sort()
    print(
        f"{text.count(chr(10))} lines, {functions} functions with a body to type in; opened in {1000 * cold:.0f} ms; "
        f"{len(keys)} keys: p50 {at(keys, 0.5)}, p95 {at(keys, 0.95)}, p99 {at(keys, 0.99)}, most {at(keys, 1)}"
    )


def long_text(package: Path, lines: int) -> str:
    """The package's longest files together, cut where a definition begins."""
    found, count = list[str](), 0
    for path in sorted(sources(package), key=lambda each: (-each.stat().st_size, each)):
        text = re.sub(r"^from __future__.*\n", "", path.read_text("utf-8", errors="replace"), flags=re.MULTILINE)
        for piece in re.split(r"^(?=(?:class|def|@)\b)", text, flags=re.MULTILINE):
            if count >= lines:
                return "".join(found)
            found.append(piece)
            count += piece.count("\n")
    return "".join(found)


def typed(
    text: str, path: Path, project: FolderProject, places: int, chance: random.Random
) -> tuple[float, list[float], int]:
    files, bodies = OpenFiles(), list(BODY.finditer(text))

    def find(tree: SyntaxTree) -> None:
        with files.open(Document(path.as_uri(), "python", tree.text), tree, project) as file:
            file.findings()

    started = time.thread_time()
    tree = parse(text, "python")
    assert tree is not None
    find(tree)
    cold, seconds = time.thread_time() - started, list[float]()
    for body in chance.sample(bodies, min(places, len(bodies))):
        for edit in edits(body.end(), TYPED + body[2]):
            started = time.thread_time()
            changed = changed_tree(tree, edit) or parse(apply_edits(tree.text, (edit,)), "python")
            assert changed is not None
            tree = changed
            find(tree)
            seconds.append(time.thread_time() - started)
        assert tree.text == text
    return cold, seconds, len(bodies)


def edits(start: int, typed: str) -> Iterator[TextEdit]:
    """Key by key, and back in one."""
    for at, key in enumerate(typed):
        yield TextEdit(Span(start + at, start + at), key)
    yield TextEdit(Span(start, start + len(typed)), "")


def at(seconds: list[float], quantile: float) -> str:
    return f"{1000 * seconds[min(len(seconds) - 1, int(quantile * len(seconds)))]:.0f} ms"


if __name__ == "__main__":
    main()
