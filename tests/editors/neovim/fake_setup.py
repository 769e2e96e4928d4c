"""Stands for `breadknife setup --yes --json`: says what `BREADKNIFE_SAYS` holds, as far as the test lets it.

Without `--yes` it says at once what `BREADKNIFE_HAS` holds.

Another thing for each letter in the file `BREADKNIFE_GO`: an object is a line of JSON, a text a line on stderr, and a
number the exit code.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    if sys.argv[1:] == ["setup", "--json"]:
        for said in json.loads(os.environ["BREADKNIFE_HAS"]):
            tell(said)
        return
    assert sys.argv[1:] == ["setup", "--yes", "--json"], sys.argv
    go = Path(os.environ["BREADKNIFE_GO"])
    for number, said in enumerate(json.loads(os.environ["BREADKNIFE_SAYS"])):
        while not go.exists() or len(go.read_text("utf-8")) <= number:
            time.sleep(0.02)
        tell(said)


def tell(said: object) -> None:
    if isinstance(said, int):
        sys.exit(said)
    text = json.dumps(said) if isinstance(said, dict) else said
    print(text, file=sys.stdout if isinstance(said, dict) else sys.stderr, flush=True)


if __name__ == "__main__":
    main()
