"""What it costs to check one file of a repository alone: CPU seconds, with nothing on disk and with what is kept there.

    python bench/nullcheck/one_file.py FOLDER FILE … --baseline SERVER [--rounds 3]

A FILE may be a folder: `warm` is then the second check of all of its files. SERVER is the folder `server` of another
checkout, to which the times are a ratio: each file is checked by both in turn, in processes of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

OWN = Path(__file__).parents[2] / "server"
LINT = (sys.executable, "-m", "breadknife", "lint", "--only", "nullcheck", "--exit-zero", "--jobs", "1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--baseline", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    for file in arguments.files:
        taken = dict(times(arguments.folder, file, arguments.baseline, arguments.rounds))
        ratios = {name: round(seconds / taken["baseline"], 2) for name, seconds in taken.items()}
        print(json.dumps({"file": file, "baseline_s": round(taken["baseline"], 2), "ratio": ratios}), flush=True)


def times(folder: Path, file: str, baseline: Path, rounds: int) -> Iterator[tuple[str, float]]:
    """The median of each way."""
    found: Mapping[str, list[float]] = {"baseline": [], "cold": [], "warm": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            found["baseline"].append(seconds(folder, file, baseline, Path(home) / "before"))
            found["cold"].append(seconds(folder, file, OWN, Path(home) / "after"))
            found["warm"].append(seconds(folder, file, OWN, Path(home) / "after"))
    yield from ((name, statistics.median(each)) for name, each in found.items())


def seconds(folder: Path, file: str, server: Path, home: Path) -> float:
    return _cpu([*LINT, file], folder, {"PYTHONPATH": str(server), "BREADKNIFE_HOME": str(home)})


def _cpu(command: Sequence[str], folder: Path, more: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=os.environ | dict(more), check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
