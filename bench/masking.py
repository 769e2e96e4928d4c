"""How fast a text is searched for secrets, and how much of real code is taken for one.

.venv/bin/python bench/masking.py [GLOB...]    # without any: the packages installed here, 700 files at random
"""

from __future__ import annotations

import glob
import random
import sys
import time
from pathlib import Path

from breadknife.project.secrets.contents import secrets_in

FILES, LARGEST, SEED = 700, 300_000, 5


def main(patterns: list[str]) -> None:
    found = sorted(path for pattern in patterns for path in glob.glob(pattern, recursive=True))
    random.Random(SEED).shuffle(found)
    texts = [text for path in found[:FILES] if len(text := Path(path).read_text("utf-8", "replace")) <= LARGEST]
    began = time.process_time()
    spans = [secrets_in(text) for text in texts]
    seconds, size = time.process_time() - began, sum(map(len, texts))
    print(f"{len(texts)} files, {size / 1e6:.1f} MB: {seconds / size * 1e9:.0f} ms of CPU a MB")
    print(f"{sum(map(len, spans))} places in {sum(map(bool, spans))} files are masked")


if __name__ == "__main__":
    main(sys.argv[1:] or [f"{sys.prefix}/lib/**/*.py"])
