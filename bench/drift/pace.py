"""Measures what drift costs: a key in a file of 3,000 lines, and a commit of 50 files in `lint`.

python bench/drift/pace.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from breadknife import children
from breadknife.plugins.drift.plugin import DriftPlugin
from breadknife.task.values import CheckRequest
from breadknife.testing import ask
from breadknife.text.document import Document

FUNCTION = '''def fetch_{}(url, wait=30):
    """Fetch it.

    :param url: where it is
    :param wait: seconds
    """
    value = url + wait
    return value


'''
KEYS, FILES = 60, 50


def commit(folder: Path) -> None:
    author = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", "-C", folder, *words], check=True)


def measure_keys(folder: Path) -> None:
    text = "".join(map(FUNCTION.format, range(300)))
    path = folder / "a.py"
    path.write_text(text, "utf-8")
    commit(folder)
    plugin, text = DriftPlugin(), text.replace("fetch_5(url, wait", "fetch_5(url, timeout")
    ask(plugin, CheckRequest(Document(path.as_uri(), "python", text)), root=folder)
    spent: list[float] = []
    for _ in range(KEYS):
        text = text[:2000] + "x" + text[2000:]
        start = time.process_time()
        ask(plugin, CheckRequest(Document(path.as_uri(), "python", text)), root=folder)
        spent.append(1000 * (time.process_time() - start))
    plugin.close()
    spent.sort()
    print(f"a key in 3,000 lines: p50 {spent[KEYS // 2]:.1f} ms of CPU, p95 {spent[KEYS * 95 // 100]:.1f} ms")


def measure_commit(folder: Path) -> None:
    text = "".join(map(FUNCTION.format, range(30)))
    for at in range(FILES):
        (folder / f"m{at}.py").write_text(text, "utf-8")
    commit(folder)
    for at in range(FILES):
        (folder / f"m{at}.py").write_text(text.replace("wait=30", "timeout=30"), "utf-8")
    program = children.find_program("breadknife") or str(Path(sys.executable).with_name("breadknife"))
    environ = {**os.environ, "BREADKNIFE_HOME": str(folder / "home")}
    before, start = os.times(), time.monotonic()
    words = [
        program,
        "lint",
        "--changed-lines=HEAD",
        "--only",
        "drift",
        "--jobs=1",
        ".",
    ]  # more begin on a busy machine
    ran = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"a commit of {FILES} files: {time.monotonic() - start:.1f} s, {cpu:.1f} s of CPU, "
          f"{len(ran.stdout.splitlines())} findings")  # fmt: skip


def main() -> None:
    for measure in (measure_keys, measure_commit):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder))


if __name__ == "__main__":
    main()
