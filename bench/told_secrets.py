"""Counts what is masked as a secret by mistake: `python bench/told_secrets.py`.

Published packages tell no secret, so that each mask in them is likely a mistake. It reads METADATA, *.md, *.rst and
*.txt of the packages in this environment, then their *.py, and prints each line with a mask for people to judge.
"""

from __future__ import annotations

import sysconfig
import time
from pathlib import Path

from breadknife.project.secrets.told import told_secrets

PATTERNS = {"documentation": ("*.dist-info/METADATA", "**/*.md", "**/*.rst", "**/*.txt"), "code": ("**/*.py",)}


def main() -> None:
    folder = Path(sysconfig.get_path("purelib"))
    print(f"{len(list(folder.glob('*.dist-info')))} packages")
    for kind, patterns in PATTERNS.items():
        files = {file for pattern in patterns for file in folder.glob(pattern)}
        lines = characters = masked = 0
        began = time.process_time()
        for file in sorted(files):
            try:
                text = file.read_text("utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            lines += text.count("\n")
            characters += len(text)
            for span in told_secrets(text):
                masked += 1
                start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
                print(f"{file.relative_to(folder)}: {text[start:end].strip()[:140]}")
        seconds = time.process_time() - began
        amount = f"{len(files):,} files, {lines:,} lines, {characters / 1e6:.0f} MB"
        print(f"{kind}: {masked} masked in {amount}, in {seconds:.1f} s of CPU")


if __name__ == "__main__":
    main()
