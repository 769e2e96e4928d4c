"""The null check of this checkout against that of another one, on files that exist: processor time, and what is found.

    python bench/nullcheck/against.py CHECKOUT go|java FOLDER [--files N] [--seed N] [--alone] [--show N]

Both read the same random files of the folder, which is their project unless `--alone`, each in a process of its own.
Tests are left out. A file is timed once, parsing included. `--show`: that many findings that only one of them has.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("language", choices=("go", "java"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(_run(given.language, given.folder, given.files, given.seed, given.alone)))
        return
    said = dict[str, tuple[float, int, list[list[str]]]]()
    for name, checkout in (("other", given.checkout), ("this", HERE)):
        command = [sys.executable, __file__, *sys.argv[1:], "--one"]
        environment = os.environ | {"PYTHONPATH": str(checkout / "server")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        said[name] = json.loads(done.stdout.splitlines()[-1])
        print(f"{name}: {said[name][0]:.2f} s for {said[name][1]} lines, {len(said[name][2])} findings")
    print(f"time, this against the other: {said['this'][0] / said['other'][0]:.2f}")
    for name, rest in (("other", "this"), ("this", "other")):
        places = {tuple(each[:2]) for each in said[rest][2]}
        only = [each for each in said[name][2] if tuple(each[:2]) not in places]
        print(f"found by {name} alone: {len(only)}")
        for path, line, message in random.Random(given.seed).sample(only, min(given.show, len(only))):
            print(f"  {path}:{line}: {message}")


def _run(language_id: str, folder: Path, files: int, seed: int, alone: bool) -> tuple[float, int, list[list[str]]]:
    from breadknife.plugins.nullcheck.languages import language
    from breadknife.project.folder import FolderProject
    from breadknife.text.document import Document
    from breadknife.text.syntax import parse

    tests = ("_test.go", "Test.java", "Tests.java")
    paths = sorted(path for path in folder.rglob(f"*.{language_id}") if not path.name.endswith(tests))
    random.Random(seed).shuffle(paths)
    project = None if alone else FolderProject(folder)
    if project is not None:
        project.idle(600)
    spoken, seconds, lines, found = language(language_id), 0.0, 0, list[list[str]]()
    for path in paths[:files]:
        text = path.read_text("utf-8", "replace")
        lines += text.count("\n")
        start = time.process_time()
        tree = parse(text, language_id)
        if tree is None:
            continue
        findings = spoken.open(Document(path.as_uri(), language_id, text), tree, project).findings()
        seconds += time.process_time() - start
        place = path.relative_to(folder).as_posix()
        found += [[place, str(text.count("\n", 0, each.span.start) + 1), each.message] for each in findings]
    if project is not None:
        project.close()
    return seconds, lines, found


if __name__ == "__main__":
    main()
