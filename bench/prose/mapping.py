"""Random edits in random documents of every format: `python bench/prose/mapping.py [EDITS] [SEED]`.

Half of them replace a word in a sound document, of which it is known what is prose; half are any edit in a broken one.
Prints the number of wrong spans by format, with the first fault of each.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from text.generated import FORMATS, check_any_edit, check_reading, check_replaced_word, generate, read, spoiled


def main(edits: int, seed: int) -> int:
    random, wrong, slowest = Random(seed), Counter[str](), 0.0
    for number in range(edits):
        made = generate(FORMATS[number // 2 % len(FORMATS)], random)
        begun = time.perf_counter()
        try:
            if number % 2:
                source = spoiled(made.source, random)
                check_any_edit(source, read(replace(made, source=source).document), random)
            else:
                check_replaced_word(made, check_reading(made), random)
        except Exception as fault:
            wrong[made.format.language] += 1
            if wrong[made.format.language] == 1:
                print(f"{made.format.language}: {type(fault).__name__}: {fault}")
        slowest = max(slowest, time.perf_counter() - begun)
    print(
        f"{edits:,} edits in {len(FORMATS)} formats: {wrong.total()} wrong {dict(wrong)}; "
        f"slowest {slowest * 1000:.0f} ms"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    raise SystemExit(main(*(arguments + [10_000, 0][len(arguments) :])))
