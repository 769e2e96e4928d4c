"""How often a line that stands elsewhere is what comes at a cursor, by how certain it is said to be.

    python bench/completion/known_lines.py REPOSITORY.git… [--files 60] [--seed 1]

In files of the newest commit, lines that a seed draws are taken out from the cursor on: once at their start, once
after some of their characters. Nobody judges anything: right is what stood there.
"""

from __future__ import annotations

import argparse
import random
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath

from breadknife.plugins.completion.cursor import CursorContext
from breadknife.plugins.completion.known_line import FEWEST_TYPED, known_line
from breadknife.text.document import Document, language_of

LANGUAGES = ("python", "typescript", "javascript", "go", "java")
LINES_OF_A_FILE = 15
SIZE = range(40, 1_500)
"""Lines of a file."""


@dataclass
class Row:
    shown: int = 0
    right: int = 0
    characters: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+")
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    rows, places = defaultdict[tuple[str, float], Row](Row), defaultdict[str, int](int)
    for repository in options.repositories:
        names = _git(repository, "ls-tree", "-r", "--name-only", "HEAD").splitlines()
        names = [name for name in names if language_of(PurePosixPath(name)) in LANGUAGES]
        for name in chance.sample(names, min(options.files, len(names))):
            lines = _git(repository, "show", f"HEAD:{name}").split("\n")
            if len(lines) not in SIZE:
                continue
            numbers = [number for number, line in enumerate(lines) if len(line.strip()) > FEWEST_TYPED + 2]
            for number in chance.sample(numbers, min(LINES_OF_A_FILE, len(numbers))):
                line = lines[number].rstrip()
                indentation = len(line) - len(line.lstrip())
                begun = indentation + chance.randrange(FEWEST_TYPED, len(line) - indentation - 1)
                for kind, typed in (("new line", indentation), ("begun line", begun)):
                    text = "\n".join((*lines[:number], line[:typed], *lines[number + 1 :]))
                    offset = sum(len(above) + 1 for above in lines[:number]) + typed
                    document = Document(f"file:///{name}", language_of(PurePosixPath(name)) or "", text)
                    known = known_line(CursorContext(document, offset, None))
                    places[kind] += 1
                    if known:
                        row = rows[kind, known.certainty]
                        row.shown += 1
                        row.right += known.rest == line[typed:]
                        row.characters += len(known.rest)
    print("| | certainty | places | right | characters |\n|---|---|---|---|---|")
    for (kind, certainty), row in sorted(rows.items()):
        share, length = row.right / row.shown, row.characters / row.shown
        print(f"| {kind} of {places[kind]} | {certainty} | {row.shown} | {share:.0%} | {length:.0f} |")


def _git(repository: str, *arguments: str) -> str:
    run = subprocess.run(["git", "-C", repository, *arguments], capture_output=True, check=True)
    return run.stdout.decode(errors="replace")


if __name__ == "__main__":
    main()
