"""A long day at the editor: typing, checks and menus over 30 files, for `--minutes` (30).

    python bench/lsp/soak.py [--minutes 30] [--cancel 0.5] [--seed 1] [--real] [--with-prose]

A client types a key every 120 ms, asks for a completion at each, pulls diagnostics from each plugin after every fourth,
opens a menu after every fifteenth and turns to another file with each line. `--cancel` is the share of stale requests
that it cancels itself. Run it with 0.5 and with 1.0: the goal is a completion p95 of at most 1.5 times. `--real` asks
the real completion model; without it a script answers after 50 ms.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from lsp.soaking import Soak, scripted


def report(soak: Soak) -> None:
    client = soak.client
    print(f"{len(soak.sent)} requests; unanswered {len(soak.unanswered)}, answered twice {len(soak.answered_twice)}")
    for kind in ("completion", "nullcheck", "prose", "menu"):
        mine = [each for each, (name, _) in soak.sent.items() if name == kind]
        good = [each for each in mine if "result" in client.replies.get(json.dumps(each), [{}])[0]]
        late = sorted(client.arrived[json.dumps(each)] - soak.sent[each][1] for each in good)
        if late:
            p50, p95, most = (1000 * late[min(len(late) - 1, int(len(late) * part))] for part in (0.5, 0.95, 1))
            dropped = len(mine) - len(good)
            print(f"{kind}: {len(good)} answered, {dropped} dropped; ms p50 {p50:.0f}, p95 {p95:.0f}, most {most:.0f}")
    refreshes = sum(each["method"] == "workspace/diagnostic/refresh" for each in client.asked)
    print(f"refreshes: {refreshes}")
    settled = [each for each in soak.samples if each[0] > min(300, soak.samples[-1][0] / 3)]
    print("after the first third, or five minutes:")
    for name, index, unit in (("memory, MB", 1, 1 << 20), ("handles", 2, 1), ("threads", 3, 1)):
        values = [each[index] / unit for each in settled]
        most, least = max(values), min(values)
        print(f"  {name}: {values[0]:.0f} to {values[-1]:.0f}, least {least:.0f}, most {most:.0f}")
    tracebacks = sum("Traceback" in line for line in client.stderr)
    print(f"stderr: {len(client.stderr)} lines, {tracebacks} tracebacks")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--cancel", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--with-prose", action="store_true", help="with LanguageTool and the judge")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    with scripted(folder, real=options.real, with_prose=options.with_prose) as client:
        soak = Soak(client, folder / "work", options.seed, options.cancel)
        soak.run(options.minutes)
        report(soak)


if __name__ == "__main__":
    main()
