"""The null check's figures: what its actions do for pyright's findings in packages that are installed in a folder.

    python -m pip install --target PACKAGES -r packages.txt
    python bench/nullcheck PACKAGES [--packages rich click …] [--sample 60] [--reading 1] [--oracle off] [--new]

Each package is asked about a random sample of pyright's `reportOptional…` errors, as an editor would ask: is the value
found, is there a menu, does an action climb the ladder. The first that does is made, and pyright looks at the whole
package again. Then declarations are repaired, the worst first, as many as a tenth of the errors.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fixes import Figures, measure, strategies

PACKAGES = ("rich", "click", "werkzeug", "docutils", "setuptools", "black", "scrapy", "celery", "django", "paramiko",
            "tornado", "bs4")  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--packages", nargs="*", default=PACKAGES)
    arguments.add_argument("--sample", type=int, default=60, help="findings of each package")
    arguments.add_argument("--oracle", default="pyright", help="the ladder's checker; off: our own checks alone")
    arguments.add_argument("--reading", type=float, default=0.0, help="seconds between a menu and the choice")
    arguments.add_argument("--new", action="store_true", help="list the errors that are new")
    chosen = arguments.parse_args()
    whole = Figures()
    for name in chosen.packages:
        figures = measure(chosen.folder.resolve(), name, chosen.sample, chosen.oracle, chosen.reading)
        whole.add(figures)
        print(row(name, figures), flush=True)
        if chosen.new:
            for each in (*figures.new_here, *figures.new_elsewhere, *figures.cause_new):
                print(f"    new: {each}")
    print(row("together", whole))
    print(f"first that climbs: {strategies(whole.first)}")


def row(name: str, figures: Figures) -> str:
    edits = figures.climbed
    return (
        f"{name:12} {figures.findings:4} findings: placed {share(figures.placed, figures.findings)}, "
        f"offered {share(figures.offered, figures.findings)}, climb {share(figures.climbed, figures.findings)} | "
        f"{edits} edits end {figures.gone}, new in the file {share(len(figures.new_here), edits)}, "
        f"in others {share(len(figures.new_elsewhere), edits)} | "
        f"menu p95 {milliseconds(figures.menu, 0.95)}, verified {milliseconds(figures.verified, 0.5)} / "
        f"{milliseconds(figures.verified, 0.95)} | {figures.errors} errors of {figures.causes} causes, "
        f"{figures.cause_edits} edits remove {share(figures.removed, figures.errors)}, {len(figures.cause_new)} new"
    )


def share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)" if whole else f"{part}"


def milliseconds(seconds: Sequence[float], quantile: float) -> str:
    if not seconds:
        return "–"
    return f"{1000 * sorted(seconds)[min(len(seconds) - 1, int(quantile * len(seconds)))]:.0f} ms"


if __name__ == "__main__":
    main()
