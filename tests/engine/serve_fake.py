"""A real daemon process with a fake model: `serve_fake.py FOLDER IDLE_SECONDS VERSION`.

The model says the rest of the alphabet. `!segv`, `!kill` and `!exit` in a prompt end the process as they say. `!sleep`
keeps the computing thread for three seconds, `!once` for ever, but only while FOLDER has no file `once`, which it then
has. `!burn` keeps all threads, `!hold` all threads for ever without computing; then FOLDER has a file `held`. A grammar
with `wait` in it is tried until FOLDER has a file `go`. On a GPU the model ends the process when it computes.
"""

import ctypes
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from fake_model import FakeModel

from breadknife.engine.api import Prompt
from breadknife.engine.daemon import daemon, pool, session
from breadknife.engine.daemon.pool import from_store
from breadknife.engine.gpu.choices import GpuChoices, without_device
from breadknife.engine.grammars.gate import GrammarGate
from breadknife.engine.model import Evaluation, Rows
from breadknife.engine.settings import EngineSettings


class Fragile(FakeModel):
    def tokenize(self, prompt: Prompt) -> list[list[int]]:
        text = "".join(part.text for part in prompt)
        if "!segv" in text:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "!kill" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "!exit" in text:
            raise SystemExit(3)
        if "!sleep" in text:
            time.sleep(3)
        if "!once" in text and not (seen := Path(sys.argv[1], "once")).exists():
            seen.touch()
            time.sleep(600)
        if "!burn" in text:
            burn(3)
        if "!hold" in text:
            Path(sys.argv[1], "held").touch()
            ctypes.pythonapi.sleep(600)  # unlike ctypes.CDLL, it keeps the GIL
        return super().tokenize(prompt)


class Vanishing(Fragile):
    """Its device is gone, which drivers tell by an exception that nobody catches."""

    def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
        os.kill(os.getpid(), signal.SIGSEGV)
        return super().decode(batch)


def burn(seconds: float) -> None:
    """Compute without letting other threads have their turn, as the matcher of regular expressions does."""
    length, end = 10, time.monotonic() + seconds
    while time.monotonic() < end:
        started = time.monotonic()
        re.match("(a+)+$", "a" * length + "b")
        length += time.monotonic() - started < seconds / 4


def load(name: str, settings: EngineSettings) -> Fragile:
    file, on_gpu = without_device(name)
    if file != "fake":
        from_store(file)
    return (Vanishing if on_gpu else Fragile)(step_seconds=0.005, tokens=[[] for _ in range(daemon.SEQUENCES)])


if __name__ == "__main__":
    trial = [sys.executable, str(Path(__file__).with_name("slow_trial.py")), str(Path(sys.argv[1], "go"))]
    for module, name, value in (
        (daemon, "__version__", sys.argv[3]),
        (daemon, "GrammarGate", partial(GrammarGate, trial)),
        (pool, "GpuChoices", partial(GpuChoices, libraries=lambda: [Path("libggml-vulkan.so")])),
        (session, "HELLO_SECONDS", 1.0),  # not five: tests wait for it
    ):
        setattr(module, name, value)
    daemon.run(Path(sys.argv[1]), idle_seconds=float(sys.argv[2]), load=load)
