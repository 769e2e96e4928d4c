"""Whether llama.cpp's AMX kernels compute here what its others do: tried once a build, in a process of its own.

GCC before 12.4 and 13.3 miscompiles them (PR 114098: it drops stores to the tile configuration), so that the first
evaluation ends the process; `breadknife setup` builds around it (`llama_fixes.h`).
"""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from pathlib import Path

import msgspec
import numpy as np

from breadknife import children
from breadknife.engine.installed import llama_build
from breadknife.engine.kinds import Kind
from breadknife.engine.llama.encoder import LlamaEncoder
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.weights import Weights, has_amx
from breadknife.engine.machine import cores
from breadknife.engine.model import Evaluation, Rows
from breadknife.paths import state_dir, write_atomically

MOST_SECONDS = 60.0
TOKENS = range(100, 164)
"""More than a tile has rows."""
SAME = 1.0
"""Kernels differ by some tenths of a logit; these that don't work by much more."""
UNUSED, OTHER_RESULTS = 3, 4
"""Exit statuses: they compute nothing of this model; they compute something else."""
CRASHES = frozenset(-signal.Signals[name] for name in ("SIGSEGV", "SIGILL", "SIGFPE", "SIGABRT"))
WINDOWS_CRASH = 0xC0000000
log = logging.getLogger("breadknife.engine")


def may_be_used(path: Path) -> bool:
    """Tell whether the model at `path` may be loaded with AMX kernels; a processor without AMX needs no trial."""
    return not has_amx() or works(path)


def works(path: Path) -> bool:
    """Tell whether the kernels compute what they should, as a trial with the model at `path` or with an earlier one
    showed.

    False where no trial can be made.
    """
    file, build = state_dir() / "amx.json", llama_build()
    try:
        known = msgspec.json.decode(file.read_bytes(), type=dict[str, bool])
    except (OSError, msgspec.DecodeError):
        known = dict[str, bool]()
    if build in known:
        return known[build]
    try:
        status = children.run(children.python_module(__name__, str(path)), seconds=MOST_SECONDS).returncode
    except OSError as error:
        log.warning("llama.cpp's AMX kernels can't be tried: %s", error)
        return False
    if status in (0, OTHER_RESULTS, *CRASHES) or status >= WINDOWS_CRASH:
        with contextlib.suppress(OSError):
            write_atomically(file, msgspec.json.encode(known | {build: not status}))
    if status not in (0, UNUSED):
        log.warning(
            "llama.cpp's AMX kernels aren't used: trying them ended with %d. "
            "`breadknife setup engine` installs a build that works",
            status,
        )
    return status in (0, UNUSED)


def main(path: Path) -> int:
    plain, tiled = (_computed(path, amx=amx) for amx in (False, True))
    if np.array_equal(plain, tiled):
        return UNUSED
    return 0 if plain[tiled.argmax()] > plain.max() - SAME else OTHER_RESULTS


def _computed(path: Path, *, amx: bool) -> Rows:
    weights = Weights(path, amx=amx)
    if weights.kind is Kind.DECODER:
        model = LlamaModel(weights, cells=128, sequences=1, threads=cores()[0], width=len(TOKENS))
        made = [rows[-1].copy() for rows in model.decode([Evaluation(0, TOKENS)]) or ()]
        model.close()
        return made[0]
    encoder = LlamaEncoder(weights, threads=cores()[0])
    row = encoder.encode(TOKENS)
    encoder.close()
    assert row is not None  # nobody interrupts it
    return row


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
