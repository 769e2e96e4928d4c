"""A real daemon process with a fake model: `serve_fake.py FOLDER IDLE_SECONDS VERSION`.

The model says the rest of the alphabet. `!segv`, `!kill` and `!exit` in a prompt end the process as they say. A grammar
with `wait` in it is tried until FOLDER has a file `go`.
"""

import os
import signal
import sys
from functools import partial
from pathlib import Path

from fake_model import FakeModel

from breadknife.engine import conversation, daemon
from breadknife.engine.api import Prompt
from breadknife.engine.grammar_gate import GrammarGate
from breadknife.engine.pool import from_store
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
        return super().tokenize(prompt)


def load(name: str, settings: EngineSettings) -> Fragile:
    if name != "fake":
        from_store(name)
    return Fragile(step_seconds=0.005, tokens=[[] for _ in range(daemon.SEQUENCES)])


if __name__ == "__main__":
    daemon.__version__ = sys.argv[3]
    slow = Path(__file__).with_name("slow_trial.py")
    daemon.GrammarGate = partial(GrammarGate, [sys.executable, slow, Path(sys.argv[1], "go")])
    conversation.HELLO_SECONDS = 1.0  # not five: tests wait for it
    daemon.run(Path(sys.argv[1]), idle_seconds=float(sys.argv[2]), load=load)
