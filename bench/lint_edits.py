"""Compare what null checks find with a warm cache and with none, after each of many random edits of one file.

python bench/lint_edits.py FOLDER SEED EDITS

FOLDER is a repository of git, whose Python files are edited; they are restored afterwards. An edit is made upon those
before it, and every tenth time all of them are undone.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from cli.lint.editing import edit_randomly

_COMMAND = (sys.executable, "-I", "-m", "breadknife", "lint", "--offline", "--only", "nullcheck")
_TOGETHER = 10


def main() -> None:
    folder, seed, number = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance, edits, unlike, shown = random.Random(seed), Counter[str](), 0, 0
    files = sorted(path for path in folder.rglob("*.py") if path.stat().st_size > 1000)
    before = {path: path.read_text("utf-8") for path in files}
    with tempfile.TemporaryDirectory() as warm:
        last = _lint(folder, warm)
        try:
            for at in range(number):
                if at % _TOGETHER == 0:
                    _restore(before)
                path = chance.choice(files)
                name, text = edit_randomly(path.read_text("utf-8"), chance, at)
                path.write_text(text, "utf-8")
                edits[name] += 1
                with tempfile.TemporaryDirectory() as fresh:
                    here, there = _lint(folder, warm), _lint(folder, fresh)
                shown += here != last
                last = here
                if here != there:
                    unlike += 1
                    print(f"edit {at}, {name} in {path}:", *sorted({*here} ^ {*there}), sep="\n", flush=True)
        finally:
            _restore(before)
    print(f"{number} edits, {unlike} with other findings than without a cache; {shown} changed the findings; {edits}")


def _restore(before: dict[Path, str]) -> None:
    for path, text in before.items():
        if path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def _lint(folder: Path, cache: str) -> list[str]:
    command = (*_COMMAND, "--min-confidence", "low", "--jobs", "1", "--cache-dir", cache, ".")
    done = subprocess.run(command, cwd=folder, capture_output=True, env=os.environ, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout.decode().splitlines()


if __name__ == "__main__":
    main()
