"""What recipes cost beside their steps: `python bench/recipes/cost.py`. Medians of many runs, in
milliseconds of CPU time.

Reads and checks each shipped recipe, and takes a step from memory whose input is a prompt of 6,000 characters.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from breadknife.lru import LruCache
from breadknife.recipes.checking import check
from breadknife.recipes.expressions import condition, template
from breadknife.recipes.folders import SHIPPED
from breadknife.recipes.running import StepResult, digest
from breadknife.steps.registry import discover_steps
from breadknife.steps.values import ModelPrompt

RUNS = 200


def median(work: Callable[[], object], forget: Callable[[], object] = lambda: None) -> tuple[float, float]:
    """Median and largest, in milliseconds. `forget` comes before each run and isn't counted."""
    took: list[float] = []
    for _ in range(RUNS):
        forget()
        started = time.process_time()
        work()
        took.append((time.process_time() - started) * 1000)
    return statistics.median(took), max(took)


def forget() -> None:
    template.cache_clear()
    condition.cache_clear()


def main() -> None:
    types = discover_steps().types
    for path in sorted(SHIPPED.glob("*.toml")):

        def read() -> object:
            return check(path, path.read_text("utf-8"), types)  # noqa: B023  # called at once

        print("load and check {}: {:.2f} ms, at most {:.2f}".format(path.stem, *median(read, forget)))
    memory = LruCache[bytes, StepResult](1000)
    given = {"prompt": ModelPrompt("word " * 1200, "Be short."), "grammar": "root ::= .", "samples": 4}
    memory[digest("generate", 1, "sum", given)] = StepResult("text")

    def remembered() -> object:
        return memory.get(digest("generate", 1, "sum", given))

    print("step from memory: {:.3f} ms, at most {:.3f}".format(*median(remembered)))


if __name__ == "__main__":
    main()
