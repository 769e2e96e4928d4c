"""How many lines a second the detector reads that it has never seen, of any of its languages.

    python bench/nullcheck/cold.py CHECKOUT …

Each is a project of its own, whose index is made before. A file is parsed and all of its findings made, with what other
files of the project say, which are read when they are first asked for. Times are of one core.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS, language
from breadknife.project.folder import FolderProject
from breadknife.text.document import Document, language_of
from breadknife.text.syntax import parse

INDEX_SECONDS = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="+", type=Path)
    for checkout in parser.parse_args().checkouts:
        for row in rows(checkout.resolve()):
            print(row, flush=True)


def rows(root: Path) -> Iterator[str]:
    by_language: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(path for path in root.rglob("*.*") if path.is_file()):
        id = language_of(path)
        if id in LANGUAGE_IDS:
            by_language[id].append(path)
    project = FolderProject(root)
    project.idle(INDEX_SECONDS)
    for id, paths in by_language.items():
        known, lines, findings, seconds = language(id), 0, 0, 0.0
        for path in paths:
            text = path.read_text("utf-8", errors="replace")
            started = time.thread_time()
            tree = parse(text, id)
            if tree is None:
                continue
            findings += len(known.open(Document(path.as_uri(), id, text), tree, project).findings())
            seconds += time.thread_time() - started
            lines += text.count("\n") + 1
        yield (
            f"{root.name:30} {id:16} {len(paths):5} files {lines:8} lines {lines / seconds:8.0f} a second"
            f" {findings:5} findings"
        )
    project.close()


if __name__ == "__main__":
    main()
