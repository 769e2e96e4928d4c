"""Kill a process that replaces a file, at random moments: what it leaves is always the old file or the new one.

.venv/bin/python bench/kills.py [TIMES]
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

SIZE, SEED = 1 << 20, 8
WRITER = f"""
import sys
from pathlib import Path
from breadknife.paths import rewrite
print("ready", flush=True)
while True:
    for letter in b"AB":
        rewrite(Path(sys.argv[1]), bytes((letter,)) * {SIZE})
"""


def main(times: int) -> None:
    rng, seen = random.Random(SEED), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "file")
        file.write_bytes(b"A" * SIZE)
        for _ in range(times):
            with subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE) as writer:
                assert writer.stdout is not None
                writer.stdout.readline()
                try:
                    writer.wait(rng.uniform(0, 0.05))
                except subprocess.TimeoutExpired:
                    writer.kill()
            found = file.read_bytes()
            seen[chr(found[0]) if len(found) == SIZE and len({*found}) == 1 else "BROKEN"] += 1
        left = len([*Path(folder).iterdir()]) - 1
    print(f"{times} kills: {dict(seen)}; {left} unfinished files beside it")
    raise SystemExit("BROKEN" in seen)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 300)
