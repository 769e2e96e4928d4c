"""What the model's messages are worth: in how many of the null check's own findings one is used, and how long it takes.

    python bench/nullcheck/messages.py PACKAGES [--packages paramiko tornado …] [--sample 50] [--show]

Each finding that can be repaired by an exception is, without an installed checker. A message that can't be used leaves
the template's, such as "x is None". Whether those that are used say what is missing is for people to read: `--show`.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

from fixes import EDITOR, repairing
from judgement import sources

from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.project.values import Found, Repair, strategy_of
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.task.values import Action

PACKAGES = ("paramiko", "tornado", "scrapy", "werkzeug", "docutils", "celery", "rich", "bs4")
_MESSAGE = re.compile(r'raise \w+\("(.*)"\)')


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--packages", nargs="*", default=PACKAGES)
    arguments.add_argument("--sample", type=int, default=50)
    arguments.add_argument("--show", action="store_true", help="every value, and what is said when it is None")
    chosen = arguments.parse_args()
    files = [path.resolve() for name in chosen.packages for path in sources(chosen.folder / name)]
    random.Random(0).shuffle(files)
    seconds, used = list[float](), 0
    with repairing("off") as fresh:
        repairs = fresh(EDITOR)
        for found, action in raising(repairs, files):
            started = time.perf_counter()
            repair = repairs.resolved(found, action)
            seconds.append(time.perf_counter() - started)
            is_models = isinstance(repair, Repair) and bool(repair.action.origin.model)
            used += is_models
            if chosen.show and isinstance(repair, Repair):
                said = _MESSAGE.search(" ".join(edit.new_text for edit in repair.edits[found.path]))
                value = repairs.changes.document(found.path).slice(found.place.span)
                print(f"{'model' if is_models else 'template':9} {value}: {said[1] if said else ''}")
            if len(seconds) == chosen.sample:
                break
    seconds.sort()
    print(f"{used} of {len(seconds)} messages are the model's; {seconds[len(seconds) // 2]:.2f} s, "
          f"{seconds[int(0.95 * (len(seconds) - 1))]:.2f} s p95")  # fmt: skip


def raising(repairs: Repairs, files: list[Path]) -> Iterator[tuple[Found, Action]]:
    """At most two of a file."""
    for path in files:
        left = 2
        for found in repairs.found(path):
            action = next((each for each in repairs.menu(found) if strategy_of(each) is Strategy.RAISE), None)
            if action is not None and left:
                left -= 1
                yield found, action


if __name__ == "__main__":
    main()
