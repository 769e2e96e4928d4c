"""The time that the null check takes for a file of Python by itself.

python bench/nullcheck/core.py FOLDER [--files 60] [--seed 1]
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

from breadknife.plugins.nullcheck.core.knowledge import knowledge_of
from breadknife.plugins.nullcheck.languages.python.outline import home_of
from breadknife.text.syntax import parse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    knowledge_of("python")
    seconds, lines, found = 0.0, 0, 0
    every = sorted(arguments.folder.rglob("*.py"))
    for path in random.Random(arguments.seed).sample(every, min(arguments.files, len(every))):
        tree = parse(path.read_text("utf-8", "replace"), "python")
        if tree is not None:
            start = time.process_time()
            found += len(home_of(tree).findings())
            seconds += time.process_time() - start
            lines += tree.text.count("\n")
    print(f"{lines} lines, {found} findings, {seconds:.2f} s of CPU time")


if __name__ == "__main__":
    main()
