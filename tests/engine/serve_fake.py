"""A real daemon process with a fake model: `serve_fake.py FOLDER IDLE_SECONDS`. A prompt with `!` ends the process."""

import os
import sys
from pathlib import Path

from fake_model import FakeModel

from breadknife.engine import daemon
from breadknife.engine.api import Prompt


class Fragile(FakeModel):
    def tokenize(self, prompt: Prompt) -> list[int]:
        if any("!" in part.text for part in prompt):
            os.abort()
        return super().tokenize(prompt)


daemon.main(Path(sys.argv[1]), float(sys.argv[2]), lambda name: Fragile(step_seconds=0.005))
