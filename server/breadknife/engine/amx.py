"""Whether llama.cpp's AMX kernels compute here what its others do: tried once a build, in a process of its own.

GCC before 12.4 and 13.3 miscompiles them (PR 114098: it drops stores to the tile configuration), so that the first
evaluation ends the process; `make setup` builds around it.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np

from breadknife.engine.machine import llama_build
from breadknife.errors import BreadknifeError
from breadknife.paths import state_dir, write_atomically

MOST_SECONDS = 60.0
TOKENS = range(100, 164)
"""More than a tile has rows."""
OTHER_RESULTS, UNTRIED = 3, 4
"""Exit statuses."""
log = logging.getLogger("breadknife.engine")


def works(path: Path) -> bool:
    """As it was found out with the model at `path`, or with another before."""
    file, build = state_dir() / "amx.json", llama_build()
    try:
        known = msgspec.json.decode(file.read_bytes(), type=dict[str, bool])
    except (OSError, msgspec.DecodeError):
        known = dict[str, bool]()
    if build in known:
        return known[build]
    try:
        status = subprocess.run([sys.executable, "-m", __name__, path], capture_output=True, timeout=MOST_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("llama.cpp's AMX kernels can't be tried: %s", error)
        return False
    if status.returncode != UNTRIED:
        with contextlib.suppress(OSError):
            write_atomically(file, msgspec.json.encode({build: not status.returncode}))
    if status.returncode:
        log.warning("llama.cpp's AMX kernels aren't used: trying them ended with %d", status.returncode)
    return not status.returncode


def main(path: Path) -> int:
    from breadknife.engine.llama import LlamaModel
    from breadknife.engine.model import Evaluation

    best: list[int] = []
    for amx in (False, True):
        try:
            model = LlamaModel(path, cells=128, sequences=1, threads=1, width=len(TOKENS), amx=amx)
            rows = model.decode([Evaluation(0, TOKENS)])
        except BreadknifeError:
            return UNTRIED
        best += [int(np.argmax(each)) for each in rows or ()]
        model.close()
    return 0 if len(set(best)) == 1 else OTHER_RESULTS


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
