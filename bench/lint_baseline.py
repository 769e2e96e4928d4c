"""Count the findings that come back, and the new ones that are hidden, after random edits of generated projects.

python bench/lint_baseline.py FIRST_SEED LAST_SEED
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from cli.baseline.test_matching import edit_randomly


def main() -> None:
    old = new = returned = hidden = 0
    for seed in range(int(sys.argv[1]), int(sys.argv[2])):
        edited = edit_randomly(seed)
        old, new = old + len(edited.old), new + len(edited.new)
        returned, hidden = returned + len(edited.shown & edited.old), hidden + len(edited.new - edited.shown)
    print(f"{returned} of {old} old findings came back, {hidden} of {new} new ones were hidden")


if __name__ == "__main__":
    main()
